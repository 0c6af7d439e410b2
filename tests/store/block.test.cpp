#include "store/block.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::cells_of;
using examples::make_chart;

namespace {

constexpr tick start = 1'700'000'400;

window_table random_window(std::mt19937_64& engine, uint16_t slots) {
  window_table result{start, slots};
  auto gaps = below(engine, 3);
  for (size_t slot = 0; slot < slots; ++slot)
    if (gaps == 0 || below(engine, gaps * gaps * 8) != 0)
      result.claim(slot, slot < slots / 3u ? 3 : 4);
  for (auto n = 1 + below(engine, 6); n > 0; --n) {
    std::vector<std::string> ids;
    for (auto d = 1 + below(engine, 12); d > 0; --d)
      ids.push_back("d" + std::to_string(d));
    auto& chart = result.chart_for(make_chart("c" + std::to_string(n), ids), 4);
    for (auto& column : chart.columns) {
      auto kind = below(engine, 4);
      for (size_t slot = 0; slot < slots; ++slot)
        if (result.epochs()[slot] != 0 && below(engine, 50) != 0)
          set_slot(column, slot,
                   kind == 0       ? 5
                   : kind == 1     ? static_cast<int64_t>(below(engine, 1000))
                   : kind == 2     ? static_cast<int64_t>(engine())
                   : slot % 2 == 0 ? INT64_MAX
                                   : INT64_MIN,
                   below(engine, 40) == 0);
    }
  }
  return result;
}

layout layout_of(const sealed_group& x) {
  auto result = open_layout(x.layout);
  REQUIRE(result);
  return *result;
}

window_table opened(const std::vector<sealed_group>& groups, uint16_t slots,
                    std::string_view only_chart = {}) {
  window_table result{start, slots};
  for (auto& x : groups) {
    auto error = open_block(x.block, layout_of(x), result, only_chart);
    INFO(to_text(error));
    REQUIRE_FALSE(error);
  }
  return result;
}

window_table one_chart(uint16_t slots = 60) {
  window_table result{start, slots};
  auto& chart = result.chart_for(make_chart("c", {"a", "b"}), 2);
  for (size_t slot = 0; slot < slots; ++slot) {
    result.claim(slot, 2);
    set_slot(chart.columns[0], slot, static_cast<int64_t>(slot * slot), false);
  }
  return result;
}

} // namespace

TEST_CASE("windows come back from their blocks to the bit",
          "[store][block][random]") {
  auto seed = random_seed("blocks");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 40; ++round) {
    auto slots = static_cast<uint16_t>(60 + below(engine, 200));
    auto window = random_window(engine, slots);
    auto groups = seal_window(window, 32);
    auto back = opened(groups, slots);
    REQUIRE(back.epochs() == window.epochs());
    REQUIRE(cells_of(back) == cells_of(window));
    // What came back is sealed to the same bytes.
    auto again = seal_window(back, 32);
    REQUIRE(again.size() == groups.size());
    for (size_t i = 0; i < groups.size(); ++i) {
      REQUIRE(again[i].block == groups[i].block);
      REQUIRE(again[i].layout_hash == groups[i].layout_hash);
      REQUIRE(groups[i].block.size() % 8 == 0);
    }
  }
}

TEST_CASE("groups are whole charts in order of id, up to a bound",
          "[store][block]") {
  window_table window{start, 60};
  window.claim(0, 1);
  for (auto id : {"b", "a", "d", "c"}) {
    std::vector<std::string> ids;
    for (int i = 0; i < (*id == 'c' ? 40 : 10); ++i)
      ids.push_back(std::to_string(i));
    set_slot(window.chart_for(make_chart(id, ids), 1).columns[0], 0, 1, false);
  }
  auto groups = seal_window(window, 20);
  REQUIRE(groups.size() == 3); // a and b, c alone though wider, d
  CHECK(layout_of(groups[0]).charts[0]->id == "a");
  CHECK(layout_of(groups[0]).charts[1]->id == "b");
  CHECK(layout_of(groups[1]).charts[0]->id == "c");
  CHECK(layout_of(groups[2]).charts[0]->id == "d");
}

TEST_CASE("a chart without a value costs nothing", "[store][block]") {
  auto window = one_chart();
  window.chart_for(make_chart("dead", {"x"}), 2);
  auto groups = seal_window(window, 16);
  REQUIRE(groups.size() == 1);
  CHECK(layout_of(groups[0]).charts.size() == 1);
}

TEST_CASE("a window without any value still says what it covers",
          "[store][block]") {
  window_table window{start, 60};
  window.claim(7, 3);
  window.chart_for(make_chart("c", {"x"}), 3);
  auto groups = seal_window(window, 16);
  REQUIRE(groups.size() == 1);
  CHECK(opened(groups, 60).epochs() == window.epochs());
}

TEST_CASE("a group of long windows never outgrows what a reader takes",
          "[store][block]") {
  std::mt19937_64 engine{1};
  window_table window{start, window_seconds_max};
  for (size_t slot = 0; slot < window_seconds_max; ++slot)
    window.claim(slot, 1);
  for (int c = 0; c < 3; ++c) {
    std::vector<std::string> ids;
    for (int d = 0; d < 100; ++d)
      ids.push_back(std::to_string(d));
    auto& chart = window.chart_for(make_chart(std::to_string(c), ids), 1);
    for (auto& column : chart.columns)
      for (size_t slot = 0; slot < window_seconds_max; ++slot)
        set_slot(column, slot, static_cast<int64_t>(engine() | 1u << 31),
                 false);
  }
  auto groups = seal_window(window, group_columns_max);
  CHECK(groups.size() > 1);
  auto back = opened(groups, window_seconds_max);
  CHECK(back.charts().at("2").columns[99].values
        == window.charts().at("2").columns[99].values);
}

TEST_CASE("one chart of a block is read without the others", "[store][block]") {
  std::mt19937_64 engine{7};
  auto window = random_window(engine, 90);
  auto groups = seal_window(window, 64);
  auto id = window.charts().begin()->first;
  auto part = opened(groups, 90, id);
  REQUIRE(part.charts().size() == 1);
  CHECK(part.epochs() == window.epochs());
  CHECK(part.charts().at(id).columns[0].values
        == window.charts().at(id).columns[0].values);
}

TEST_CASE("a block states its window, columns and runs", "[store][block]") {
  auto window = one_chart(70);
  auto header = open_block_header(seal_window(window, 16)[0].block);
  REQUIRE(header);
  CHECK(header->start == start);
  CHECK(header->slots == 70);
  CHECK(header->columns == 2);
  CHECK(header->runs == window.coverage_runs());
}

TEST_CASE("a block of another window or layout is refused", "[store][block]") {
  auto group = seal_window(one_chart(), 16)[0];
  auto columns_of = layout_of(group);
  auto refused = [&](window_table window, const layout& of) {
    auto before = window.coverage_runs();
    auto error = open_block(group.block, of, window);
    CHECK(code_of(error) == ec::corrupt);
    CHECK(window.coverage_runs() == before);
    CHECK(window.charts().empty());
  };
  refused(window_table{start + 1, 60}, columns_of);
  refused(window_table{start, 61}, columns_of);
  refused(window_table{start, 60}, layout{{make_chart("c", {"a"})}});
}

TEST_CASE("a block that was cut, lengthened or shifted is refused",
          "[store][block]") {
  auto group = seal_window(one_chart(), 16)[0];
  auto columns_of = layout_of(group);
  auto code = [&](const std::string& block) {
    window_table to{start, 60};
    auto error = open_block(block, columns_of, to);
    CHECK(code_of(open_block_header(block) ? caf::error{} : error)
          == (open_block_header(block) ? ec::none : ec::corrupt));
    return code_of(error);
  };
  REQUIRE(code(group.block) == ec::none);
  for (size_t size = 0; size < group.block.size(); ++size)
    REQUIRE(code(group.block.substr(0, size)) == ec::corrupt);
  // Such sizes would end the node when the block is put into LMDB.
  CHECK(code(group.block + "x") == ec::corrupt);
  CHECK(code(group.block + std::string(8, '\0')) == ec::corrupt);
  // Alignment is the reader's business, not the sender's.
  auto shifted = "x" + group.block;
  window_table to{start, 60};
  CHECK_FALSE(open_block(std::string_view{shifted}.substr(1), columns_of, to));
}

TEST_CASE("a damaged block is refused or decodes to something bounded",
          "[store][block][random]") {
  auto seed = random_seed("damaged blocks");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 10; ++round) {
    auto window = random_window(engine, 60);
    auto group = seal_window(window, 16)[0];
    auto columns_of = layout_of(group);
    for (int i = 0; i < 200; ++i) {
      auto block = group.block;
      for (auto n = 1 + below(engine, 3); n > 0; --n)
        block[below(engine, below(engine, 2) == 0 ? 128 : block.size())
              % block.size()]
            ^= static_cast<char>(1 << below(engine, 8));
      window_table to{start, 60};
      if (open_block(block, columns_of, to))
        REQUIRE((to.empty() && to.charts().empty()));
      else
        REQUIRE(to.slots() == 60);
    }
  }
}

TEST_CASE("a received window is checked as a whole", "[store][block]") {
  auto host = examples::make_host(5, 60, 16);
  window_table window{host.window_start(start), 60};
  for (auto id : {"a", "b"}) {
    std::vector<std::string> ids;
    for (int i = 0; i < 12; ++i)
      ids.push_back(std::to_string(i));
    window.claim(3, 2);
    set_slot(window.chart_for(make_chart(id, ids), 2).columns[0], 3, 9, false);
  }
  auto groups = seal_window(window, 16);
  REQUIRE(groups.size() == 2);
  auto whole = check_window(host, groups);
  REQUIRE(whole);
  CHECK(whole->start == window.start());
  CHECK(whole->slots == 60);
  CHECK(whole->runs == window.coverage_runs());
  CHECK(whole->groups.size() == 2);
  CHECK(code_of(check_window(host, {}).error()) == ec::corrupt);
  auto swapped = groups;
  std::swap(swapped[0].layout, swapped[1].layout);
  CHECK(code_of(check_window(host, swapped).error()) == ec::unknown_layout);
  auto wider = host;
  wider.window_seconds = 120;
  CHECK(code_of(check_window(wider, groups).error()) == ec::corrupt);
  auto other = window;
  other.claim(4, 2);
  auto mixed = groups;
  mixed[1] = seal_window(other, 16)[1];
  CHECK(code_of(check_window(host, mixed).error()) == ec::corrupt);
}
