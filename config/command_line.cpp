#include "config/command_line.hpp"

#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/fault.hpp"

namespace tributary {

namespace {

constexpr int exit_usage = 2;

std::string without_quotes(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

std::optional<setting> parse_setting(const std::string& text) {
  auto equals = text.find('=');
  auto dot = text.find('.');
  if (equals == std::string::npos || dot == std::string::npos || dot > equals)
    return std::nullopt;
  setting result{text.substr(0, dot),
                 without_quotes(text.substr(dot + 1, equals - dot - 1)),
                 text.substr(equals + 1)};
  if (result.section.empty() || result.key.empty())
    return std::nullopt;
  return result;
}

/// Binds the flags to `to`; texts of `--set` go to `settings`.
void add_flags(CLI::App& app, command_line& to,
               std::vector<std::string>& settings) {
  app.add_option("--config-dir", to.config_dir,
                 "Directory of the configuration files [/etc/tributary]");
  app.add_option("--data-dir", to.data_dir,
                 "Directory of the store [/var/lib/tributary]");
  app.add_option("--run-dir", to.run_dir,
                 "Directory of the shell's socket [/run/tributary]");
  app.add_option("--hostname", to.hostname,
                 "How this node calls its own host [the kernel's name]");
  app.add_option("--http-port", to.http_port,
                 "Port of the page and the API, 0 for a free one [19999]")
      ->check(CLI::Range(0, 65535));
  app.add_option("--link-port", to.link_port,
                 "Port for children, 0 for a free one [19998]")
      ->check(CLI::Range(0, 65535));
  app.add_option("--set", settings,
                 "section.key=value, as in a file; '_' for a space in the key; "
                 "may be repeated")
      ->type_size(1)
      ->expected(1)
      ->take_all();
  app.add_flag("--check-config", to.check_config,
               "Name all faults of the configuration and leave");
  app.add_flag("--dump-config", to.dump_config,
               "Print the configuration in force and leave");
}

early_exit usage_fault(std::string_view why) {
  return {exit_usage,
          fmt::format("tributary: {}\nRun with --help for more information.\n",
                      why)};
}

} // namespace

std::variant<command_line, early_exit>
parse_command_line(int argument_count, const char* const* arguments,
                   std::string_view version) {
  CLI::App app{"A monitoring node: collects, keeps, shows and streams.",
               "tributary"};
  auto version_line = fmt::format("tributary {}", version);
  app.set_version_flag("--version", version_line, "Print the version");
  command_line result;
  std::vector<std::string> settings;
  add_flags(app, result, settings);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& x) {
    std::ostringstream out;
    app.exit(x, out, out);
    return early_exit{0, out.str()};
  } catch (const CLI::ParseError& x) {
    return usage_fault(x.what());
  }
  for (const auto& text : settings) {
    auto x = parse_setting(text);
    if (!x)
      // The value stays unsaid: it may be a key.
      return usage_fault(
          fmt::format("--set {} is not section.key=value",
                      in_quotes(text.substr(0, text.find('=')))));
    result.settings.push_back(std::move(*x));
  }
  return result;
}

} // namespace tributary
