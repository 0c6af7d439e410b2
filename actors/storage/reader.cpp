#include "actors/storage/reader.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "store/statistics.hpp"

namespace tributary {

namespace {

/// Ingest hands out the frames of the open windows: microseconds. This is for a
/// node that is about to end.
constexpr auto hot_timeout = std::chrono::seconds(5);

/// About fifty groups of 128 busy columns: what a page with all of its charts
/// asks for.
constexpr size_t payload_bytes_max = 8u << 20;

/// How often decoded windows that nobody asks for are looked for.
constexpr auto expiry_interval = std::chrono::seconds(20);

constexpr auto forever = std::numeric_limits<tick>::max();

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
               wall_clock_ptr clock, guid own, ingest_actor ingest,
               unsigned tiers)
    : observed(cfg, std::move(identity)),
      environment_(std::move(environment)),
      clock_(std::move(clock)),
      own_(own),
      tiers_(tiers),
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
      [this](tick_atom) { on_turn(); },
      [this](hot_atom) { on_idle(); },
  };
}

caf::result<store_statistics_ptr> reader::on_status() const {
  auto result = read_statistics(*environment_);
  if (!result)
    return std::move(result.error());
  return std::make_shared<const store_statistics>(std::move(*result));
}

void reader::on_exit() {
  waiting_.clear();
  ingest_ = nullptr;
  environment_.reset();
  observed::on_exit();
}

caf::result<query_answer_ptr> reader::on_query(const query_request_ptr& what) {
  if (running_ == queries_at_once_max)
    return make_error(ec::busy,
                      std::to_string(running_) + " queries are being answered");
  ++running_;
  auto x = std::make_shared<running_query>(running_query{
      query_job{what, clock_->now_ms() / 1000, tiers_},
      make_response_promise<query_answer_ptr>(),
      clock().now() + std::chrono::milliseconds(what->timeout_ms)});
  auto promise = x->promise;
  if (x->job.needs_hosts())
    choose(x);
  else
    begin_part(x);
  return promise;
}

void reader::choose(const query_ptr& x) {
  request(ingest_, hot_timeout, hosts_atom_v)
      .then(
          [this, x](const host_list_ptr& hosts) {
            if (auto error = x->job.choose(*hosts, own_))
              end(x, std::move(error));
            else
              begin_part(x);
          },
          [this, x](caf::error& error) { end(x, std::move(error)); });
}

void reader::begin_part(const query_ptr& x) {
  auto part = x->job.next_part();
  if (part == nullptr) {
    --running_;
    return deliver(x->promise, x->job.finish());
  }
  auto hot = std::make_shared<hot_request>();
  hot->host = part->host;
  hot->from = std::max<tick>(x->job.request().after, 0);
  hot->to = forever;
  // Whoever asked has a time-out, and an ingest that ends answers by that. One
  // more for each query would wake the thread of the clock twice.
  request(ingest_, caf::infinite, hot_atom_v, hot_request_ptr{std::move(hot)})
      .then(
          [this, x, chart = part->chart](const hot_answer_ptr& hot) {
            x->job.begin(decoded(*hot, chart));
            // Others came first: they have waited for their turn already.
            if (waiting_.empty())
              read_slice(x);
            else
              waiting_.push_back(x);
          },
          [this, x](caf::error& error) { end(x, std::move(error)); });
}

hot_answer_ptr reader::decoded(const hot_answer& hot,
                               const std::string& chart) {
  auto result = std::make_shared<hot_answer>();
  result->host = hot.host;
  for (auto& x : hot.open)
    result->windows.push_back(
        chart.empty() ? x.table()
                      : hot_.table(x, chart, clock_->now_ms() / 1000));
  for (auto& table : late_tables(hot.host.definition, hot.late, chart))
    result->windows.push_back(std::move(table));
  if (!expiring_ && !hot_.empty()) {
    expiring_ = true;
    delayed_send(this, expiry_interval, hot_atom_v);
  }
  return result;
}

void reader::on_idle() {
  hot_.expire(clock_->now_ms() / 1000);
  expiring_ = !hot_.empty();
  if (expiring_)
    delayed_send(this, expiry_interval, hot_atom_v);
}

void reader::read_slice(const query_ptr& x) {
  if (clock().now() >= x->deadline)
    return end(x, make_error(ec::timed_out,
                             "the query took longer than its timeout of "
                                 + std::to_string(x->job.request().timeout_ms)
                                 + " ms"));
  auto done = x->job.advance(*environment_, layouts_);
  if (!done)
    return end(x, std::move(done.error()));
  if (*done)
    return begin_part(x);
  waiting_.push_back(x);
  // What came meanwhile stands before this in the mailbox.
  if (waiting_.size() == 1)
    send(this, tick_atom_v);
}

void reader::on_turn() {
  if (waiting_.empty())
    return;
  auto x = std::move(waiting_.front());
  waiting_.pop_front();
  if (!waiting_.empty())
    send(this, tick_atom_v);
  read_slice(x);
}

void reader::end(const query_ptr& x, caf::error why) {
  --running_;
  x->promise.deliver(std::move(why));
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
            deliver(promise, groups_of(start, *decoded(*x, {})));
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
