#pragma once

/// Reads the query parameters of the API. Pure. Unknown parameters are ignored,
/// so that clients of Netdata's API work; a known one with a bad value is an
/// error that names it, for an answer without it would be wrong silently.

#include <cstdint>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "actors/http/data_render.hpp"
#include "actors/http/exchange.hpp"
#include "actors/http/google_table.hpp"
#include "actors/storage/queries.hpp"

namespace tributary {

struct data_request {
  /// Without its host. Times are as given: unix seconds, 0 or negative.
  query_request query;
  data_format format = data_format::json;
  data_options options;
  /// `jsonwrap`: the answer tells about itself.
  bool wrapped = false;
  /// The options as they were given, for `jsonwrap`.
  std::string options_text;
  /// The function that `jsonp` calls.
  std::string callback = "callback";
  /// The answer is to be saved under this name; empty: it is not.
  std::string file_name;
  /// For `datasource`.
  google_request google;
};

/// The most names or patterns of hosts that one request may have.
constexpr size_t query_nodes_max = 64;

/// Bytes of `filename`, and of the words of `tqx`.
constexpr size_t data_name_bytes_max = 128;

/// The most that `gtime` may be: a year.
constexpr int64_t resample_seconds_max = 366 * 86400;

/// Times lie within this many seconds of 1970 (the year 9999), so that sums of
/// a few of them do not overflow.
constexpr int64_t request_seconds_max = 253'402'300'799;

struct live_request {
  /// Chart ids, each once, in the order given; empty means all.
  std::vector<std::string> charts;
};

/// The most charts that one live stream may name.
constexpr size_t live_charts_max = 1000;

/// Yields `ec::bad_request`. Of a repeated parameter the last one counts.
caf::expected<data_request>
parse_data_request(const std::vector<http_parameter>& parameters);

enum class metrics_format : uint8_t { shell, json, prometheus };

/// What the values of `format=prometheus` are.
enum class metrics_data : uint8_t { average, as_collected };

/// A request for all metrics of a host.
struct metrics_request {
  metrics_format format = metrics_format::shell;
  metrics_data data = metrics_data::average;
  /// All hosts of the node, told apart by the label `instance`.
  bool all_hosts = false;
  /// First word of every name; letters, digits and `_`.
  std::string prefix = "tributary";
  /// Labels hold names of charts and dimensions instead of ids.
  bool names = true;
  bool timestamps = true;
  bool help = true;
  bool types = true;
  bool units = true;
  /// Charts by id or name, as a simple pattern; empty means all.
  std::string filter;
  /// Who asks, for averages since it asked last; empty: its address.
  std::string server;
};

/// Bytes of `prefix` and of `server`.
constexpr size_t metrics_name_bytes_max = 64;
/// Bytes of `filter`.
constexpr size_t metrics_filter_bytes_max = 1024;

/// Yields `ec::bad_request`. Of a repeated parameter the last one counts.
caf::expected<metrics_request>
parse_metrics_request(const std::vector<http_parameter>& parameters);

/// The value of `chart`. Yields `ec::bad_request` where there is none.
caf::expected<std::string>
parse_chart_request(const std::vector<http_parameter>& parameters);

/// Yields `ec::bad_request`. Repeated `charts` add up.
caf::expected<live_request>
parse_live_request(const std::vector<http_parameter>& parameters);

} // namespace tributary
