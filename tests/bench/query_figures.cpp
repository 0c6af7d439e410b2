#include "tests/bench/query_figures.hpp"

#include "actors/storage/query_job.hpp"
#include "store/tables.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/write_path.hpp"

namespace tributary::bench {

namespace {

constexpr size_t queries = 200;
constexpr tick day = 86400;

} // namespace

host_summary first_host(const write_path& path, const row_set& rows,
                        tick newest) {
  auto& stored = path.kept().hosts().begin()->second;
  host_summary result;
  result.number = stored.number;
  result.definition = stored.definition;
  result.oldest = first_tick;
  result.newest = newest;
  auto columns_of = std::make_shared<roster>(stored.definition.epoch);
  for (auto& chart : rows.charts)
    columns_of->append(chart);
  result.columns_of = columns_of;
  return result;
}

query_answer_ptr answer(const write_path& path, const host_summary& host,
                        layout_cache& layouts, query_request what, tick now) {
  query_job job{std::make_shared<query_request>(std::move(what)), now};
  while (job.next_part() != nullptr) {
    auto hot = std::make_shared<hot_answer>();
    hot->host = host;
    job.begin(std::move(hot));
    for (auto done = false; !done;) {
      auto slice = job.advance(*path.kept().environment(), layouts);
      if (!slice)
        fail(to_text(slice.error()));
      done = *slice;
    }
  }
  auto result = job.finish();
  if (!result)
    fail(to_text(result.error()));
  return *result;
}

namespace {

/// Every chart in turn; the layouts are known before it counts.
void print_median(const char* key, const write_path& path, const row_set& rows,
                  query_request what) {
  auto host = first_host(path, rows, path.end() - 1);
  layout_cache layouts;
  std::vector<double> times;
  for (size_t i = 0; i < queries + rows.charts.size(); ++i) {
    // By id, which two charts of the rows may share.
    auto& id = rows.charts[i % rows.charts.size()]->id;
    auto& chart = *host.columns_of->find(id)->chart;
    what.chart = chart.id;
    what.dimensions = {chart.dimensions[0].id};
    auto begin = thread_cpu_seconds();
    auto table = answer(path, host, layouts, what, path.end());
    if (i >= rows.charts.size())
      times.push_back((thread_cpu_seconds() - begin) * 1e3);
    if (what.tier && table->points_of_tier[*what.tier] == 0)
      fail("the tier was not read");
  }
  print_figure(key, quantile(times, 0.5));
}

} // namespace

void print_hour_query(const row_set& rows) {
  temporary_folder folder;
  write_plan plan;
  plan.seconds = 7 * 600;
  write_path path{folder.path(), rows, plan};
  path.run();
  path.close_all();
  query_request what;
  what.before = path.end() - 300;
  what.after = -3600;
  print_median("query_1h_ms", path, rows, what);
}

void print_month() {
  constexpr uint32_t columns = 120;
  auto rows = synthetic_rows(columns, 7200, 1);
  temporary_folder folder;
  write_plan plan;
  plan.seconds = 31 * day;
  plan.seals_ahead = false;
  plan.commit_every_seconds = 60;
  write_path path{folder.path(), rows, plan};
  path.run();
  path.close_all();
  query_request what;
  what.points = 720;
  what.after = -day;
  what.tier = 0;
  print_median("query_24h_ms", path, rows, what);
  what.after = -30 * day;
  what.tier = 1;
  print_median("query_30d_ms", path, rows, what);
  auto txn = path.kept().environment()->read();
  if (!txn)
    fail(to_text(txn.error()));
  size_t bytes = 0;
  for (auto table : {tables::tier0, tables::tier1, tables::tier1_pieces,
                     tables::tier2, tables::tier2_pieces})
    if (auto use = txn->use_of(table))
      bytes += use->bytes;
  print_figure("disk_synthetic_bytes_per_sample",
               static_cast<double>(bytes)
                   / static_cast<double>(path.samples()));
}

} // namespace tributary::bench
