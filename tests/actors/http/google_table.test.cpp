#include "actors/http/google_table.hpp"

#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tributary;
using nlohmann::json;

namespace {

/// What the handler is called with.
json argument_of(const std::string& script, const std::string& handler) {
  auto begin = "/**/" + handler + "(";
  REQUIRE(script.substr(0, begin.size()) == begin);
  REQUIRE(script.substr(script.size() - 3) == ");\n");
  return json::parse(
      script.substr(begin.size(), script.size() - begin.size() - 3));
}

data_table some_table() {
  data_table result;
  result.labels = {"user", "a\"b"};
  result.times = {1'700'000'000, 1'700'000'001};
  result.values = {1, 2.5, std::numeric_limits<double>::quiet_NaN(), -3};
  return result;
}

} // namespace

TEST_CASE("a table for Google's charts has columns and cells", "[http]") {
  std::string text;
  append_google_table(text, view_of(some_table()), {});
  auto wanted = json::parse(R"json({
    "cols": [{"id": "time", "label": "time", "type": "datetime"},
             {"id": "user", "label": "user", "type": "number"},
             {"id": "a\"b", "label": "a\"b", "type": "number"}],
    "rows": [{"c": [{"v": "Date(2023,10,14,22,13,21)"}, {"v": null},
                    {"v": -3}]},
             {"c": [{"v": "Date(2023,10,14,22,13,20)"}, {"v": 1},
                    {"v": 2.5}]}]})json");
  CHECK(json::parse(text) == wanted);
}

TEST_CASE("a data source sends a table once", "[http]") {
  google_request what;
  what.id = "7";
  auto first = argument_of(google_answer(what, "{\"cols\":[]}"),
                           "google.visualization.Query.setResponse");
  CHECK(first["status"] == "ok");
  CHECK(first["reqId"] == "7");
  CHECK(first["version"] == "0.6");
  CHECK(first["table"] == json::parse("{\"cols\":[]}"));
  what.tag = first["sig"];
  what.handler = "mine.f";
  auto again = argument_of(google_answer(what, "{\"cols\":[]}"), "mine.f");
  CHECK(again["status"] == "error");
  CHECK(again["errors"][0]["reason"] == "not_modified");
  CHECK(again.find("table") == again.end());
  CHECK(argument_of(google_answer(what, "{\"cols\":[1]}"), "mine.f")["status"]
        == "ok");
}
