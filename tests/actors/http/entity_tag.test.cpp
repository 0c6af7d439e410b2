#include "actors/http/entity_tag.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("a tag names its bytes", "[http]") {
  CHECK(entity_tag_of("a") == entity_tag_of("a"));
  CHECK(entity_tag_of("a") != entity_tag_of("b"));
  CHECK(entity_tag_of("").size() == 38);
}

TEST_CASE("tags are compared weakly", "[http]") {
  auto tag = entity_tag_of("a");
  CHECK(has_tag(tag, tag));
  CHECK(has_tag("\"x\", W/" + tag, tag));
  CHECK(has_tag(tag, "W/" + tag));
  CHECK(has_tag("*", tag));
  CHECK_FALSE(has_tag("", tag));
  CHECK_FALSE(has_tag(entity_tag_of("b"), tag));
  CHECK_FALSE(has_tag(tag.substr(1, 20), tag));
}
