#pragma once

/// Decoded windows of hosts that somebody looks at, so that a page that asks
/// for a hundred charts each second does not decode the host for each of them.
/// Knows no clock: callers say what time it is. One thread owns one.

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "store/hot_window.hpp"

namespace tributary {

struct hot_cache_limits {
  /// About that of all tables. Whoever was asked for longest ago goes first; a
  /// window that alone is larger is decoded for each question, one chart of it.
  size_t bytes = 64u << 20;
  /// What nobody asked for this long goes.
  int64_t idle_seconds = 60;
};

class hot_cache {
public:
  explicit hot_cache(hot_cache_limits limits = {});
  ~hot_cache();

  /// The table of one chart, as `hot_window::table` makes it. The first
  /// question about a window decodes that chart, the second one all of them.
  /// @param now Unix seconds.
  window_table table(const hot_window& of, std::string_view chart, int64_t now);

  /// Drops what nobody asked for in time.
  void expire(int64_t now);

  bool empty() const noexcept {
    return entries_.empty();
  }

  /// About what the tables take.
  size_t bytes() const noexcept {
    return bytes_;
  }

private:
  struct entry;

  /// Drops the least recently used tables, `kept` excepted.
  void make_room(uint64_t kept);
  void drop(uint64_t number);

  hot_cache_limits limits_;
  /// By the window's number. At most one for each window that is hot, and those
  /// that were within `idle_seconds`.
  std::map<uint64_t, std::unique_ptr<entry>> entries_;
  size_t bytes_ = 0;
  uint64_t uses_ = 0;
};

} // namespace tributary
