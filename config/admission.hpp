#pragma once

/// Decides which host may stream here, by the sections of `stream.conf`. Pure
/// rules; the session is the caller. What is wrong is told in words for this
/// node's own log only: the peer gets one and the same answer for every
/// `ec::denied`.

#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "config/options.hpp"

namespace tributary {

/// Who says that it comes.
struct host_claim {
  /// The API key as it was received.
  std::string_view key;
  /// The origin's GUID of the host to be streamed.
  guid host;
  /// The peer's address without port; `unix` for a unix socket.
  std::string_view peer_address;
  /// Names in the certificate that the peer has shown and that was checked;
  /// null: none.
  const std::vector<std::string>* certificate_names = nullptr;
};

/// What holds for a host that was admitted.
struct admitted_host {
  /// `key_mark` of the key.
  uint32_t key_mark = 0;
  /// Of a link whose child is this host itself.
  compression_rules compression;
  /// Of this host; its step is for a link whose child is this host itself.
  replication_rules replication;
};

/// What a store may keep of the key that a host came with: enough to tell the
/// keys of one node apart, and too little to find a key by. Differs from node
/// to node. Never 0.
uint32_t key_mark(const guid& node, const guid& key) noexcept;

/// The rules of one node; a value that a session holds. A reload makes a new
/// one.
class admission {
public:
  /// @param own GUID of this node.
  admission(stream_receiver_options rules, const guid& own);

  /// Checks in Netdata's order: key, its section's type, `enabled` and `allow
  /// from`, then what the key is bound to, the host's section, own GUID. Looks
  /// at all API keys in the same time wherever and whether one fits. Yields
  /// `ec::denied`, or `ec::loop` for the own GUID with a key that is right; the
  /// words hold no more than the first 8 characters of a key.
  caf::expected<admitted_host> check(const host_claim& claim) const;

  /// What nodes above may ask a child that was admitted with `key`. Nothing
  /// when the key is not known any more.
  request_rule requests_to(std::string_view key, const guid& child) const;

private:
  stream_receiver_options rules_;
  guid own_;
};

/// The address as patterns see it: IPv4 in IPv6 (`::ffff:10.0.0.1`) as IPv4,
/// no brackets, no `%interface`, IPv6 in its shortest form; what is no address
/// stays as it is.
std::string normal_address(std::string_view text);

} // namespace tributary
