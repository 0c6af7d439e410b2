#pragma once

/// Netdata's INI dialect. Lines are trimmed; `[section]` may repeat and then
/// continues; a key reaches up to the first `=` and may hold spaces; a value is
/// the rest, trimmed and otherwise verbatim (`#` and `;` inside it stay); `#`
/// or `;` as the first character of a line makes a comment. The parser knows
/// no option and opens no file; the option reader is its caller.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.hpp"

namespace tributary {

/// One `key = value`.
struct ini_entry {
  /// Trimmed, never empty.
  std::string key;
  /// Trimmed, may be empty.
  std::string value;
  /// Counts from 1; 0 for what did not come from a file.
  size_t line = 0;
};

/// All entries of one name, wherever in the file they stood.
struct ini_section {
  /// Trimmed, never empty.
  std::string name;
  /// Line of its first header.
  size_t line = 0;
  /// In file order; keys are unique.
  std::vector<ini_entry> entries;
};

struct ini_document {
  /// Path for messages.
  std::string file;
  /// In order of first appearance; names are unique.
  std::vector<ini_section> sections;
};

/// What could be read, and what could not.
struct ini_result {
  ini_document document;
  /// In line order; at most `ini_faults_max` + 1.
  std::vector<fault> faults;
};

/// A thousand receiver sections of a big parent take a tenth of it; what is
/// larger is not a configuration. The file is then not looked at.
inline constexpr size_t ini_file_bytes_max = 1u << 20;

/// Room for a list of 32 destinations with the longest names; what is longer is
/// not a line of ours and becomes a fault.
inline constexpr size_t ini_line_bytes_max = 16u << 10;

/// More than a file of 1 MiB can hold in sections that mean something; bounds
/// memory against a file of nothing but headers.
inline constexpr size_t ini_sections_max = 10'000;

/// Ten times the keys of our longest section; keeps the search for duplicates
/// in one section short.
inline constexpr size_t ini_keys_max = 256;

/// Nobody corrects more at once, and a binary file would name every line.
/// Reading stops there and says so.
inline constexpr size_t ini_faults_max = 100;

/// Reads `text`. `file` is for messages only. Never fails as a whole: what is
/// wrong becomes a fault and its line is left out; of a duplicate key the first
/// stays.
ini_result parse_ini(std::string file, std::string_view text);

/// `text` without white space at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// Whether `text` is valid UTF-8 without control characters, tab excepted.
bool is_plain_text(std::string_view text) noexcept;

} // namespace tributary
