#include "config/load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

namespace tributary {

namespace {

struct file_closer {
  void operator()(std::FILE* x) const noexcept {
    std::fclose(x);
  }
};

/// What is in a file; none when there is no file, or with a fault.
std::optional<std::string> read_file(const std::string& path,
                                     std::vector<fault>& faults) {
  std::error_code error;
  auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return std::nullopt;
  // A pipe would block the start for ever.
  if (!error && !std::filesystem::is_regular_file(status)) {
    faults.push_back({path, 0, "this is not a file"});
    return std::nullopt;
  }
  std::unique_ptr<std::FILE, file_closer> file{std::fopen(path.c_str(), "rb")};
  if (!file) {
    faults.push_back({path, 0, std::strerror(errno)});
    return std::nullopt;
  }
  // One byte more than allowed shows that there is more.
  std::string result(ini_file_bytes_max + 1, '\0');
  result.resize(std::fread(result.data(), 1, result.size(), file.get()));
  if (std::ferror(file.get())) {
    faults.push_back({path, 0, std::strerror(errno)});
    return std::nullopt;
  }
  return result;
}

struct loader {
  std::vector<config_layer> layers;
  std::vector<fault> faults;

  void add_file(layer_kind kind, const std::string& path) {
    auto text = read_file(path, faults);
    if (!text)
      return;
    auto parsed = parse_ini(path, *text);
    faults.insert(faults.end(), parsed.faults.begin(), parsed.faults.end());
    layers.push_back({kind, std::move(parsed.document)});
  }

  void add_setting(std::string flag, const setting& x) {
    if (!is_plain_text(x.section) || !is_plain_text(x.key)
        || !is_plain_text(x.value)) {
      faults.push_back({"command line", 0,
                        "--set holds control characters or "
                        "is not UTF-8"});
      return;
    }
    ini_entry entry{std::string{trimmed(x.key)}, std::string{trimmed(x.value)},
                    0};
    ini_section section{std::string{trimmed(x.section)}, 0, {entry}};
    layers.push_back({layer_kind::command_line, {std::move(flag), {section}}});
  }

  void add_flag(const char* flag, const char* section, const char* key,
                const std::optional<std::string>& value) {
    if (value)
      add_setting(flag, {section, key, *value});
  }
};

std::optional<std::string> text_of(std::optional<uint16_t> port) {
  if (!port)
    return std::nullopt;
  return std::to_string(*port);
}

/// By file in the order of reading, then by line.
void sort_faults(std::vector<fault>& faults,
                 const std::vector<std::string>& files) {
  auto rank = [&](const fault& x) {
    auto found = std::find(files.begin(), files.end(), x.file);
    return std::make_pair(found - files.begin(), x.line);
  };
  std::stable_sort(
      faults.begin(), faults.end(),
      [&](const auto& x, const auto& y) { return rank(x) < rank(y); });
}

/// What `--set` shows of itself in a fault: a key in the section's name stays
/// unsaid.
std::string shown_flag(const setting& x) {
  auto is_guid = guid::parse(x.section).has_value();
  auto section = is_guid ? x.section.substr(0, 8) + "..." : x.section;
  return fmt::format("--set {}.{}", section, x.key);
}

/// Says that the keys in stream.conf lie open. Only a file that holds some is
/// worth a word.
void note_open_secrets(configuration& conf, const std::string& path) {
  auto& options = conf.options;
  if (options.sender.api_key.empty() && options.receiver.api_keys.empty())
    return;
  std::error_code error;
  auto mode = std::filesystem::status(path, error).permissions();
  using std::filesystem::perms;
  if (error || mode == perms::unknown
      || (mode & (perms::group_read | perms::others_read)) == perms::none)
    return;
  conf.notices.push_back({path, 0,
                          "others can read the API keys in it: "
                          "chmod 600 keeps them to you"});
}

} // namespace

configuration load_configuration(const command_line& flags) {
  loader from;
  node_options defaults;
  auto directory = flags.config_dir.value_or(defaults.directories.config);
  std::error_code error;
  if (flags.config_dir && !std::filesystem::is_directory(directory, error))
    from.faults.push_back({directory, 0, "there is no such directory"});
  std::vector<std::string> files{directory, directory + "/tributary.conf",
                                 directory + "/stream.conf"};
  from.add_file(layer_kind::tributary_conf, files[1]);
  from.add_file(layer_kind::stream_conf, files[2]);
  for (const auto& x : flags.settings)
    from.add_setting(shown_flag(x), x);
  from.add_flag("--data-dir", "directories", "data", flags.data_dir);
  from.add_flag("--run-dir", "directories", "run", flags.run_dir);
  from.add_flag("--hostname", "global", "hostname", flags.hostname);
  from.add_flag("--http-port", "web", "default port", text_of(flags.http_port));
  from.add_flag("--link-port", "stream", "link port", text_of(flags.link_port));
  auto result = read_options(from.layers);
  result.options.directories.config = std::move(directory);
  result.faults.insert(result.faults.begin(), from.faults.begin(),
                       from.faults.end());
  sort_faults(result.faults, files);
  note_open_secrets(result, files[2]);
  return result;
}

} // namespace tributary
