#pragma once

/// One end of a TLS connection, without its socket: bytes of the peer in,
/// plaintext and bytes for the peer out. Pure; holds no more than a record of
/// either way. Any thread, one at a time.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "actors/link/tls_context.hpp"
#include "actors/link/wire.hpp"

namespace tributary {

class tls_stream {
public:
  /// The end that connects. `host` is the name or the numeric address that the
  /// peer's certificate must be for; `peer` says with whom a session may be
  /// resumed.
  static tls_stream connecting(tls_context_ptr context, const std::string& host,
                               const std::string& peer);

  /// The end that was connected to.
  static tls_stream accepting(tls_context_ptr context);

  tls_stream(tls_stream&&) noexcept;
  tls_stream& operator=(tls_stream&&) noexcept;
  ~tls_stream();

  /// Takes all of `bytes`, appends the plaintext that they end in to `plain`
  /// and what the peer must get to `out`: also with an error, when it holds an
  /// alert. Empty bytes begin a connection. Yields `ec::tls_failed` with what
  /// does not fit, in words for both logs, or `ec::too_large` for a handshake
  /// beyond `handshake_bytes_max`; the connection is of no more use then.
  caf::error receive(std::string_view bytes, std::string& plain,
                     std::vector<char>& out);

  /// Appends `plain` to `out` as records. Only when established.
  caf::error send(std::string_view plain, std::vector<char>& out);

  /// Appends the word that nothing follows. Once; nothing may be sent then.
  void close(std::vector<char>& out);

  /// Both sides have what they need; plaintext flows.
  bool established() const noexcept;

  /// The peer said that nothing follows.
  bool ended() const noexcept;

  /// Valid when established.
  wire_security security() const;

  /// All bytes of a peer's handshake: its certificates and their chain.
  static constexpr size_t handshake_bytes_max = 64u << 10;

private:
  struct state;

  explicit tls_stream(std::unique_ptr<state> made);

  caf::error handshake();

  std::unique_ptr<state> state_;
};

} // namespace tributary
