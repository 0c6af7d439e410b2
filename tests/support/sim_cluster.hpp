#pragma once

/// Whole clusters in one thread and in simulated time: real nodes on one actor
/// system with CAF's testing scheduler, a simulated network, real stores in
/// memory. Everything random comes from one seed, so a run can be had again.

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include "actors/node.hpp"
#include "tests/support/sim_clock.hpp"
#include "tests/support/sim_network.hpp"
#include "tests/support/sim_source.hpp"

namespace spdlog::sinks {
class sink;
}

namespace tributary {

/// What a test says of a node; it outlives the node's crashes.
struct sim_plan {
  /// Destinations in order of preference.
  std::vector<std::string> parents;
  /// The key that it shows; all nodes admit `sim_key`.
  guid key = guid::from_words(1, 1);
  uint32_t window_s = 60;
  uint32_t commit_every_ms = 1000;
  size_t wide_gauges = 0;
  /// Stores are files in any mode; one that has no disk is erased by the test.
  db_mode mode = db_mode::dbengine;
  /// MiB, for `db_mode::none`.
  uint64_t buffer_mib = 64;
  /// What it offers to pack its links with; empty: nothing.
  std::vector<link_codec> codecs{packing_codecs.begin(), packing_codecs.end()};
  /// How the parents are used.
  stream_mode parents_mode = stream_mode::failover;
  /// The node whose machine GUID it has, as a copy of it would; empty: its own.
  std::string copy_of{};
  /// Of its clock, from its first start on.
  int64_t clock_offset_ms = 0;
  bool is_ephemeral = false;
  /// What it wants of the past of its children.
  replication_rules replication{};
  /// Keys that it admits beside `sim_key`.
  std::vector<api_key_section> keys{};
};

/// One tick as a node has it.
struct sim_row {
  epoch_number epoch = 0;
  /// Stored integers by `chart/dimension`; absent ones are not there.
  std::map<std::string, int64_t> values;
};

using sim_table = std::map<tick, sim_row>;

class sim_cluster {
public:
  explicit sim_cluster(uint64_t seed);
  ~sim_cluster();

  // -- nodes ------------------------------------------------------------------

  /// Makes a node with an empty store and starts it.
  void add_node(const std::string& name, sim_plan plan = {});

  /// Ends all actors of the node at once; what was not committed is lost.
  /// @param silent as when the machine loses power: no peer hears of it.
  void crash(const std::string& name, bool silent = false);

  /// Stops the node in order, as on SIGTERM.
  /// @param meanwhile runs when the node has begun to stop.
  void stop(const std::string& name,
            const std::function<void()>& meanwhile = nullptr);

  /// Gives a running node other options than it was started with, as on SIGHUP.
  void reload(const std::string& name,
              const std::function<void(node_options&)>& change);

  /// Starts a node that was stopped or has crashed, with the store it had.
  void start(const std::string& name);

  /// Throws the store of a stopped node away.
  void erase_store(const std::string& name);

  bool running(const std::string& name) const;

  guid id_of(const std::string& name) const;

  std::vector<std::string> names() const;

  const sim_plan& plan_of(const std::string& name) const;

  sim_origin& origin_of(const std::string& name);

  const std::string& store_path(const std::string& name) const;

  node_figures& figures_of(const std::string& name);

  /// Sends the node's children away, or takes them again.
  void drain(const std::string& name, bool on = true);

  drain_state drain_of(const std::string& name);

  /// Lets collectors that are late answer now.
  void finish_slow_collectors();

  /// How long a slow collector may take at most.
  int64_t slow_ms_max = 400;

  /// Every collector may be slow, as on a machine with too much to do.
  bool all_slow = false;

  /// Moves the node's wall clock away from simulated time. Late collectors
  /// read by that clock: finish them before where values are checked.
  void set_clock_offset(const std::string& name, int64_t ms);

  /// While it is held the node's writer does nothing, as on a hanging disk.
  void hold_disk(const std::string& name);
  void release_disks();

  /// Ends one actor of a running node as if it had failed: a line of the node's
  /// table, `session` (one of them) or `collector <source>`. False when none of
  /// that name lives.
  bool kill(const std::string& name, const std::string& actor);

  /// Gives a running node's shell a command. What it answers comes with time,
  /// as JSON or as the text of an error; empty until then.
  std::shared_ptr<const std::string> ask_shell(const std::string& name,
                                               std::vector<std::string> words);

  /// Whether children that are started again are no fault.
  bool expects_restarts = false;

  /// Children of a running node as it tells them.
  std::vector<child_status> children_of(const std::string& name);

  /// Sources read nothing (or again) from now on.
  void freeze(bool frozen);

  // -- time -------------------------------------------------------------------

  /// Lets so many milliseconds pass.
  void step(int64_t ms);

  void step_seconds(int64_t seconds) {
    step(seconds * 1000);
  }

  /// Runs what can run without time passing.
  void run_jobs();

  /// Heals network and disks, ends sampling, and lets enough time pass for
  /// time-outs, reconnects and all that is owed.
  void settle(int64_t seconds = 150);

  int64_t now_ms() {
    return sim_elapsed_ms(scheduler_);
  }

  sim_network& network() noexcept {
    return network_;
  }

  uint64_t random(uint64_t bound) {
    return random_() % bound;
  }

  // -- looking in -------------------------------------------------------------

  /// All that a running node has of the host of another (or its own).
  sim_table values(const std::string& name, const std::string& host);

  std::vector<host_summary> hosts_of(const std::string& name);

  /// What must never happen and did, in words: actors that outlived their
  /// node, children that were started again, nodes that did not start.
  std::vector<std::string> faults;

  /// The log of all nodes so far.
  const std::vector<std::string>& log() const;

  /// Whether a line of the log holds `words`.
  bool logged(const std::string& words) const;

private:
  struct sim_node;
  class log_sink;

  struct held_job {
    int64_t release_ms;
    caf::resumable* job;
  };

  sim_node& at(const std::string& name);
  const sim_node& at(const std::string& name) const;
  bool hold(caf::resumable* job);
  void release_due(int64_t now);
  void expect_nobody(sim_node& node, const char* when);

  template <class Result, class Handle, class... Ts>
  std::shared_ptr<Result> ask(const Handle& whom, Ts&&... xs);

  caf::actor_system_config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  std::mt19937_64 random_;
  sim_network network_;
  std::string folder_;
  std::shared_ptr<log_sink> log_;
  std::map<std::string, std::unique_ptr<sim_node>> nodes_;
  std::vector<held_job> held_;
  std::set<caf::resumable*> released_;
  std::set<caf::actor_id> held_disks_;
};

} // namespace tributary
