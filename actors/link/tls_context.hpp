#pragma once

/// What the TLS connections of one side have in common: certificate, key,
/// authorities, versions, ciphers. Built from files, immutable, shared by
/// threads; a reload makes another, and connections keep the one that they
/// began with.

#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <caf/expected.hpp>

#include "config/options.hpp"
#include "schema/types.hpp"

struct ssl_ctx_st;
struct ssl_session_st;

namespace tributary {

class tls_context;
using tls_context_ptr = std::shared_ptr<const tls_context>;

class tls_context {
public:
  /// For links that this node makes. Yields `ec::bad_configuration` with the
  /// path of the file and what is wrong with it.
  static caf::expected<tls_context_ptr> for_sender(const tls_sender_options& x,
                                                   tls_version version);

  /// For the link port, whose policy is not `no`.
  static caf::expected<tls_context_ptr>
  for_receiver(const tls_receiver_options& x, tls_version version);

  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  ssl_ctx_st* native() const noexcept {
    return native_.get();
  }

  /// Whether the peer's certificate is checked when it shows one.
  bool verifies() const noexcept {
    return verifies_;
  }

  /// Same for contexts of the same options and the same bytes in their files.
  const content_hash& fingerprint() const noexcept {
    return fingerprint_;
  }

  /// When the own certificate expires, seconds since 1970; 0: there is none.
  std::time_t expires_s() const noexcept {
    return expires_s_;
  }

  /// Remembers how to resume with a peer; takes the reference over. At most
  /// `sessions_max` peers, beyond which all are forgotten.
  void keep_session(const std::string& peer, ssl_session_st* session) const;

  /// What was remembered, once, with its reference; null: nothing.
  ssl_session_st* take_session(const std::string& peer) const;

  static constexpr size_t sessions_max = 64;

private:
  class builder;

  struct deleter {
    void operator()(ssl_ctx_st* x) const noexcept;
    void operator()(ssl_session_st* x) const noexcept;
  };

  tls_context() = default;

  std::unique_ptr<ssl_ctx_st, deleter> native_;
  bool verifies_ = true;
  content_hash fingerprint_;
  std::time_t expires_s_ = 0;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<ssl_session_st, deleter>>
      sessions_;
};

} // namespace tributary
