#pragma once

/// Asks a node's API for the newest value of a chart again and again, in a
/// thread of its own, and notes how long after its tick each one showed.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace tributary::bench {

class visibility {
public:
  visibility(uint16_t http_port, const std::string& host,
             const std::string& chart);
  ~visibility();

  /// Ends the asking. Milliseconds, one for each tick; throws when there is
  /// none.
  std::vector<double> stop();

private:
  void run(uint16_t http_port, const std::string& path);

  std::atomic<bool> stopping_{false};
  std::vector<double> delays_ms_;
  std::thread thread_;
};

} // namespace tributary::bench
