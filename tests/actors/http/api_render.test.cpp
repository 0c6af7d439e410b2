#include "actors/http/api_render.hpp"

#include <cmath>

#include <caf/sec.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "schema/utf8.hpp"

using namespace tributary;
using nlohmann::json;

namespace {

const double gap = std::nan("");

host_status some_host() {
  host_status result;
  result.guid = *guid::parse("11111111-2222-3333-4444-555555555555");
  result.hostname = "a\"b\\\n\xff";
  result.reachable = true;
  result.state = host_state::stale;
  result.hops = 2;
  result.newest_sample = 1700000000;
  result.age_ms = 6500;
  return result;
}

chart_ptr some_chart() {
  auto result = std::make_shared<chart>();
  result->id = "disk.vda/1";
  result->name = "disk.vda1";
  result->context = "disk.io";
  result->family = "vda";
  result->title = "Disk \"I/O\"";
  result->units = "KiB/s";
  result->type = chart_type::area;
  result->priority = -5;
  result->module = "proc.diskstats";
  result->step = 5;
  result->dimensions.resize(2);
  result->dimensions[0].id = "zz";
  result->dimensions[0].name = "reads";
  result->dimensions[0].algorithm = algorithm::incremental;
  result->dimensions[1].id = "aa";
  result->dimensions[1].multiplier = -1;
  result->dimensions[1].divisor = 1024;
  result->dimensions[1].hidden = true;
  return result;
}

} // namespace

TEST_CASE("info has every documented key", "[http]") {
  info_document from;
  from.version = "0.1.0";
  from.uid = some_host().guid;
  from.hostname = "here";
  from.node_hostname = "node";
  from.hosts = {some_host(), {}};
  from.facts = {"Debian", "12", "Linux", "6.1", "x86_64", 8, 1ull << 34};
  from.charts_count = 3;
  from.metrics_count = 17;
  from.stream_enabled = true;
  from.durability = "ram";
  auto x = json::parse(render_info(from));
  for (auto key : {"version",
                   "uid",
                   "hostname",
                   "node_hostname",
                   "node_uid",
                   "mirrored_hosts",
                   "mirrored_hosts_status",
                   "os_name",
                   "os_version",
                   "kernel_name",
                   "kernel_version",
                   "architecture",
                   "cores_total",
                   "ram_total",
                   "charts-count",
                   "metrics-count",
                   "stream-enabled",
                   "parents",
                   "durability",
                   "update_every",
                   "hosts-available"}) {
    INFO(key);
    CHECK(x.count(key) == 1);
  }
  CHECK(x["uid"] == "11111111-2222-3333-4444-555555555555");
  CHECK(x["ram_total"] == 1ull << 34);
  CHECK(x["stream-enabled"] == true);
  CHECK(x["durability"] == "ram");
  CHECK(x["hosts-available"] == 2);
  CHECK(x["mirrored_hosts"][0] == "a\"b\\\n\xef\xbf\xbd");
  auto& status = x["mirrored_hosts_status"][0];
  CHECK(status["state"] == "stale");
  CHECK(status["ephemeral"] == false);
  CHECK(status["reachable"] == true);
  CHECK(status["hops"] == 2);
  CHECK(status["newest_sample"] == 1700000000);
  CHECK(status["oldest_sample"].is_null());
  CHECK(status["age_ms"] == 6500);
  CHECK(status["reason"] == "");
  CHECK(json::parse(render_nodes_event(from.hosts))
        == x["mirrored_hosts_status"]);
}

TEST_CASE("charts keep their dimensions in column order", "[http]") {
  charts_document from;
  from.hostname = "here";
  from.url_prefix = "/host/here";
  from.update_every = 2;
  from.charts.push_back({some_chart(), 100, std::nullopt});
  auto text = render_charts(from);
  auto x = json::parse(text);
  CHECK(x["charts_count"] == 1);
  CHECK(x["dimensions_count"] == 2);
  auto& entry = x["charts"]["disk.vda/1"];
  CHECK(entry["id"] == "disk.vda/1");
  CHECK(entry["type"] == "disk");
  CHECK(entry["title"] == "Disk \"I/O\"");
  CHECK(entry["priority"] == -5);
  CHECK(entry["chart_type"] == "area");
  CHECK(entry["update_every"] == 10);
  CHECK(entry["first_entry"] == 100);
  CHECK(entry["last_entry"].is_null());
  CHECK(entry["data_url"] == "/host/here/api/v1/data?chart=disk.vda%2F1");
  CHECK(entry["dimensions"]["zz"]["algorithm"] == "incremental");
  CHECK(entry["dimensions"]["aa"]["hidden"] == true);
  CHECK(entry["dimensions"]["aa"]["multiplier"] == -1);
  CHECK(entry["dimensions"]["aa"]["divisor"] == 1024);
  CHECK(text.find("\"zz\"") < text.find("\"aa\""));
}

TEST_CASE("one chart is what it is among all", "[http]") {
  charts_document from;
  from.url_prefix = "/host/here";
  from.charts.push_back({some_chart(), 100, 200});
  auto all = json::parse(render_charts(from))["charts"]["disk.vda/1"];
  CHECK(json::parse(render_chart(from, from.charts[0])) == all);
}

TEST_CASE("a tick event holds the charts' values", "[http]") {
  CHECK(render_tick_event(5, {}) == "{\"tick\":5,\"charts\":{}}");
  auto text = render_tick_event(7, {{"a.b", {1, gap}}, {"c\"", {}}});
  CHECK(text == "{\"tick\":7,\"charts\":{\"a.b\":[1,null],\"c\\\"\":[]}}");
  CHECK(json::accept(text));
}

TEST_CASE("errors carry code, text and status", "[http]") {
  auto x = error_response(make_error(ec::not_found, "no host \"x\""));
  CHECK(x.status == 404);
  auto body = json::parse(x.body);
  CHECK(body["error"] == "not_found");
  CHECK(body["message"] == "no host \"x\"");
  CHECK(error_response(make_error(ec::bad_request)).status == 400);
  CHECK(error_response(make_error(ec::store_failed)).status == 500);
  auto foreign = error_response(caf::make_error(caf::sec::request_timeout));
  CHECK(foreign.status == 500);
  CHECK(json::parse(foreign.body)["error"] == "internal");
}

TEST_CASE("bytes that are not UTF-8 are replaced one by one", "[http]") {
  CHECK(is_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  // Overlong, surrogate, beyond the last code point, cut off, stray.
  for (auto bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                   "\x80", "\xff"}) {
    CHECK_FALSE(is_utf8(bad));
    CHECK(is_utf8(to_utf8(bad)));
  }
  CHECK(to_utf8("a\xff\xc3\xa4\xe2\x82")
        == "a\xef\xbf\xbd\xc3\xa4"
           "\xef\xbf\xbd\xef\xbf\xbd");
}
