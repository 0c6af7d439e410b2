#pragma once

/// The storage part of a parent in one thread: frames of many hosts are
/// decoded into the open windows and journaled, a commit follows each second,
/// windows that end become blocks. The same calls as ingest and writer make.

#include <memory>
#include <string>
#include <vector>

#include "store/hot.hpp"
#include "store/store.hpp"
#include "tests/bench/host_lane.hpp"
#include "tests/bench/pattern.hpp"

namespace tributary::bench {

/// Tick of the first second.
constexpr tick first_tick = 1'795'369'200;

struct write_plan {
  uint32_t hosts = 1;
  uint32_t seconds = 0;
  lmdb::sync_mode sync = lmdb::sync_mode::none;
};

class write_path {
public:
  /// Seals the frames of all seconds, which is not part of any figure. Windows
  /// of the hosts begin evenly spread, those of the first host at `first_tick`.
  write_path(const std::string& folder, const row_set& rows,
             const write_plan& plan);

  /// Takes all frames in, a commit after each second.
  void run();

  /// Closes the windows that are open, until all are blocks.
  void close_all();

  uint64_t samples() const noexcept {
    return samples_;
  }

  uint64_t frame_bytes() const noexcept {
    return frame_bytes_;
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

  /// The tick behind the last.
  tick end() const noexcept {
    return first_tick + plan_.seconds;
  }

private:
  struct sender {
    host_number number = 0;
    hot_host hot;
    std::vector<frame_ptr> frames;
  };

  void add_host(const row_set& rows, uint32_t index);
  void close_windows(sender& from, tick before);
  void commit(tick now);

  write_plan plan_;
  std::string path_;
  guid node_;
  std::unique_ptr<store> store_;
  std::vector<sender> senders_;
  uint64_t samples_ = 0;
  uint64_t frame_bytes_ = 0;
};

} // namespace tributary::bench
