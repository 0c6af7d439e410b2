/// Feeds bytes to the web port's parsers as a whole request and as a target
/// with a query. Asserts what holds for any input: reading is deterministic,
/// what is accepted keeps its bounds, and errors quote only a part of it.

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "actors/http/api_query.hpp"
#include "actors/http/content_coding.hpp"
#include "actors/http/request_parser.hpp"
#include "actors/http/routes.hpp"
#include "actors/http/target.hpp"
#include "schema/error.hpp"
#include "tests/fuzz/fuzz_seeds.hpp"

namespace tributary {

std::vector<std::string> fuzz_seeds() {
  auto request = [](const std::string& target) {
    return "GET " + target
           + " HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip;q=0.5, *;q=0\r\n"
             "If-None-Match: W/\"a\"\r\n\r\n";
  };
  return {
      request("/host/a%20b/api/v1/data?chart=system.cpu&dimensions=user|sys*"
              "&after=-600&before=0&points=100&group=max&format=csv"
              "&options=jsonwrap,flip,ms"),
      request("/api/v1/allmetrics?format=prometheus_all_hosts&data=as-collected"
              "&prefix=netdata&names=no&filter=disk.*%20!*&server=x&help=yes"
              "&types=no&timestamps=1&hideunits=yes"),
      request("/api/v1/data?chart=a&options=" + std::string(100, 'x')),
      request("/api/v1/live?charts=a,b,,c&charts=d"),
      request("/api/v1/chart?chart=a"),
      request("/assets/index-1a.js"),
  };
}

} // namespace tributary

namespace {

using namespace tributary;

/// Errors go to clients and logs: they are short whatever was sent. The longest
/// lists the words of `options` (some 330 bytes) and quotes 64 bytes of a
/// value.
constexpr size_t error_bytes_max = 450;

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

template <class T>
bool is_fine(const caf::expected<T>& x) {
  if (!x) {
    require(code_of(x.error()) == ec::bad_request);
    require(to_text(x.error()).size() <= error_bytes_max);
  }
  return static_cast<bool>(x);
}

void check_parameters(const std::vector<http_parameter>& parameters) {
  auto data = parse_data_request(parameters);
  if (is_fine(data)) {
    auto& query = data->query;
    require(query.chart.empty() != query.context.empty());
    require(query.nodes.size() <= query_nodes_max);
    require(query.after >= -request_seconds_max
            && query.after <= request_seconds_max);
    require(query.before >= -request_seconds_max
            && query.before <= request_seconds_max);
    require(query.resample_seconds >= 0
            && query.resample_seconds <= resample_seconds_max);
    require(query.timeout_ms >= 1 && query.timeout_ms <= query_timeout_ms_max);
    for (auto& x : query.dimensions)
      require(!x.empty());
  }
  auto metrics = parse_metrics_request(parameters);
  if (is_fine(metrics)) {
    require(metrics->prefix.size() <= metrics_name_bytes_max);
    require(metrics->filter.size() <= metrics_filter_bytes_max);
    require(metrics->server.size() <= metrics_name_bytes_max);
    for (unsigned char c : metrics->prefix)
      require(c == '_' || std::isalnum(c) != 0);
  }
  auto live = parse_live_request(parameters);
  if (is_fine(live))
    require(live->charts.size() <= live_charts_max);
  auto chart = parse_chart_request(parameters);
  if (is_fine(chart))
    require(!chart->empty());
}

void check_path(const std::string& path) {
  auto to = route_of(path);
  if (!to) {
    auto code = code_of(to.error());
    require(code == ec::bad_request || code == ec::not_found);
    return;
  }
  require(path[0] == '/');
  for (unsigned char c : path)
    require(c >= 0x20 && c != 0x7f);
}

void check_request(std::string_view text) {
  http_limits limits;
  request_parser whole{limits};
  auto at_once = whole.feed(text);
  require(at_once.consumed <= text.size());
  if (at_once.verdict != request_parser::verdict::complete)
    return;
  auto request = whole.take_request();
  accepts_gzip(request.accept_encoding);
  check_path(request.path);
  check_parameters(request.parameters);
}

void check_target(std::string_view text) {
  auto target = parse_target(text);
  if (!target)
    return;
  check_path(target->path);
  check_parameters(target->parameters);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  check_request(text);
  check_target(text);
  // The target of a request line, so that mutations reach the parameters.
  auto begin = text.find(' ');
  if (begin != std::string_view::npos) {
    auto rest = text.substr(begin + 1);
    check_target(rest.substr(0, rest.find(' ')));
  }
  accepts_gzip(text);
  return 0;
}
