#pragma once

/// The base of every actor of ours: counts what CAF 0.17 does not tell (mailbox
/// depth, messages, busy time) in a directory that introspection reads, and
/// turns an exception into the end of this one actor.

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/local_actor.hpp>
#include <caf/resumable.hpp>

namespace tributary {

/// Figures of one actor; written by it and its senders, read by anybody.
struct actor_figures {
  uint64_t id = 0;
  /// For example `uplink 127.0.0.1:19998`.
  std::string name;
  /// Name of the actor that spawned it, empty for the node itself.
  std::string parent;
  std::atomic<uint64_t> received{0};
  std::atomic<uint64_t> handled{0};
  std::atomic<uint64_t> busy_ns{0};
  std::atomic<uint64_t> runs{0};
};

/// All living actors of one node. Thread-safe.
class actor_directory {
public:
  std::shared_ptr<actor_figures> add(uint64_t id, std::string name,
                                     std::string parent);
  void remove(uint64_t id);
  std::vector<std::shared_ptr<const actor_figures>> list() const;

private:
  mutable std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<actor_figures>> actors_;
};

using actor_directory_ptr = std::shared_ptr<actor_directory>;

/// Who an actor is, told by the one who spawns it.
struct actor_identity {
  actor_directory_ptr directory;
  std::string name;
  std::string parent;
};

/// @tparam Base `Handle::base` of a typed interface.
template <class Base>
class observed : public Base {
public:
  observed(caf::actor_config& cfg, actor_identity identity)
      : Base(cfg), directory_(std::move(identity.directory)) {
    figures_ = directory_->add(this->id(), std::move(identity.name),
                               std::move(identity.parent));
  }

  const char* name() const override {
    return figures_->name.c_str();
  }

  void enqueue(caf::mailbox_element_ptr what,
               caf::execution_unit* host) override {
    figures_->received.fetch_add(1, std::memory_order_relaxed);
    Base::enqueue(std::move(what), host);
  }

  caf::resumable::resume_result resume(caf::execution_unit* host,
                                       size_t throughput) override {
    auto figures = figures_; // the actor may be gone after the run
    auto before = figures->received.load(std::memory_order_relaxed);
    auto begin = std::chrono::steady_clock::now();
    auto result = Base::resume(host, throughput);
    auto busy = std::chrono::steady_clock::now() - begin;
    figures->busy_ns.fetch_add(static_cast<uint64_t>(busy.count()),
                               std::memory_order_relaxed);
    figures->runs.fetch_add(1, std::memory_order_relaxed);
    if (result == caf::resumable::awaiting_message)
      figures->handled.store(before, std::memory_order_relaxed);
    return result;
  }

  void on_exit() override {
    directory_->remove(this->id());
    Base::on_exit();
  }

private:
  actor_directory_ptr directory_;
  std::shared_ptr<actor_figures> figures_;
};

} // namespace tributary
