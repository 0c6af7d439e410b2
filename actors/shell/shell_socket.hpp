#pragma once

/// The Unix socket of the shell: binding it so that only its owner gets in, and
/// connecting to it. Both calls are short; none waits for a peer's words.

#include <string>

#include <caf/expected.hpp>

#include "schema/error.hpp"

namespace tributary {

/// `shell.sock` in the run directory.
std::string shell_socket_path(const std::string& run_directory);

/// A listening, non-blocking socket of mode 0600. A file that a dead node left
/// is replaced. Yields `ec::already_running` when a node answers there and
/// `ec::file_unusable` with the path and the system's words. The caller owns
/// the descriptor.
caf::expected<int> listen_for_shells(const std::string& path);

/// A connected, blocking socket. Yields `ec::disconnected` when no node listens
/// there, `ec::denied` without the right to. The caller owns the descriptor.
caf::expected<int> connect_to_node(const std::string& path);

/// Whether the process at the other end runs as this user or as root.
bool is_own_peer(int socket);

} // namespace tributary
