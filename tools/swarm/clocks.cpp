#include "tools/swarm/clocks.hpp"

#include <chrono>

namespace tributary::load {

double now_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

} // namespace tributary::load
