#pragma once

/// The formats of `/api/v1/data`. Pure.

#include <cstdint>
#include <string_view>

namespace tributary {

enum class data_format : uint8_t {
  json,
  /// JSON that a script hands to a function, see script_text.hpp.
  jsonp,
  csv,
  tsv,
  /// One value a row, see `row_reduction`, separated by spaces.
  ssv,
  /// The same, separated by commas.
  ssvcomma,
  /// The same as a JSON array.
  array,
  markdown,
  html,
  /// The rows of `csv`, head line included, as JSON arrays.
  csvjsonarray,
  /// See google_table.hpp; a data source's answer is a script with it.
  datatable,
  datasource,
};

const char* to_string(data_format x) noexcept;

std::string_view content_type_of(data_format x) noexcept;

/// Whether what is made of a table is JSON; of a script, what is in it.
bool is_json(data_format x) noexcept;

/// Whether the answer is a script that calls a function of the client.
constexpr bool is_script(data_format x) noexcept {
  return x == data_format::jsonp || x == data_format::datasource;
}

} // namespace tributary
