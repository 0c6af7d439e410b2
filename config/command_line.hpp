#pragma once

/// The flags of `tributary`. Reads arguments only; what they mean for the
/// options is the business of `config/load`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tributary {

/// One `--set section.key=value`.
struct setting {
  /// Up to the first dot, never empty.
  std::string section;
  /// Up to the first `=`, without the quotes it may stand in, never empty.
  std::string key;
  /// May be empty.
  std::string value;
};

/// What was asked for; none where a flag was absent.
struct command_line {
  std::optional<std::string> config_dir;
  std::optional<std::string> data_dir;
  std::optional<std::string> run_dir;
  std::optional<std::string> hostname;
  std::optional<uint16_t> http_port;
  std::optional<uint16_t> link_port;
  /// In order; of the same option the last one holds.
  std::vector<setting> settings;
  /// Read the configuration, name its faults and leave.
  bool check_config = false;
  /// Print the configuration in force and leave.
  bool dump_config = false;
};

/// The program has said what there was to say.
struct early_exit {
  /// 0 after `--help` and `--version`, 2 after wrong usage.
  int code = 0;
  /// For standard output with code 0, else for standard error; ends in a line
  /// feed.
  std::string text;
};

/// Reads `argument_count` texts at `arguments`, the program's name first.
/// `version` is what `--version` prints after the name.
std::variant<command_line, early_exit>
parse_command_line(int argument_count, const char* const* arguments,
                   std::string_view version);

} // namespace tributary
