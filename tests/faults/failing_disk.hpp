#pragma once

/// A disk that fails when told: calls below LMDB on files of a store are
/// counted, and those of a range end with an error, are cut short or wait.
/// Either preloaded into a node, which shares `failing_disk` with a test
/// through the file of FAILING_DISK_CONTROL, or linked into a test.

#include <atomic>
#include <cstdint>
#include <string>

namespace tributary {

/// What a failing call does. Numbers, since Python writes them.
enum class disk_fault : int64_t {
  /// Ends with `error`; nothing is written.
  refused = 0,
  /// Writes all, into the cache of the kernel at least, and ends with `error`.
  written = 1,
  /// Writes half and says so.
  cut = 2,
};

/// Which calls are counted and fail, as bits.
enum disk_calls : int64_t {
  call_write = 1,
  /// Writes that are synced by themselves: LMDB's meta pages.
  call_synced_write = 2,
  call_sync = 4,
  call_any = 7,
};

/// Eight words and no more: tests/faults/failing_disk.py has the same.
struct failing_disk {
  /// Calls so far, of the kinds in `kinds`.
  std::atomic<int64_t> calls;
  /// Those from `first` to `last` fail; the next one is `calls + 1`.
  std::atomic<int64_t> first;
  std::atomic<int64_t> last;
  /// An errno; 0 lets them succeed.
  std::atomic<int64_t> error;
  std::atomic<int64_t> fault;
  std::atomic<int64_t> kinds;
  /// Milliseconds that such a call waits first.
  std::atomic<int64_t> stall_ms;
  /// How many have failed so far.
  std::atomic<int64_t> failed;
};

/// The disk of this process.
failing_disk& disk_of_process();

/// Only files below `folder` are on that disk; all are, when it is empty.
void place_disk(const std::string& folder);

/// The `number`-th call from now on and `count - 1` after it fail with `error`.
void fail_calls(int64_t number, int64_t count, int error,
                disk_fault fault = disk_fault::refused);

/// All is well again, and calls of all kinds are counted.
void repair_disk();

/// From now on `FILE.platter` is what a loss of power would leave of each store
/// FILE that is made: synced writes, and by a coin of that seed those that were
/// not synced. A failed sync loses what waited, as a kernel does that has
/// marked the pages clean.
void keep_platters(uint64_t seed);

/// Forgets what waits to be synced: the power is lost. Stores are closed.
void lose_power();

} // namespace tributary
