#include "schema/run_packer.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/schema/run_examples.hpp"

using namespace tributary;
using examples::bodies_of;

namespace {

std::vector<std::string> described(const std::vector<link_message>& messages) {
  std::vector<std::string> result;
  for (auto& x : messages)
    result.push_back(describe(x));
  return result;
}

size_t plain_size(const link_message& message) {
  std::string out;
  put_message(out, message);
  return out.size();
}

/// A key frame and so many that follow it, of payloads that can't be packed.
std::vector<link_message> steady_lane(size_t count, size_t payload_bytes) {
  std::mt19937_64 engine{5};
  std::vector<link_message> result;
  frame_header header;
  header.epoch = 1;
  header.columns = 1000;
  for (size_t i = 0; i <= count; ++i) {
    std::string payload(payload_bytes, '\0');
    for (auto& x : payload)
      x = static_cast<char>(engine());
    header.base_tick = i == 0 ? 0 : header.tick;
    header.tick = static_cast<tick>(1'700'000'000 + i);
    result.push_back(link_frame{3, i + 1, frame::seal(header, payload)});
  }
  return result;
}

} // namespace

TEST_CASE("what is packed comes back, bit for bit", "[schema]") {
  auto seed = random_seed("runs");
  for (uint64_t round = 0; round < 30; ++round)
    for (auto codec : {link_codec::none, link_codec::lz4, link_codec::zstd}) {
      std::mt19937_64 engine{seed + round};
      auto messages = examples::lane_messages(seed + round, 100);
      // Some are larger than a run of the smallest of these.
      size_t bounds[] = {link_run_bytes_max, 4000, 300, 0};
      run_packer packer{codec, 1 + static_cast<int>(below(engine, 9)),
                        bounds[below(engine, 4)]};
      run_unpacker unpacker{codec};
      std::string bytes;
      size_t plain = 0;
      for (auto& x : messages) {
        packer.add(x);
        plain += plain_size(x);
        if (below(engine, 3) == 0)
          bytes += packer.take();
      }
      bytes += packer.take();
      CHECK(packer.take().empty());
      caf::error fault;
      auto got = examples::received(unpacker, bodies_of(bytes), fault);
      INFO(to_text(fault));
      CHECK_FALSE(fault);
      CHECK(described(got) == described(messages));
      // Both sides tell the same of what it was worth.
      auto saved = static_cast<int64_t>(plain - bytes.size());
      CHECK(packer.saved_bytes() == saved);
      CHECK(unpacker.saved_bytes() == saved);
    }
}

TEST_CASE("of a frame that follows, little more than its payload travels",
          "[schema]") {
  for (auto codec : {link_codec::lz4, link_codec::zstd}) {
    run_packer packer{codec, 1, link_run_bytes_max};
    auto lane = steady_lane(3, 500);
    for (auto& x : lane) {
      packer.add(x);
      auto bytes = packer.take().size();
      CHECK(bytes <= (&x == &lane.front() ? plain_size(x) + 9 : 500 + 16));
    }
    // A key frame follows like others.
    auto& last = std::get<link_frame>(lane.back()).frame->header();
    auto key = last;
    key.tick += 1;
    key.base_tick = 0;
    packer.add(link_frame{3, lane.size() + 1, frame::seal(key, "1234")});
    CHECK(packer.take().size() == 8 + 2 + 4 + 1 + 4);
  }
}

TEST_CASE("a frame's message takes what is said of it", "[schema]") {
  for (auto& x : examples::sealed_rows())
    CHECK(plain_size(link_frame{7, 9, x.frame})
          == x.frame->sealed().size() + frame_message_bytes);
}

TEST_CASE("a run is closed before it is too large", "[schema]") {
  run_packer packer{link_codec::zstd, 1, 2000};
  for (auto& x : steady_lane(20, 500))
    packer.add(x);
  auto bodies = bodies_of(packer.take());
  CHECK(bodies.size() == 7);
  for (auto& x : bodies) {
    CHECK(is_run(x));
    CHECK(x.size() <= 2000 + link_header_bytes);
  }
}

TEST_CASE("what is too large for a run travels alone, in its place",
          "[schema]") {
  run_packer packer{link_codec::zstd, 1, 2000};
  auto lane = steady_lane(1, 500);
  frame_header header;
  header.tick = 5;
  header.epoch = 1;
  header.columns = 9;
  lane.push_back(link_frame{4, 3, frame::seal(header, std::string(3000, 'x'))});
  header.base_tick = header.tick++;
  lane.push_back(link_frame{4, 4, frame::seal(header, "follows")});
  for (auto& x : lane)
    packer.add(x);
  auto bodies = bodies_of(packer.take());
  REQUIRE(bodies.size() == 3);
  CHECK(is_run(bodies[0]));
  CHECK_FALSE(is_run(bodies[1]));
  CHECK(bodies[2].size() == link_header_bytes + 2 + 4 + 1 + 7);
  run_unpacker unpacker{link_codec::zstd};
  caf::error fault;
  auto got = examples::received(unpacker, bodies, fault);
  CHECK(described(got) == described(lane));
}

TEST_CASE("rosters shrink, and never beyond belief", "[schema]") {
  for (auto codec : {link_codec::lz4, link_codec::zstd}) {
    run_packer packer{codec, 1, link_run_bytes_max};
    link_message roster = link_roster{
        1, {7, 0, {examples::cpu_chart(), examples::load_chart()}}};
    packer.add(roster);
    CHECK(packer.take().size() < plain_size(roster));
    constexpr size_t many = 500;
    for (size_t i = 0; i < many; ++i)
      packer.add(roster);
    run_unpacker unpacker{codec};
    caf::error fault;
    auto got = examples::received(unpacker, bodies_of(packer.take()), fault);
    INFO(to_text(fault));
    CHECK_FALSE(fault);
    CHECK(got.size() == many);
  }
}
