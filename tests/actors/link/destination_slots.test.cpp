#include "actors/link/destination_slots.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

const guid key = guid::from_words(1, 1);

std::vector<stream_route> list(const std::string& text) {
  return {{*parse_destinations(text), key}};
}

std::string text_of(const destination_slots& slots) {
  std::string result;
  for (auto& slot : slots) {
    result += '|';
    for (auto& x : slot.to.destinations)
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

TEST_CASE("each route has uplinks of its own", "[actors]") {
  auto other = guid::from_words(2, 2);
  auto two = list("a b");
  two.push_back({*parse_destinations("a c"), other});
  auto failover = assign_slots({}, two, stream_mode::failover);
  CHECK(text_of(failover) == "|ab|ac");
  CHECK(failover[1].route == 1);
  CHECK(failover[1].to.api_key == other);
  auto all = assign_slots({}, two, stream_mode::all);
  CHECK(text_of(all) == "|a|b|a|c");
  CHECK(all[2].route == 1);
  CHECK(all[2].to.api_key == other);
  // One that goes leaves the others alone, also as its number changes.
  auto rest = assign_slots(failover, {two[1]}, stream_mode::failover);
  CHECK(text_of(rest) == "||ac");
  CHECK(rest[1].route == 0);
  // A route with another list keeps its uplink, one with another key does not.
  two[1].destinations = *parse_destinations("d");
  CHECK(text_of(assign_slots(failover, two, stream_mode::failover)) == "|ab|d");
  two[0].api_key = guid::from_words(3, 3);
  CHECK(text_of(assign_slots(rest, two, stream_mode::failover)) == "|ab|d");
}

TEST_CASE("what finds no place is left out", "[actors]") {
  std::vector<stream_route> many;
  for (size_t i = 0; i <= destinations_max; ++i)
    many.push_back({*parse_destinations("a"), guid::from_words(1, i + 1)});
  auto slots = assign_slots({}, many, stream_mode::failover);
  CHECK(slots.size() == destinations_max);
  CHECK(slots.back().to.api_key == many[destinations_max - 1].api_key);
}

TEST_CASE("the longest list has an uplink for each", "[actors]") {
  std::string text;
  for (size_t i = 0; i < destinations_max; ++i)
    text += "host" + std::to_string(i) + " ";
  auto slots = assign_slots({}, list(text), stream_mode::all);
  for (auto& x : slots)
    CHECK(x.to.destinations.size() == 1);
}
