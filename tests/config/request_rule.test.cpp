#include "config/request_rule.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("a rule allows the kinds of request that it names", "[config]") {
  using kind = request_kind;
  CHECK(allows(request_rule::yes, kind::introspect));
  CHECK(allows(request_rule::yes, kind::query));
  CHECK(allows(request_rule::introspect, kind::introspect));
  CHECK_FALSE(allows(request_rule::introspect, kind::query));
  CHECK(allows(request_rule::query, kind::query));
  CHECK_FALSE(allows(request_rule::query, kind::introspect));
  CHECK_FALSE(allows(request_rule::no, kind::introspect));
  CHECK_FALSE(allows(request_rule::no, kind::query));
}

TEST_CASE("rules have the names that files use", "[config]") {
  CHECK(to_string(request_rule::no) == std::string{"no"});
  CHECK(to_string(request_rule::introspect) == std::string{"introspect"});
  CHECK(to_string(request_rule::query) == std::string{"query"});
  CHECK(to_string(request_rule::yes) == std::string{"yes"});
}
