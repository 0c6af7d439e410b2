/// The charts of a host as a table of reports.hpp.

#include <algorithm>

#include "actors/shell/reports.hpp"
#include "schema/roster.hpp"

namespace tributary {

report_table charts_table(const host_summary& host, std::string_view wanted) {
  report_table result;
  result.key = "charts";
  result.columns = {{"id", "chart"},
                    {"context", "context"},
                    {"units", "units"},
                    {"dimensions", "dimensions", column_kind::count},
                    {"step", "every", column_kind::count},
                    {"module", "source"}};
  std::vector<const chart*> charts;
  if (host.columns_of)
    for (auto& x : host.columns_of->charts())
      if (x.chart->id.find(wanted) != std::string::npos
          || x.chart->context.find(wanted) != std::string::npos)
        charts.push_back(x.chart.get());
  // One that was defined again stands behind the one before it.
  auto by_id = [](auto* x, auto* y) {
    return x->id < y->id;
  };
  std::stable_sort(charts.begin(), charts.end(), by_id);
  for (size_t i = 0; i < charts.size(); ++i) {
    auto& x = *charts[i];
    if (i + 1 < charts.size() && charts[i + 1]->id == x.id)
      continue;
    result.rows.push_back(
        {0,
         {x.id, x.context, x.units, static_cast<int64_t>(x.dimensions.size()),
          int64_t{x.step}, x.module}});
  }
  limit_rows(result);
  return result;
}

} // namespace tributary
