#include "store/latest.hpp"

#include <limits>

#include <catch2/catch.hpp>

#include "schema/real.hpp"
#include "store/hot.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_chart;
using examples::make_host;
using examples::origin;

namespace {

using numbers = std::vector<int64_t>;

constexpr tick start = 6000; // of a window of 60

/// A counter and a gauge.
origin mixed(epoch_number epoch = 1) {
  return {epoch,
          {make_chart("c", {"in"}, algorithm::incremental),
           make_chart("g", {"one"})}};
}

frame_row row_of(std::vector<std::optional<int64_t>> values,
                 std::vector<raw_reading> raw = {}) {
  frame_row result;
  result.reset(static_cast<uint32_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i]) {
      result.values[i] = *values[i];
      set_bit(result.present, i);
    }
  result.raw = std::move(raw);
  return result;
}

/// Applies rows to a host as they come over a link.
struct follower {
  explicit follower(origin of) : from(std::move(of)), host(make_host(1), {}) {
    REQUIRE_FALSE(host.define(from.run()));
  }

  void take(tick t, const frame_row& row, bool key = false, uint16_t part = 0) {
    REQUIRE(host.apply(*from.seal(t, row, key, part)));
  }

  numbers readings() const {
    return host.latest().readings();
  }

  origin from;
  hot_host host;
};

} // namespace

TEST_CASE("a counter's reading is what was stated and came on top",
          "[store][latest]") {
  follower x{mixed()};
  x.take(start, row_of({std::nullopt, 5}, {{0, 1000}}), true);
  CHECK(x.readings() == numbers{1000, 5});
  x.take(start + 1, row_of({7, 5}));
  x.take(start + 2, row_of({0, -3}));
  CHECK(x.readings() == numbers{1007, -3});
  CHECK(x.host.latest().values() == numbers{0, -3});
  // A key frame states what the sum has come to.
  x.take(start + 60, row_of({3, 9}, {{0, 1010}}), true);
  CHECK(x.readings() == numbers{1010, 9});
  // A reset.
  x.take(start + 61, row_of({std::nullopt, 9}, {{0, 2}}));
  x.take(start + 62, row_of({4, 9}));
  CHECK(x.readings() == numbers{6, 9});
  CHECK(x.host.latest().ticks() == std::vector<tick>{start + 62, start + 62});
}

TEST_CASE("a column that is absent keeps its reading and its tick",
          "[store][latest]") {
  follower x{mixed()};
  x.take(start, row_of({std::nullopt, 5}, {{0, 10}}), true);
  x.take(start + 1, row_of({1, std::nullopt}));
  x.take(start + 2, row_of({std::nullopt, 8}));
  CHECK(x.readings() == numbers{11, 8});
  CHECK(x.host.latest().ticks() == std::vector<tick>{start + 1, start + 2});
  CHECK(x.host.latest().newest() == start + 2);
}

TEST_CASE("a late part adds once", "[store][latest]") {
  follower x{mixed()};
  x.take(start, row_of({std::nullopt, 5}, {{0, 10}}), true);
  x.take(start + 1, row_of({std::nullopt, 5}));
  auto part = row_of({4, std::nullopt}, {{0, 14}});
  x.take(start + 1, part, true, 1);
  x.take(start + 1, part, true, 1);
  CHECK(x.readings() == numbers{14, 5});
}

TEST_CASE("a new life begins anew, an older one changes nothing",
          "[store][latest]") {
  follower x{mixed()};
  x.take(start, row_of({std::nullopt, 5}, {{0, 10}}), true);
  auto old = x.from;
  x.from = mixed(2);
  REQUIRE_FALSE(x.host.define(x.from.run()));
  x.take(start + 3, row_of({std::nullopt, 1}, {{0, 2}}), true);
  CHECK(x.readings() == numbers{2, 1});
  latest_readings held = x.host.latest();
  frame_header header;
  header.tick = start + 4;
  header.epoch = 1;
  header.columns = 2;
  held.take(header, row_of({5, 5}), old.columns_of());
  CHECK(held.readings() == numbers{2, 1});
}

TEST_CASE("full words and single columns come to the same", "[store][latest]") {
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.push_back(std::to_string(i));
  origin wide{1, {make_chart("w", ids, algorithm::incremental)}};
  follower x{wide};
  std::vector<std::optional<int64_t>> none(100);
  std::vector<raw_reading> raw;
  for (uint32_t i = 0; i < 100; ++i)
    raw.push_back({i, i * 1000});
  x.take(start, row_of(none, raw), true);
  for (tick t = start + 1; t < start + 10; ++t) {
    std::vector<std::optional<int64_t>> values;
    for (int64_t i = 0; i < 100; ++i)
      values.emplace_back(i);
    x.take(t, row_of(values));
  }
  REQUIRE(x.readings().size() == 100);
  for (size_t i = 0; i < 100; ++i)
    CHECK(x.readings()[i] == static_cast<int64_t>(i * 1000 + 9 * i));
}

TEST_CASE("sums are those of rows after a tick", "[store][latest]") {
  follower x{mixed()};
  x.take(start, row_of({std::nullopt, 5}, {{0, 10}}), true);
  x.take(start + 1, row_of({4, 6}));
  x.take(start + 2, row_of({6, std::nullopt}));
  auto all = x.host.sums_after(start - 1);
  CHECK(all.sums == std::vector<double>{10, 11});
  CHECK(all.counts == std::vector<uint32_t>{2, 2});
  auto some = x.host.sums_after(start + 1);
  CHECK(some.sums == std::vector<double>{6, 0});
  CHECK(some.counts == std::vector<uint32_t>{1, 0});
  CHECK(x.host.sums_after(start + 2).sums.empty());
}

TEST_CASE("sums of reals are those of the doubles", "[store][latest]") {
  follower x{
      {1,
       {make_chart("g", {"one"}), make_chart("r", {"two"}, algorithm::real)}}};
  x.take(start, row_of({7, ordered_bits(0.25)}), true);
  x.take(start + 1, row_of({8, ordered_bits(-1.5)}));
  CHECK(x.host.sums_after(start - 1).sums == std::vector<double>{15, -1.25});
}

TEST_CASE("readings wrap like the counters of a frame", "[store][latest]") {
  follower x{mixed()};
  auto top = std::numeric_limits<int64_t>::max();
  x.take(start, row_of({std::nullopt, 5}, {{0, top}}), true);
  x.take(start + 1, row_of({1, 5}));
  CHECK(x.readings()[0] == std::numeric_limits<int64_t>::min());
}
