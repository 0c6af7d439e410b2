#pragma once

/// The bounded queue between those who send events and the connection that
/// writes them. Knows no socket; `wake` tells the connection to look.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "actors/http/exchange.hpp"

namespace tributary {

class stream_channel {
public:
  /// @param events_max events that may wait, those being written included.
  /// @param wake called from any thread, without a lock held, when there is
  ///             something to write or the stream has ended.
  stream_channel(size_t events_max, std::function<void()> wake);

  enum class ending : uint8_t {
    /// Not ended.
    none,
    /// What is queued is still to be written.
    finished,
    /// The client did not read; what is queued is void.
    overflowed,
    /// The client is gone.
    disconnected,
  };

  /// Queues an event. False when the stream has ended, or ends by this event.
  bool push(std::string_view event_text);

  /// Ends the stream; the first ending stays.
  void end(ending why);

  ending ended() const noexcept {
    return ending_;
  }

  /// All queued events as one text, empty when there are none. They count as
  /// waiting until `written`. For the connection only.
  std::string take();

  void written();

private:
  const size_t events_max_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::string text_;
  size_t queued_count_ = 0;
  size_t in_flight_count_ = 0;
  std::atomic<ending> ending_{ending::none};
  /// Whether `wake` was called for events since the last `take`.
  std::atomic<bool> awake_{false};
};

/// The sink of a handle; its end is the handle's end.
class channel_sink final : public stream_sink {
public:
  explicit channel_sink(std::shared_ptr<stream_channel> channel);

  ~channel_sink() override;

  bool send(std::string event_text) override;

  bool closed() const noexcept override;

private:
  std::shared_ptr<stream_channel> channel_;
};

} // namespace tributary
