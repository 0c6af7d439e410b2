/// The part of reports.hpp on links: how each does, its lanes, and the
/// destinations of uplinks.

#include <algorithm>

#include "actors/shell/report_cells.hpp"
#include "actors/shell/reports.hpp"

namespace tributary {

namespace {

std::string credit_text(const lane_status& lane, uint64_t credit) {
  return credit == 0
             ? std::string{}
             : std::to_string(100 * lane.in_flight_bytes / credit) + " %";
}

report_row lane_row(const link_status& link, const char* name,
                    const lane_status& lane) {
  auto is_owed = &lane == &link.history && link.owed_ticks > 0;
  return {0,
          {link.peer.empty() ? link.address : link.peer,
           std::string{to_string(link.side)}, std::string{name},
           number(lane.last_number), number(lane.acked_number),
           number(lane.waiting_count), number(lane.in_flight_bytes),
           number(link.credit_bytes),
           text(credit_text(lane, link.credit_bytes)),
           is_owed ? link.owed_ticks : int64_t{0},
           not_negative(is_owed ? link.paid_ticks_per_s : -1),
           not_negative(is_owed ? link.owed_left_ms : -1)}};
}

} // namespace

report_table links_table(const std::vector<link_status>& links, unix_ms now) {
  report_table result;
  result.key = "links";
  result.columns = {
      column("peer", "peer"),
      column("side", "is our"),
      column("address", "address"),
      json_column("node"),
      column("state", "state"),
      column("since_ms", "since", column_kind::time_ms),
      json_column("state_ms", column_kind::milliseconds),
      column("hosts", "hosts", column_kind::count),
      column("lag_ticks", "ticks behind", column_kind::count),
      column("lag_ms", "lag", column_kind::milliseconds),
      json_column("acked_tick"),
      column("bytes_sent", "sent", column_kind::bytes),
      column("bytes_received", "received", column_kind::bytes),
      column("codec", "packed by"),
      json_column("raw_bytes_sent", column_kind::bytes),
      json_column("raw_bytes_received", column_kind::bytes),
      json_column("owed_ticks", column_kind::count),
      json_column("paid_ticks_per_s", column_kind::count),
      json_column("owed_left_ms", column_kind::milliseconds),
      column("durability", "acks mean"),
      column("security", "security"),
      column("reason", "reason"),
  };
  for (auto& x : links)
    result.rows.push_back(
        {0,
         {text(x.peer),
          std::string{to_string(x.side)},
          x.address,
          x.node.empty() ? report_cell{} : report_cell{to_string(x.node)},
          x.state,
          x.since_ms,
          std::max<int64_t>(0, now - x.since_ms),
          number(x.hosts),
          x.acked == 0 ? report_cell{} : x.lag_ticks(),
          x.acked == 0 ? report_cell{} : x.lag_ms(),
          x.acked == 0 ? report_cell{} : x.acked,
          number(x.bytes_sent),
          number(x.bytes_received),
          text(x.codec),
          number(x.raw_bytes_sent),
          number(x.raw_bytes_received),
          x.owed_ticks,
          x.paid_ticks_per_s,
          not_negative(x.owed_left_ms),
          text(x.durability),
          text(x.security),
          text(x.reason)}});
  limit_rows(result);
  return result;
}

report_table lanes_table(const std::vector<link_status>& links) {
  report_table result;
  result.key = "lanes";
  result.columns = {
      column("peer", "peer"),
      column("side", "is our"),
      column("lane", "lane"),
      column("last_number", "last", column_kind::count),
      column("acked_number", "acknowledged", column_kind::count),
      column("waiting", "waiting", column_kind::count),
      column("in_flight_bytes", "in flight", column_kind::bytes),
      column("credit_bytes", "credit", column_kind::bytes),
      column("credit_used", "used"),
      column("owed_ticks", "ticks owed", column_kind::count),
      column("paid_ticks_per_s", "paid a second", column_kind::count),
      column("owed_left_ms", "left", column_kind::milliseconds),
  };
  for (auto& x : links)
    if (x.up) {
      result.rows.push_back(lane_row(x, "live", x.live));
      result.rows.push_back(lane_row(x, "history", x.history));
    }
  limit_rows(result);
  return result;
}

report_table destinations_table(const std::vector<link_status>& links) {
  report_table result;
  result.key = "destinations";
  result.columns = {
      column("destination", "destination"),
      json_column("link_id", column_kind::count),
      column("state", "state"),
      column("next_ms", "next attempt in", column_kind::milliseconds),
      column("reason", "last reason"),
  };
  for (auto& x : links)
    for (auto& y : x.destinations)
      result.rows.push_back({0,
                             {y.address, number(x.id), y.state,
                              not_negative(y.next_ms), text(y.reason)}});
  limit_rows(result);
  return result;
}

} // namespace tributary
