#pragma once

/// Who lives in a node and how each is doing: what CAF 0.17 does not tell.
/// `observed` writes it, the shell and the source `self` read it. It remembers
/// those that ended, so that a crash loop is seen between two lives.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_addr.hpp>

namespace tributary {

class actor_directory;

/// How an actor comes and goes.
enum class actor_tenure : uint8_t {
  /// Its parent starts it again when it ends: its lives are counted.
  supervised,
  /// It serves one connection and ends with it.
  connection,
};

/// Who an actor is, told by the one who spawns it.
struct actor_identity {
  std::shared_ptr<actor_directory> directory;
  /// For example `uplink` or `session 10.0.0.7`. The first word is its kind.
  std::string name;
  /// Name of the actor that spawned it, empty for the node itself.
  std::string parent;
  actor_tenure tenure = actor_tenure::supervised;
};

/// Figures of one life; written by the actor and its senders, read by anybody.
/// The texts never change once the actor runs.
struct actor_figures {
  uint64_t id = 0;
  std::string name;
  std::string parent;
  /// Lives of this name that failed before this one, and why the last of them
  /// did; empty when none has failed.
  uint64_t restarts = 0;
  std::string last_error;
  /// To send it an exit; does not keep it alive.
  caf::actor_addr address;
  std::atomic<uint64_t> received{0};
  std::atomic<uint64_t> handled{0};
  /// Finished runs; `running_since_ns` tells of the one that goes on.
  std::atomic<uint64_t> busy_ns{0};
  std::atomic<uint64_t> runs{0};
  /// Steady clock when the run that goes on began; 0 while it is idle.
  std::atomic<int64_t> running_since_ns{0};
};

using actor_figures_ptr = std::shared_ptr<const actor_figures>;

/// One line of an actor list: a life, or a name that is between two lives.
struct actor_record {
  /// 0 while it does not live.
  uint64_t id = 0;
  std::string name;
  std::string parent;
  /// Messages that wait; a moment's estimate.
  uint64_t mailbox_depth = 0;
  uint64_t handled = 0;
  /// Time spent in handlers, the run that goes on included.
  uint64_t busy_ns = 0;
  /// How long the run that goes on has taken; large in an actor that hangs.
  uint64_t running_ns = 0;
  uint64_t restarts = 0;
  std::string last_error;
};

/// Sums over the actors of one kind, those that ended included.
struct actor_kind_totals {
  uint64_t living = 0;
  uint64_t mailbox_depth = 0;
  uint64_t handled = 0;
  uint64_t busy_ns = 0;
};

/// All actors of one node. Thread-safe.
class actor_directory {
public:
  std::shared_ptr<actor_figures> add(uint64_t id, const actor_identity& who,
                                     caf::actor_addr address);

  /// Notes the end of a life; `reason` is empty for one that was asked to end.
  /// Further calls for the same id do nothing.
  void remove(uint64_t id, const std::string& reason);

  /// The living, by id.
  std::vector<actor_figures_ptr> list() const;

  /// The living and the supervised that failed and are not back, by name within
  /// their parent; parents before their children. Who was asked to end is gone.
  std::vector<actor_record> records() const;

  /// By kind, for example `collector`.
  std::map<std::string, actor_kind_totals> totals() const;

private:
  /// What outlives a life. Few: supervised names are those of the node's table
  /// and of its sources.
  struct past {
    std::string parent;
    uint64_t failures = 0;
    std::string last_error;
    /// The last life failed, and none has followed.
    bool away = false;
  };

  struct entry {
    std::shared_ptr<actor_figures> figures;
    actor_tenure tenure = actor_tenure::supervised;
  };

  mutable std::mutex mutex_;
  std::map<uint64_t, entry> living_;
  std::map<std::string, past> past_;
  /// Of lives that ended: what charts of ever-growing counters need.
  std::map<std::string, actor_kind_totals> ended_;
};

using actor_directory_ptr = std::shared_ptr<actor_directory>;

/// The first word of an actor's name.
std::string_view kind_of_actor(std::string_view name) noexcept;

} // namespace tributary
