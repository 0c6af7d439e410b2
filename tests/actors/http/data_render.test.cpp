#include "actors/http/data_render.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tributary;
using nlohmann::json;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

data_table some_table() {
  data_table result;
  result.labels = {"user", "sys,\"tem\""};
  result.times = {10, 11, 12};
  result.values = {1, 2.5, gap, -3, INFINITY, 100000};
  return result;
}

/// The table as `options` want it, rendered.
std::string shown(data_table from, data_format format, data_options options) {
  apply_options(options, kept_columns(view_of(from), options), from);
  return render_data(view_of(from), format, options);
}

} // namespace

TEST_CASE("a table is written newest row first", "[http]") {
  auto from = some_table();
  auto text = render_data(view_of(from), data_format::json, {});
  CHECK(text
        == "{\"labels\":[\"time\",\"user\",\"sys,\\\"tem\\\"\"],\"data\":["
           "[12,null,100000],[11,null,-3],[10,1,2.5]]}");
  CHECK(json::parse(text)["data"][2][2] == 2.5);
  CHECK(render_data(view_of(from), data_format::csv, {})
        == "time,user,\"sys,\"\"tem\"\"\"\n12,,100000\n11,,-3\n10,1,2.5\n");
}

TEST_CASE("an empty table has labels and no rows", "[http]") {
  data_table from;
  from.labels = {"a"};
  CHECK(render_data(view_of(from), data_format::json, {})
        == "{\"labels\":[\"time\",\"a\"],\"data\":[]}");
  CHECK(render_data(view_of(from), data_format::csv, {}) == "time,a\n");
  CHECK(render_data(view_of(from), data_format::array, {}) == "[]");
  CHECK(render_data(view_of(from), data_format::ssv, {}).empty());
  CHECK(json::parse(
            render_wrapped(view_of(from), data_format::json, {}, {}))["points"]
        == 0);
}

TEST_CASE("other formats hold the same values", "[http]") {
  data_table from;
  from.labels = {"a\tb", "c|d\n"};
  from.times = {10, 11};
  from.values = {1, 2.5, gap, gap};
  CHECK(render_data(view_of(from), data_format::tsv, {})
        == "time\ta b\tc|d \n11\t\t\n10\t1\t2.5\n");
  CHECK(render_data(view_of(from), data_format::markdown, {})
        == "|time|a b|c d |\n|---:|---:|---:|\n|11|||\n|10|1|2.5|\n");
  CHECK(render_data(view_of(from), data_format::ssv, {}) == "null 3.5");
  CHECK(render_data(view_of(from), data_format::ssvcomma, {}) == "null,3.5");
  CHECK(render_data(view_of(from), data_format::array, {}) == "[null,3.5]");
}

TEST_CASE("options change what is shown", "[http]") {
  data_table from;
  from.labels = {"a", "b", "c"};
  from.times = {10, 11};
  from.values = {1, 0, -2.5, 3, gap, gap};
  data_options options;
  options.oldest_first = true;
  options.milliseconds = true;
  CHECK(shown(from, data_format::csv, options)
        == "time,a,b,c\n10000,1,0,-2.5\n11000,3,,\n");
  options = {};
  options.magnitudes = true;
  options.gaps_are_zero = true;
  CHECK(shown(from, data_format::csv, options)
        == "time,a,b,c\n11,3,0,0\n10,1,0,2.5\n");
  options = {};
  options.without_zeros = true;
  CHECK(shown(from, data_format::csv, options)
        == "time,a,c\n11,3,\n10,1,-2.5\n");
  from.values = {0, 0, gap, 0, 0, 0};
  CHECK(shown(from, data_format::csv, options)
        == "time,a,b,c\n11,0,0,0\n10,0,0,\n");
  options = {};
  options.object_rows = true;
  CHECK(json::parse(shown(from, data_format::json, options))
        == json::parse(R"([{"time":11,"a":0,"b":0,"c":0},
                           {"time":10,"a":0,"b":0,"c":null}])"));
}

TEST_CASE("one value a row is what was asked for", "[http]") {
  data_table from;
  from.labels = {"a", "b", "c"};
  from.times = {10};
  from.values = {1, gap, -4};
  data_options options;
  auto shown_as = [&](row_reduction by) {
    options.reduction = by;
    return render_data(view_of(from), data_format::ssv, options);
  };
  CHECK(shown_as(row_reduction::sum) == "-3");
  CHECK(shown_as(row_reduction::average) == "-1.5");
  CHECK(shown_as(row_reduction::min) == "-4");
  CHECK(shown_as(row_reduction::max) == "1");
  CHECK(shown_as(row_reduction::span) == "5");
  from.values = {gap, gap, gap};
  CHECK(shown_as(row_reduction::span) == "null");
}

TEST_CASE("an envelope tells about its table", "[http]") {
  data_envelope envelope;
  envelope.id = "disk.\"x\"";
  envelope.name = "disk.x";
  envelope.view_update_every = 5;
  envelope.first_entry = 3;
  envelope.last_entry = 12;
  envelope.group = "max";
  envelope.options = "jsonwrap";
  envelope.dimension_ids = {"u", "s"};
  envelope.tier = 1;
  envelope.points_of_tier = {7, 40};
  auto from = some_table();
  auto x = json::parse(
      render_wrapped(view_of(from), data_format::json, {}, envelope));
  CHECK(x["api"] == 1);
  CHECK(x["id"] == "disk.\"x\"");
  CHECK(x["name"] == "disk.x");
  CHECK(x["view_update_every"] == 5);
  CHECK(x["update_every"] == 1);
  CHECK(x["first_entry"] == 3);
  CHECK(x["last_entry"] == 12);
  CHECK(x["after"] == 10);
  CHECK(x["before"] == 12);
  CHECK(x["dimension_names"] == json(from.labels));
  CHECK(x["dimension_ids"] == json({"u", "s"}));
  CHECK(x["dimensions"] == 2);
  CHECK(x["points"] == 3);
  CHECK(x["format"] == "json");
  CHECK(x["tier"] == 1);
  CHECK(x["db_points_per_tier"] == json({7, 40}));
  CHECK(x["view_latest_values"] == json::parse("[null,100000]"));
  CHECK(x["min"] == -3);
  CHECK(x["result"]["data"].size() == 3);
  auto text = json::parse(
      render_wrapped(view_of(from), data_format::csv, {}, envelope));
  CHECK(text["result"] == render_data(view_of(from), data_format::csv, {}));
  auto sums = json::parse(
      render_wrapped(view_of(from), data_format::array, {}, envelope));
  CHECK(sums["result"].size() == 3);
}
