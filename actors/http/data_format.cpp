#include "actors/http/data_format.hpp"

namespace tributary {

const char* to_string(data_format x) noexcept {
  switch (x) {
  case data_format::json:
    return "json";
  case data_format::csv:
    return "csv";
  case data_format::tsv:
    return "tsv";
  case data_format::ssv:
    return "ssv";
  case data_format::ssvcomma:
    return "ssvcomma";
  case data_format::array:
    return "array";
  case data_format::markdown:
    return "markdown";
  case data_format::jsonp:
    return "jsonp";
  case data_format::html:
    return "html";
  case data_format::csvjsonarray:
    return "csvjsonarray";
  case data_format::datatable:
    return "datatable";
  case data_format::datasource:
    return "datasource";
  }
  return "unknown";
}

std::string_view content_type_of(data_format x) noexcept {
  switch (x) {
  case data_format::csv:
    return "text/csv; charset=utf-8";
  case data_format::tsv:
    return "text/tab-separated-values; charset=utf-8";
  case data_format::markdown:
    return "text/markdown; charset=utf-8";
  case data_format::ssv:
  case data_format::ssvcomma:
    return "text/plain; charset=utf-8";
  case data_format::html:
    return "text/html; charset=utf-8";
  case data_format::jsonp:
  case data_format::datasource:
    return "text/javascript; charset=utf-8";
  default:
    return "application/json";
  }
}

bool is_json(data_format x) noexcept {
  switch (x) {
  case data_format::json:
  case data_format::jsonp:
  case data_format::array:
  case data_format::csvjsonarray:
  case data_format::datatable:
  case data_format::datasource:
    return true;
  default:
    return false;
  }
}

} // namespace tributary
