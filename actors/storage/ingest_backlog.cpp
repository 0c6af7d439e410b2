/// What ingest holds until it is durable or in a block; the rest of it is in
/// ingest.cpp.

#include <algorithm>

#include <spdlog/spdlog.h>

#include "actors/storage/ingest.hpp"

namespace tributary {

void ingest::note_backlog(int64_t bytes) {
  backlog_bytes_ += static_cast<size_t>(bytes);
  figures_->backlog_bytes.fetch_add(bytes, std::memory_order_relaxed);
}

/// The frame that was taken last is of a window that is closed.
void ingest::note_late(host_entry& entry, const frame_header& header) {
  auto row = entry.kept.hot.late_row_at(header, head_, entry.kept.key_position);
  note_backlog(static_cast<int64_t>(row->memory_bytes()));
  auto& rows = held_.late[entry.kept.number];
  rows.host = entry.kept.number;
  rows.rows.push_back(row);
  entry.late.push_back(std::move(row));
}

void ingest::on_stored(const commit_report& report) {
  int64_t freed = 0;
  while (!backlog_.empty() && backlog_.front().first <= report.journal_end) {
    freed += static_cast<int64_t>(backlog_.front().second);
    backlog_.pop_front();
  }
  for (auto& x : report.merged) {
    auto entry = find(x.host);
    if (entry == nullptr)
      continue;
    auto& late = entry->late;
    auto& definition = entry->kept.hot.definition();
    auto is_merged = [&](auto& row) {
      return row->position <= x.position
             && definition.window_start(row->tick) == x.start;
    };
    for (auto& row : late)
      freed += is_merged(row) ? static_cast<int64_t>(row->memory_bytes()) : 0;
    late.erase(std::remove_if(late.begin(), late.end(), is_merged), late.end());
  }
  note_backlog(-freed);
  if (refusing_ && backlog_bytes_ < options_.backlog_bytes_max / 2) {
    refusing_ = false;
    log_->info("the store keeps up again");
  }
  for (auto& x : report.stored_windows)
    if (auto entry = find(x.first))
      entry->kept.hot.forget(x.second);
}

} // namespace tributary
