#pragma once

/// Asks a file system that may never answer, in a thread of its own. Held by
/// `mounts`.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tributary {

/// What `statvfs` tells, in bytes and in files.
struct file_system_usage {
  int64_t bytes = 0;
  int64_t bytes_free = 0;
  /// For those who are not root.
  int64_t bytes_available = 0;
  /// 0 where files are not counted.
  int64_t files = 0;
  int64_t files_free = 0;
  int64_t files_available = 0;
};

/// The usage of the file system that is mounted there; none if it can't be had.
/// May block, and is called by several threads.
using usage_reader
    = std::function<std::optional<file_system_usage>(const std::string& point)>;

/// The one that asks the kernel.
std::optional<file_system_usage> read_usage(const std::string& point);

/// One question at a time. A thread that waits for a dead server can't be
/// stopped by anybody but the kernel: the destructor leaves it behind, and it
/// ends when its call returns, or with the process.
class patient_probe {
public:
  /// @return null if `thread_count_max` threads of probes live already.
  static std::unique_ptr<patient_probe> make(usage_reader read,
                                             std::string point);
  patient_probe(const patient_probe&) = delete;
  patient_probe& operator=(const patient_probe&) = delete;
  ~patient_probe();

  /// Asks, unless the last question is not answered yet.
  void ask();

  /// Waits until `deadline` for the answer to a question that the last `ask`
  /// has put; does not wait for one that is older.
  void wait(std::chrono::steady_clock::time_point deadline);

  /// The answer that came since the last call; none if none came, or if it was
  /// that there is none to be had.
  std::optional<file_system_usage> take();

  /// Calls of `ask` since the last answer.
  uint32_t unanswered_count() const noexcept {
    return unanswered_count_;
  }

  /// Over all probes of the process, those left behind included: file systems
  /// of other machines beyond are not watched.
  static constexpr int thread_count_max = 16;

private:
  struct shared;

  explicit patient_probe(std::shared_ptr<shared> state);

  std::shared_ptr<shared> state_;
  uint32_t unanswered_count_ = 0;
  bool fresh_ = false;
};

} // namespace tributary
