#include "actors/link/live_lane.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

/// A frame at a journal position, about `bytes` large.
published_frame frame_at(journal_position position, tick t,
                         size_t bytes = 100) {
  frame_header header;
  header.tick = t;
  header.epoch = 1;
  header.columns = 1;
  published_frame result;
  result.position = position;
  result.host = 1;
  result.frame = frame::seal(header, std::string(bytes, 'x'));
  return result;
}

live_lane lane_at(journal_position position, size_t credit = 1u << 20) {
  live_lane result;
  result.reset(position, credit);
  return result;
}

} // namespace

TEST_CASE("the cursor follows the acks, not what was sent", "[actors]") {
  auto lane = lane_at(10);
  owed_ticks owed;
  for (tick t = 1; t <= 3; ++t)
    lane.push(frame_at(10 + static_cast<uint64_t>(t), t), owed);
  CHECK(lane.cursor() == 10);
  CHECK(lane.sent() == 1);
  CHECK(lane.sent() == 2);
  CHECK(lane.cursor() == 10);
  CHECK(lane.acknowledged(1) == 1);
  CHECK(lane.cursor() == 11);
  CHECK(lane.acknowledged(2) == 1);
  CHECK(lane.cursor() == 12);
  CHECK(lane.waiting() == 1);
  CHECK(owed.empty());
}

TEST_CASE("what can't be read without a key is named tick by tick",
          "[actors]") {
  auto lane = lane_at(0);
  owed_ticks owed;
  constexpr tick ahead = 34'560'000;
  journal_position position = 0;
  for (tick t : {tick{1}, tick{2}, ahead, ahead + 1, tick{3}})
    lane.push(frame_at(++position, t), owed);
  for (int i = 0; i < 5; ++i)
    lane.sent();
  CHECK(lane.unread_from(1, 2).ranges()
        == std::vector<tick_range>{{2, 3}, {ahead, ahead + 1}});
  CHECK(lane.unacknowledged(1).count() == 5);
  CHECK(lane.unacknowledged(2).empty());
  // What was acknowledged was read.
  lane.acknowledged(4);
  CHECK(lane.unread_from(1, 3).count() == 1);
  CHECK(lane.unread_from(1, 2).count() == 1);
  CHECK(lane.unread_from(2, 3).count() == 1); // another host's
}

TEST_CASE("an ack of what was never sent is not believed", "[actors]") {
  auto lane = lane_at(0);
  owed_ticks owed;
  lane.push(frame_at(1, 1), owed);
  lane.sent();
  CHECK(lane.acknowledged(2) == 0);
  CHECK(lane.cursor() == 0);
  CHECK(lane.acknowledged(1) == 1);
  CHECK(lane.acknowledged(1) == 0);
}

TEST_CASE("a frame that is left out is passed once those before are acked",
          "[actors]") {
  auto lane = lane_at(0);
  owed_ticks owed;
  for (tick t = 1; t <= 3; ++t)
    lane.push(frame_at(static_cast<uint64_t>(t), t), owed);
  lane.sent();
  lane.skipped();
  CHECK(lane.cursor() == 0);
  lane.acknowledged(1);
  CHECK(lane.cursor() == 2);
  lane.skipped();
  CHECK(lane.cursor() == 3);
}

TEST_CASE("credit bounds what is in flight", "[actors]") {
  auto bytes = frame_at(1, 1).frame->sealed().size();
  auto lane = lane_at(0, 2 * bytes);
  owed_ticks owed;
  for (tick t = 1; t <= 4; ++t)
    lane.push(frame_at(static_cast<uint64_t>(t), t), owed);
  lane.sent();
  REQUIRE(lane.next() != nullptr);
  lane.sent();
  CHECK(lane.next() == nullptr);
  lane.acknowledged(1);
  REQUIRE(lane.next() != nullptr);
  CHECK(lane.next()->position == 3);
}

TEST_CASE("a frame larger than the credit goes alone", "[actors]") {
  auto lane = lane_at(0, 50);
  owed_ticks owed;
  lane.push(frame_at(1, 1, 1000), owed);
  lane.push(frame_at(2, 2, 10), owed);
  REQUIRE(lane.next() != nullptr);
  lane.sent();
  CHECK(lane.next() == nullptr);
  lane.acknowledged(1);
  CHECK(lane.next() != nullptr);
}

TEST_CASE("what does not fit becomes owed and memory stays bounded",
          "[actors]") {
  auto lane = lane_at(0);
  owed_ticks owed;
  constexpr size_t large = 1u << 20;
  tick t = 0;
  while (owed.empty() && t < 100) {
    ++t;
    lane.push(frame_at(static_cast<uint64_t>(t), t, large), owed);
  }
  CHECK(lane.waiting() * large <= live_lane::waiting_bytes_max);
  CHECK(lane.waiting() + 1 == static_cast<size_t>(t));
  CHECK(owed.at(1).contains(t));
  // What waits still goes in order, and makes room.
  lane.sent();
  owed.clear();
  lane.push(frame_at(static_cast<uint64_t>(t) + 1, t + 1, large), owed);
  CHECK(owed.empty());
  // The cursor never passes what waits.
  lane.acknowledged(1);
  CHECK(lane.cursor() == 1);
}

TEST_CASE("a frame that is too large for the lane moves an idle cursor",
          "[actors]") {
  auto lane = lane_at(4);
  owed_ticks owed;
  lane.push(frame_at(5, 1, live_lane::waiting_bytes_max + 1), owed);
  CHECK(owed.at(1).count() == 1);
  CHECK(lane.cursor() == 5);
  CHECK(lane.next() == nullptr);
}

TEST_CASE("a fresh link begins anew", "[actors]") {
  auto lane = lane_at(0);
  owed_ticks owed;
  lane.push(frame_at(1, 7), owed);
  lane.sent();
  lane.reset(9, 100);
  CHECK(lane.cursor() == 9);
  CHECK(lane.next() == nullptr);
  CHECK(lane.acknowledged(1) == 0);
  lane.push(frame_at(10, 8), owed);
  CHECK(lane.sent() == 1);
}
