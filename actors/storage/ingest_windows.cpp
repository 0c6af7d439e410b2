/// How ingest closes windows; the rest of it is in ingest.cpp.

#include <spdlog/spdlog.h>

#include "actors/storage/ingest.hpp"

namespace tributary {

/// Before a frame is taken: what is ahead is so by the clock of now.
void ingest::heed_clock(host_number number, host_entry& entry) {
  auto& hot = entry.kept.hot;
  auto now = clock_->now_ms() / 1000;
  if (hot.heed_clock(now)) {
    pass_on(); // frames of before the step
    closed_windows moved;
    moved.host = number;
    moved.moved_back = hot.closed();
    send(writer_, window_atom_v,
         std::make_shared<const closed_windows>(std::move(moved)));
  }
  auto newest = hot.newest_ahead();
  if (newest != 0 && !entry.was_ahead)
    log_->warn("host {}: its clock is or was {} s ahead of this node's; such "
               "samples are kept, but are not among the newest, and are the "
               "first to go when there is no room",
               hot.definition().hostname, newest - now);
  entry.was_ahead = newest != 0;
}

void ingest::close_windows(host_number number, hot_host& hot, tick before) {
  auto windows = hot.close_windows(before);
  if (windows.empty())
    return;
  closed_windows closed;
  closed.host = number;
  closed.windows = std::move(windows);
  send(writer_, window_atom_v,
       std::make_shared<const closed_windows>(std::move(closed)));
}

void ingest::close_ahead(host_number number, hot_host& hot, bool all) {
  auto windows = hot.close_ahead(all);
  if (windows.empty())
    return;
  closed_windows closed;
  closed.host = number;
  closed.windows = std::move(windows);
  closed.is_ahead = true;
  send(writer_, window_atom_v,
       std::make_shared<const closed_windows>(std::move(closed)));
}

void ingest::on_tick() {
  auto now = clock_->now_ms();
  for (auto& kvp : hosts_) {
    auto& entry = kvp.second;
    heed_clock(kvp.first, entry);
    if (now - entry.newest_arrival_ms <= options_.idle_grace_seconds * 1000)
      continue;
    auto& hot = entry.kept.hot;
    close_windows(kvp.first, hot, now / 1000 - options_.idle_grace_seconds);
    close_ahead(kvp.first, hot, true);
  }
}

} // namespace tributary
