#include "tests/bench/slow_strangers.hpp"

#include <chrono>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "schema/link.hpp"
#include "tests/bench/node_process.hpp"

namespace tributary::bench {

namespace {

/// Rounds of bytes; short enough that the end of a benchmark need not wait.
constexpr auto pause = std::chrono::milliseconds(100);
constexpr unsigned pauses_a_round = 10;

/// What a whole hello would begin with.
std::string first_bytes() {
  std::string result{link_preface};
  put_message(result, link_hello{});
  result.pop_back();
  return result;
}

} // namespace

slow_strangers::slow_strangers(uint16_t link_port, size_t count)
    : link_port_(link_port), sockets_(count, -1), bytes_sent_(count, 0) {
  send_one_byte_each();
  thread_ = std::thread{[this] {
    run();
  }};
}

slow_strangers::~slow_strangers() {
  stopping_ = true;
  thread_.join();
  for (auto fd : sockets_)
    if (fd >= 0)
      close(fd);
}

void slow_strangers::run() {
  for (unsigned i = 1; !stopping_; ++i) {
    std::this_thread::sleep_for(pause);
    if (i % pauses_a_round == 0)
      send_one_byte_each();
  }
}

void slow_strangers::send_one_byte_each() {
  static const auto bytes = first_bytes();
  for (size_t i = 0; i < sockets_.size(); ++i) {
    auto& fd = sockets_[i];
    if (fd < 0) {
      fd = connect_to(link_port_);
      bytes_sent_[i] = 0;
    }
    auto& at = bytes_sent_[i];
    auto is_whole = at == bytes.size();
    if (!is_whole
        && send(fd, &bytes[at], 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) {
      ++at;
      continue;
    }
    char word;
    auto dropped = recv(fd, &word, 1, MSG_DONTWAIT) == 0 || !is_whole;
    if (dropped) {
      close(fd);
      fd = -1;
    }
  }
}

} // namespace tributary::bench
