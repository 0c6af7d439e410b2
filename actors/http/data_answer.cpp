#include "actors/http/data_answer.hpp"

#include "actors/http/script_text.hpp"

namespace tributary {

namespace {

std::vector<std::string> labels_of(const query_answer& from) {
  std::vector<std::string> result;
  result.reserve(from.columns.size());
  for (auto& x : from.columns)
    result.push_back(x.name);
  return result;
}

data_envelope envelope_of(const data_request& what, const query_answer& from) {
  data_envelope result;
  auto is_context = what.query.chart.empty();
  result.id = is_context ? what.query.context : from.chart->id;
  result.name = is_context ? what.query.context : from.chart->name;
  result.view_update_every = from.row_seconds;
  result.update_every = from.chart->step;
  result.first_entry = from.host.oldest;
  result.last_entry = from.host.newest;
  result.group = to_string(what.query.group.function);
  result.options = what.options_text;
  result.tier = from.tier;
  result.points_of_tier = from.points_of_tier;
  return result;
}

/// @param shown the table as the options want it, of the columns in `kept`.
http_response response_of(const data_request& what, const query_answer& from,
                          const table_view& shown,
                          const std::vector<size_t>& kept) {
  http_response result;
  result.headers.emplace_back("Cache-Control", "no-store");
  if (!what.file_name.empty())
    result.headers.emplace_back("Content-Disposition", "attachment; filename=\""
                                                           + what.file_name
                                                           + '"');
  if (what.wrapped) {
    auto envelope = envelope_of(what, from);
    for (auto i : kept)
      envelope.dimension_ids.push_back(from.columns[i].id);
    result.body = render_wrapped(shown, what.format, what.options, envelope);
  } else {
    result.body = render_data(shown, what.format, what.options);
  }
  if (!what.wrapped || is_script(what.format))
    result.content_type = content_type_of(what.format);
  if (what.format == data_format::jsonp)
    result.body = script_of(what.callback, result.body);
  if (what.format == data_format::datasource)
    result.body = google_answer(what.google, result.body);
  return result;
}

} // namespace

query_request_ptr to_query(const data_request& from, const guid& host) {
  auto result = std::make_shared<query_request>(from.query);
  result->host = host;
  return result;
}

http_response data_response(const data_request& what,
                            const query_answer& from) {
  auto labels = labels_of(from);
  table_view view{labels, from.times, from.values};
  auto kept = kept_columns(view, what.options);
  if (kept.size() == labels.size() && !changes_values(what.options))
    return response_of(what, from, view, kept);
  data_table changed{labels, from.times, from.values};
  apply_options(what.options, kept, changed);
  return response_of(what, from, view_of(changed), kept);
}

} // namespace tributary
