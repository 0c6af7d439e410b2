#pragma once

/// What stands between the socket of a wire and its splitter when TLS may be
/// spoken: tells TLS from plain links by the first byte, does the handshake
/// when it is its turn, keeps what is to be sent until then. Pure.
///
///   listening --whole ClientHello--> waiting --begin--> shaking --> open
///       |                              ^                   ^
///       +--a link's first byte--> plain             connecting

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "actors/link/handshake_gate.hpp"
#include "actors/link/tls_stream.hpp"
#include "config/options.hpp"

namespace tributary {

/// What a link port speaks at the moment; a reload makes another.
struct port_security {
  tls_policy policy = tls_policy::no;
  /// Null with `tls_policy::no`.
  tls_context_ptr context;
};

/// What a connector wants of its connection.
struct peer_security {
  tls_context_ptr context;
  /// Must be in the peer's certificate.
  std::string host;
  /// With whom sessions are resumed.
  std::string peer;
};

class wire_guard {
public:
  /// The end that connects.
  explicit wire_guard(peer_security wanted);

  /// The end that was connected to, whose policy is not `no`.
  explicit wire_guard(port_security offered);

  /// The first bytes of who connects, appended to `out`.
  caf::error connect(std::vector<char>& out);

  /// Takes all of `bytes`, appends what they mean to `plain` and what the peer
  /// must get to `out`, also with an error. See tls_stream::receive. Yields
  /// `ec::tls_failed` for a plain peer where TLS is wanted.
  caf::error receive(std::string_view bytes, std::string& plain,
                     std::vector<char>& out);

  /// A handshake wants its turn; until `begin` nothing should be read. What is
  /// kept of the peer meanwhile is at most two reads.
  bool waits() const noexcept {
    return step_ == step::waiting;
  }

  /// Its turn has come.
  caf::error begin(std::string& plain, std::vector<char>& out);

  /// Appends `plain` to `out` for the peer, or keeps it until there is a
  /// connection: at most `kept_bytes_max`, then `ec::too_large`.
  caf::error send(std::string_view plain, std::vector<char>& out);

  /// The last words, if there is a connection.
  void close(std::vector<char>& out);

  /// Nothing is to be decided or exchanged any more.
  bool settled() const noexcept {
    return step_ == step::plain || step_ == step::open;
  }

  /// The peer speaks plainly, and may: the guard has no more to do.
  bool is_plain() const noexcept {
    return step_ == step::plain;
  }

  /// A handshake is under way, and costs more than all that follows it.
  bool shakes() const noexcept {
    return step_ == step::shaking;
  }

  /// The peer said that nothing follows.
  bool ended() const noexcept {
    return stream_ && stream_->ended();
  }

  /// Of an open connection; null for others.
  std::shared_ptr<const wire_security> security() const;

  /// Why a connection that ends now has come to nothing, for people; empty when
  /// it is settled.
  std::string words_of_end() const;

  /// A hello and a goodbye.
  static constexpr size_t kept_bytes_max = 64u << 10;

private:
  enum class step { connecting, listening, waiting, shaking, plain, open };

  caf::error listen(std::string& plain, std::vector<char>& out);
  caf::error refuse_plain(std::vector<char>& out) const;
  caf::error check_answer(std::string_view bytes);
  caf::error shake(std::string_view bytes, std::string& plain,
                   std::vector<char>& out);

  step step_;
  port_security offered_;
  peer_security wanted_;
  std::optional<tls_stream> stream_;
  /// Of the peer, until it is known what they are.
  std::string first_bytes_;
  /// For the peer, until there is a connection.
  std::string kept_;
  bool answered_ = false;
};

} // namespace tributary
