#pragma once

/// A node as a process of its own: a parent on loopback with fresh folders, an
/// API key and one small collector, so that what it uses is what its children
/// cost.

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/bench/figures.hpp"

namespace tributary::bench {

/// The key that the node admits.
constexpr const char* bench_key = "b0000000-0000-4000-8000-000000000001";

struct node_process_options {
  /// Its port takes TLS only.
  bool tls = false;
  /// Link port of the node on this machine that it streams to; 0: none.
  uint16_t parent_port = 0;
};

class node_process {
public:
  /// Starts the program and waits until it is ready; throws with the node's
  /// log when it is not.
  explicit node_process(const std::string& program,
                        const node_process_options& options = {});
  node_process(const node_process&) = delete;
  node_process& operator=(const node_process&) = delete;

  /// Stops it with SIGTERM.
  ~node_process();

  uint16_t link_port() const noexcept {
    return link_port_;
  }

  /// Its certificate, when it takes TLS only.
  std::string certificate() const {
    return folder_.path() + "/etc/link.pem";
  }

  uint16_t http_port() const noexcept {
    return http_port_;
  }

  /// User and system time so far, seconds (10 ms steps).
  double cpu_seconds() const;

  /// RssAnon and RssShmem, bytes.
  int64_t private_bytes() const;

  /// The most memory that it ever had, bytes.
  int64_t peak_bytes() const;

  /// What it logged.
  std::string log() const;

private:
  void write_configuration(const node_process_options& options) const;
  void make_certificate() const;
  void start(const std::string& program);
  int64_t status_bytes(const char* name) const;

  temporary_folder folder_;
  uint16_t link_port_ = 0;
  uint16_t http_port_ = 0;
  pid_t pid_ = 0;
};

/// A connected socket to a port of this machine; throws on failure.
int connect_to(uint16_t port);

/// One request on a connection that is kept open; the body of the answer,
/// empty when it is not 200. @param fields further lines of its head.
std::string http_get(int socket, const std::string& path,
                     const std::string& fields = {});

/// The two halves of it; false when nothing could be sent.
bool http_send(int socket, const std::string& path,
               const std::string& fields = {});
std::string http_receive(int socket);

} // namespace tributary::bench
