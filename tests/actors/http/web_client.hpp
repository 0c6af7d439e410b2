#pragma once

/// A web client that can misbehave: a raw socket on loopback, and a server
/// with a handler for the tests. Waits for conditions, never for time.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "actors/http/server.hpp"

namespace tributary::test {

/// Far beyond what any condition takes; a test that gets here has failed.
constexpr std::chrono::milliseconds patience{10'000};

class web_client {
public:
  /// Connects to 127.0.0.1. A small `receive_bytes` makes a slow reader.
  explicit web_client(uint16_t port, int receive_bytes = 0);
  ~web_client();

  web_client(const web_client&) = delete;
  web_client& operator=(const web_client&) = delete;

  /// False once the other side has closed.
  bool send(std::string_view bytes);

  /// Reads on until `wanted` stands in what was received; false at the end of
  /// the stream or of our patience.
  bool receive_until(std::string_view wanted);

  /// Reads until the end of the stream; false when it does not come.
  bool receive_all();

  /// Whether nothing arrives for a moment (a negative can only be waited for).
  bool hears_nothing(std::chrono::milliseconds during);

  /// Everything received and not yet forgotten.
  const std::string& received() const noexcept {
    return received_;
  }

  void forget() {
    received_.clear();
  }

private:
  enum class step { more, end, late };

  step read_some(std::chrono::steady_clock::time_point until);

  int descriptor_ = -1;
  std::string received_;
};

/// A queue of exchanges that a handler leaves to the test.
class exchange_queue {
public:
  void push(std::shared_ptr<exchange> x);

  /// Null when none comes.
  std::shared_ptr<exchange> pop();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<exchange>> waiting_;
};

/// Answers `/echo...` with its path, drops `/drop`, queues the rest.
struct web_server {
  explicit web_server(http_limits limits = {});

  exchange_queue queue;
  http_server server;
  uint16_t port = 0;
};

/// `GET path` with the fields that it needs.
std::string get(std::string_view path);

/// How often `what` stands in `text`.
size_t count_of(std::string_view what, std::string_view text);

/// Asks again and again until `condition` holds or patience ends.
template <class Condition>
bool eventually(Condition condition);

} // namespace tributary::test

#include <thread>

template <class Condition>
bool tributary::test::eventually(Condition condition) {
  auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}
