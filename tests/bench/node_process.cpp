#include "tests/bench/node_process.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/option_table.hpp"

namespace tributary::bench {

namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return result;
}

uint16_t free_port() {
  auto fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof(address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0
      || getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    fail("no free port");
  close(fd);
  return ntohs(address.sin_port);
}

std::string text_of(const std::string& path) {
  std::ifstream in{path};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

int try_connect(uint16_t port) {
  auto fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(port);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address))
      == 0) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
  }
  close(fd);
  return -1;
}

} // namespace

int connect_to(uint16_t port) {
  auto result = try_connect(port);
  if (result < 0)
    fail("no connection to port " + std::to_string(port));
  return result;
}

std::string http_get(int socket, const std::string& path,
                     const std::string& fields) {
  return http_send(socket, path, fields) ? http_receive(socket) : "";
}

bool http_send(int socket, const std::string& path, const std::string& fields) {
  auto request
      = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
  return send(socket, request.data(), request.size(), MSG_NOSIGNAL)
         == static_cast<ssize_t>(request.size());
}

std::string http_receive(int socket) {
  std::string text;
  size_t head = std::string::npos;
  size_t length = 0;
  while (head == std::string::npos || text.size() < head + 4 + length) {
    char piece[16384];
    auto count = recv(socket, piece, sizeof(piece), 0);
    if (count <= 0)
      return {};
    text.append(piece, static_cast<size_t>(count));
    head = text.find("\r\n\r\n");
    auto field = text.find("Content-Length: ");
    if (field < head)
      length = strtoul(&text[field + 16], nullptr, 10);
  }
  return text.compare(9, 3, "200") == 0 ? text.substr(head + 4) : "";
}

node_process::node_process(const std::string& program,
                           const node_process_options& options)
    : link_port_(free_port()), http_port_(free_port()) {
  write_configuration(options);
  start(program);
  for (int i = 0; i < 1000; ++i) {
    auto fd = try_connect(http_port_);
    if (fd >= 0) {
      auto ready = !http_get(fd, "/ready").empty();
      close(fd);
      if (ready)
        return;
    }
    if (waitpid(pid_, nullptr, WNOHANG) != 0)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(pid_, SIGKILL);
  fail("the node is not ready:\n" + log());
}

node_process::~node_process() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

void node_process::make_certificate() const {
  auto folder = folder_.path() + "/etc/";
  auto command = "openssl req -x509 -newkey ec -pkeyopt "
                 "ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=parent "
                 "-addext subjectAltName=IP:127.0.0.1 -keyout "
                 + folder + "link.key -out " + folder
                 + "link.pem >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0)
    fail("no certificate can be made: is openssl installed?");
}

void node_process::write_configuration(
    const node_process_options& options) const {
  for (auto name : {"etc", "data", "run"})
    std::filesystem::create_directory(folder_.path() + "/" + name);
  std::ofstream conf{folder_.path() + "/etc/tributary.conf"};
  // One collector stays: a node that collects nothing is never ready.
  conf << "[plugins]\n";
  for (auto& x : collector_rows)
    if (x.source != "proc.uptime")
      conf << x.source << " = no\n";
  std::ofstream stream{folder_.path() + "/etc/stream.conf"};
  stream << "[stream]\nlink bind to = 127.0.0.1\n";
  if (options.parent_port != 0)
    stream << "enabled = yes\ndestination = 127.0.0.1:" << options.parent_port
           << "\napi key = " << bench_key << '\n';
  if (options.tls) {
    make_certificate();
    stream << "link ssl = force\nlink ssl certificate = " << certificate()
           << "\nlink ssl key = " << folder_.path() << "/etc/link.key\n";
  }
  stream << "[" << bench_key << "]\ntype = api\nenabled = yes\n";
}

void node_process::start(const std::string& program) {
  auto at = [&](const char* name) {
    return folder_.path() + "/" + name;
  };
  std::vector<std::string> words{program,
                                 "--config-dir",
                                 at("etc"),
                                 "--data-dir",
                                 at("data"),
                                 "--run-dir",
                                 at("run"),
                                 "--hostname",
                                 "parent",
                                 "--http-port",
                                 std::to_string(http_port_),
                                 "--link-port",
                                 std::to_string(link_port_)};
  std::vector<char*> argv;
  for (auto& x : words)
    argv.push_back(x.data());
  argv.push_back(nullptr);
  auto log_path = at("log");
  pid_ = fork();
  if (pid_ != 0)
    return;
  prctl(PR_SET_PDEATHSIG, SIGKILL); // if the benchmark is killed
  auto log = ::open(log_path.c_str(), O_CREAT | O_WRONLY, 0600);
  dup2(log, 1);
  dup2(log, 2);
  execv(argv[0], argv.data());
  _exit(127);
}

double node_process::cpu_seconds() const {
  auto text = text_of("/proc/" + std::to_string(pid_) + "/stat");
  std::istringstream in{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    in >> skipped;
  long user = 0;
  long system = 0;
  in >> user >> system;
  return static_cast<double>(user + system)
         / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int64_t node_process::status_bytes(const char* name) const {
  std::ifstream in{"/proc/" + std::to_string(pid_) + "/status"};
  for (std::string word; in >> word;)
    if (word == name) {
      int64_t kilobytes = 0;
      in >> kilobytes;
      return kilobytes * 1024;
    }
  return 0;
}

int64_t node_process::private_bytes() const {
  return status_bytes("RssAnon:") + status_bytes("RssShmem:");
}

int64_t node_process::peak_bytes() const {
  return status_bytes("VmHWM:");
}

std::string node_process::log() const {
  return text_of(folder_.path() + "/log");
}

} // namespace tributary::bench
