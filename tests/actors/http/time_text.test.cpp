#include "actors/http/time_text.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

template <class F>
std::string text_of(F write, tick at) {
  char buffer[date_chars_max];
  return {buffer, write(buffer, at)};
}

} // namespace

TEST_CASE("dates are written in UTC", "[http]") {
  CHECK(text_of(write_rfc3339, 0) == "1970-01-01T00:00:00Z");
  CHECK(text_of(write_rfc3339, 951'782'399) == "2000-02-28T23:59:59Z");
  CHECK(text_of(write_rfc3339, 1'700'000'000) == "2023-11-14T22:13:20Z");
  CHECK(text_of(write_google_date, 1'700'000'000)
        == "Date(2023,10,14,22,13,20)");
  CHECK(text_of(write_google_date, 0) == "Date(1970,0,1,0,0,0)");
}

TEST_CASE("the last tick has a date", "[http]") {
  CHECK(text_of(write_rfc3339, tick_max) == "36812-02-20T00:36:16Z");
}
