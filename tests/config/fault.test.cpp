#include "config/fault.hpp"

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

TEST_CASE("a fault names file and line", "[config]") {
  CHECK(to_text(fault{"a.conf", 3, "wrong"}) == "a.conf:3: wrong");
  CHECK(to_text(fault{"--set x.y", 0, "wrong"}) == "--set x.y: wrong");
}

TEST_CASE("a list of faults has one line each", "[config]") {
  CHECK(to_text(std::vector<fault>{}).empty());
  CHECK(to_text(std::vector<fault>{{"a", 1, "x"}, {"b", 2, "y"}})
        == "a:1: x\nb:2: y\n");
}

TEST_CASE("a quoted value can't break a line of the log", "[config]") {
  CHECK(in_quotes("a b") == "'a b'");
  CHECK(in_quotes("a\nb\x7f") == "'a?b?'");
  CHECK(in_quotes(std::string(60, 'x')) == "'" + std::string(60, 'x') + "'");
  CHECK(in_quotes(std::string(61, 'x')) == "'" + std::string(60, 'x') + "...'");
}

TEST_CASE("a quoted value is not cut inside a character", "[config]") {
  auto text = std::string(59, 'x') + "\xc3\xa4 and more";
  CHECK(in_quotes(text) == "'" + std::string(59, 'x') + "...'");
}

TEST_CASE("the words of an error come without its code", "[config]") {
  CHECK(detail_of(make_error(ec::bad_configuration, "a: b")) == "a: b");
  CHECK(detail_of(make_error(ec::denied)) == "denied");
}
