#include "tests/bench/soak.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "tests/bench/figures.hpp"
#include "tests/bench/query_figures.hpp"
#include "tests/bench/write_path.hpp"

namespace tributary::bench {

namespace {

constexpr uint32_t hosts = 200;
constexpr uint32_t columns = 1000;
constexpr uint32_t row_seconds = 7200;
constexpr uint64_t gib = uint64_t{1} << 30;

/// What tier 0 of the pattern takes, for the length of the run.
constexpr double bytes_per_sample = 1.04;

constexpr uint32_t away_every_windows = 8;
constexpr uint32_t reports = 40;
constexpr uint32_t page_bytes = 4096;

class soak {
public:
  soak(const std::string& folder, const row_set& rows, const write_plan& plan,
       unsigned speed)
      : rows_(rows), plan_(plan), speed_(speed), path_(folder, rows, plan) {
    // nop
  }

  void run() {
    puts("seconds GiB_written file_MiB used_MiB free_pages commit_p50_ms "
         "commit_p99_ms commit_longest_ms query_1h_p50_ms query_1h_p99_ms "
         "query_6h_p50_ms backfilled speed");
    begin_ms_ = last_ms_ = now_ms();
    path_.run([this](uint32_t second) { on_second(second); });
    slow_.reset();
  }

private:
  void on_second(uint32_t second) {
    constexpr uint32_t slow_every = 600;
    constexpr uint32_t slow_commits = 5;
    if (second % slow_every == 0) {
      if (auto txn = path_.kept().environment()->read())
        slow_.emplace(std::move(*txn));
    } else if (second % slow_every == slow_commits) {
      slow_.reset();
    }
    constexpr uint32_t hour = 3600;
    if (second > hour && second % 10 == 0)
      ask(second, hour, hour_ms_);
    if (second > 6 * hour && second % 60 == 0)
      ask(second, 6 * hour, long_ms_);
    if ((second + 1) % std::max(plan_.seconds / reports, 1u) == 0)
      report(second + 1);
    if (speed_ != 0)
      keep_pace(second + 1);
  }

  void ask(uint32_t second, uint32_t length, std::vector<double>& times) {
    query_request what;
    auto& chart = *rows_.charts[second / 10 % rows_.charts.size()];
    what.chart = chart.id;
    what.dimensions = {chart.dimensions[0].id};
    what.after = -int64_t{length};
    what.points = 600;
    what.tier = 0;
    auto now = first_tick + second;
    auto begin = now_ms();
    answer(path_, first_host(path_, rows_, now), layouts_, what, now);
    times.push_back(now_ms() - begin);
  }

  void keep_pace(uint32_t second) {
    auto due = begin_ms_ + 1000.0 * second / speed_;
    if (auto early = due - now_ms(); early > 1)
      std::this_thread::sleep_for(
          std::chrono::duration<double, std::milli>(early));
  }

  static double at(const std::vector<double>& list, double share) {
    return list.empty() ? 0 : quantile(list, share);
  }

  void report(uint32_t second) {
    auto space = path_.kept().environment()->space();
    if (!space)
      fail(to_text(space.error()));
    constexpr uint64_t mib = 1 << 20;
    std::vector<double> commits{path_.commits_ms().begin()
                                    + static_cast<long>(commits_told_),
                                path_.commits_ms().end()};
    commits_told_ = path_.commits_ms().size();
    auto now = now_ms();
    printf(
        "%u %.2f %zu %zu %zu %.1f %.1f %.1f %.2f %.2f %.1f %lu %.0f\n", second,
        static_cast<double>(path_.samples()) * bytes_per_sample
            / static_cast<double>(gib),
        space->file_bytes / mib, space->used_bytes / mib,
        (space->file_bytes - space->used_bytes) / page_bytes, at(commits, 0.5),
        at(commits, 0.99), at(commits, 1), at(hour_ms_, 0.5),
        at(hour_ms_, 0.99), at(long_ms_, 0.5), path_.backfilled_windows(),
        1000.0 * (second - told_) / (now - last_ms_));
    fflush(stdout);
    hour_ms_.clear();
    long_ms_.clear();
    last_ms_ = now;
    told_ = second;
  }

  const row_set& rows_;
  write_plan plan_;
  unsigned speed_;
  write_path path_;
  layout_cache layouts_;
  std::optional<lmdb::transaction> slow_;
  std::vector<double> hour_ms_;
  std::vector<double> long_ms_;
  size_t commits_told_ = 0;
  uint32_t told_ = 0;
  double begin_ms_ = 0;
  double last_ms_ = 0;
};

} // namespace

void run_soak(unsigned written_gib, unsigned speed) {
  auto rows = synthetic_rows(columns, row_seconds, 1);
  temporary_folder folder;
  write_plan plan;
  plan.hosts = hosts;
  plan.seconds = static_cast<uint32_t>(
      static_cast<double>(written_gib * gib)
      / (bytes_per_sample * double{hosts} * double{columns}));
  plan.seals_ahead = false;
  plan.sync = lmdb::sync_mode::full;
  plan.map_bytes = 2 * written_gib * gib;
  plan.retention_bytes = 2 * written_gib * gib / 3;
  plan.away_every_windows = away_every_windows;
  soak{folder.path(), rows, plan, speed}.run();
}

} // namespace tributary::bench
