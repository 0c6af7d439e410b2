#pragma once

/// A table as a page of HTML. Pure.

#include <string>

#include "actors/http/data_render.hpp"

namespace tributary {

/// Appends a page that holds the table and nothing else. What a source calls
/// its dimensions is text there, never markup.
void append_html_table(std::string& out, const table_view& from,
                       const data_options& options);

} // namespace tributary
