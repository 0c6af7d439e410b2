#include "actors/http/metric_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/store/store_examples.hpp"

using namespace tributary;
using nlohmann::json;

namespace {

constexpr tick at = 1000;
constexpr unix_ms now = at * 1000 + 500;

dimension make_dimension(const char* id, algorithm how, int64_t multiplier = 1,
                         int64_t divisor = 1) {
  dimension result;
  result.id = id;
  result.name = std::string{id} + "-name";
  result.algorithm = how;
  result.multiplier = multiplier;
  result.divisor = divisor;
  return result;
}

chart_ptr make_chart(const char* id, const char* context, const char* units,
                     std::vector<dimension> dimensions) {
  auto result = std::make_shared<chart>();
  result->id = id;
  result->name = id;
  result->context = context;
  result->family = "fam";
  result->title = "Title";
  result->units = units;
  result->dimensions = std::move(dimensions);
  return result;
}

/// A host whose columns were all read at `when`; two rows of history.
host_latest make_latest(std::vector<chart_ptr> charts,
                        const std::vector<int64_t>& readings,
                        const std::vector<int64_t>& increments,
                        tick when = at) {
  auto columns_of = std::make_shared<roster>(1);
  for (auto& x : charts)
    columns_of->append(x);
  host_latest result;
  frame_header header;
  header.epoch = 1;
  header.columns = columns_of->columns();
  frame_row row;
  row.reset(header.columns);
  for (uint32_t i = 0; i < header.columns; ++i) {
    set_bit(row.present, i);
    row.values[i] = increments[i];
    if (columns_of->is_counter_column(i))
      row.raw.push_back({i, readings[i]});
  }
  header.tick = when;
  result.latest.take(header, row, *columns_of);
  result.host.definition = examples::make_host(1);
  result.host.definition.hostname = "h";
  result.host.columns_of = columns_of;
  result.host.newest = when;
  result.host.newest_arrival_ms = when * 1000;
  return result;
}

host_latest some_host() {
  return make_latest(
      {make_chart("disk.a", "disk.io", "KiB/s",
                  {make_dimension("in", algorithm::incremental, 1, 2),
                   make_dimension("out", algorithm::incremental, -1, 2)}),
       make_chart("m.x", "m.x", "MiB",
                  {make_dimension("used", algorithm::absolute)}),
       make_chart("disk.b", "disk.io", "KiB/s",
                  {make_dimension("in", algorithm::incremental, 1, 2)}),
       make_chart("odd.y", "odd.y", "events",
                  {make_dimension("n", algorithm::incremental),
                   make_dimension("level", algorithm::absolute)})},
      {1000, 2000, 0, 3000, 7, 0}, {10, 20, 5, 30, 3, 4});
}

metrics_request collected() {
  metrics_request result;
  result.format = metrics_format::prometheus;
  result.data = metrics_data::as_collected;
  return result;
}

std::string prometheus(const host_latest& from, const metrics_request& what,
                       unix_ms when = now) {
  auto result = render_prometheus({{&from, {}}}, what, when);
  REQUIRE(result);
  return *result;
}

} // namespace

TEST_CASE("as collected: raw readings, each name once", "[http]") {
  CHECK(prometheus(some_host(), collected())
        == R"(# HELP tributary_disk_io_total Title, as collected
# TYPE tributary_disk_io_total counter
tributary_disk_io_total{chart="disk.a",family="fam",dimension="in-name"} 1000 1000000
tributary_disk_io_total{chart="disk.a",family="fam",dimension="out-name"} 2000 1000000
tributary_disk_io_total{chart="disk.b",family="fam",dimension="in-name"} 3000 1000000
# HELP tributary_m_x Title, as collected
# TYPE tributary_m_x gauge
tributary_m_x{chart="m.x",family="fam",dimension="used-name"} 5 1000000
# HELP tributary_odd_y_n_name_total Title, as collected
# TYPE tributary_odd_y_n_name_total counter
tributary_odd_y_n_name_total{chart="odd.y",family="fam",dimension="n-name"} 7 1000000
# HELP tributary_odd_y_level_name Title, as collected
# TYPE tributary_odd_y_level_name gauge
tributary_odd_y_level_name{chart="odd.y",family="fam",dimension="level-name"} 4 1000000
)");
}

TEST_CASE("what is asked for is left out", "[http]") {
  auto what = collected();
  what.names = what.timestamps = what.help = what.types = false;
  what.prefix = "x";
  what.filter = "!disk.b disk.*";
  CHECK(prometheus(some_host(), what)
        == "x_disk_io_total{chart=\"disk.a\",family=\"fam\",dimension=\"in\"} "
           "1000\nx_disk_io_total{chart=\"disk.a\",family=\"fam\",dimension="
           "\"out\"} 2000\n");
}

TEST_CASE("averages are in base units", "[http]") {
  auto from = some_host();
  metrics_request what;
  what.format = metrics_format::prometheus;
  what.timestamps = what.help = what.types = false;
  what.filter = "disk.a m.x";
  CHECK(prometheus(from, what)
        == "tributary_disk_io_bytes_per_second_average{chart=\"disk.a\",family="
           "\"fam\",dimension=\"in-name\"} 5120\n"
           "tributary_disk_io_bytes_per_second_average{chart=\"disk.a\",family="
           "\"fam\",dimension=\"out-name\"} -10240\n"
           "tributary_m_x_bytes_average{chart=\"m.x\",family=\"fam\",dimension="
           "\"used-name\"} 5242880\n");
  // Sums over four rows; the second column has none.
  from.sums.sums = {80, 0};
  from.sums.counts = {4, 0};
  what.units = false;
  what.filter = "disk.a";
  CHECK(prometheus(from, what)
        == "tributary_disk_io_average{chart=\"disk.a\",family=\"fam\","
           "dimension=\"in-name\"} 10240\n"
           "tributary_disk_io_average{chart=\"disk.a\",family=\"fam\","
           "dimension=\"out-name\"} -10240\n");
}

TEST_CASE("percentages are those of the row", "[http]") {
  auto share = algorithm::percentage_of_incremental_row;
  auto from = make_latest(
      {make_chart("c", "c", "percentage",
                  {make_dimension("a", share), make_dimension("b", share)})},
      {100, 100}, {1, 3});
  metrics_request what;
  auto x = render_metrics_json(from, what, now);
  REQUIRE(x);
  auto chart = json::parse(*x)["c"];
  CHECK(chart["dimensions"]["a"]["value"] == 25);
  CHECK(chart["dimensions"]["b"]["value"] == 75);
  CHECK(chart["dimensions"]["b"]["name"] == "b-name");
  CHECK(chart["last_updated"] == at);
  CHECK(chart["units"] == "percentage");
}

TEST_CASE("shell variables are whole numbers", "[http]") {
  metrics_request what;
  what.filter = "disk.a";
  what.names = false;
  auto x = render_metrics_shell(some_host(), what, now);
  REQUIRE(x);
  CHECK(*x == "TRIBUTARY_DISK_A_IN=\"5\"\nTRIBUTARY_DISK_A_OUT=\"-10\"\n");
}

TEST_CASE("what is old is left out", "[http]") {
  auto what = collected();
  auto from = some_host();
  auto limit = metrics_age_seconds_max * 1000;
  CHECK_FALSE(prometheus(from, what, at * 1000 + limit).empty());
  CHECK(prometheus(from, what, at * 1000 + limit + 1).empty());
  // A host whose clock is wrong lives as long as its frames arrive.
  from.host.newest_arrival_ms = 90'000'000;
  CHECK_FALSE(prometheus(from, what, 90'000'000).empty());
  // One column goes on, the others have stopped.
  frame_header header;
  header.epoch = 1;
  header.columns = 6;
  header.tick = at + metrics_age_seconds_max + 1;
  frame_row row;
  row.reset(6);
  set_bit(row.present, 2);
  row.values[2] = 9;
  from.latest.take(header, row, *from.host.columns_of);
  what.help = what.types = what.timestamps = false;
  CHECK(prometheus(from, what, 90'000'000)
        == "tributary_m_x{chart=\"m.x\",family=\"fam\",dimension=\"used-name\"}"
           " 9\n");
}

TEST_CASE("a chart that no frame has is not there yet", "[http]") {
  auto from = some_host();
  auto grown = std::make_shared<roster>(*from.host.columns_of);
  grown->append(make_chart("new.z", "new.z", "x",
                           {make_dimension("a", algorithm::absolute)}));
  from.host.columns_of = grown;
  CHECK(prometheus(from, collected()).find("new_z") == std::string::npos);
  // A roster of a life that has sent nothing.
  from.host.columns_of = std::make_shared<roster>(2);
  CHECK(prometheus(from, collected()).empty());
  CHECK(prometheus(host_latest{}, collected()).empty());
}

TEST_CASE("hosts are told apart by a label", "[http]") {
  auto from = some_host();
  auto what = collected();
  what.help = what.types = what.timestamps = false;
  what.filter = "m.x";
  auto x = render_prometheus({{&from, "a\"b"}, {&from, "c"}}, what, now);
  REQUIRE(x);
  CHECK(*x
        == "tributary_m_x{instance=\"a\\\"b\",chart=\"m.x\",family=\"fam\","
           "dimension=\"used-name\"} 5\ntributary_m_x{instance=\"c\",chart="
           "\"m.x\",family=\"fam\",dimension=\"used-name\"} 5\n");
}

TEST_CASE("hostile names can't leave their place", "[http]") {
  auto evil = "a\"}\n\\b\xff";
  auto chart = std::make_shared<tributary::chart>(*make_chart(
      evil, evil, evil, {make_dimension(evil, algorithm::absolute)}));
  chart->family = evil;
  chart->title = evil;
  auto from = make_latest({chart}, {0}, {1});
  auto text = prometheus(from, collected());
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(text.find("chart=\"a\\\"}\\n\\\\b\xef\xbf\xbd\"") != std::string::npos);
  metrics_request what;
  CHECK(json::accept(*render_metrics_json(from, what, now)));
  auto shell = *render_metrics_shell(from, what, now);
  CHECK(shell == "TRIBUTARY_A____B__A____B__NAME=\"1\"\n");
}
