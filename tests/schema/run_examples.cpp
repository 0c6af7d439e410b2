#include "tests/schema/run_examples.hpp"

#include <map>

#include "tests/schema/examples.hpp"
#include "tests/schema/random_seed.hpp"

namespace tributary::examples {

link_frame frame_after(const frame_header& last, uint64_t number,
                       std::mt19937_64& engine) {
  auto header = last;
  header.tick = last.tick + (below(engine, 8) == 0 ? 3 : 1);
  header.base_tick = below(engine, 8) == 0 ? 0 : last.tick;
  header.flags = static_cast<uint16_t>(below(engine, 16));
  std::string payload(
      below(engine, 4) == 0 ? below(engine, 9) : below(engine, 700), '\0');
  auto noise = below(engine, 2) == 0;
  for (auto& x : payload)
    x = static_cast<char>(noise ? engine() : below(engine, 3));
  return {0, number, frame::seal(header, payload)};
}

std::vector<link_message> lane_messages(uint64_t seed, size_t count) {
  std::mt19937_64 engine{seed};
  std::vector<link_message> result;
  std::map<uint32_t, frame_header> last;
  uint64_t number = 0;
  while (result.size() < count) {
    auto channel = static_cast<uint32_t>(
        below(engine, 16) == 0 ? engine() : below(engine, 5));
    auto known = last.count(channel) != 0;
    auto& header = last[channel];
    if (!known || below(engine, 16) == 0) {
      header.tick = known ? header.tick : 1'700'000'000;
      header.epoch += 1;
      header.columns = static_cast<uint32_t>(1 + below(engine, 3000));
      result.push_back(
          link_roster{channel, {header.epoch, 0, {cpu_chart(), load_chart()}}});
    }
    auto frame = frame_after(header, ++number, engine);
    frame.channel = channel;
    header = frame.frame->header();
    result.push_back(frame);
    if (below(engine, 8) == 0) {
      auto late = header;
      late.part = 1;
      late.base_tick = 0;
      result.push_back(
          link_frame{channel, ++number, frame::seal(late, "late")});
    }
  }
  return result;
}

std::vector<std::string> bodies_of(std::string_view bytes) {
  std::vector<std::string> result;
  while (!bytes.empty()) {
    uint32_t head[2];
    memcpy(head, bytes.data(), sizeof(head));
    auto data = bytes.substr(sizeof(head), head[0]);
    result.push_back(head[1] != 0 ? run_body(head, data) : std::string{data});
    bytes.remove_prefix(sizeof(head) + head[0]);
  }
  return result;
}

std::vector<link_message> received(run_unpacker& unpacker,
                                   const std::vector<std::string>& bodies,
                                   caf::error& fault) {
  std::vector<link_message> result;
  fault = {};
  for (auto& body : bodies) {
    if (is_run(body)) {
      fault = unpacker.unpack(body, [&](link_message& x) {
        result.push_back(x);
        return caf::error{};
      });
    } else if (auto message = open_message(body)) {
      if (auto frame = std::get_if<link_frame>(&*message))
        unpacker.passed(*frame);
      result.push_back(std::move(*message));
    } else {
      fault = message.error();
    }
    if (fault)
      break;
  }
  return result;
}

} // namespace tributary::examples
