#pragma once

/// Reports for people and for programs. Pure. Texts of a node come from hosts
/// and peers: none of them steers a terminal (schema/utf8.hpp).

#include <cstdint>
#include <string>

#include "schema/shell.hpp"

namespace tributary {

struct text_style {
  /// Escape sequences for headings.
  bool bold = false;
};

/// Aligned columns, numbers to the right with their units, trees indented.
std::string to_text(const shell_report& report, text_style style);

/// `{"actors":[{"name":"node",...},...]}`, a vertical table as an object; one
/// line that ends in `\n`.
std::string to_json(const shell_report& report);

/// A number as people read it, for example `1.5 MiB`, `12 ms`, `3 min 5 s`.
std::string to_text(int64_t number, column_kind kind);

} // namespace tributary
