#include "config/dump.hpp"

#include <fmt/format.h>

namespace tributary {

namespace {

constexpr size_t columns_max = 80;

/// Whether options stand as they are or commented out.
enum class option_style { effective, commented };

/// `text` as comment lines of at most 80 columns.
std::string comment(std::string_view text) {
  std::string result;
  std::string line = "#";
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (line.size() > 1 && line.size() + 1 + word.size() > columns_max) {
      result += line + '\n';
      line = "#";
    }
    line += ' ';
    line += word;
  }
  return result + line + '\n';
}

class config_printer {
public:
  explicit config_printer(option_style style) : style_(style) {}

  void paragraph(std::string_view text) {
    text_ += comment(text);
  }

  void blank() {
    text_ += '\n';
  }

  void header(std::string_view name) {
    text_ += fmt::format("\n{}[{}]\n", example_mark(), name);
  }

  /// Sections that only exist as an example are commented out with their name.
  void set_example(bool is_example) {
    is_example_ = is_example;
  }

  template <class Target>
  void print(const option_row<Target>& row, const Target& target,
             const Target& defaults) {
    auto value = row.write(target);
    auto usual = row.write(defaults);
    auto words = row.text;
    if (!row.bounds.empty())
      words += fmt::format(" ({})", row.bounds);
    if (!row.reloadable)
      words += " Read at the start only.";
    if (value != usual)
      words += fmt::format(" Default: {}", usual.empty() ? "empty" : usual);
    blank();
    paragraph(words);
    text_ += fmt::format("{}{} ={}{}\n", option_mark(), row.name.key,
                         value.empty() ? "" : " ", value);
  }

  template <class Target>
  void print_all(const std::vector<option_row<Target>>& rows,
                 const Target& target, const Target& defaults) {
    for (const auto& row : rows)
      print(row, target, defaults);
  }

  std::string take() {
    return std::move(text_);
  }

private:
  std::string_view option_mark() const noexcept {
    return style_ == option_style::commented ? "#" : "";
  }

  std::string_view example_mark() const noexcept {
    return is_example_ ? "#" : "";
  }

  option_style style_;
  bool is_example_ = false;
  std::string text_;
};

void print_file(config_printer& to, config_file which,
                const node_options& options) {
  static const node_options defaults;
  for (const auto& section : section_rows()) {
    if (section.file != which)
      continue;
    to.header(section.name);
    to.paragraph(section.text);
    for (const auto& row : node_rows())
      if (row.name.section == section.name)
        to.print(row, options, defaults);
  }
}

void print_guids(config_printer& to, const stream_receiver_options& options) {
  for (const auto& x : options.api_keys) {
    to.header(to_string(x.key));
    to.print_all(api_key_rows(), x, {});
  }
  for (const auto& x : options.machines) {
    to.header(to_string(x.machine));
    to.print_all(machine_rows(), x, {});
  }
}

std::string name_of(const retention_section& x) {
  return fmt::format("{} {}", retention_word, x.hosts.text());
}

void print_patterns(config_printer& to,
                    const std::vector<retention_section>& sections) {
  for (const auto& x : sections) {
    to.header(name_of(x));
    to.print_all(retention_rows(), x, {});
  }
}

/// One section of each kind as it would be by default.
std::vector<retention_section> example_patterns() {
  return {{simple_pattern{"web-* db-*"}, {}}};
}

stream_receiver_options example_receiver() {
  stream_receiver_options result;
  result.api_keys.emplace_back();
  result.api_keys.back().key
      = *guid::parse("11111111-2222-3333-4444-555555555555");
  result.machines.emplace_back();
  result.machines.back().machine
      = *guid::parse("66666666-7777-8888-9999-aaaaaaaaaaaa");
  return result;
}

constexpr std::string_view stock_head
    = "Lines that start with '#' and no space show an option at its default; "
      "take the '#' away to change it. A value is the rest of its line: no "
      "comment can follow it. 'tributary --check-config' names every fault, "
      "'tributary --dump-config' prints what is in force.";

} // namespace

std::string dump_options(const node_options& options) {
  config_printer to{option_style::effective};
  to.paragraph("The configuration in force. Holds API keys: not for others.");
  to.paragraph("Its two parts are for two files, tributary.conf and "
               "stream.conf: neither may hold what belongs to the other.");
  to.paragraph(fmt::format("Read from {}", options.directories.config));
  for (auto which : {config_file::tributary_conf, config_file::stream_conf}) {
    to.blank();
    to.paragraph(fmt::format("For {}.", to_string(which)));
    print_file(to, which, options);
    if (which == config_file::tributary_conf)
      print_patterns(to, options.retention);
  }
  print_guids(to, options.receiver);
  return to.take();
}

std::string stock_file(config_file which) {
  config_printer to{option_style::commented};
  to.paragraph(fmt::format("{} of a Tributary node.", to_string(which)));
  to.paragraph(stock_head);
  print_file(to, which, {});
  if (which == config_file::tributary_conf) {
    to.blank();
    to.paragraph(
        "A section for hosts that are kept longer or shorter than "
        "'[db]' says: patterns on the names of hosts behind the word, "
        "separated by spaces, with '*' for any text and '!' before one "
        "that refuses. Of several sections that fit the first that "
        "says something decides. The section of a machine in "
        "stream.conf goes before all of them, that of an API key "
        "behind them.");
    to.set_example(true);
    print_patterns(to, example_patterns());
  }
  if (which == config_file::stream_conf) {
    to.blank();
    to.paragraph("A section for each API key that children may present, and, "
                 "where one host needs something else, for that host. Make "
                 "keys with uuidgen.");
    to.set_example(true);
    print_guids(to, example_receiver());
  }
  return to.take();
}

} // namespace tributary
