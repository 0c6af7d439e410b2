#include "config/spelling.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("the distance counts what has to be typed again", "[config]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("abc", "abd") == 1);
  CHECK(edit_distance("abc", "acb") == 1);
  CHECK(edit_distance("abc", "abcd") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("API_Key", "api key") == 0);
}

TEST_CASE("the nearest name is found", "[config]") {
  std::vector<std::string_view> names{"enabled", "destination", "api key"};
  CHECK(nearest_name("enable", names) == std::string_view{"enabled"});
  CHECK(nearest_name("destinatoin", names) == std::string_view{"destination"});
  CHECK(nearest_name("apikey", names) == std::string_view{"api key"});
  CHECK(spelling_hint("enbled", names) == "; did you mean 'enabled'?");
}

TEST_CASE("what is far from all names gets no hint", "[config]") {
  std::vector<std::string_view> names{"enabled", "db"};
  CHECK_FALSE(nearest_name("buffer size", names));
  CHECK_FALSE(nearest_name("xy", names));
  CHECK_FALSE(nearest_name(std::string(65, 'e'), names));
  CHECK(spelling_hint("buffer size", names).empty());
  CHECK_FALSE(nearest_name("enabled", {}));
}
