#include "actors/storage/query_job.hpp"

#include <functional>
#include <random>

#include <catch2/catch.hpp>

#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_chart;
using examples::temporary_directory;

namespace {

constexpr tick first = 600'000;

/// A store with one host of two charts of a context, whose windows are of a
/// minute; value is the tick, and ten times it.
class stored_host_fixture {
public:
  explicit stored_host_fixture(
      size_t windows,
      const std::function<int64_t(tick)>& value_at = [](tick t) { return t; }) {
    store_ = examples::open_store(directory_.file("store.mdb"));
    auto number = store_->put_host(host_, {host_.id});
    auto columns_of = std::make_shared<roster>(1);
    for (auto id : {"disk.a", "disk.b"}) {
      auto x = std::make_shared<chart>(*make_chart(id, {"in", "out"}));
      x->context = "disk.io";
      columns_of->append(x);
      charts_.push_back(x);
    }
    store_->put_roster(number, *columns_of);
    for (size_t i = 0; i < windows; ++i) {
      store_->put_closed(
          number, examples::close_window(host_, examples::origin{1, charts_},
                                         first + static_cast<tick>(i) * 60, 60,
                                         [&](tick t) {
                                           std::vector<int64_t> row;
                                           for (auto x : {1, -10, 1, -10})
                                             row.push_back(x * value_at(t));
                                           return row;
                                         }));
      if (i % 8 == 7 || i + 1 == windows)
        REQUIRE(store_->commit(first));
    }
    while (store_->has_work())
      REQUIRE(store_->commit(first));
    summary_.number = number;
    summary_.definition = host_;
    summary_.oldest = first;
    summary_.newest = first + static_cast<tick>(windows) * 60 - 1;
    summary_.columns_of = columns_of;
  }

  /// Runs a query as the reader does; counts its slices.
  caf::expected<query_answer_ptr> ask(query_request what) {
    query_job job{std::make_shared<query_request>(std::move(what)),
                  summary_.newest + 2};
    slices_ = 0;
    if (job.needs_hosts())
      if (auto error = job.choose({summary_}, host_.id))
        return error;
    while (job.next_part() != nullptr) {
      auto hot = std::make_shared<hot_answer>();
      hot->host = summary_;
      hot->windows = hot_;
      job.begin(hot);
      for (auto done = false; !done; ++slices_) {
        auto slice = job.advance(*store_->environment(), layouts_);
        if (!slice)
          return std::move(slice.error());
        done = *slice;
      }
    }
    return job.finish();
  }

  query_answer answer_to(query_request what) {
    auto result = ask(std::move(what));
    INFO((result ? std::string{} : to_text(result.error())));
    REQUIRE(result);
    return **result;
  }

  std::string refusal_of(query_request what, ec code) {
    auto result = ask(std::move(what));
    REQUIRE_FALSE(result);
    CHECK(code_of(result.error()) == code);
    return to_text(result.error());
  }

  host_summary& summary() {
    return summary_;
  }

  std::vector<window_table>& hot() {
    return hot_;
  }

  size_t slices() const {
    return slices_;
  }

private:
  temporary_directory directory_;
  host_definition host_ = examples::make_host(1);
  std::unique_ptr<store> store_;
  std::vector<chart_ptr> charts_;
  host_summary summary_;
  std::vector<window_table> hot_;
  layout_cache layouts_;
  size_t slices_ = 0;
};

query_request of_chart(const char* chart, int64_t after = -60,
                       int64_t before = 0) {
  query_request result;
  result.chart = chart;
  result.after = after;
  result.before = before;
  return result;
}

query_request of_context(const char* context) {
  query_request result;
  result.context = context;
  result.after = -60;
  return result;
}

} // namespace

TEST_CASE("a query reads windows in slices", "[actors]") {
  stored_host_fixture host{70};
  auto x = host.answer_to(of_chart("disk.a", -4200));
  CHECK(host.slices() == 3); // 70 windows, 32 a slice
  REQUIRE(x.times.size() == 4200);
  CHECK(x.times.front() == first);
  for (size_t i = 0; i < x.times.size(); ++i)
    if (x.values[2 * i] != static_cast<double>(x.times[i])
        || x.values[2 * i + 1] != -10.0 * static_cast<double>(x.times[i]))
      FAIL("another value at " << x.times[i]);
  CHECK(x.points_of_tier == std::vector<uint64_t>{4200, 0, 0});
  CHECK(x.row_seconds == 1);
}

TEST_CASE("open windows are part of an answer", "[actors]") {
  stored_host_fixture host{2};
  window_table open{first + 120, 60};
  open.claim(0, 1);
  auto of = host.summary().columns_of->find("disk.a")->chart;
  set_slot(open.chart_for(of, 1).columns[0], 0, 5, false);
  host.hot().push_back(open);
  host.summary().newest = first + 120;
  auto x = host.answer_to(of_chart("disk.a", -2));
  CHECK(x.times == std::vector<int64_t>{first + 119, first + 120});
  CHECK(x.values[2] == 5);
}

TEST_CASE("a range older than all data has no rows", "[actors]") {
  stored_host_fixture host{2};
  auto x = host.answer_to(of_chart("disk.a", 100, 200));
  CHECK(x.times.empty());
  CHECK(x.columns.size() == 2);
  CHECK(x.points_of_tier == std::vector<uint64_t>{0, 0, 0});
  x = host.answer_to(of_chart("disk.a", 1'000'000, 1'000'200)); // or newer
  CHECK(x.times.empty());
  x = host.answer_to(of_context("disk.io")); // and one that has some
  CHECK_FALSE(x.times.empty());
}

TEST_CASE("what is not there is named", "[actors]") {
  stored_host_fixture host{1};
  CHECK(host.refusal_of(of_chart("nope"), ec::not_found)
        == "not_found: chart nope");
  CHECK(host.refusal_of(of_context("nope"), ec::not_found)
        == "not_found: context nope");
  auto what = of_chart("disk.a");
  what.dimensions = {"nope"};
  CHECK(host.refusal_of(what, ec::not_found)
        == "not_found: dimension nope of disk.a");
  what = of_context("disk.io");
  what.dimensions = {"nope"};
  CHECK(host.refusal_of(what, ec::not_found)
        == "not_found: dimension nope of disk.io");
  what = of_chart("disk.a");
  what.nodes = {"nobody"};
  CHECK(host.refusal_of(what, ec::not_found)
        == "not_found: no host is named nobody");
  what = of_chart("disk.a");
  what.tier = 7;
  CHECK(host.refusal_of(what, ec::bad_request).find("tier")
        != std::string::npos);
}

TEST_CASE("charts of a context are one", "[actors]") {
  stored_host_fixture host{2};
  auto x = host.answer_to(of_context("disk.io"));
  REQUIRE(x.columns.size() == 2);
  CHECK(x.columns[0].id == "in");
  CHECK(x.times.back() == first + 119);
  CHECK(x.values[0] == 2.0 * static_cast<double>(x.times[0]));
  auto what = of_context("disk.io");
  what.merged_by = aggregation::average;
  what.magnitudes = true;
  what.dimensions = {"out"};
  x = host.answer_to(what);
  REQUIRE(x.columns.size() == 1);
  CHECK(x.values[0] == 10.0 * static_cast<double>(x.times[0]));
}

TEST_CASE("columns of several hosts carry their names", "[actors]") {
  stored_host_fixture host{1};
  auto what = of_chart("disk.a");
  what.nodes = {"*"};
  what.dimensions = {"in"};
  auto x = host.answer_to(what);
  REQUIRE(x.columns.size() == 1);
  CHECK(x.columns[0].id == "in@" + host.summary().definition.hostname);
  what.nodes = {to_string(host.summary().definition.id)};
  CHECK(host.answer_to(what).columns.size() == 1);
}

TEST_CASE("a query that is too large says what bounds it", "[actors]") {
  stored_host_fixture host{1};
  // As if there were years of seconds.
  host.summary().oldest = 0;
  host.summary().newest = 2'000'000'000;
  auto text
      = host.refusal_of(of_chart("disk.a", -1'000'000'000), ec::too_large);
  CHECK(text.find("100000000") != std::string::npos);
  CHECK(text.find("fewer points") != std::string::npos);
}

TEST_CASE("every tier gives the same where rows are whole points", "[actors]") {
  auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  std::vector<int64_t> values(70 * 60);
  for (auto& x : values)
    x = static_cast<int64_t>(random() % 2'000'001) - 1'000'000;
  stored_host_fixture host{70, [&](tick t) {
                             return values[static_cast<size_t>(t - first)];
                           }};
  for (auto group : {"average", "min", "max", "sum", "extremes"})
    for (auto points : {1u, 3u, 7u, 60u}) {
      auto what = of_chart("disk.a", first - 1, first + 60 * 60 - 1);
      what.group = *parse_group_rule(group, {});
      what.points = points;
      what.unaligned = true; // whole minutes before the end of one
      what.tier = 1;
      auto coarse = host.answer_to(what);
      CHECK(coarse.points_of_tier[0] == 0);
      CHECK(coarse.points_of_tier[1] == 60);
      what.tier = std::nullopt;
      auto chosen = host.answer_to(what);
      CHECK(chosen.tier >= 1);
      INFO(group << " in " << points << " rows");
      REQUIRE(chosen.times == coarse.times);
      CHECK(chosen.values == coarse.values);
      // The same rows out of seconds: by hand.
      for (size_t row = 0; row < coarse.times.size(); ++row) {
        auto from = row == 0 ? first - 1 : coarse.times[row - 1];
        auto seconds = of_chart("disk.a", from, coarse.times[row]);
        seconds.group = what.group;
        seconds.points = 1;
        seconds.tier = 0;
        seconds.unaligned = true;
        auto fine = host.answer_to(seconds);
        REQUIRE(fine.times.size() == 1);
        CHECK(fine.times[0] == coarse.times[row]);
        CHECK(fine.points_of_tier[1] == 0);
        CHECK(fine.values[0] == Approx(coarse.values[2 * row]).epsilon(1e-12));
        CHECK(fine.values[1]
              == Approx(coarse.values[2 * row + 1]).epsilon(1e-12));
      }
    }
}

TEST_CASE("what a tier has no whole points of is read below", "[actors]") {
  stored_host_fixture host{70};
  // The newest seconds are in an open window.
  window_table open{first + 4200, 60};
  auto of = host.summary().columns_of->find("disk.a")->chart;
  for (size_t slot = 0; slot < 10; ++slot) {
    open.claim(slot, 1);
    for (size_t d = 0; d < 2; ++d)
      set_slot(open.chart_for(of, 1).columns[d], slot, 1, false);
  }
  host.hot().push_back(open);
  host.summary().newest = first + 4209;
  auto what = of_chart("disk.a", -3000);
  what.points = 50;
  what.group = *parse_group_rule("sum", {});
  auto x = host.answer_to(what);
  CHECK(x.tier == 1);
  CHECK(x.row_seconds == 60);
  CHECK(x.points_of_tier[1] > 40);
  CHECK(x.points_of_tier[0] >= 10);
  CHECK(x.times.back() == first + 4209);
  CHECK(x.values[x.values.size() - 2] == 10);
  // The row before is a whole minute of ticks.
  CHECK(x.values[x.values.size() - 4] == 60.0 * (first + 4140) + 59.0 * 60 / 2);
}
