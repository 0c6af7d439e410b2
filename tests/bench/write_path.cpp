#include "tests/bench/write_path.hpp"

#include <limits>

#include "tests/bench/figures.hpp"

namespace tributary::bench {

namespace {

/// As in ingest.
constexpr tick window_grace_seconds = 5;

void check(const caf::error& error) {
  if (error)
    fail(to_text(error));
}

} // namespace

write_path::write_path(const std::string& folder, const row_set& rows,
                       const write_plan& plan)
    : plan_(plan), path_(folder + "/store.mdb"), node_(guid::from_words(1, 1)) {
  store_options options;
  options.environment.map_bytes = size_t{8} << 30;
  options.environment.sync = plan.sync;
  options.retention.seconds = 0;
  auto opened = store::open(path_, node_, options);
  if (!opened)
    fail(to_text(opened.error()));
  store_ = std::move(*opened);
  for (uint32_t i = 0; i < plan.hosts; ++i)
    add_host(rows, i);
  commit(first_tick);
}

void write_path::add_host(const row_set& rows, uint32_t index) {
  constexpr uint32_t window = 600;
  auto phase = (first_tick + index * window / plan_.hosts) % window;
  auto definition = bench_host(index, static_cast<uint32_t>(phase));
  host_lane lane{definition, rows.charts};
  sender x{store_->put_host(definition, {definition.id}),
           hot_host{definition, {}, 0},
           {}};
  check(x.hot.define(lane.run()));
  store_->put_roster(x.number, *x.hot.newest_roster());
  // Hosts are not in step: each begins elsewhere in the rows.
  constexpr size_t stride = 17;
  for (uint32_t s = 0; s < plan_.seconds; ++s) {
    auto& row = rows.rows[(s + stride * index) % rows.rows.size()];
    x.frames.push_back(lane.seal(first_tick + s, row));
    samples_ += present_count(row);
    frame_bytes_ += x.frames.back()->sealed().size();
  }
  senders_.push_back(std::move(x));
}

void write_path::run() {
  for (uint32_t s = 0; s < plan_.seconds; ++s) {
    for (auto& x : senders_) {
      auto outcome = x.hot.apply(*x.frames[s]);
      if (!outcome || *outcome != frame_outcome::fresh)
        fail("a frame was not taken");
      store_->append({x.number, x.frames[s]});
      close_windows(x, x.hot.newest() + 1 - window_grace_seconds);
    }
    commit(first_tick + s);
  }
}

void write_path::close_all() {
  for (auto& x : senders_)
    close_windows(x, std::numeric_limits<tick>::max());
  while (store_->has_work())
    commit(end());
}

void write_path::close_windows(sender& from, tick before) {
  for (auto& window : from.hot.close_windows(before))
    store_->put_closed(from.number, std::move(window));
}

void write_path::commit(tick now) {
  auto report = store_->commit(now);
  if (!report)
    fail(to_text(report.error()));
  for (auto& x : report->stored_windows)
    for (auto& to : senders_)
      if (to.number == x.first)
        to.hot.forget(x.second);
}

} // namespace tributary::bench
