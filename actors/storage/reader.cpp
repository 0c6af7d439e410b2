#include "actors/storage/reader.hpp"

#include <chrono>
#include <limits>

#include <caf/typed_response_promise.hpp>

#include "store/statistics.hpp"

namespace tributary {

namespace {

/// Ingest copies the wanted columns of the open windows: microseconds. This is
/// for a node that is about to end.
constexpr auto hot_timeout = std::chrono::seconds(5);

/// About fifty groups of 128 busy columns: what a page with all of its charts
/// asks for.
constexpr size_t payload_bytes_max = 8u << 20;

constexpr auto forever = std::numeric_limits<tick>::max();

/// The chart's newest definition in any of the windows; null when in none.
chart_ptr find_chart(const host_summary& host,
                     const std::vector<window_table>& windows,
                     const std::string& id) {
  if (host.columns_of)
    if (auto entry = host.columns_of->find(id))
      return entry->chart;
  for (auto i = windows.rbegin(); i != windows.rend(); ++i) {
    auto found = i->charts().find(id);
    if (found != i->charts().end())
      return found->second.chart;
  }
  return nullptr;
}

template <class T>
void deliver(caf::typed_response_promise<T>& promise, caf::expected<T> x) {
  if (x)
    promise.deliver(std::move(*x));
  else
    promise.deliver(std::move(x.error()));
}

} // namespace

reader::reader(caf::actor_config& cfg, actor_identity identity,
               std::shared_ptr<lmdb::environment> environment,
               wall_clock_ptr clock, ingest_actor ingest)
    : observed(cfg, std::move(identity)),
      environment_(std::move(environment)),
      clock_(std::move(clock)),
      ingest_(std::move(ingest)) {
  layouts_.payloads = std::make_unique<payload_cache>(payload_bytes_max);
}

reader::behavior_type reader::make_behavior() {
  return {
      [this](query_atom, const query_request_ptr& x) { return on_query(x); },
      [this](window_atom, const guid& host, tick start) {
        return on_window(host, start);
      },
      [this](status_atom) { return on_status(); },
  };
}

caf::result<store_statistics_ptr> reader::on_status() const {
  auto result = read_statistics(*environment_);
  if (!result)
    return std::move(result.error());
  return std::make_shared<const store_statistics>(std::move(*result));
}

void reader::on_exit() {
  ingest_ = nullptr;
  environment_.reset();
  observed::on_exit();
}

caf::result<query_answer_ptr> reader::on_query(const query_request_ptr& what) {
  auto promise = make_response_promise<query_answer_ptr>();
  auto hot = std::make_shared<hot_request>();
  hot->host = what->host;
  hot->chart = what->chart;
  hot->to = forever;
  request(ingest_, hot_timeout, hot_atom_v, hot_request_ptr{std::move(hot)})
      .then(
          [this, promise, what](const hot_answer_ptr& x) mutable {
            deliver(promise, answer(*what, *x));
          },
          [promise](caf::error& error) mutable {
            promise.deliver(std::move(error));
          });
  return promise;
}

caf::expected<query_answer_ptr> reader::answer(const query_request& what,
                                               const hot_answer& hot) {
  auto range = resolve_range(what, hot.host.newest, clock_->now_ms() / 1000);
  if (!range)
    return std::move(range.error());
  // Opened after the hot rows were copied: a window that ingest has forgotten
  // meanwhile is committed and so visible here.
  auto txn = environment_->read();
  if (!txn)
    return std::move(txn.error());
  auto& definition = hot.host.definition;
  std::vector<window_table> windows;
  auto step = static_cast<tick>(definition.window_seconds);
  auto from = std::max(range->from + 1, hot.host.oldest);
  auto to = std::min(range->to, hot.host.newest);
  for (auto start = definition.window_start(from); start <= to; start += step) {
    window_table window{start, static_cast<uint16_t>(step)};
    if (auto error
        = load_window(*txn, layouts_, hot.host.number, what.chart, window))
      return error;
    for (auto& x : hot.windows)
      if (x.start() == start)
        window.merge(x);
    windows.push_back(std::move(window));
  }
  auto result = std::make_shared<query_answer>();
  result->host = hot.host;
  result->chart = find_chart(hot.host, windows, what.chart);
  if (!result->chart)
    return make_error(ec::not_found, "chart " + what.chart);
  auto dimensions = matching_dimensions(*result->chart, what.dimensions);
  if (!dimensions)
    return std::move(dimensions.error());
  result->dimensions = std::move(*dimensions);
  fill_table(windows, *range, what.group, *result);
  return query_answer_ptr{std::move(result)};
}

caf::result<window_groups_ptr> reader::on_window(const guid& host, tick start) {
  auto promise = make_response_promise<window_groups_ptr>();
  auto hot = std::make_shared<hot_request>();
  hot->host = host;
  hot->from = start;
  hot->to = start;
  request(ingest_, hot_timeout, hot_atom_v, hot_request_ptr{std::move(hot)})
      .then(
          [this, promise, start](const hot_answer_ptr& x) mutable {
            deliver(promise, groups_of(start, *x));
          },
          [promise](caf::error& error) mutable {
            promise.deliver(std::move(error));
          });
  return promise;
}

caf::expected<window_groups_ptr> reader::groups_of(tick start,
                                                   const hot_answer& hot) {
  auto txn = environment_->read();
  if (!txn)
    return std::move(txn.error());
  auto result = std::make_shared<window_groups>();
  result->host = hot.host.number;
  result->start = start;
  auto stored = load_groups(*txn, hot.host.number, start);
  if (!stored)
    return std::move(stored.error());
  if (hot.windows.empty()) {
    result->groups = std::move(*stored);
    return window_groups_ptr{std::move(result)};
  }
  auto& definition = hot.host.definition;
  window_table window{start, static_cast<uint16_t>(definition.window_seconds)};
  if (auto error = load_window(*txn, layouts_, hot.host.number, {}, window))
    return error;
  for (auto& x : hot.windows)
    window.merge(x);
  result->groups = seal_window(window, definition.group_columns);
  return window_groups_ptr{std::move(result)};
}

} // namespace tributary
