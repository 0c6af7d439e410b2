#include "config/simple_pattern.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

bool matches(std::string_view pattern, std::string_view name) {
  return simple_pattern{pattern}.matches(name);
}

} // namespace

TEST_CASE("a star stands for any text anywhere", "[config]") {
  CHECK(matches("*", "anything"));
  CHECK(matches("*", ""));
  CHECK(matches("10.*", "10.1.2.3"));
  CHECK_FALSE(matches("10.*", "110.1.2.3"));
  CHECK(matches("*.local", "box.local"));
  CHECK_FALSE(matches("*.local", "box.local.net"));
  CHECK(matches("a*b*c", "a-b-b-c"));
  CHECK(matches("a*b*c", "abc"));
  CHECK_FALSE(matches("a*b*c", "acb"));
  CHECK(matches("*mid*", "amidst"));
  CHECK(matches("a**c", "abc"));
}

TEST_CASE("head and tail of a pattern do not overlap", "[config]") {
  CHECK_FALSE(matches("aba*aba", "aba"));
  CHECK_FALSE(matches("ab*ba", "aba"));
  CHECK(matches("ab*ba", "abba"));
}

TEST_CASE("a term without a star is compared whole", "[config]") {
  CHECK(matches("10.0.0.1", "10.0.0.1"));
  CHECK_FALSE(matches("10.0.0.1", "10.0.0.11"));
  CHECK_FALSE(matches("Host", "host"));
}

TEST_CASE("the first term that fits decides", "[config]") {
  CHECK_FALSE(matches("!10.0.0.7 10.*", "10.0.0.7"));
  CHECK(matches("!10.0.0.7 10.*", "10.0.0.8"));
  CHECK(matches("10.* !10.0.0.7", "10.0.0.7"));
  CHECK_FALSE(matches("!a*", "b"));
}

TEST_CASE("an empty pattern matches nothing", "[config]") {
  CHECK_FALSE(simple_pattern{}.matches(""));
  CHECK_FALSE(matches("", ""));
  CHECK_FALSE(matches("  \t ", "x"));
  CHECK_FALSE(matches("!", ""));
}

TEST_CASE("a backslash takes the next character literally", "[config]") {
  CHECK(matches("a\\ b", "a b"));
  CHECK(matches("\\*", "*"));
  CHECK_FALSE(matches("\\*", "x"));
  CHECK(matches("\\!x", "!x"));
  CHECK(matches("a\\\\b", "a\\b"));
  CHECK(matches("a\\", "a\\"));
}

TEST_CASE("a refused thing can't pass under its other name", "[config]") {
  simple_pattern pattern{"!localhost *"};
  CHECK_FALSE(pattern.matches_any({"127.0.0.1", "localhost"}));
  CHECK(pattern.matches("10.0.0.1"));
  CHECK(simple_pattern{"localhost"}.matches_any({"::1", "localhost"}));
}

TEST_CASE("a pattern keeps its text", "[config]") {
  CHECK(simple_pattern{"!a  b*"}.text() == "!a  b*");
  CHECK(simple_pattern{"a"} == simple_pattern{"a"});
  CHECK(simple_pattern{"a"} != simple_pattern{"b"});
}

TEST_CASE("a hostile pattern is decided in bounded time", "[config]") {
  std::string pattern;
  for (auto i = 0; i < 500; ++i)
    pattern += "a*";
  CHECK_FALSE(matches(pattern + "b", std::string(10'000, 'a')));
}
