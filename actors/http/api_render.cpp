#include "actors/http/api_render.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "actors/http/json_text.hpp"
#include "actors/http/number_text.hpp"
#include "actors/http/target.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

using json_buffer = rapidjson::StringBuffer;
using json_writer = rapidjson::Writer<json_buffer>;

void put(json_writer& out, std::string_view text) {
  if (is_utf8(text)) {
    out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return;
  }
  auto safe = to_utf8(text);
  out.String(safe.data(), static_cast<rapidjson::SizeType>(safe.size()));
}

void put(json_writer& out, bool value) {
  out.Bool(value);
}

void put(json_writer& out, int64_t value) {
  out.Int64(value);
}

void put(json_writer& out, uint64_t value) {
  out.Uint64(value);
}

void put(json_writer& out, uint32_t value) {
  out.Uint(value);
}

void put(json_writer& out, const guid& value) {
  put(out, to_string(value));
}

void put(json_writer& out, std::optional<int64_t> value) {
  if (value)
    out.Int64(*value);
  else
    out.Null();
}

/// Without this one a literal would become a bool.
void put(json_writer& out, const char* text) {
  put(out, std::string_view{text});
}

/// Keys come from charts too, so they get the care that values get.
template <class Value>
void put(json_writer& out, std::string_view key, const Value& value) {
  put(out, key);
  put(out, value);
}

std::string text_of(const json_buffer& from) {
  return {from.GetString(), from.GetSize()};
}

void put_status(json_writer& out, const host_status& from) {
  out.StartObject();
  put(out, "guid", from.guid);
  put(out, "hostname", from.hostname);
  put(out, "reachable", from.reachable);
  put(out, "state", to_string(from.state));
  put(out, "ephemeral", from.ephemeral);
  put(out, "hops", from.hops);
  put(out, "newest_sample", from.newest_sample);
  put(out, "oldest_sample", from.oldest_sample);
  put(out, "age_ms", from.age_ms);
  put(out, "reason", from.reason);
  out.EndObject();
}

void put_statuses(json_writer& out, const std::vector<host_status>& from) {
  out.StartArray();
  for (auto& x : from)
    put_status(out, x);
  out.EndArray();
}

void put_parents(json_writer& out, const std::vector<parent_entry>& from) {
  out.StartArray();
  for (auto& x : from) {
    out.StartObject();
    put(out, "destination", x.destination);
    put(out, "state", x.state);
    put(out, "hostname", x.hostname);
    put(out, "uid", x.uid);
    put(out, "reason", x.reason);
    put(out, "next_attempt_ms", x.next_attempt_ms);
    out.EndObject();
  }
  out.EndArray();
}

void put_facts(json_writer& out, const host_facts& from) {
  put(out, "os_name", from.os_name);
  put(out, "os_version", from.os_version);
  put(out, "kernel_name", from.kernel_name);
  put(out, "kernel_version", from.kernel_version);
  put(out, "architecture", from.architecture);
  put(out, "cores_total", from.cores_total);
  put(out, "ram_total", from.ram_total);
}

void put_dimension(json_writer& out, const dimension& from) {
  put(out, from.id);
  out.StartObject();
  put(out, "name", from.name);
  put(out, "algorithm", to_string(from.algorithm));
  put(out, "multiplier", from.multiplier);
  put(out, "divisor", from.divisor);
  put(out, "hidden", from.hidden);
  out.EndObject();
}

void put_chart(json_writer& out, const charts_document& document,
               const chart_entry& entry) {
  auto& from = *entry.chart;
  out.StartObject();
  put(out, "id", from.id);
  put(out, "name", from.name);
  put(out, "type", from.id.substr(0, from.id.find('.')));
  put(out, "family", from.family);
  put(out, "context", from.context);
  put(out, "title", from.title);
  put(out, "priority", int64_t{from.priority});
  put(out, "module", from.module);
  put(out, "units", from.units);
  put(out, "chart_type", to_string(from.type));
  put(out, "update_every", document.update_every * uint32_t{from.step});
  put(out, "first_entry", entry.first_entry);
  put(out, "last_entry", entry.last_entry);
  put(out, "data_url",
      document.url_prefix + "/api/v1/data?chart=" + percent_encode(from.id));
  put(out, "dimensions");
  out.StartObject();
  for (auto& x : from.dimensions)
    put_dimension(out, x);
  out.EndObject();
  out.EndObject();
}

} // namespace

std::string render_info(const info_document& from) {
  json_buffer buffer;
  json_writer out{buffer};
  out.StartObject();
  put(out, "version", from.version);
  put(out, "uid", from.uid);
  put(out, "hostname", from.hostname);
  put(out, "node_hostname", from.node_hostname);
  put(out, "node_uid", from.node_uid);
  put(out, "mirrored_hosts");
  out.StartArray();
  for (auto& x : from.hosts)
    put(out, x.hostname);
  out.EndArray();
  put(out, "mirrored_hosts_status");
  put_statuses(out, from.hosts);
  put_facts(out, from.facts);
  put(out, "charts-count", from.charts_count);
  put(out, "metrics-count", from.metrics_count);
  put(out, "stream-enabled", from.stream_enabled);
  put(out, "parents");
  put_parents(out, from.parents);
  put(out, "durability", from.durability);
  put(out, "update_every", from.update_every);
  put(out, "hosts-available", uint64_t{from.hosts.size()});
  out.EndObject();
  return text_of(buffer);
}

std::string render_chart(const charts_document& document,
                         const chart_entry& entry) {
  json_buffer buffer;
  json_writer out{buffer};
  put_chart(out, document, entry);
  return text_of(buffer);
}

std::string render_charts(const charts_document& from) {
  uint64_t dimensions_count = 0;
  for (auto& x : from.charts)
    dimensions_count += x.chart->dimensions.size();
  json_buffer buffer;
  json_writer out{buffer};
  out.StartObject();
  put(out, "hostname", from.hostname);
  put(out, "version", from.version);
  put(out, "update_every", from.update_every);
  put(out, "charts_count", uint64_t{from.charts.size()});
  put(out, "dimensions_count", dimensions_count);
  put(out, "charts");
  out.StartObject();
  for (auto& x : from.charts) {
    put(out, x.chart->id);
    put_chart(out, from, x);
  }
  out.EndObject();
  out.EndObject();
  return text_of(buffer);
}

std::string render_tick_event(tick at,
                              const std::vector<chart_values>& charts) {
  std::string out = "{\"tick\":";
  append_number(out, at);
  out += ",\"charts\":{";
  const char* separator = "";
  for (auto& chart : charts) {
    out += separator;
    separator = ",";
    append_json_string(out, chart.chart);
    out += ":[";
    for (size_t i = 0; i < chart.values.size(); ++i) {
      if (i > 0)
        out += ',';
      append_json_number(out, chart.values[i]);
    }
    out += ']';
  }
  out += "}}";
  return out;
}

std::string render_nodes_event(const std::vector<host_status>& hosts) {
  json_buffer buffer;
  json_writer out{buffer};
  put_statuses(out, hosts);
  return text_of(buffer);
}

std::string render_error(std::string_view code, std::string_view message) {
  json_buffer buffer;
  json_writer out{buffer};
  out.StartObject();
  put(out, "error", code);
  put(out, "message", message);
  out.EndObject();
  return text_of(buffer);
}

int http_status_of(ec code) noexcept {
  switch (code) {
  case ec::bad_request:
    return 400;
  case ec::denied:
    return 403;
  case ec::not_found:
    return 404;
  case ec::too_large:
    return 413;
  case ec::busy:
  case ec::disconnected:
    return 503;
  case ec::timed_out:
    return 504;
  default:
    return 500;
  }
}

/// What is busy now is so for as long as a few queries take.
constexpr auto retry_after_seconds = "1";

http_response error_response(int status, ec code, std::string_view message) {
  http_response result;
  result.status = status;
  result.body = render_error(to_string(code), message);
  if (status == 503)
    result.headers.emplace_back("Retry-After", retry_after_seconds);
  return result;
}

http_response error_response(const caf::error& what) {
  auto code = code_of(what);
  auto text = to_text(what);
  // The code has a key of its own, so the message does without its prefix.
  auto prefix = std::string{to_string(code)} + ": ";
  if (text.compare(0, prefix.size(), prefix) == 0)
    text.erase(0, prefix.size());
  auto result = error_response(http_status_of(code), code, text);
  if (code == ec::none)
    result.body = render_error("internal", text);
  return result;
}

} // namespace tributary
