#pragma once

/// The way into the thread of the sockets for mail from other threads.

#include <memory>
#include <mutex>
#include <vector>

#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>
#include <caf/io/network/multiplexer.hpp>

namespace tributary {

/// CAF writes each actor that gets mail into a pipe by itself and reads one of
/// them in each round of its loop: three calls of the kernel for each of the
/// hundreds of sessions that a commit acknowledges at once. Through the door,
/// those that come while the thread is busy go in together.
class wires_door final : public caf::execution_unit,
                         public std::enable_shared_from_this<wires_door> {
public:
  /// @param thread of the sockets; outlives this.
  explicit wires_door(caf::io::network::multiplexer& thread);
  ~wires_door() override;
  wires_door(const wires_door&) = delete;
  wires_door& operator=(const wires_door&) = delete;

  /// Callable from any thread. Takes over the reference that CAF has counted.
  void exec_later(caf::resumable* actor) override;

private:
  void let_in();

  caf::io::network::multiplexer& thread_;
  std::mutex mutex_;
  /// Those who wait, each once: CAF hands one in when its mailbox was empty.
  std::vector<caf::resumable*> waiting_;
};

using wires_door_ptr = std::shared_ptr<wires_door>;

} // namespace tributary
