#include "actors/link/parent_claims.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("one link has a parent", "[actors]") {
  auto p = guid::from_words(1, 1);
  auto q = guid::from_words(1, 2);
  parent_claims claims;
  CHECK(claims.claim(p, 7, "a").empty());
  CHECK_FALSE(claims.has_other(7));
  CHECK(claims.has_other(8));
  CHECK(claims.claim(p, 8, "b") == "a");
  CHECK(claims.claim(p, 7, "a").empty()); // a new link of the same uplink
  CHECK(claims.claim(q, 8, "b").empty());
  CHECK(claims.has_other(7));
  claims.release(7);
  CHECK_FALSE(claims.has_other(8));
  CHECK(claims.claim(p, 8, "b").empty());
  CHECK(
      claims.claim(q, 7, "a").empty()); // who has another one has this no more
}

TEST_CASE("another parent has the same hosts if its link has the same route",
          "[actors]") {
  parent_claims claims;
  CHECK(claims.claim(guid::from_words(1, 1), 7, "a", 0).empty());
  CHECK(claims.claim(guid::from_words(1, 2), 8, "b", 1).empty());
  CHECK_FALSE(claims.has_other(7, 0));
  claims.move(8, 0);
  CHECK(claims.has_other(7, 0));
  CHECK(claims.claim(guid::from_words(1, 2), 9, "c", 2) == "b"); // all the same
}
