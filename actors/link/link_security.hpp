#pragma once

/// TLS of a node's links as its options say, with the files that they name. For
/// the node, which hands it to acceptor and uplink, and for those who check a
/// configuration.

#include <vector>

#include <caf/expected.hpp>

#include "actors/link/wire_guard.hpp"
#include "actors/protocol.hpp"
#include "config/fault.hpp"
#include "config/options.hpp"

namespace tributary {

/// Of the link port. Yields `ec::bad_configuration` with the file.
caf::expected<port_security_ptr> security_of_port(const node_options& options);

/// Of the destinations; null when none has `:SSL`. Yields the same.
caf::expected<tls_context_ptr> security_of_uplink(const node_options& options);

/// What is wrong with the files, each named.
std::vector<fault> check_security(const node_options& options);

/// An own certificate that does not last so long is worth a word.
constexpr int64_t certificate_warning_s = 14 * 86'400;

/// What to say of the own certificate at `now_s`, seconds since 1970; empty
/// when it lasts.
std::string warning_of(const tls_context& x, int64_t now_s);

} // namespace tributary
