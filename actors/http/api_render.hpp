#pragma once

/// Writes the bodies of docs/http.md: plain structs in, text out. Pure. Every
/// string is escaped; bytes that are not UTF-8 become U+FFFD.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/http/exchange.hpp"
#include "actors/storage/host_state.hpp"
#include "schema/chart.hpp"
#include "schema/error.hpp"
#include "schema/types.hpp"

namespace tributary {

/// One entry of `mirrored_hosts_status`.
struct host_status {
  tributary::guid guid;
  std::string hostname;
  /// Whether its samples arrive.
  bool reachable = false;
  host_state state = host_state::offline;
  /// It is not expected back once it is gone.
  bool ephemeral = false;
  /// 0 for the node's own host, 1 for a child, and so on.
  uint32_t hops = 0;
  std::optional<tick> newest_sample;
  std::optional<tick> oldest_sample;
  /// This node's clock minus the newest sample, in milliseconds.
  std::optional<int64_t> age_ms;
  /// Why an offline host is offline, else empty.
  std::string reason;
};

/// What a host told about its machine. Empty or 0 where it did not.
struct host_facts {
  std::string os_name;
  std::string os_version;
  std::string kernel_name;
  std::string kernel_version;
  std::string architecture;
  uint32_t cores_total = 0;
  /// Bytes.
  uint64_t ram_total = 0;
};

/// A destination of the node that answers.
struct parent_entry {
  std::string destination;
  /// `open` while data flows; other words on the way there and between.
  std::string state;
  /// Of its node; empty as long as that has not said them.
  std::string hostname;
  std::string uid;
  /// Why it refused, or why the link ended last.
  std::string reason;
  /// Milliseconds until it is tried or asked; none when it is needed.
  std::optional<int64_t> next_attempt_ms;
};

/// What `/api/v1/info` shows of one host.
struct info_document {
  /// Of the program.
  std::string version;
  /// The host that is spoken of.
  tributary::guid uid;
  std::string hostname;
  /// The node that answers.
  tributary::guid node_uid;
  std::string node_hostname;
  /// Every host that the node holds, its own first.
  std::vector<host_status> hosts;
  host_facts facts;
  uint64_t charts_count = 0;
  uint64_t metrics_count = 0;
  /// Whether the node streams to another.
  bool stream_enabled = false;
  /// In order of preference.
  std::vector<parent_entry> parents;
  /// Where the node keeps what it has: `disk`, `ram` or `upstream`.
  std::string durability = "disk";
  /// Grid step of the host in seconds.
  uint32_t update_every = 1;
};

struct chart_entry {
  /// Never null.
  chart_ptr chart;
  /// Oldest and newest tick that is stored.
  std::optional<tick> first_entry;
  std::optional<tick> last_entry;
};

/// What `/api/v1/charts` shows of one host.
struct charts_document {
  std::string hostname;
  /// Of the program.
  std::string version;
  /// Grid step of the host in seconds.
  uint32_t update_every = 1;
  /// `/host/<host>` for `data_url` when the request had it, else empty.
  std::string url_prefix;
  std::vector<chart_entry> charts;
};

/// Values of one chart at one tick.
struct chart_values {
  std::string_view chart;
  /// In dimension order; NaN is a gap.
  std::vector<double> values;
};

std::string render_info(const info_document& from);

std::string render_charts(const charts_document& from);

/// One entry of `charts`. @param document what it is of; its charts don't
/// matter.
std::string render_chart(const charts_document& document,
                         const chart_entry& entry);

/// Data of `event: tick`.
std::string render_tick_event(tick at, const std::vector<chart_values>& charts);

/// Data of `event: nodes`.
std::string render_nodes_event(const std::vector<host_status>& hosts);

/// `{"error":"<code>","message":"<text>"}`.
std::string render_error(std::string_view code, std::string_view message);

/// The HTTP status that fits an error, 500 when none does better.
int http_status_of(ec code) noexcept;

/// An error answer with a status of its own.
http_response error_response(int status, ec code, std::string_view message);

/// An error answer with the status that fits.
http_response error_response(const caf::error& what);

} // namespace tributary
