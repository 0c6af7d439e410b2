#include "tests/actors/http/web_client.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tributary::test {

using std::chrono::steady_clock;

web_client::web_client(uint16_t port, int receive_bytes)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_bytes > 0)
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_bytes,
               sizeof(receive_bytes));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0)
    throw std::runtime_error("can't connect");
}

web_client::~web_client() {
  close(descriptor_);
}

bool web_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

web_client::step web_client::read_some(steady_clock::time_point until) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - steady_clock::now());
  pollfd waiting{descriptor_, POLLIN, 0};
  if (left.count() < 0
      || poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
    return step::late;
  std::array<char, 65536> chunk;
  auto size = recv(descriptor_, chunk.data(), chunk.size(), 0);
  if (size <= 0)
    return step::end;
  received_.append(chunk.data(), static_cast<size_t>(size));
  return step::more;
}

bool web_client::receive_until(std::string_view wanted) {
  auto until = steady_clock::now() + patience;
  while (received_.find(wanted) == std::string::npos)
    if (read_some(until) != step::more)
      return false;
  return true;
}

bool web_client::receive_all() {
  auto until = steady_clock::now() + patience;
  auto last = step::more;
  while (last == step::more)
    last = read_some(until);
  return last == step::end;
}

bool web_client::hears_nothing(std::chrono::milliseconds during) {
  return read_some(steady_clock::now() + during) == step::late;
}

void exchange_queue::push(std::shared_ptr<exchange> x) {
  std::lock_guard<std::mutex> guard{mutex_};
  waiting_.push_back(std::move(x));
  changed_.notify_all();
}

std::shared_ptr<exchange> exchange_queue::pop() {
  std::unique_lock<std::mutex> guard{mutex_};
  if (!changed_.wait_for(guard, patience, [this] { return !waiting_.empty(); }))
    return nullptr;
  auto result = std::move(waiting_.front());
  waiting_.pop_front();
  return result;
}

web_server::web_server(http_limits limits) {
  http_options options;
  options.port = 0;
  options.link_port = 4321;
  options.limits = limits;
  auto started = server.start(options, [this](std::shared_ptr<exchange> x) {
    auto& path = x->request().path;
    if (path.compare(0, 5, "/echo") == 0)
      x->respond({200, "text/plain", "<" + path + ">", {}});
    else if (path != "/drop")
      queue.push(std::move(x));
  });
  if (!started)
    throw std::runtime_error("can't start");
  port = *started;
}

std::string get(std::string_view path) {
  return "GET " + std::string{path} + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

size_t count_of(std::string_view what, std::string_view text) {
  size_t result = 0;
  for (auto at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++result;
  return result;
}

} // namespace tributary::test
