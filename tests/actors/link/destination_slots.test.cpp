#include "actors/link/destination_slots.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

std::vector<destination> list(const std::string& text) {
  return *parse_destinations(text);
}

std::string text_of(const destination_slots& slots) {
  std::string result;
  for (auto& slot : slots) {
    result += '|';
    for (auto& x : slot)
      result += to_string(x);
  }
  while (!result.empty() && result.back() == '|')
    result.pop_back();
  return result;
}

} // namespace

TEST_CASE("one uplink has the whole list, or each has one", "[actors]") {
  auto failover = assign_slots({}, list("a b c"), stream_mode::failover);
  CHECK(failover.size() == destinations_max);
  CHECK(text_of(failover) == "|abc");
  CHECK(text_of(assign_slots({}, list("a b c"), stream_mode::freshest))
        == "|abc");
  CHECK(text_of(assign_slots({}, list("a b c"), stream_mode::all)) == "|a|b|c");
  CHECK(text_of(assign_slots({}, {}, stream_mode::all)).empty());
}

TEST_CASE("a destination that stays keeps its uplink", "[actors]") {
  auto before = assign_slots({}, list("a b c"), stream_mode::all);
  CHECK(text_of(assign_slots(before, list("a c"), stream_mode::all))
        == "|a||c");
  CHECK(text_of(assign_slots(before, list("d c a"), stream_mode::all))
        == "|a|d|c");
  CHECK(text_of(assign_slots(before, list("c d e f"), stream_mode::all))
        == "|d|e|c|f");
  // From a list for failover the first goes on.
  auto one = assign_slots({}, list("a b"), stream_mode::failover);
  CHECK(text_of(assign_slots(one, list("b a"), stream_mode::all)) == "|a|b");
}

TEST_CASE("a destination that is there twice counts once", "[actors]") {
  CHECK(text_of(assign_slots({}, list("a a b a"), stream_mode::all)) == "|a|b");
  CHECK(text_of(assign_slots({}, list("a b a"), stream_mode::failover))
        == "|ab");
}

TEST_CASE("the longest list has an uplink for each", "[actors]") {
  std::string text;
  for (size_t i = 0; i < destinations_max; ++i)
    text += "host" + std::to_string(i) + " ";
  auto slots = assign_slots({}, list(text), stream_mode::all);
  for (auto& x : slots)
    CHECK(x.size() == 1);
}
