#include "actors/http/data_answer.hpp"

namespace tributary {

namespace {

data_table to_table(const query_answer& from) {
  data_table result;
  for (auto& x : from.columns)
    result.labels.push_back(x.name);
  result.times = from.times;
  result.values = from.values;
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

} // namespace

query_request_ptr to_query(const data_request& from, const guid& host) {
  auto result = std::make_shared<query_request>(from.query);
  result->host = host;
  return result;
}

http_response data_response(const data_request& what,
                            const query_answer& from) {
  auto table = to_table(from);
  auto kept = kept_columns(table, what.options);
  apply_options(what.options, kept, table);
  http_response result;
  result.headers.emplace_back("Cache-Control", "no-store");
  if (!what.wrapped) {
    result.content_type = content_type_of(what.format);
    result.body = render_data(table, what.format, what.options);
    return result;
  }
  auto envelope = envelope_of(what, from);
  for (auto i : kept)
    envelope.dimension_ids.push_back(from.columns[i].id);
  result.body = render_wrapped(table, what.format, what.options, envelope);
  return result;
}

} // namespace tributary
