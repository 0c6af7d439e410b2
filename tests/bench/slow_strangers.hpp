#pragma once

/// Sockets of people who never finish a hello: each sends the first bytes of
/// one, one a second, and comes back when it is dropped.

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace tributary::bench {

class slow_strangers {
public:
  /// Returns when all have connected once, or were refused.
  slow_strangers(uint16_t link_port, size_t count);

  /// Closes them all.
  ~slow_strangers();
  slow_strangers(const slow_strangers&) = delete;
  slow_strangers& operator=(const slow_strangers&) = delete;

private:
  void run();
  void send_one_byte_each();

  uint16_t link_port_;
  std::vector<int> sockets_;
  std::vector<size_t> bytes_sent_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace tributary::bench
