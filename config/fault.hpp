#pragma once

/// What is wrong with a configuration, and where. Faults are collected, never
/// thrown: an operator sees all of them at once, not one a start.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <caf/error.hpp>

namespace tributary {

/// One thing to correct.
struct fault {
  /// Path of the file as it was opened, or the flag, for example `--set
  /// db.mode`.
  std::string file;
  /// Counts from 1; 0 where there is no line, as with flags.
  size_t line = 0;
  /// One line for a person; holds no control characters and no key.
  std::string message;
};

bool operator==(const fault& x, const fault& y) noexcept;

/// `file:line: message`, or `file: message` where there is no line.
std::string to_text(const fault& x);

/// One line per fault, each ended by a line feed; empty when there is none.
std::string to_text(const std::vector<fault>& faults);

/// `text` in single quotes for a message: at most 60 bytes of it, and control
/// characters as `?`, so that nobody writes into our log through a value.
std::string in_quotes(std::string_view text);

/// The words of an error of ours without the name of its code.
std::string detail_of(const caf::error& what);

} // namespace tributary
