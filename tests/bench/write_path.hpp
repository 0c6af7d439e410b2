#pragma once

/// The storage part of a parent in one thread: frames of many hosts are
/// decoded into the open windows and journaled, a commit follows each second,
/// windows that end become blocks. The same calls as ingest and writer make.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/hot.hpp"
#include "store/store.hpp"
#include "tests/bench/local_swarm.hpp"

namespace tributary::bench {

/// Tick of the first second.
constexpr tick first_tick = 1'795'369'200;

struct write_plan {
  uint32_t hosts = 1;
  uint32_t seconds = 0;
  lmdb::sync_mode sync = lmdb::sync_mode::none;
  size_t map_bytes = size_t{8} << 30;
  /// Of blocks; 0 keeps all.
  int64_t retention_seconds = 0;
  /// Pages of tier 0; 0 keeps all.
  uint64_t retention_bytes = 0;
  /// Frames are sealed before the run, which is then not part of any figure;
  /// else in the second that takes them, which spares memory.
  bool seals_ahead = true;
  uint32_t commit_every_seconds = 1;
  /// Each host is away for one of so many windows, which it hands in as
  /// history when the next begins; 0: none ever is.
  uint32_t away_every_windows = 0;
};

class write_path {
public:
  /// `plan.hosts` hosts of equal rows. Windows of the hosts begin evenly
  /// spread, those of the first host at `first_tick`. The rows must outlive it.
  write_path(const std::string& folder, const row_set& rows,
             const write_plan& plan);

  /// A host for each of `hosts`, whatever the plan says of their number.
  write_path(const std::string& folder,
             const std::vector<const row_set*>& hosts, write_plan plan);

  /// Takes all frames in, commits as planned; `then` is told of each second if
  /// there is one.
  void run(const std::function<void(uint32_t second)>& then = {});

  /// Closes the windows that are open, until all are blocks.
  void close_all();

  uint64_t samples() const noexcept {
    return samples_;
  }

  uint64_t frame_bytes() const noexcept {
    return frame_bytes_;
  }

  /// Wall time of each commit and of each slice of work on windows, ms.
  const std::vector<double>& commits_ms() const noexcept {
    return commits_ms_;
  }

  const std::vector<double>& slices_ms() const noexcept {
    return slices_ms_;
  }

  const std::string& path() const noexcept {
    return path_;
  }

  const guid& node() const noexcept {
    return node_;
  }

  const store& kept() const noexcept {
    return *store_;
  }

  uint64_t backfilled_windows() const noexcept {
    return last_token_;
  }

  /// The tick behind the last.
  tick end() const noexcept {
    return first_tick + plan_.seconds;
  }

private:
  struct sender {
    host_number number = 0;
    hot_host hot;
    const row_set* rows;
    host_lane lane;
    /// Where in the rows it begins: hosts are not in step.
    size_t offset = 0;
    std::vector<frame_ptr> frames;
    /// Of the window that it is away for.
    std::vector<frame_ptr> missed;
  };

  void add_host(const row_set& rows, uint32_t index);
  frame_ptr seal(sender& from, uint32_t second);
  void take(sender& from, const frame_ptr& sealed);
  bool is_away(const sender& from, tick t) const;
  void hand_in_missed(sender& from);
  void close_windows(sender& from, tick before);
  void commit(tick now);

  write_plan plan_;
  std::string path_;
  guid node_;
  std::unique_ptr<store> store_;
  std::vector<sender> senders_;
  uint64_t samples_ = 0;
  uint64_t frame_bytes_ = 0;
  /// Of history windows.
  uint64_t last_token_ = 0;
  std::vector<double> commits_ms_;
  std::vector<double> slices_ms_;
};

} // namespace tributary::bench
