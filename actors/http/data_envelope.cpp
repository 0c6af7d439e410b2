/// The envelope of `jsonwrap`, of data_render.hpp.

#include <cmath>
#include <limits>

#include "actors/http/data_render.hpp"
#include "actors/http/json_text.hpp"
#include "actors/http/number_text.hpp"

namespace tributary {

namespace {

void put_member(std::string& out, const char* key) {
  out += ",\"";
  out += key;
  out += "\":";
}

void put_member(std::string& out, const char* key, std::string_view text) {
  put_member(out, key);
  append_json_string(out, text);
}

void put_member(std::string& out, const char* key, int64_t value) {
  put_member(out, key);
  append_number(out, value);
}

void put_member(std::string& out, const char* key,
                const std::vector<std::string>& texts) {
  put_member(out, key);
  out += '[';
  for (auto& x : texts) {
    if (&x != &texts.front())
      out += ',';
    append_json_string(out, x);
  }
  out += ']';
}

/// The newest row, and the extremes of all.
void put_summary(std::string& out, const table_view& from) {
  auto columns = from.labels.size();
  put_member(out, "view_latest_values");
  out += '[';
  for (size_t i = 0; i < columns && !from.times.empty(); ++i) {
    if (i > 0)
      out += ',';
    append_json_number(out, from.values[from.values.size() - columns + i]);
  }
  out += ']';
  auto low = std::numeric_limits<double>::quiet_NaN();
  auto high = low;
  for (auto x : from.values) { // fmin and fmax pass over gaps
    low = std::fmin(low, x);
    high = std::fmax(high, x);
  }
  put_member(out, "min");
  append_json_number(out, low);
  put_member(out, "max");
  append_json_number(out, high);
}

} // namespace

std::string render_wrapped(const table_view& from, data_format format,
                           const data_options& options,
                           const data_envelope& envelope) {
  auto result = render_data(from, format, options);
  std::string out = "{\"api\":1";
  out.reserve(result.size() + 1024);
  put_member(out, "id", envelope.id);
  put_member(out, "name", envelope.name);
  put_member(out, "view_update_every", envelope.view_update_every);
  put_member(out, "update_every", envelope.update_every);
  put_member(out, "first_entry", envelope.first_entry);
  put_member(out, "last_entry", envelope.last_entry);
  auto scale = options.milliseconds ? 1000 : 1;
  put_member(out, "after", from.times.empty() ? 0 : from.times.front() / scale);
  put_member(out, "before", from.times.empty() ? 0 : from.times.back() / scale);
  put_member(out, "group", envelope.group);
  put_member(out, "options", envelope.options);
  put_member(out, "dimension_names", from.labels);
  put_member(out, "dimension_ids", envelope.dimension_ids);
  put_member(out, "dimensions", static_cast<int64_t>(from.labels.size()));
  put_member(out, "points", static_cast<int64_t>(from.times.size()));
  put_member(out, "format", to_string(format));
  put_member(out, "tier", int64_t{envelope.tier});
  put_member(out, "db_points_per_tier");
  out += '[';
  for (size_t i = 0; i < envelope.points_of_tier.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_number(out, static_cast<int64_t>(envelope.points_of_tier[i]));
  }
  out += ']';
  put_summary(out, from);
  put_member(out, "result");
  if (is_json(format))
    out += result;
  else
    append_json_string(out, result);
  out += '}';
  return out;
}

} // namespace tributary
