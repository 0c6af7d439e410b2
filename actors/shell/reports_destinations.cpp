/// The part of reports.hpp on the destinations of uplinks.

#include "actors/shell/reports.hpp"

namespace tributary {

report_table destinations_table(const std::vector<link_status>& links) {
  report_table result;
  result.key = "destinations";
  result.columns = {
      {"destination", "destination"},
      {"link_id", "link_id", column_kind::count, true},
      {"state", "state"},
      {"next_ms", "next attempt in", column_kind::milliseconds},
      {"reason", "last reason"},
  };
  for (auto& x : links)
    for (auto& y : x.destinations)
      result.rows.push_back(
          {0,
           {y.address, static_cast<int64_t>(x.id), y.state,
            y.next_ms < 0 ? report_cell{} : report_cell{y.next_ms},
            y.reason.empty() ? report_cell{} : report_cell{y.reason}}});
  limit_rows(result);
  return result;
}

} // namespace tributary
