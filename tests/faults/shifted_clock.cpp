/// A wall clock that is wrong: preloaded into a node, which then lives
/// SHIFTED_CLOCK_SECONDS later than everybody else, or earlier. All other
/// clocks are as they were.

#include <cstdlib>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

extern "C" __attribute__((visibility("default"))) int
clock_gettime(clockid_t which, timespec* to) noexcept {
  auto rc = static_cast<int>(syscall(SYS_clock_gettime, which, to));
  auto by = getenv("SHIFTED_CLOCK_SECONDS");
  if (rc == 0 && which == CLOCK_REALTIME && by != nullptr)
    to->tv_sec += strtoll(by, nullptr, 10);
  return rc;
}
