#include "actors/http/json_text.hpp"

#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tributary;
using nlohmann::json;

TEST_CASE("every byte of a string survives or is replaced", "[http]") {
  std::string all;
  for (int c = 0; c < 128; ++c)
    all += static_cast<char>(c);
  std::string out = "x";
  append_json_string(out, all);
  CHECK(json::parse(out.substr(1)) == all);
  out.clear();
  append_json_string(out, "a\xff\xc3\xa4");
  CHECK(json::parse(out) == "a\xef\xbf\xbd\xc3\xa4");
}

TEST_CASE("what is no number is null", "[http]") {
  std::string out;
  append_json_number(out, NAN);
  append_json_number(out, 1.5);
  append_json_number(out, -INFINITY);
  CHECK(out == "null1.5null");
}
