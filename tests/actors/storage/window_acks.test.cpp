#include "actors/storage/window_acks.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

/// Acks that nobody gets: the test looks at numbers only.
uint64_t passed(window_acks& acks, const std::vector<uint64_t>& tokens) {
  auto result = acks.pass(tokens);
  return result.empty() ? 0 : result.begin()->second;
}

window_acks four_windows() {
  window_acks result;
  for (uint64_t i = 1; i <= 4; ++i) // tokens are not lane numbers
    result.wait(10 + i, {source_actor{}, i, 3, {{1, 60, 1}}});
  return result;
}

} // namespace

TEST_CASE("windows are acknowledged in lane order", "[actors]") {
  auto acks = four_windows();
  CHECK(acks.pass({13}).empty()); // 1 and 2 are not durable
  CHECK(acks.pass({12}).empty());
  CHECK(passed(acks, {11}) == 3); // the first takes those behind it along
  CHECK(passed(acks, {14}) == 4);
}

TEST_CASE("windows of one commit are acknowledged up to the first that waits",
          "[actors]") {
  auto acks = four_windows();
  CHECK(passed(acks, {14, 11, 12}) == 2);
  CHECK(passed(acks, {13}) == 4);
}

TEST_CASE("a window that comes later holds no ack before it", "[actors]") {
  auto acks = four_windows();
  CHECK(passed(acks, {11, 12, 13}) == 3);
  acks.wait(20, {source_actor{}, 5, 3, {}});
  CHECK(passed(acks, {14}) == 4);
  CHECK(acks.pass({}).empty()); // a commit without windows says nothing
  CHECK(passed(acks, {20}) == 5);
}

TEST_CASE("a token is known until its window is durable", "[actors]") {
  auto acks = four_windows();
  REQUIRE(acks.find(12) != nullptr);
  CHECK(acks.find(12)->host == 3);
  CHECK(acks.find(12)->runs.size() == 1);
  acks.pass({12});
  CHECK(acks.find(12) == nullptr);
  CHECK(acks.pass({12, 99}).empty()); // had, and nobody's
  CHECK(passed(acks, {11}) == 2);
}
