#include "config/ini.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace tributary {

namespace {

/// Bytes of the UTF-8 sequence that `first` leads; 0 when it can't lead one.
size_t sequence_size(unsigned char first) noexcept {
  if (first < 0x80)
    return 1;
  if (first >= 0xc2 && first <= 0xdf)
    return 2;
  if (first >= 0xe0 && first <= 0xef)
    return 3;
  if (first >= 0xf0 && first <= 0xf4)
    return 4;
  return 0;
}

/// Whether the second byte rules out overlong forms, surrogates and what lies
/// beyond U+10FFFF (table 3-7 of the Unicode standard).
bool second_byte_fits(unsigned char first, unsigned char second) noexcept {
  switch (first) {
  case 0xe0:
    return second >= 0xa0;
  case 0xed:
    return second <= 0x9f;
  case 0xf0:
    return second >= 0x90;
  case 0xf4:
    return second <= 0x8f;
  default:
    return true;
  }
}

/// Size of the character at the head of `text`; 0 when it is malformed.
size_t character_size(std::string_view text) noexcept {
  auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  auto size = sequence_size(byte(0));
  if (size == 0 || size > text.size())
    return 0;
  for (size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  if (size > 1 && !second_byte_fits(byte(0), byte(1)))
    return 0;
  return size;
}

class ini_parser {
public:
  explicit ini_parser(std::string file) {
    result_.document.file = std::move(file);
  }

  ini_result parse(std::string_view text);

private:
  void on_line(std::string_view line);
  void on_header(std::string_view line);
  void on_entry(std::string_view line);
  void report(std::string message);

  ini_result result_;
  std::unordered_map<std::string, size_t> index_by_name_;
  static constexpr size_t none = static_cast<size_t>(-1);
  size_t section_index_ = none;
  size_t line_ = 0;
  /// Set while the keys below a bad header belong nowhere.
  bool skips_section_ = false;
};

void ini_parser::report(std::string message) {
  result_.faults.push_back({result_.document.file, line_, std::move(message)});
}

ini_result ini_parser::parse(std::string_view text) {
  if (text.size() > ini_file_bytes_max) {
    report(fmt::format("the file has {} bytes, at most {} are read",
                       text.size(), ini_file_bytes_max));
    return std::move(result_);
  }
  // Editors of another system leave a byte order mark.
  if (text.substr(0, 3) == "\xef\xbb\xbf")
    text.remove_prefix(3);
  while (!text.empty()) {
    ++line_;
    if (result_.faults.size() >= ini_faults_max) {
      report("too many faults, the rest of the file was not read");
      break;
    }
    auto end = std::min(text.find('\n'), text.size());
    on_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(result_);
}

void ini_parser::on_line(std::string_view line) {
  if (line.size() > ini_line_bytes_max)
    return report(fmt::format("the line has {} bytes, at most {} are read",
                              line.size(), ini_line_bytes_max));
  line = trimmed(line);
  if (!is_plain_text(line))
    return report("the line holds control characters or is not UTF-8");
  if (line.empty() || line[0] == '#' || line[0] == ';')
    return;
  if (line[0] == '[')
    on_header(line);
  else
    on_entry(line);
}

void ini_parser::on_header(std::string_view line) {
  skips_section_ = true;
  if (line.back() != ']')
    return report("a section is '[name]' and nothing after it");
  auto name = std::string{trimmed(line.substr(1, line.size() - 2))};
  if (name.empty())
    return report("the section has no name");
  if (name.find_first_of("[]") != std::string::npos)
    return report("a section's name holds no brackets");
  auto& sections = result_.document.sections;
  auto found = index_by_name_.find(name);
  if (found == index_by_name_.end() && sections.size() >= ini_sections_max)
    return report(fmt::format("more than {} sections", ini_sections_max));
  if (found == index_by_name_.end()) {
    found = index_by_name_.emplace(name, sections.size()).first;
    sections.push_back({std::move(name), line_, {}});
  }
  section_index_ = found->second;
  skips_section_ = false;
}

void ini_parser::on_entry(std::string_view line) {
  auto equals = line.find('=');
  if (equals == std::string_view::npos)
    return report(fmt::format("{} is no '[section]' and no 'key = value'",
                              in_quotes(line)));
  auto key = trimmed(line.substr(0, equals));
  if (key.empty())
    return report("there is no key before '='");
  if (skips_section_)
    return;
  if (section_index_ == none)
    return report(fmt::format("{} stands before any section", in_quotes(key)));
  auto& entries = result_.document.sections[section_index_].entries;
  auto same = std::find_if(entries.begin(), entries.end(),
                           [&](const auto& x) { return x.key == key; });
  if (same != entries.end())
    return report(fmt::format("{} was set in line {} already", in_quotes(key),
                              same->line));
  if (entries.size() >= ini_keys_max)
    return report(
        fmt::format("more than {} keys in one section", ini_keys_max));
  entries.push_back(
      {std::string{key}, std::string{trimmed(line.substr(equals + 1))}, line_});
}

} // namespace

ini_result parse_ini(std::string file, std::string_view text) {
  return ini_parser{std::move(file)}.parse(text);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr const char* white = " \t\r\n\v\f";
  auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

bool is_plain_text(std::string_view text) noexcept {
  while (!text.empty()) {
    auto first = static_cast<unsigned char>(text[0]);
    if ((first < 0x20 && first != '\t') || first == 0x7f)
      return false;
    auto size = character_size(text);
    if (size == 0)
      return false;
    text.remove_prefix(size);
  }
  return true;
}

} // namespace tributary
