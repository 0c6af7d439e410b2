#pragma once

/// The base of every actor of ours: counts its messages and the time that it
/// spends on them in the node's directory, and turns an exception into the end
/// of this one actor.

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <caf/actor_config.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/resumable.hpp>

#include "actors/actor_directory.hpp"
#include "schema/error.hpp"

namespace tributary {

/// The words of an exception that a handler let out.
caf::error error_of_exception(const std::exception_ptr& what);

/// Why an actor ended, in words; empty for one that was asked to end.
std::string words_of_end(const caf::error& reason);

/// Times one run of an actor in its figures.
class run_guard {
public:
  explicit run_guard(actor_figures& to)
      : to_(to), begin_(std::chrono::steady_clock::now()) {
    to_.running_since_ns.store(begin_.time_since_epoch().count(),
                               std::memory_order_relaxed);
  }
  run_guard(const run_guard&) = delete;
  run_guard& operator=(const run_guard&) = delete;
  ~run_guard() {
    auto busy = std::chrono::steady_clock::now() - begin_;
    to_.running_since_ns.store(0, std::memory_order_relaxed);
    to_.busy_ns.fetch_add(static_cast<uint64_t>(busy.count()),
                          std::memory_order_relaxed);
    to_.runs.fetch_add(1, std::memory_order_relaxed);
  }

private:
  actor_figures& to_;
  std::chrono::steady_clock::time_point begin_;
};

/// @tparam Base `Handle::base` of a typed interface.
template <class Base>
class observed : public Base {
public:
  observed(caf::actor_config& cfg, actor_identity identity)
      : Base(cfg), directory_(identity.directory) {
    figures_ = directory_->add(this->id(), identity, this->address());
    // CAF's own would print to standard output and go on to lose the words.
    this->set_exception_handler(
        [](std::exception_ptr& x) { return error_of_exception(x); });
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
    run_guard run{*figures};
    return Base::resume(host, throughput);
  }

  using Base::consume;

  caf::invoke_message_result consume(caf::mailbox_element& what) override {
    // CAF's multiplexer hands what sockets bring straight to a broker: it comes
    // neither through the mailbox nor within a run.
    if (figures_->running_since_ns.load(std::memory_order_relaxed) == 0) {
      figures_->received.fetch_add(1, std::memory_order_relaxed);
      auto figures = figures_;
      run_guard run{*figures};
      return count(what);
    }
    return count(what);
  }

  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    directory_->remove(this->id(), words_of_end(reason));
    return Base::cleanup(std::move(reason), host);
  }

protected:
  /// Milliseconds of a clock that nobody sets; a simulation has its own.
  int64_t steady_ms() const {
    using namespace std::chrono;
    return duration_cast<milliseconds>(this->clock().now().time_since_epoch())
        .count();
  }

  /// Whether more messages wait behind the one that is handled: this actor is
  /// called again at once. Counted when they are sent, so that one may still be
  /// on its way into the mailbox.
  bool has_mail() const {
    return figures_->received.load(std::memory_order_relaxed)
           > figures_->handled.load(std::memory_order_relaxed) + 1;
  }

private:
  /// Handles one message and counts it. A skipped one stays in the mailbox; one
  /// that throws does not.
  caf::invoke_message_result count(caf::mailbox_element& what) {
    auto result = caf::invoke_message_result::consumed;
    try {
      result = Base::consume(what);
    } catch (...) {
      figures_->handled.fetch_add(1, std::memory_order_relaxed);
      throw;
    }
    if (result != caf::invoke_message_result::skipped)
      figures_->handled.fetch_add(1, std::memory_order_relaxed);
    return result;
  }

  actor_directory_ptr directory_;
  std::shared_ptr<actor_figures> figures_;
};

} // namespace tributary
