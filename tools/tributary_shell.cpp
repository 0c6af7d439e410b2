/// The shell: asks a running node what it is doing and shows the answer.

#include <chrono>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <thread>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "actors/shell/report_text.hpp"
#include "actors/shell/shell_client.hpp"
#include "config/options.hpp"
#include "tools/shell_prompt.hpp"

namespace {

using namespace tributary;

enum exit_code {
  exit_ok = 0,
  exit_failure = 1,
  exit_usage = 2,
  exit_unavailable = 69,
};

using strings = std::vector<std::string>;

struct settings {
  std::string run_directory = directory_options{}.run;
  /// The node below that is asked, see `on` of the node's commands.
  std::string node;
  strings commands;
  bool json = false;
  double watch_seconds = 0;
};

strings split(const std::string& line) {
  std::istringstream from{line};
  strings result;
  for (std::string word; from >> word;)
    result.push_back(word);
  return result;
}

bool wants_to_leave(const strings& words) {
  return words.size() == 1
         && (words.front() == "quit" || words.front() == "exit");
}

int fail(const caf::error& error) {
  fprintf(stderr, "tributary-shell: %s\n", words_of(error).c_str());
  auto code = code_of(error);
  return code == ec::disconnected || code == ec::denied ? exit_unavailable
                                                        : exit_failure;
}

/// Colours and bold only for a person who wants them.
text_style style_of_output() {
  auto no_color = getenv("NO_COLOR");
  return {isatty(STDOUT_FILENO) == 1
          && (no_color == nullptr || *no_color == '\0')};
}

/// The text of a cell of the first row; empty when there is none.
std::string text_in(const shell_report& report, std::string_view table,
                    std::string_view column) {
  if (report.tables.empty() || report.tables.front().key != table
      || report.tables.front().rows.empty())
    return {};
  auto& from = report.tables.front();
  for (size_t i = 0; i < from.columns.size(); ++i)
    if (from.columns[i].key == column)
      if (auto text = std::get_if<std::string>(&from.rows.front().cells[i]))
        return *text;
  return {};
}

/// Who is waited for, on a terminal.
void tell_progress(const shell_report& report) {
  static std::string told;
  auto names = text_in(report, "drain", "leaving_names");
  if (names.empty() || names == told || isatty(STDERR_FILENO) != 1)
    return;
  told = names;
  fprintf(stderr, "still here: %s\n", names.c_str());
}

/// What takes longer than an answer and was begun is asked for until it is
/// done.
caf::expected<shell_message> await_end(shell_client& node,
                                       caf::expected<shell_message> answer) {
  constexpr auto ask_every = std::chrono::milliseconds(200);
  for (;;) {
    auto report = answer ? std::get_if<shell_report>(&*answer) : nullptr;
    std::string running;
    for (auto command : {"backup", "forget", "drain"})
      if (report != nullptr && text_in(*report, command, "state") == "running")
        running = command;
    if (running.empty())
      return answer;
    tell_progress(*report);
    std::this_thread::sleep_for(ask_every);
    answer = running == "drain" ? node.ask({running, "status"})
                                : node.ask({running});
  }
}

/// The command as the node of this machine is asked it.
strings addressed(strings words, const settings& how) {
  if (!how.node.empty())
    words.insert(words.begin(), {"on", how.node});
  return words;
}

/// One command: asks, prints. An exit code.
int run(shell_client& node, const strings& words, const settings& how) {
  if (words.empty())
    return exit_ok;
  auto answer = await_end(node, node.ask(addressed(words, how)));
  if (!answer)
    return fail(answer.error());
  if (auto failure = std::get_if<shell_failure>(&*answer)) {
    fprintf(stderr, "tributary-shell: %s\n", failure->words.c_str());
    return exit_failure;
  }
  auto report = std::get_if<shell_report>(&*answer);
  if (report == nullptr)
    return fail(make_error(ec::corrupt, "the node asks instead of answering"));
  auto text = how.json ? to_json(*report) : to_text(*report, style_of_output());
  fwrite(text.data(), 1, text.size(), stdout);
  auto failed = text_in(*report, "backup", "state") == "failed";
  return fflush(stdout) == 0 && !failed ? exit_ok : exit_failure;
}

/// All commands of the command line, over and over where that is wanted.
int run_all(shell_client& node, const settings& how) {
  for (;;) {
    int code = exit_ok;
    for (auto& line : how.commands)
      if (auto failed = run(node, split(line), how))
        code = failed;
    if (how.watch_seconds <= 0 || code != exit_ok)
      return code;
    std::this_thread::sleep_for(
        std::chrono::duration<double>(how.watch_seconds));
    if (!how.json && isatty(STDOUT_FILENO) == 1)
      fputs("\x1b[H\x1b[2J", stdout); // the next answer in the same place
  }
}

/// The texts of one column of the first table; empty when there is none.
strings column_of(const caf::expected<shell_message>& answer,
                  std::string_view key) {
  strings result;
  auto report = answer ? std::get_if<shell_report>(&*answer) : nullptr;
  if (report == nullptr || report->tables.empty())
    return result;
  auto& table = report->tables.front();
  for (size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].key == key)
      for (auto& row : table.rows)
        if (auto text = std::get_if<std::string>(&row.cells[i]))
          result.push_back(*text);
  return result;
}

/// Commands first; behind one that takes a name, the names of the moment.
strings candidates(shell_client& node, const std::string& line) {
  auto words = split(line);
  if (words.empty()) {
    auto result = column_of(node.ask({"help"}), "command");
    result.insert(result.end(), {"exit", "quit"});
    return result;
  }
  if (words.front() == "on" && words.size() == 2)
    return column_of(node.ask({"help"}), "command");
  if (words.size() > 1)
    return {};
  if (words.front() == "hosts" || words.front() == "forget"
      || words.front() == "on")
    return column_of(node.ask({"hosts"}), "hostname");
  if (words.front() == "actors" || words.front() == "kill")
    return column_of(node.ask({"actors"}), "name");
  return {};
}

/// Whether the node can still be asked.
bool is_lost(int code) {
  return code == exit_unavailable;
}

int talk(shell_client& node, const settings& how) {
  auto host = column_of(node.ask(addressed({"status"}, how)), "hostname");
  auto prompt = (host.empty() ? std::string{"tributary"} : host.front()) + "> ";
  shell_prompt lines{[&node](const std::string& line) {
    return candidates(node, line);
  }};
  while (auto line = lines.read(prompt)) {
    auto words = split(*line);
    if (wants_to_leave(words))
      return exit_ok;
    if (is_lost(run(node, words, how)))
      return exit_unavailable;
  }
  putchar('\n');
  return exit_ok;
}

/// Commands from a pipe, a line each.
int read_commands(shell_client& node, const settings& how) {
  int code = exit_ok;
  for (std::string line; std::getline(std::cin, line);) {
    auto words = split(line);
    if (wants_to_leave(words))
      break;
    if (auto failed = run(node, words, how))
      code = failed;
    if (is_lost(code))
      break;
  }
  return code;
}

int start(const settings& how) {
  auto node = shell_client::connect(how.run_directory);
  if (!node)
    return fail(node.error());
  if (!how.commands.empty())
    return run_all(*node, how);
  return isatty(STDIN_FILENO) == 1 ? talk(*node, how)
                                   : read_commands(*node, how);
}

} // namespace

int main(int argc, char** argv) {
  settings how;
  CLI::App app{"Asks a running Tributary node what it is doing.",
               "tributary-shell"};
  app.add_option("--run-dir", how.run_directory,
                 "run directory of the node, with shell.sock")
      ->capture_default_str();
  app.add_option("--node", how.node,
                 "ask a node that streams to this one, or below it: names or "
                 "GUIDs, more than one separated by '/'")
      ->type_name("NODE");
  app.add_option("-e,--execute", how.commands,
                 "ask this and leave; may be given more than once")
      ->allow_extra_args(false)
      ->type_name("COMMAND");
  app.add_flag("--json", how.json, "answers as JSON, one line each");
  app.add_option("--watch", how.watch_seconds,
                 "with -e: ask again after so many seconds, until ended")
      ->check(CLI::Range(0.1, 86400.0))
      ->type_name("SECONDS");
  app.set_version_flag("--version", "tributary-shell " TRIBUTARY_VERSION);
  app.footer("Without -e it reads commands from the terminal or a pipe; 'help' "
             "lists them.\nExit codes: 0 ok, 1 a command failed, 2 usage, 69 "
             "no node answers.");
  try {
    app.parse(argc, argv);
    if (how.watch_seconds > 0 && how.commands.empty())
      throw CLI::ValidationError("--watch", "needs -e");
  } catch (const CLI::ParseError& x) {
    return app.exit(x) == 0 ? exit_ok : exit_usage;
  }
  return start(how);
}
