#pragma once

/// The line editor of `tributary-shell`: history in a file of the user,
/// completion from what the caller knows. One at a time, since libedit keeps
/// its state in globals.

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tributary {

/// What the last word of a line may become; `line` is all before it.
using completer
    = std::function<std::vector<std::string>(const std::string& line)>;

class shell_prompt {
public:
  explicit shell_prompt(completer complete);
  shell_prompt(const shell_prompt&) = delete;
  shell_prompt& operator=(const shell_prompt&) = delete;
  /// Writes the history, with mode 0600.
  ~shell_prompt();

  /// The next line; none at the end of input.
  std::optional<std::string> read(const std::string& prompt);

  /// Lines that are kept from one shell to the next.
  static constexpr int history_lines_max = 1000;

private:
  std::string history_path_;
};

/// Where the history is: `tributary/shell_history` in `$XDG_STATE_HOME`, else
/// in `~/.local/state`; empty without a home.
std::string shell_history_path();

} // namespace tributary
