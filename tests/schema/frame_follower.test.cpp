#include "schema/frame_follower.hpp"

#include <catch2/catch.hpp>

#include <cstring>

#include "tests/schema/random_seed.hpp"

using namespace tributary;

namespace {

frame_header header_at(tick t, tick base) {
  frame_header result;
  result.tick = t;
  result.base_tick = base;
  result.epoch = 7;
  result.columns = 66;
  result.flags = frame_is_v2;
  return result;
}

link_frame message(uint64_t number, frame_ptr frame) {
  return {3, number, std::move(frame)};
}

/// A follower that knows the frame of tick 100 on channel 3, number 1.
frame_follower knowing() {
  frame_follower result;
  result.passed(message(1, frame::seal(header_at(100, 0), "key")));
  return result;
}

} // namespace

TEST_CASE("the head of a frame is the one that is sealed", "[schema]") {
  std::mt19937_64 engine{random_seed("heads")};
  for (int i = 0; i < 500; ++i) {
    auto header = header_at(static_cast<tick>(2 + below(engine, tick_max - 2)),
                            static_cast<tick>(below(engine, 2)));
    header.epoch = static_cast<epoch_number>(engine());
    header.columns = static_cast<uint32_t>(engine());
    header.part = static_cast<uint16_t>(engine());
    std::string payload(1 + below(engine, 40), 'p');
    auto sealed = frame::seal(header, payload);
    uint32_t checksum = 0;
    memcpy(&checksum, sealed->sealed().data() + 44, 4);
    auto head = head_of(header, checksum, payload.size());
    CHECK(memcmp(head.data(), sealed->sealed().data(), sizeof(head)) == 0);
    CHECK(sealed->payload().data() == sealed->sealed().data() + sizeof(head));
  }
}

TEST_CASE("a frame that follows is lean and comes back", "[schema]") {
  auto sender = knowing();
  auto reader = sender;
  for (auto base : {tick{100}, tick{0}}) {
    auto sent = message(2, frame::seal(header_at(101, base), "payload"));
    auto lean = sender.lean(sent);
    REQUIRE(lean);
    auto got = reader.restore(*lean);
    REQUIRE(got);
    CHECK(got->channel == 3);
    CHECK(got->number == 2);
    CHECK(got->frame->sealed() == sent.frame->sealed());
  }
}

TEST_CASE("a frame that does not follow goes whole", "[schema]") {
  auto sender = knowing();
  auto is_lean
      = [&](frame_header header, uint64_t number = 2, uint32_t channel = 3) {
          return sender
              .lean(link_frame{channel, number, frame::seal(header, "payload")})
              .has_value();
        };
  CHECK(is_lean(header_at(101, 100)));
  CHECK_FALSE(is_lean(header_at(102, 100)));
  CHECK_FALSE(is_lean(header_at(101, 99)));
  CHECK_FALSE(is_lean(header_at(101, 100), 3));
  CHECK_FALSE(is_lean(header_at(101, 100), 2, 4));
  for (auto change : {+[](frame_header& x) { x.epoch = 8; },
                      +[](frame_header& x) { x.columns = 67; },
                      +[](frame_header& x) { x.part = 1; },
                      +[](frame_header& x) {
                        x.flags = 16;
                      }}) {
    auto header = header_at(101, 100);
    change(header);
    CHECK_FALSE(is_lean(header));
  }
}

TEST_CASE("a frame that lies otherwise in memory goes whole", "[schema]") {
  auto sealed
      = std::string{frame::seal(header_at(101, 100), "payload")->sealed()};
  REQUIRE(sealed.size() == 64);
  // A word between the pointer and the payload.
  sealed.insert(56, 8, '\0');
  sealed[4] = 8;
  sealed[48] = static_cast<char>(sealed[48] + 4);
  auto other = frame::open(sealed);
  REQUIRE(other);
  CHECK((*other)->payload() == "payload");
  CHECK_FALSE(knowing().lean(message(2, *other)));
  // Something in the padding.
  sealed = std::string{frame::seal(header_at(101, 100), "payload")->sealed()};
  sealed.back() = 'x';
  auto padded = frame::open(sealed);
  REQUIRE(padded);
  CHECK_FALSE(knowing().lean(message(2, *padded)));
}

TEST_CASE("late parts pass without being followed", "[schema]") {
  auto sender = knowing();
  auto late = header_at(98, 0);
  late.part = 1;
  sender.passed(message(2, frame::seal(late, "late")));
  CHECK(sender.lean(message(3, frame::seal(header_at(101, 100), "next"))));
}

TEST_CASE("channels beyond the bound are not remembered", "[schema]") {
  frame_follower follower;
  auto frame = frame::seal(header_at(100, 0), "key");
  for (uint32_t i = 0; i <= frame_follower::channels_max; ++i)
    follower.passed({i, i + 1, frame});
  auto next = frame::seal(header_at(101, 100), "next");
  auto number = uint64_t{frame_follower::channels_max} + 2;
  CHECK(follower.lean({0, number, next}));
  CHECK_FALSE(follower.lean({frame_follower::channels_max, number, next}));
}
