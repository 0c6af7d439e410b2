#pragma once

/// The shell's side of the socket: one question, one answer. Blocks.

#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "schema/shell.hpp"

namespace tributary {

class shell_client {
public:
  /// Yields what `connect_to_node` does, with words for people.
  static caf::expected<shell_client> connect(const std::string& run_directory);

  shell_client(const shell_client&) = delete;
  shell_client& operator=(const shell_client&) = delete;
  shell_client(shell_client&& other) noexcept;
  shell_client& operator=(shell_client&& other) noexcept;
  ~shell_client();

  /// Sends a command and waits for its answer, at most `answer_seconds_max`.
  /// Yields `ec::disconnected` when the node went away, `ec::timed_out`, and
  /// `ec::corrupt` for what is no answer; a command that failed is a
  /// `shell_failure`.
  caf::expected<shell_message> ask(std::vector<std::string> words);

  /// A node that says nothing for so long hangs.
  static constexpr int answer_seconds_max = 10;

private:
  explicit shell_client(int fd) : fd_(fd) {
    // nop
  }

  caf::error send(const std::string& bytes);
  caf::error receive();

  int fd_ = -1;
  std::string bytes_;
};

} // namespace tributary
