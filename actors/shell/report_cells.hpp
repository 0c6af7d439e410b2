#pragma once

/// What the tables of reports.hpp are put together from. Pure.

#include <cstdint>
#include <string>

#include "schema/shell.hpp"

namespace tributary {

/// A column for people and for programs.
inline report_column column(const char* key, const char* heading,
                            column_kind kind = column_kind::text) {
  return {key, heading, kind, false};
}

/// A column for programs.
inline report_column json_column(const char* key,
                                 column_kind kind = column_kind::text) {
  return {key, key, kind, true};
}

inline report_cell number(uint64_t x) {
  return static_cast<int64_t>(x);
}

/// Nothing rather than an empty text that means "none".
inline report_cell text(const std::string& x) {
  return x.empty() ? report_cell{} : report_cell{x};
}

/// Nothing rather than a negative number that means "none".
inline report_cell not_negative(int64_t x) {
  return x < 0 ? report_cell{} : report_cell{x};
}

} // namespace tributary
