#include "actors/http/target.hpp"

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

TEST_CASE("a target is decoded exactly once", "[http]") {
  auto x = parse_target("/a%20b/%2e%2e/%252e+c?x=1%2B1&y&=z&x=a+b%20c&&w==");
  REQUIRE(x);
  CHECK(x->path == "/a b/../%2e+c");
  REQUIRE(x->parameters.size() == 5);
  CHECK(x->parameters[0].name == "x");
  CHECK(x->parameters[0].value == "1+1");
  CHECK(x->parameters[1].name == "y");
  CHECK(x->parameters[1].value.empty());
  CHECK(x->parameters[2].name.empty());
  CHECK(x->parameters[3].value == "a b c");
  CHECK(x->parameters[4].value == "=");
}

TEST_CASE("a proxy's form of a target is understood", "[http]") {
  auto whole = parse_target("http://node:19999/api?a=b#c");
  REQUIRE(whole);
  CHECK(whole->path == "/api");
  CHECK(whole->parameters.size() == 1);
  auto bare = parse_target("http://node");
  REQUIRE(bare);
  CHECK(bare->path == "/");
}

TEST_CASE("broken targets are refused", "[http]") {
  for (auto raw : {"", "*", "a", "?a", "/%", "/%1", "/%g0", "/?a=%", "/?%=a",
                   "/%0a", "/%7F", "/%00"}) {
    INFO(raw);
    auto x = parse_target(raw);
    REQUIRE_FALSE(x);
    CHECK(code_of(x.error()) == ec::bad_request);
  }
}

TEST_CASE("what is encoded decodes to itself", "[http]") {
  std::string all;
  for (int i = 0x20; i < 256; ++i)
    if (i != 0x7f)
      all += static_cast<char>(i);
  auto x = parse_target('/' + percent_encode(all));
  REQUIRE(x);
  CHECK(x->path == '/' + all);
}
