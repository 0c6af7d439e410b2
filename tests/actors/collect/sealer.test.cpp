#include "actors/collect/sealer.hpp"

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

chart_ptr counters(algorithm how = algorithm::incremental) {
  auto result = std::make_shared<chart>();
  result->id = "test.counters";
  dimension d;
  d.id = "in";
  d.algorithm = how;
  result->dimensions = {d};
  return result;
}

chart_ptr gauges(const char* id = "test.gauges") {
  auto result = std::make_shared<chart>();
  result->id = id;
  dimension d;
  d.id = "one";
  result->dimensions = {d};
  d.id = "two";
  result->dimensions.push_back(d);
  return result;
}

/// Seals one reading of one chart and reads the frame back.
class reader {
public:
  frame_row row;

  caf::error read(const sealer& by, const frame& sealed) {
    return open_row(sealed, by.columns_of(), chain_, row);
  }

private:
  frame_chain chain_;
};

std::optional<int64_t> value(const frame_row& row, uint32_t column) {
  if (!bit_at(row.present, column))
    return std::nullopt;
  return row.values[column];
}

/// What a counter's column holds after each reading, one a tick.
std::vector<std::optional<int64_t>>
increments(const std::vector<int64_t>& readings,
           algorithm how = algorithm::incremental) {
  std::vector<std::optional<int64_t>> result;
  sealer seal{1};
  reader back;
  auto chart = counters(how);
  tick t = 1000;
  for (auto x : readings) {
    seal.begin(t++);
    seal.add({{chart, {x}}});
    auto frame = seal.seal(false);
    REQUIRE(frame);
    REQUIRE_FALSE(back.read(seal, *frame));
    result.push_back(value(back.row, 0));
  }
  return result;
}

} // namespace

TEST_CASE("counters are sealed as increments, gauges as they are",
          "[collect]") {
  using row = std::vector<std::optional<int64_t>>;
  CHECK(increments({100, 107, 107, 120}) == row{std::nullopt, 7, 0, 13});
  sealer seal{1};
  reader back;
  auto chart = gauges();
  seal.begin(1000);
  seal.add({{chart, {5, -3}}});
  auto frame = seal.seal(false);
  REQUIRE(frame);
  CHECK(frame->header().is_key()); // the first of a life always is
  REQUIRE_FALSE(back.read(seal, *frame));
  CHECK(value(back.row, 0) == 5);
  CHECK(value(back.row, 1) == -3);
}

TEST_CASE("a counter that starts anew is a gap, one that wraps is not",
          "[collect]") {
  using row = std::vector<std::optional<int64_t>>;
  CHECK(increments({100'000, 5, 9}) == row{std::nullopt, std::nullopt, 4});
  auto top = (int64_t{1} << 32) - 10;
  CHECK(increments({top, 5}) == row{std::nullopt, 15});
  // Half way up it is no wrap.
  CHECK(increments({int64_t{1} << 31, 5}) == row{std::nullopt, std::nullopt});
  // Beyond 32 bits neither.
  CHECK(increments({int64_t{1} << 40, 5}) == row{std::nullopt, std::nullopt});
}

TEST_CASE("CPU time that falls a little is no reset", "[collect]") {
  using row = std::vector<std::optional<int64_t>>;
  CHECK(increments({100, 98, 101}, algorithm::percentage_of_incremental_row)
        == row{std::nullopt, 0, 3});
}

TEST_CASE("an increment over missed ticks is dropped and counted",
          "[collect]") {
  sealer seal{1};
  auto chart = counters();
  seal.begin(1000);
  seal.add({{chart, {100}}});
  seal.seal(false);
  seal.begin(1003);
  seal.add({{chart, {130}}});
  reader back;
  auto frame = seal.seal(true);
  REQUIRE(frame);
  REQUIRE_FALSE(back.read(seal, *frame));
  CHECK_FALSE(value(back.row, 0));
  CHECK(seal.dropped_increments() == 1);
  // The raw reading is stated, so that exporters can go on from it.
  REQUIRE(back.row.raw.size() == 1);
  CHECK(back.row.raw[0].value == 130);
}

TEST_CASE("a tick without readings is no frame", "[collect]") {
  sealer seal{1};
  auto chart = gauges();
  seal.begin(1000);
  CHECK_FALSE(seal.seal(true));
  seal.begin(1001);
  seal.add({});
  CHECK_FALSE(seal.seal(true));
  seal.begin(1002);
  seal.add({{chart, {1, std::nullopt}}});
  auto frame = seal.seal(false);
  REQUIRE(frame);
  CHECK(frame->header().tick == 1002);
  reader back;
  REQUIRE_FALSE(back.read(seal, *frame));
  CHECK_FALSE(value(back.row, 1));
}

TEST_CASE("a chart that appears later gets columns behind the others",
          "[collect]") {
  sealer seal{3};
  reader back;
  auto first = gauges("a");
  auto second = gauges("b");
  seal.begin(1000);
  seal.add({{second, {1, 2}}});
  auto key = seal.seal(false);
  REQUIRE_FALSE(back.read(seal, *key));
  seal.begin(1001);
  seal.add({{first, {8, 9}}, {second, {3, 4}}});
  auto delta = seal.seal(false);
  CHECK(delta->header().columns == 4);
  CHECK_FALSE(delta->header().is_key());
  CHECK(delta->header().epoch == 3);
  REQUIRE_FALSE(back.read(seal, *delta));
  CHECK(value(back.row, 0) == 3);
  CHECK(value(back.row, 2) == 8);
}

TEST_CASE("a late part states the readings of its counters", "[collect]") {
  sealer seal{1};
  reader back;
  auto late = counters();
  for (tick t = 1000; t < 1003; ++t) {
    seal.begin(t);
    seal.add({{gauges(), {1, 2}}});
    REQUIRE(seal.seal(false));
    auto part = seal.seal_late({{late, {t}}});
    REQUIRE(part);
    REQUIRE_FALSE(back.read(seal, *part));
    REQUIRE(back.row.raw.size() == 1);
    CHECK(back.row.raw[0].value == t);
  }
}

TEST_CASE("late readings travel as parts of their tick", "[collect]") {
  sealer seal{1};
  reader back;
  auto chart = gauges();
  auto late = gauges("late");
  seal.begin(1000);
  seal.add({{chart, {1, 2}}});
  REQUIRE_FALSE(back.read(seal, *seal.seal(false)));
  CHECK_FALSE(seal.seal_late({}));
  auto one = seal.seal_late({{late, {5, 6}}});
  auto two = seal.seal_late({{late, {7, 8}}});
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->header().part == 1);
  CHECK(two->header().part == 2);
  CHECK(one->header().tick == 1000);
  REQUIRE_FALSE(back.read(seal, *one));
  CHECK_FALSE(value(back.row, 0)); // other columns only
  CHECK(value(back.row, 2) == 5);
  // The chain of part 0 goes on past them.
  seal.begin(1001);
  seal.add({{chart, {3, 4}}});
  auto next = seal.seal(false);
  CHECK(next->header().base_tick == 1000);
  REQUIRE_FALSE(back.read(seal, *next));
  CHECK(value(back.row, 0) == 3);
}

TEST_CASE("a key frame reads without what went before", "[collect]") {
  sealer seal{1};
  auto chart = counters();
  for (tick t = 1000; t < 1003; ++t) {
    seal.begin(t);
    seal.add({{chart, {t}}});
    auto frame = seal.seal(t == 1002);
    reader fresh;
    auto error = fresh.read(seal, *frame);
    if (t == 1001) {
      CHECK(code_of(error) == ec::need_key);
      continue;
    }
    REQUIRE_FALSE(error);
    // Every counter's reading is stated in it.
    REQUIRE(fresh.row.raw.size() == 1);
    CHECK(fresh.row.raw[0].value == t);
  }
}

TEST_CASE("a counter that was watched before it came loses no increment",
          "[collect]") {
  sealer seal{1};
  auto chart = counters();
  seal.begin(1000);
  seal.add({{chart, {7}, {2}}});
  auto sealed = seal.seal(true);
  REQUIRE(sealed);
  reader back;
  REQUIRE(!back.read(seal, *sealed));
  CHECK(value(back.row, 0) == 5);
  REQUIRE(back.row.raw.size() == 1);
  CHECK(back.row.raw[0].value == 7);
  // What follows is as ever, and what it was before counts no more.
  seal.begin(1001);
  seal.add({{chart, {8}, {0}}});
  sealed = seal.seal(false);
  REQUIRE(sealed);
  REQUIRE(!back.read(seal, *sealed));
  CHECK(value(back.row, 0) == 1);
  CHECK(back.row.raw.empty());
}

TEST_CASE("a chart that joins a running host states its readings once",
          "[collect]") {
  sealer seal{1};
  reader back;
  seal.begin(1000);
  seal.add({{gauges(), {1, 2}}});
  REQUIRE(!back.read(seal, *seal.seal(true)));
  auto chart = counters();
  seal.begin(1001);
  seal.add({{gauges(), {1, 2}}, {chart, {9}, {4}}});
  REQUIRE(!back.read(seal, *seal.seal(false)));
  auto column = seal.columns_of().find("test.counters")->first_column;
  CHECK(value(back.row, column) == 5);
  REQUIRE(back.row.raw.size() == 1);
  CHECK(back.row.raw[0].column == column);
  CHECK(back.row.raw[0].value == 9);
}

TEST_CASE("a chart that is defined anew goes on counting", "[collect]") {
  sealer seal{1};
  reader back;
  seal.begin(1000);
  seal.add({{counters(), {1}}});
  REQUIRE(!back.read(seal, *seal.seal(true)));
  // The same id with another dimension, as when another interrupt occurs.
  auto wider = std::make_shared<chart>(*counters());
  wider->dimensions.push_back(wider->dimensions.front());
  wider->dimensions.back().id = "more";
  for (tick t = 1001; t < 1004; ++t) {
    seal.begin(t);
    auto grown = 10 * (t - 1000);
    auto first = t == 1001;
    seal.add({{wider,
               {1 + grown, grown},
               first ? std::vector<std::optional<int64_t>>{1, 0}
                     : std::vector<std::optional<int64_t>>{}}});
    REQUIRE(!back.read(seal, *seal.seal(false)));
    auto column = seal.columns_of().find("test.counters")->first_column;
    CHECK(column == 1);
    CHECK(value(back.row, 0) == std::nullopt);
    CHECK(value(back.row, 1) == 10);
    CHECK(value(back.row, 2) == 10);
  }
}

TEST_CASE("readings beyond the most columns are dropped and counted",
          "[collect]") {
  sealer seal{1};
  auto wide = std::make_shared<chart>();
  wide->id = "test.wide";
  wide->dimensions.resize(host_columns_max - 1);
  seal.begin(1000);
  // Two columns don't fit into the last one.
  seal.add({{wide, {1}}, {gauges(), {1, 2}}, {gauges("b"), {3, std::nullopt}}});
  CHECK(seal.dropped_readings() == 3);
  seal.add({{counters(), {7}}});
  CHECK(seal.columns_of().columns() == host_columns_max);
  CHECK(seal.dropped_readings() == 3);
  auto frame = seal.seal(true);
  REQUIRE(frame);
  CHECK(frame->header().columns == host_columns_max);
  CHECK_FALSE(seal.seal_late({{gauges(), {4, 5}}}));
  CHECK(seal.dropped_readings() == 5);
}

TEST_CASE("charts of a source that was started again keep their columns",
          "[collect]") {
  sealer seal{1};
  reader back;
  seal.begin(1000);
  seal.add({{counters(), {100}}, {gauges(), {1, 2}}});
  REQUIRE_FALSE(back.read(seal, *seal.seal(false)));
  auto columns = seal.columns_of().columns();
  seal.begin(1001);
  seal.add({{gauges(), {3, 4}}, {counters(), {107}}});
  REQUIRE_FALSE(back.read(seal, *seal.seal(false)));
  CHECK(seal.columns_of().columns() == columns);
  CHECK(value(back.row, 0) == 7);
  CHECK(value(back.row, 2) == 4);
  // One that is defined otherwise is another.
  seal.begin(1002);
  seal.add({{counters(algorithm::absolute), {5}}});
  REQUIRE_FALSE(back.read(seal, *seal.seal(false)));
  CHECK(seal.columns_of().columns() == columns + 1);
}
