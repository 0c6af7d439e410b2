#pragma once

/// Who is started again, when, and who goes down with whom: the rules of the
/// supervisor, without actors and without a clock. The node tells it what
/// happened and does what it says.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary {

/// What a line of the table is doing.
enum class child_state : uint8_t {
  /// The options ask for none.
  off = 0,
  running = 1,
  /// Told to end, since what it needs has ended or its options changed.
  stopping = 2,
  /// Is started again when its time has come and what it needs runs.
  waiting = 3,
};

/// The word that logs and shells show, for example `waiting`.
const char* to_string(child_state x) noexcept;

/// One child as `status` shows it.
struct child_status {
  std::string name;
  child_state state = child_state::off;
  /// How often it was started after the first time.
  uint64_t restarts = 0;
  /// Why it ended last by itself or could not start; empty: never.
  std::string last_error;
  /// Milliseconds until it is started; -1 unless it waits for that alone.
  int64_t next_start_ms = -1;
  /// The child that must run first; empty when none is missing.
  std::string waits_for;
};

/// For people: `running`, `waits 3.2 s to be started again after: ...`.
std::string to_text(const child_status& x);

/// A line of the table.
struct child_rule {
  const char* name;
  /// Lines above this one whose handles it holds: it ends with them, and starts
  /// only while they run.
  std::vector<size_t> needs;
  /// The line whose start makes this one too; itself for most.
  size_t lead;
  /// Without it the node is none: its failures are counted, and too many in a
  /// row end the node. All others are tried for ever.
  bool vital = false;
};

class restart_table {
public:
  /// Lines in start order. `needs` and `lead` name lines above or the line.
  explicit restart_table(std::vector<child_rule> rules);

  size_t size() const noexcept {
    return children_.size();
  }

  const child_rule& rule(size_t line) const {
    return children_[line].rule;
  }

  child_state state(size_t line) const {
    return children_[line].status.state;
  }

  /// All lines are to be started now.
  void begin(int64_t now_ms);

  /// The first line that may start now; only leads. None when all that could
  /// has been told to be `started`, `switched_off` or `failed`.
  std::optional<size_t> startable(int64_t now_ms) const;

  /// The line runs, and with it those that it leads.
  void started(size_t line, int64_t now_ms);

  /// The options ask for no such child, and so for none that needs it.
  void switched_off(size_t line);

  /// The line could not be started: it waits longer each time.
  void failed(size_t line, std::string error, int64_t now_ms);

  /// The child of that line is gone. By itself: it waits before it is started,
  /// and the lines that are returned must be stopped, last first. Told to: it
  /// starts as soon as it may; nothing is returned.
  std::vector<size_t> ended(size_t line, std::string error, int64_t now_ms);

  /// The line shall be started anew, with other options; it and all that need
  /// it are returned, to be stopped, last first. What waits starts at once.
  std::vector<size_t> renew(size_t line, int64_t now_ms);

  /// Milliseconds until something may start; none while nothing waits for time
  /// alone.
  std::optional<int64_t> next_start_ms(int64_t now_ms) const;

  /// The vital line that failed too often in a row; none usually.
  std::optional<size_t> exhausted() const;

  std::vector<child_status> status(int64_t now_ms) const;

  /// First delay before a start; doubles with each failure in a row.
  static constexpr int64_t delay_ms_min = 100;

  /// A port that is taken, a destination list that can't be used: somebody
  /// repairs it in minutes, and the log names it twice a minute until then.
  static constexpr int64_t delay_ms_max = 30'000;

  /// Storage is what all wait for; a disk that is back is used soon.
  static constexpr int64_t vital_delay_ms_max = 5'000;

  /// A child that ran this long is well again: failures are counted anew.
  static constexpr int64_t calm_ms = 60'000;

  /// Failures in a row of a vital child before the node gives up, a minute and
  /// a quarter in all: whoever supervises the process should see it.
  static constexpr size_t vital_failures_max = 20;

private:
  struct child {
    child_rule rule;
    child_status status;
    size_t failures = 0;
    bool begun = false;
    int64_t started_ms = 0;
    /// Earliest start while it waits.
    int64_t due_ms = 0;
  };

  /// The line and all that need it, directly or not, and those it leads.
  std::vector<bool> with_dependents(size_t line) const;
  /// What must run first and does not; null when nothing.
  const child* missing(const child& x) const;
  bool waits_for_time(size_t line) const;
  void fail(size_t line, std::string error, int64_t now_ms);
  std::vector<size_t> stop_dependents(size_t line);

  std::vector<child> children_;
};

} // namespace tributary
