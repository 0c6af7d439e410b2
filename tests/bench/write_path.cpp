#include "tests/bench/write_path.hpp"

#include <limits>

#include "tests/bench/figures.hpp"

namespace tributary::bench {

namespace {

/// As in ingest.
constexpr tick window_grace_seconds = 5;

/// As in the writer.
constexpr size_t slice_samples = 256u << 10;

void check(const caf::error& error) {
  if (error)
    fail(to_text(error));
}

} // namespace

write_path::write_path(const std::string& folder, const row_set& rows,
                       const write_plan& plan)
    : write_path(folder, std::vector<const row_set*>(plan.hosts, &rows), plan) {
  // nop
}

write_path::write_path(const std::string& folder,
                       const std::vector<const row_set*>& hosts,
                       write_plan plan)
    : plan_(plan), path_(folder + "/store.mdb"), node_(guid::from_words(1, 1)) {
  store_options options;
  options.environment.map_bytes = plan.map_bytes;
  options.environment.sync = plan.sync;
  options.retention.seconds = plan.retention_seconds;
  options.retention.bytes_max = plan.retention_bytes;
  auto opened = store::open(path_, node_, options);
  if (!opened)
    fail(to_text(opened.error()));
  store_ = std::move(*opened);
  plan_.hosts = static_cast<uint32_t>(hosts.size());
  for (uint32_t i = 0; i < plan_.hosts; ++i)
    add_host(*hosts[i], i);
  commit(first_tick);
}

void write_path::add_host(const row_set& rows, uint32_t index) {
  constexpr uint32_t window = 600;
  auto phase = (first_tick + index * window / plan_.hosts) % window;
  auto definition = load_host(index, static_cast<uint32_t>(phase));
  host_lane lane{definition, rows.charts};
  constexpr size_t stride = 17;
  sender x{store_->put_host(definition, {definition.id}),
           hot_host{definition, {}},
           &rows,
           std::move(lane),
           stride * index,
           {},
           {}};
  check(x.hot.define(x.lane.run()));
  store_->put_roster(x.number, *x.hot.newest_roster());
  for (uint32_t s = 0; plan_.seals_ahead && s < plan_.seconds; ++s)
    x.frames.push_back(seal(x, s));
  senders_.push_back(std::move(x));
}

frame_ptr write_path::seal(sender& from, uint32_t second) {
  auto& row = from.rows->rows[(second + from.offset) % from.rows->rows.size()];
  auto result = from.lane.seal(first_tick + second, row);
  samples_ += present_count(row);
  frame_bytes_ += result->sealed().size();
  return result;
}

void write_path::run(const std::function<void(uint32_t second)>& then) {
  for (uint32_t s = 0; s < plan_.seconds; ++s) {
    for (auto& x : senders_) {
      auto frame = plan_.seals_ahead ? x.frames[s] : seal(x, s);
      if (is_away(x, frame->header().tick)) {
        x.missed.push_back(frame);
        continue;
      }
      if (!x.missed.empty())
        hand_in_missed(x);
      take(x, frame);
    }
    if ((s + 1) % plan_.commit_every_seconds == 0)
      commit(first_tick + s);
    if (then)
      then(s);
  }
}

void write_path::take(sender& from, const frame_ptr& sealed) {
  auto outcome = from.hot.apply(*sealed);
  if (!outcome || *outcome != frame_outcome::fresh)
    fail("a frame was not taken");
  store_->append({from.number, sealed});
  close_windows(from, from.hot.newest() + 1 - window_grace_seconds);
}

bool write_path::is_away(const sender& from, tick t) const {
  auto& host = from.lane.host();
  auto window = (host.window_start(t) - first_tick) / host.window_seconds;
  auto every = plan_.away_every_windows;
  return every != 0 && window > 0 && (window + from.number) % every == 0;
}

/// As a child does that was away: the whole window as blocks.
void write_path::hand_in_missed(sender& from) {
  auto& host = from.lane.host();
  hot_host child{host, {}};
  check(child.define(from.lane.run()));
  for (auto& x : from.missed)
    if (auto outcome = child.apply(*x); !outcome)
      fail(to_text(outcome.error()));
  auto first = from.missed.front()->header().tick;
  auto last = from.missed.back()->header().tick;
  for (auto& table : child.extract(first, last, {})) {
    auto window = check_window(host, seal_window(table, host.group_columns));
    if (!window)
      fail(to_text(window.error()));
    store_->put_received(from.number, std::move(*window), ++last_token_,
                         host.id);
  }
  from.missed.clear();
}

void write_path::close_all() {
  for (auto& x : senders_)
    close_windows(x, std::numeric_limits<tick>::max());
  while (store_->has_work() || store_->has_tier_work())
    commit(end());
}

void write_path::close_windows(sender& from, tick before) {
  for (auto& window : from.hot.close_windows(before))
    store_->put_closed(from.number, std::move(window));
}

void write_path::commit(tick now) {
  // As the writer does between its messages.
  for (auto more = true; more;) {
    auto begin = now_ms();
    auto prepared = store_->prepare(slice_samples);
    if (!prepared)
      fail(to_text(prepared.error()));
    more = *prepared;
    slices_ms_.push_back(now_ms() - begin);
  }
  auto begin = now_ms();
  auto report = store_->commit_prepared(now);
  if (!report)
    fail(to_text(report.error()));
  commits_ms_.push_back(now_ms() - begin);
  for (auto& x : report->stored_windows)
    for (auto& to : senders_)
      if (to.number == x.first)
        to.hot.forget(x.second);
}

} // namespace tributary::bench
