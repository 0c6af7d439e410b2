#include "actors/http/stream_channel.hpp"

#include <utility>

namespace tributary {

stream_channel::stream_channel(size_t events_max, std::function<void()> wake)
    : events_max_(events_max), wake_(std::move(wake)) {}

bool stream_channel::push(std::string_view event_text) {
  {
    std::lock_guard<std::mutex> guard{mutex_};
    if (ending_ != ending::none)
      return false;
    if (queued_count_ + in_flight_count_ < events_max_) {
      text_ += event_text;
      ++queued_count_;
    } else {
      ending_ = ending::overflowed;
    }
  }
  if (ending_ != ending::none) {
    wake_();
    return false;
  }
  if (!awake_.exchange(true))
    wake_();
  return true;
}

void stream_channel::end(ending why) {
  {
    std::lock_guard<std::mutex> guard{mutex_};
    if (ending_ != ending::none)
      return;
    ending_ = why;
  }
  // Not once: a connection that is stuck in a write must hear of this.
  wake_();
}

std::string stream_channel::take() {
  // Before the queue is read: an event that comes later wakes again.
  awake_ = false;
  std::lock_guard<std::mutex> guard{mutex_};
  in_flight_count_ += std::exchange(queued_count_, 0);
  return std::exchange(text_, {});
}

void stream_channel::written() {
  std::lock_guard<std::mutex> guard{mutex_};
  in_flight_count_ = 0;
}

channel_sink::channel_sink(std::shared_ptr<stream_channel> channel)
    : channel_(std::move(channel)) {}

channel_sink::~channel_sink() {
  channel_->end(stream_channel::ending::finished);
}

bool channel_sink::send(std::string event_text) {
  return channel_->push(event_text);
}

bool channel_sink::closed() const noexcept {
  return channel_->ended() != stream_channel::ending::none;
}

} // namespace tributary
