#include "actors/link/wires_door.hpp"

#include <thread>
#include <utility>

#include <caf/resumable.hpp>

namespace tributary {

wires_door::wires_door(caf::io::network::multiplexer& thread)
    : execution_unit(&thread.system()), thread_(thread) {
  // nop
}

wires_door::~wires_door() {
  for (auto x : waiting_)
    caf::intrusive_ptr_release(x);
}

void wires_door::exec_later(caf::resumable* actor) {
  if (std::this_thread::get_id() == thread_.thread_id()) {
    thread_.exec_later(actor);
    return;
  }
  {
    std::lock_guard<std::mutex> guard{mutex_};
    waiting_.push_back(actor);
    if (waiting_.size() > 1)
      return; // the thread knows already
  }
  thread_.post([self = shared_from_this()] { self->let_in(); });
}

void wires_door::let_in() {
  std::vector<caf::resumable*> those;
  {
    std::lock_guard<std::mutex> guard{mutex_};
    those.swap(waiting_);
  }
  for (auto x : those)
    thread_.exec_later(x);
}

} // namespace tributary
