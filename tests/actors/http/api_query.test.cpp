#include "actors/http/api_query.hpp"

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

using strings = std::vector<std::string>;

/// The text of the refusal; empty when there is none.
std::string refusal_of(std::vector<http_parameter> parameters) {
  parameters.push_back({"chart", "system.cpu"});
  auto result = parse_data_request(parameters);
  if (result)
    return "";
  CHECK(code_of(result.error()) == ec::bad_request);
  return to_text(result.error());
}

bool contains(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

} // namespace

TEST_CASE("a data request has the documented defaults", "[http]") {
  auto x = parse_data_request({{"chart", "system.cpu"}, {"unknown", "%"}});
  REQUIRE(x);
  CHECK(x->query.chart == "system.cpu");
  CHECK(x->query.dimensions.empty());
  CHECK(x->query.after == -600);
  CHECK(x->query.before == 0);
  CHECK(x->query.points == 0);
  CHECK(x->query.group.function == grouping::average);
  CHECK(x->format == data_format::json);
  CHECK_FALSE(x->wrapped);
  CHECK_FALSE(x->options.oldest_first);
}

TEST_CASE("a data request takes every parameter", "[http]") {
  auto x = parse_data_request({{"chart", "a.b"},
                               {"dimensions", "user|sys*,,nice"},
                               {"after", "-60"},
                               {"before", "1700000000"},
                               {"points", "20000"},
                               {"group", "max"},
                               {"format", "csv"}});
  REQUIRE(x);
  CHECK(x->query.dimensions == strings{"user", "sys*", "nice"});
  CHECK(x->query.after == -60);
  CHECK(x->query.before == 1'700'000'000);
  CHECK(x->query.points == 20'000);
  CHECK(x->query.group.function == grouping::max);
  CHECK(x->format == data_format::csv);
}

TEST_CASE("options of a data request add up", "[http]") {
  auto x = parse_data_request({{"chart", "a.b"},
                               {"options", "flip|ms,abs jsonwrap"},
                               {"options", "null2zero,nonzero,objectrows"}});
  REQUIRE(x);
  CHECK(x->wrapped);
  CHECK(x->options.oldest_first);
  CHECK(x->options.milliseconds);
  CHECK(x->query.magnitudes);
  CHECK_FALSE(x->options.magnitudes);
  CHECK(x->options.gaps_are_zero);
  CHECK(x->options.without_zeros);
  CHECK(x->options.object_rows);
  CHECK(x->options_text == "flip,ms,abs,jsonwrap,null2zero,nonzero,objectrows");
  auto last = parse_data_request(
      {{"chart", "a.b"}, {"options", "ms,seconds,minify,,match-ids"}});
  REQUIRE(last);
  CHECK_FALSE(last->options.milliseconds);
}

TEST_CASE("a bad parameter is named", "[http]") {
  CHECK(contains(refusal_of({{"after", "1h"}}), "after"));
  CHECK(contains(refusal_of({{"after", ""}}), "after"));
  CHECK(contains(refusal_of({{"before", "1.5"}}), "before"));
  CHECK(contains(refusal_of({{"before", "99999999999999999999"}}), "before"));
  CHECK(contains(refusal_of({{"after", "-9223372036854775808"}}), "after"));
  CHECK(contains(refusal_of({{"points", "20001"}}), "points"));
  CHECK(contains(refusal_of({{"points", "-1"}}), "points"));
  CHECK(contains(refusal_of({{"points", " 1"}}), "points"));
  CHECK(contains(refusal_of({{"group", "foo"}}), "average, avg, mean, min"));
  CHECK(contains(refusal_of({{"group_options", ">1"}}), "group_options"));
  CHECK(contains(refusal_of({{"format", "xml"}}), "jsonp, csv"));
  CHECK(contains(refusal_of({{"options", "flip,nonsense"}}), "options"));
  CHECK(contains(refusal_of({{"options", "flip,nonsense"}}), "nonsense"));
  CHECK(refusal_of({{"options", std::string(5000, 'x')}}).size() < 600);
  CHECK(refusal_of({{"group", std::string(5000, 'x')}}).size() < 700);
  auto missing = parse_data_request({});
  REQUIRE_FALSE(missing);
  CHECK(contains(to_text(missing.error()), "chart"));
}

TEST_CASE("options of the query go to the reader", "[http]") {
  auto x = parse_data_request(
      {{"context", "disk.io"},
       {"nodes", "web*,db1"},
       {"nodes", "db2"},
       {"aggregation", "max"},
       {"group", "percentile"},
       {"group_options", "90"},
       {"tier", "1"},
       {"timeout", "500"},
       {"options", "percentage,unaligned,virtual-points,display-absolute"},
       {"options", "match-ids,selected-tier,min2max"}});
  REQUIRE(x);
  auto& query = x->query;
  CHECK(query.context == "disk.io");
  CHECK(query.chart.empty());
  CHECK(query.nodes == strings{"web*", "db1", "db2"});
  CHECK(query.merged_by == aggregation::max);
  CHECK(query.group.function == grouping::percentile);
  CHECK(query.group.parameter == 90);
  CHECK(query.tier == 1u);
  CHECK(query.timeout_ms == 500);
  CHECK((query.percentages && query.unaligned && query.virtual_points));
  CHECK_FALSE((query.magnitudes || query.natural_points));
  CHECK(query.match == dimension_match::ids);
  CHECK(x->options.magnitudes);
  CHECK(x->options.reduction == row_reduction::span);
  auto both = parse_data_request(
      {{"chart", "a"}, {"options", "match-ids,match-names"}, {"gtime", "60"}});
  REQUIRE(both);
  CHECK(both->query.match == dimension_match::ids_and_names);
  CHECK(both->query.resample_seconds == 60);
}

TEST_CASE("parameters that contradict each other are refused", "[http]") {
  CHECK(contains(refusal_of({{"context", "disk.io"}}), "context"));
  CHECK(contains(refusal_of({{"gtime", "60"}, {"group", "max"}}), "gtime"));
  CHECK(contains(refusal_of({{"options", "selected-tier"}}), "tier"));
  CHECK(contains(refusal_of({{"options", "natural-points,virtual-points"}}),
                 "natural-points"));
  CHECK(contains(refusal_of({{"timeout", "0"}}), "timeout"));
  CHECK(contains(refusal_of({{"timeout", "15001"}}), "15000"));
  CHECK(contains(refusal_of({{"gtime", "-1"}}), "gtime"));
  CHECK(contains(refusal_of({{"tier", "-1"}}), "tier"));
  CHECK(contains(refusal_of({{"aggregation", "median"}}), "aggregation"));
  std::string many;
  for (size_t i = 0; i <= query_nodes_max; ++i)
    many += std::to_string(i) + ",";
  CHECK(contains(refusal_of({{"nodes", many}}), "64"));
}

TEST_CASE("a request for all metrics has Netdata's defaults", "[http]") {
  auto x = parse_metrics_request({{"variables", "yes"}});
  REQUIRE(x);
  CHECK(x->format == metrics_format::shell);
  CHECK(x->data == metrics_data::average);
  CHECK(x->prefix == "tributary");
  CHECK((x->names && x->timestamps && x->help && x->types && x->units));
  CHECK_FALSE(x->all_hosts);
  auto all = parse_metrics_request({{"format", "prometheus_all_hosts"},
                                    {"data", "as-collected"},
                                    {"prefix", "netdata"},
                                    {"names", "no"},
                                    {"timestamps", "0"},
                                    {"help", "false"},
                                    {"types", "no"},
                                    {"hideunits", "yes"},
                                    {"filter", "disk.* !*"},
                                    {"server", "prom-1"}});
  REQUIRE(all);
  CHECK(all->all_hosts);
  CHECK(all->format == metrics_format::prometheus);
  CHECK(all->data == metrics_data::as_collected);
  CHECK(all->prefix == "netdata");
  CHECK_FALSE(
      (all->names || all->timestamps || all->help || all->types || all->units));
  CHECK(all->filter == "disk.* !*");
  CHECK(all->server == "prom-1");
}

TEST_CASE("bad parameters of all metrics are named", "[http]") {
  auto refused = [](const char* name, std::string value) {
    auto x = parse_metrics_request({{name, std::move(value)}});
    REQUIRE_FALSE(x);
    CHECK(code_of(x.error()) == ec::bad_request);
    CHECK(to_text(x.error()).size() < 300);
    return contains(to_text(x.error()), name);
  };
  CHECK(refused("format", "xml"));
  CHECK(refused("data", "sum"));
  CHECK(refused("names", "maybe"));
  CHECK(refused("hideunits", ""));
  CHECK(refused("prefix", "a-b"));
  CHECK(refused("prefix", "1a"));
  CHECK(refused("prefix", std::string(65, 'a')));
  CHECK(refused("prefix", std::string{"a\0b", 3}));
  CHECK(refused("filter", std::string(1025, '*')));
  CHECK(refused("server", std::string(65, 'a')));
}

TEST_CASE("a chart request names one chart", "[http]") {
  CHECK(*parse_chart_request({{"chart", "a"}, {"chart", "b"}}) == "b");
  CHECK_FALSE(parse_chart_request({{"charts", "a"}}));
  CHECK_FALSE(parse_chart_request({{"chart", ""}}));
}

TEST_CASE("a live request lists charts once", "[http]") {
  auto all = parse_live_request({});
  REQUIRE(all);
  CHECK(all->charts.empty());
  auto some = parse_live_request({{"charts", "b,a,,b"}, {"charts", "c"}});
  REQUIRE(some);
  CHECK(some->charts == strings{"b", "a", "c"});
  std::string many;
  for (size_t i = 0; i <= live_charts_max; ++i)
    many += std::to_string(i) + ",";
  CHECK_FALSE(parse_live_request({{"charts", many}}));
}

TEST_CASE("a script calls what the client names, and only names", "[http]") {
  auto x = parse_data_request({{"chart", "a"},
                               {"format", "jsonp"},
                               {"callback", "jQuery1.f"},
                               {"filename", "a table.js"}});
  REQUIRE(x);
  CHECK(x->format == data_format::jsonp);
  CHECK(x->callback == "jQuery1.f");
  CHECK(x->file_name == "a table.js");
  for (auto name : {"", "alert(1)//", "a;b", "a\r\nb", "<script>", "1"})
    CHECK(contains(refusal_of({{"format", "jsonp"}, {"callback", name}}),
                   "callback"));
  for (auto name : {"a\"b", "a\r\nSet-Cookie: x", "../a", "a/b"})
    CHECK(contains(refusal_of({{"filename", name}}), "filename"));
}

TEST_CASE("a data source says what it wants in tqx", "[http]") {
  auto google = [](const char* tqx) {
    return parse_data_request(
        {{"chart", "a"}, {"format", "datasource"}, {"tqx", tqx}});
  };
  auto x = google("reqId:3;version:0.6;sig:ab-1;responseHandler:my.f;other:1");
  REQUIRE(x);
  CHECK(x->format == data_format::datasource);
  CHECK(x->google.id == "3");
  CHECK(x->google.tag == "ab-1");
  CHECK(x->google.handler == "my.f");
  auto csv = google("out:csv;outFileName:x.csv");
  REQUIRE(csv);
  CHECK(csv->format == data_format::csv);
  CHECK(csv->file_name == "x.csv");
  for (auto tqx : {"responseHandler:f()", "reqId:\"", "out:xml", "sig:<"}) {
    auto refused = google(tqx);
    REQUIRE_FALSE(refused);
    CHECK(contains(to_text(refused.error()), "tqx"));
  }
  // For other formats it says nothing about the format.
  auto json = parse_data_request({{"chart", "a"}, {"tqx", "out:csv"}});
  REQUIRE(json);
  CHECK(json->format == data_format::json);
  CHECK(
      contains(refusal_of({{"format", "datasource"}, {"options", "jsonwrap"}}),
               "jsonwrap"));
}

TEST_CASE("what others answer and this does not is told", "[http]") {
  CHECK(contains(refusal_of({{"format", "json2"}}), "json2 is not answered"));
  for (auto name : {"anomaly-bit", "jw-anomaly-rates", "raw", "details",
                    "group-by-labels", "plan"})
    CHECK(contains(refusal_of({{"options", name}}),
                   std::string{name} + " is not answered: "));
  CHECK(contains(refusal_of({{"chart_labels_filter", "a:b"}}),
                 "chart_labels_filter"));
  CHECK(contains(refusal_of({{"options", "rfc3339,ms"}}), "rfc3339"));
  CHECK(refusal_of({{"options", "rfc3339,google_json,label-quotes"},
                    {"options", "milliseconds,seconds,allow_past"}})
            .empty());
}
