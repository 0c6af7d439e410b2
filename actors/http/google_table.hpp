#pragma once

/// Tables as Google's charts read them: their JSON of a DataTable, and the
/// answer of a data source around it. Pure.

#include <string>
#include <string_view>

#include "actors/http/data_render.hpp"

namespace tributary {

/// What a client of a data source says of itself, the parameter `tqx`.
struct google_request {
  /// Given back.
  std::string id = "0";
  /// Tag of the table that the client has; empty when none.
  std::string tag;
  /// The function that is called.
  std::string handler = "google.visualization.Query.setResponse";
};

/// Appends the table, times as dates in UTC.
void append_google_table(std::string& out, const table_view& from,
                         const data_options& options);

/// The script that hands a table over, or says that the client has it.
std::string google_answer(const google_request& what, std::string_view table);

} // namespace tributary
