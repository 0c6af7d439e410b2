#include "tools/shell_prompt.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <sys/stat.h>

#include <editline/readline.h>

namespace tributary {

namespace {

/// Where libedit's callbacks find it.
completer current_completer;

/// One candidate a call, as libedit asks for them.
char* next_candidate(const char* beginning, int state) {
  static std::vector<std::string> candidates;
  static size_t at = 0;
  if (state == 0) {
    std::string line{rl_line_buffer,
                     static_cast<size_t>(std::max(0, rl_point))};
    auto length = strlen(beginning);
    line.resize(line.size() - std::min(line.size(), length));
    candidates = current_completer(line);
    at = 0;
  }
  while (at < candidates.size()) {
    auto& x = candidates[at++];
    if (x.compare(0, strlen(beginning), beginning) == 0)
      return strdup(x.c_str());
  }
  return nullptr;
}

char** complete(const char* beginning, int, int) {
  rl_attempted_completion_over = 1; // no names of files
  return rl_completion_matches(beginning, next_candidate);
}

} // namespace

std::string shell_history_path() {
  auto state = getenv("XDG_STATE_HOME");
  auto home = getenv("HOME");
  if (state != nullptr && *state == '/')
    return std::string{state} + "/tributary/shell_history";
  if (home != nullptr && *home == '/')
    return std::string{home} + "/.local/state/tributary/shell_history";
  return {};
}

shell_prompt::shell_prompt(completer complete_line)
    : history_path_(shell_history_path()) {
  current_completer = std::move(complete_line);
  rl_readline_name = "tributary-shell";
  rl_attempted_completion_function = complete;
  using_history();
  stifle_history(history_lines_max);
  if (!history_path_.empty())
    read_history(history_path_.c_str());
}

shell_prompt::~shell_prompt() {
  current_completer = nullptr;
  if (history_path_.empty())
    return;
  std::error_code failed;
  std::filesystem::create_directories(
      std::filesystem::path{history_path_}.parent_path(), failed);
  // A shell that can't keep its history is one all the same.
  auto mask = umask(0077);
  write_history(history_path_.c_str());
  umask(mask);
}

std::optional<std::string> shell_prompt::read(const std::string& prompt) {
  auto line = readline(prompt.c_str());
  if (line == nullptr)
    return std::nullopt;
  std::string result{line};
  std::free(line);
  if (result.find_first_not_of(' ') != std::string::npos)
    add_history(result.c_str());
  return result;
}

} // namespace tributary
