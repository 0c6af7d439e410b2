#include "tests/schema/examples.hpp"

namespace tributary::examples {

namespace {

constexpr tick first_tick = 1'700'000'000;

guid node_guid() {
  return *guid::parse("0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff");
}

guid boot_guid() {
  return *guid::parse("11111111-2222-4333-8444-555555555555");
}

guid parent_guid() {
  return *guid::parse("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
}

frame_row row_of(std::vector<int64_t> values) {
  frame_row result;
  result.reset(static_cast<uint32_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i)
    set_bit(result.present, i);
  result.values = std::move(values);
  return result;
}

frame_row absent(frame_row row, size_t column) {
  row.present[column / 64] &= ~(uint64_t{1} << (column % 64));
  row.values[column] = 0;
  return row;
}

frame_row key_row() {
  auto result = row_of({0, 12, 300, 1250, 990, 1010});
  result.raw = {{0, 0}, {1, 4'000'000'012}, {2, INT64_MIN}};
  return result;
}

frame_row gaps_row() {
  auto result = absent(absent(row_of({5, 0, 301, 0, 980, 1015}), 1), 3);
  result.estimated.assign(1, 0);
  set_bit(result.estimated, 2);
  result.raw = {{0, 17}};
  return result;
}

frame_row grown_row() {
  std::vector<int64_t> values{6, 13, 299, 1240, INT64_MAX, INT64_MIN};
  for (int64_t i = 0; i < 60; ++i)
    values.push_back(i % 7 == 0 ? 0 : i * i * i * (i % 2 == 0 ? 1 : -1));
  return row_of(std::move(values));
}

frame_row late_row() {
  frame_row result;
  result.reset(66);
  set_bit(result.present, 65);
  result.values[65] = -1;
  return result;
}

coverage example_coverage() {
  coverage result;
  result.add({first_tick, first_tick + 599, 6});
  result.add({first_tick + 600, first_tick + 610, 7});
  result.add({first_tick + 700, first_tick + 700, 7});
  return result;
}

/// What `gaps_row` was sealed to by version 1: presence, estimates, residuals
/// that are not 0 and their varints, raw readings.
frame_ptr gaps_frame_v1() {
  auto word = [](uint64_t x) {
    return std::string{reinterpret_cast<const char*>(&x), 8};
  };
  auto payload = word(0x35) + word(4) + word(0x35);
  for (int64_t x : {5, 301, -5, 5})
    put_varint(payload, x);
  payload += word(1);
  put_varint(payload, 17);
  frame_header header;
  header.tick = first_tick + 2;
  header.base_tick = first_tick + 1;
  header.epoch = epoch;
  header.columns = 6;
  header.flags = frame_has_presence | frame_has_estimated | frame_has_raw;
  return frame::seal(header, payload);
}

} // namespace

chart_ptr cpu_chart() {
  chart x;
  x.id = "system.cpu";
  x.name = "system.cpu";
  x.context = "system.cpu";
  x.family = "cpu";
  x.title = "Total CPU utilization";
  x.units = "percentage";
  x.type = chart_type::stacked;
  x.priority = 100;
  x.module = "proc.stat";
  for (auto id : {"user", "system", "idle"})
    x.dimensions.push_back(
        {id, id, algorithm::percentage_of_incremental_row, 1, 1, false});
  x.dimensions[2].hidden = true;
  return std::make_shared<const chart>(std::move(x));
}

chart_ptr load_chart() {
  chart x;
  x.id = "system.load";
  x.name = "load";
  x.context = "system.load";
  x.family = "load";
  x.title = "Load averages \xC3\xBC";
  x.units = "load";
  x.priority = -5;
  x.module = "proc.loadavg";
  x.step = 5;
  for (auto id : {"load1", "load5", "load15"})
    x.dimensions.push_back({id, "", algorithm::absolute, -1, 1000, false});
  return std::make_shared<const chart>(std::move(x));
}

chart_ptr wide_chart() {
  chart x;
  x.id = "wide.gauges";
  for (int i = 0; i < 60; ++i)
    x.dimensions.push_back({"g" + std::to_string(i), ""});
  return std::make_shared<const chart>(std::move(x));
}

roster wide_roster() {
  roster result{epoch};
  result.append(cpu_chart());
  result.append(load_chart());
  result.append(wide_chart());
  return result;
}

host_definition host() {
  host_definition x;
  x.id = node_guid();
  x.hostname = "leaf-1.example";
  x.epoch = epoch;
  x.boot = boot_guid();
  x.window_seconds = 600;
  x.group_columns = 128;
  x.info = {{"os_name", "Debian"}, {"cores", "2"}, {"empty", ""}};
  return x;
}

std::vector<sealed_row> sealed_rows() {
  auto columns_of = wide_roster();
  frame_chain chain;
  std::vector<sealed_row> result;
  auto seal
      = [&](const char* name, tick t, uint16_t part, frame_row row, bool key) {
          frame_header header;
          header.tick = t;
          header.epoch = epoch;
          header.columns = static_cast<uint32_t>(row.values.size());
          header.part = part;
          auto sealed = seal_row(header, row, columns_of, key, chain);
          result.push_back({name, sealed->header(), std::move(row), sealed});
        };
  seal("key", first_tick, 0, key_row(), true);
  seal("delta", first_tick + 1, 0, row_of({1, 0, 299, 1250, 985, 1010}), false);
  seal("gaps", first_tick + 2, 0, gaps_row(), false);
  seal("grown", first_tick + 4, 0, grown_row(), false);
  seal("late_part", first_tick + 4, 1, late_row(), false);
  return result;
}

std::vector<named_message> messages() {
  auto layout_bytes = seal_layout({{cpu_chart(), load_chart()}});
  return {
      {"hello", link_hello{1,
                           3,
                           node_guid(),
                           boot_guid(),
                           "0a0b0c0d-1111-4222-8333-444455556666",
                           "leaf-1.example",
                           "tributary 0.1.0",
                           {}}},
      {"welcome", link_welcome{1, parent_guid(), "parent.example",
                               ack_durability::upstream, 8u << 20, 5000,
                               "tributary 0.1.0"}},
      {"refuse", link_refuse{link_reason::busy, "200 links are the bound"}},
      {"host_open",
       link_host_open{3, host(), {node_guid(), parent_guid()}, true, true, {}}},
      {"host_accept", link_host_accept{3, example_coverage()}},
      {"host_refuse", link_host_refuse{4, link_reason::loop}},
      {"host_close", link_host_close{3, link_reason::shutdown}},
      {"roster", link_roster{3, {epoch, 1, {load_chart(), cpu_chart()}}}},
      {"layout", link_layout{3, layout_bytes}},
      {"frame", link_frame{3, 42, gaps_frame_v1()}},
      {"block", link_block{3, 9, 1, 2, std::string{"12345678abcdefgh"}}},
      {"ack", link_ack{42, UINT64_MAX}},
      {"need_key", link_need_key{3, first_tick + 9}},
      {"ping", link_ping{0x0123456789abcdef}},
      {"pong", link_pong{0xfedcba9876543210}},
      {"bye", link_bye{link_reason::replaced}},
      {"drain", link_drain{true, false}},
      {"welcome_knowing",
       link_welcome{2, parent_guid(), "parent.example", ack_durability::disk,
                    8u << 20, 5000, "tributary 0.1.0", link_codec::none, 0, 0,
                    knows_host_state}},
      {"host_open_offline",
       link_host_open{5, host(), {node_guid()}, false, false, "silent"}},
      {"host_accept_since",
       link_host_accept{3, example_coverage(), 1'600'000'000}},
      {"welcome_step",
       link_welcome{2, parent_guid(), "parent.example", ack_durability::disk,
                    8u << 20, 5000, "tributary 0.1.0", link_codec::none, 0, 0,
                    knows_host_state, 1200}},
      {"host_state", link_host_state{5, false, "link ended: silent"}},
      {"host_back", link_host_state{5, true, {}}},
      {"request", link_request{7,
                               7500,
                               {parent_guid(), node_guid()},
                               {"relay-1.example", "leaf \xC3\xBC"},
                               request_kind::introspect,
                               {"hosts", "web"}}},
      {"more", link_more{}},
      {"cancel", link_cancel{7}},
      {"reply", link_reply{7, true, "12345678abc"}},
  };
}

std::string body_of(const link_message& message) {
  std::string framed;
  put_message(framed, message);
  return framed.substr(link_header_bytes);
}

} // namespace tributary::examples
