#include <catch2/catch.hpp>

#include <cmath>

#include "actors/storage/query_job.hpp"
#include "tests/store/store_examples.hpp"

/// Queries over several hosts, of which each keeps its own past.

using namespace tributary;
using examples::make_chart;
using examples::make_host;
using examples::temporary_directory;

namespace {

constexpr tick first = 600'000;
constexpr tick windows = 30;
constexpr tick minute = 60;
constexpr tick end = first + windows * minute;

/// Of `brief` tier 0 has the newest ten minutes.
constexpr tick brief_from = end - 10 * minute;

/// Hosts "whole" and "brief" of one chart, whose value is the tick.
class two_hosts {
public:
  two_hosts() {
    store_options options;
    options.retention.seconds = 0;
    options.further.tiers = {};
    host_retention brief;
    brief.fits = [](const stored_host& x) {
      return x.definition.hostname == "brief";
    };
    brief.seconds[0] = end - brief_from;
    options.further.hosts = {brief};
    store_ = examples::open_store(directory_.file("store.mdb"), options);
    add("whole", 1);
    add("brief", 2);
    do
      REQUIRE(store_->commit(end));
    while (store_->has_work());
  }

  /// @param names in the order in which they are read.
  query_answer answer_to(query_request what,
                         const std::vector<std::string>& names) {
    what.chart = "c";
    what.nodes = names;
    query_job job{std::make_shared<query_request>(what), end};
    REQUIRE_FALSE(job.choose(summaries_, {}));
    while (auto part = job.next_part()) {
      auto hot = std::make_shared<hot_answer>();
      for (auto& x : summaries_)
        if (x.definition.id == part->host)
          hot->host = x;
      if (hot->host.definition.hostname == "brief")
        hot->windows = hot_of_brief;
      job.begin(hot);
      for (auto done = false; !done;) {
        auto slice = job.advance(*store_->environment(), layouts_);
        REQUIRE(slice);
        done = *slice;
      }
    }
    auto result = job.finish();
    REQUIRE(result);
    return **result;
  }

  std::vector<window_table> hot_of_brief;

  void add(const std::string& name, uint64_t id, bool is_stored = true) {
    auto host = make_host(id);
    host.hostname = name;
    auto c = make_chart("c", {"x"});
    host_summary summary;
    summary.definition = host;
    summary.oldest = first;
    summary.newest = end - 1;
    auto columns_of = std::make_shared<roster>(1);
    columns_of->append(c);
    summary.columns_of = columns_of;
    if (is_stored) {
      summary.number = store_->put_host(host, {host.id});
      for (tick t = first; t < end; t += minute)
        store_->put_closed(
            summary.number,
            examples::close_window(host, examples::origin{1, {c}}, t, minute,
                                   [](tick at) { return std::vector{at}; }));
    }
    summaries_.push_back(summary);
  }

private:
  temporary_directory directory_;
  std::unique_ptr<store> store_;
  std::vector<host_summary> summaries_;
  layout_cache layouts_;
};

/// The value of a host at a row; NaN where it has none.
double value_at(const query_answer& x, const std::string& host, tick row) {
  for (size_t c = 0; c < x.columns.size(); ++c)
    if (x.columns[c].id == "x@" + host)
      for (size_t i = 0; i < x.times.size(); ++i)
        if (x.times[i] == row)
          return x.values[i * x.columns.size() + c];
  return NAN;
}

/// Rows of a second from the first tick on.
query_request all_seconds() {
  query_request result;
  result.after = first - 1;
  result.before = end - 1;
  return result;
}

} // namespace

TEST_CASE("each host of a query is read from the tiers that it has",
          "[actors]") {
  two_hosts hosts;
  auto order = GENERATE(0, 1); // rows are those of the host that comes first
  std::vector<std::string> names{"whole", "brief"};
  if (order == 1)
    std::swap(names[0], names[1]);
  auto x = hosts.answer_to(all_seconds(), names);
  REQUIRE(x.times.size() == static_cast<size_t>(end - first));
  // Seconds of both, and minutes of the one that has no seconds any more.
  CHECK(x.points_of_tier
        == std::vector<uint64_t>{
            static_cast<uint64_t>(end - first + end - brief_from),
            static_cast<uint64_t>((brief_from - first) / minute), 0});
  for (auto t = first; t < end; ++t)
    if (value_at(x, "whole", t) != static_cast<double>(t))
      FAIL("whole at " << t << ": " << value_at(x, "whole", t));
  for (auto t = brief_from; t < end; ++t)
    if (value_at(x, "brief", t) != static_cast<double>(t))
      FAIL("brief at " << t << ": " << value_at(x, "brief", t));
  // A minute's average stands at its last second.
  for (auto t = first + minute - 1; t < brief_from; t += minute)
    if (value_at(x, "brief", t) != static_cast<double>(t) - 29.5)
      FAIL("brief at " << t << ": " << value_at(x, "brief", t));
}

TEST_CASE("rows of minutes are the same of hosts with and without seconds",
          "[actors]") {
  two_hosts hosts;
  auto what = all_seconds();
  what.points = windows;
  what.unaligned = true;
  auto x = hosts.answer_to(what, {"*"});
  CHECK(x.tier == 1);
  REQUIRE(x.times.size() == windows);
  for (auto t : x.times) {
    CHECK(value_at(x, "whole", t) == static_cast<double>(t) - 29.5);
    CHECK(value_at(x, "brief", t) == value_at(x, "whole", t));
  }
}

TEST_CASE("rows in RAM are read though blocks of their time went", "[actors]") {
  two_hosts hosts;
  auto host = make_host(2);
  auto late = first + 5 * minute;
  hosts.hot_of_brief.push_back(
      examples::make_window(host, late, "c", 1, {{7, 1234}}));
  auto x = hosts.answer_to(all_seconds(), {"brief"});
  CHECK(value_at(x, "brief", late + 7) == 1234);
  // What is older than those has minutes still.
  CHECK(value_at(x, "brief", late - 1) == static_cast<double>(late) - 30.5);
}

TEST_CASE("a host of which nothing is stored is read from RAM", "[actors]") {
  two_hosts hosts;
  hosts.add("new", 3, false);
  auto x = hosts.answer_to(all_seconds(), {"whole", "new"});
  CHECK(value_at(x, "whole", first + 9) == static_cast<double>(first + 9));
  CHECK(std::isnan(value_at(x, "new", first + 9)));
}
