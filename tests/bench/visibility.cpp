#include "tests/bench/visibility.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>

#include <unistd.h>

#include "tests/bench/figures.hpp"
#include "tests/bench/node_process.hpp"

namespace tributary::bench {

namespace {

/// Between an answer and the next question.
constexpr auto pause = std::chrono::milliseconds(3);

/// Time of the one row of a CSV table, 0 when there is none.
int64_t time_of(const std::string& csv) {
  auto end_of_head = csv.find('\n');
  return end_of_head == std::string::npos ? 0 : atoll(&csv[end_of_head + 1]);
}

} // namespace

visibility::visibility(uint16_t http_port, const std::string& host,
                       const std::string& chart)
    : thread_([=] {
        run(http_port, "/host/" + host + "/api/v1/data?chart=" + chart
                           + "&after=-1&points=1&format=csv");
      }) {
  // nop
}

visibility::~visibility() {
  stopping_ = true;
  if (thread_.joinable())
    thread_.join();
}

std::vector<double> visibility::stop() {
  stopping_ = true;
  if (thread_.joinable())
    thread_.join();
  if (delays_ms_.empty())
    fail("the API showed no new value");
  return delays_ms_;
}

void visibility::run(uint16_t http_port, const std::string& path) {
  auto socket = connect_to(http_port);
  int64_t newest = 0;
  while (!stopping_) {
    auto answer = http_get(socket, path);
    auto now = now_ms();
    auto t = time_of(answer);
    if (answer.empty())
      break; // few or no delays tell it
    // The first one may have been there for long.
    if (newest != 0 && t > newest)
      delays_ms_.push_back(now - static_cast<double>(t) * 1000);
    newest = t;
    std::this_thread::sleep_for(pause);
  }
  close(socket);
}

} // namespace tributary::bench
