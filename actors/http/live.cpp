#include "actors/http/live.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "actors/http/api_query.hpp"
#include "actors/http/api_render.hpp"
#include "actors/storage/queries.hpp"

namespace tributary {

namespace {

constexpr auto nodes_interval = std::chrono::seconds(1);
constexpr auto subscribe_timeout = std::chrono::seconds(10);

} // namespace

live::live(caf::actor_config& cfg, actor_identity identity, node_facts facts,
           wall_clock_ptr clock, ingest_actor ingest)
    : observed(cfg, std::move(identity)),
      facts_(std::move(facts)),
      clock_(std::move(clock)),
      ingest_(std::move(ingest)) {
  // nop
}

live::behavior_type live::make_behavior() {
  delayed_send(this, nodes_interval, tick_atom_v);
  return {
      [this](publish_atom, const publication_ptr& x) { on_publication(*x); },
      [this](accept_atom, const exchange_ptr& x, const guid& host) {
        on_client(x, host);
      },
      [this](tick_atom) { on_tick(); },
  };
}

void live::on_exit() {
  clients_.clear();
  ingest_ = nullptr;
  observed::on_exit();
}

void live::on_client(const exchange_ptr& x, const guid& host) {
  if (subscribed_) {
    admit(x, host);
    return;
  }
  request(ingest_, subscribe_timeout, subscr_atom_v, subscriber_actor{this})
      .then(
          [this, x, host](const subscription_start_ptr& start) {
            // Others may have been waiting with it.
            if (!std::exchange(subscribed_, true)) {
              hosts_.clear();
              for (auto& known : start->hosts)
                hosts_[known.number] = known;
            }
            admit(x, host);
          },
          [this](caf::error& error) { quit(std::move(error)); });
}

void live::admit(const exchange_ptr& x, const guid& host) {
  auto wanted = parse_live_request(x->request().parameters);
  auto found = std::find_if(hosts_.begin(), hosts_.end(), [&](auto& kvp) {
    return kvp.second.definition.id == host;
  });
  if (!wanted || found == hosts_.end()) {
    x->respond(error_response(404, ec::not_found, "the host is not here yet"));
    remove_closed();
    return;
  }
  client to;
  to.stream = x->open_stream();
  to.host = found->first;
  to.charts.insert(wanted->charts.begin(), wanted->charts.end());
  send_nodes(to);
  send(ingest_, watch_atom_v, to.host, true);
  clients_.push_back(std::move(to));
}

void live::on_publication(const publication& news) {
  for (auto& item : news.items) {
    if (!subscribed_)
      return; // it was on its way
    std::visit([this](auto& x) { on_published(x); }, item);
  }
}

void live::on_published(const published_host& x) {
  hosts_[x.summary.number] = x.summary;
}

void live::on_published(const published_end& x) {
  hosts_.erase(x.host);
  // The last owner's release ends a stream.
  clients_.erase(std::remove_if(clients_.begin(), clients_.end(),
                                [&](auto& to) { return to.host == x.host; }),
                 clients_.end());
}

void live::on_published(const published_roster& x) {
  hosts_[x.host].columns_of = x.columns_of;
  for (auto& to : clients_)
    if (to.host == x.host)
      to.stream.send("charts", {}, "{}");
  remove_closed();
}

void live::on_published(const published_frame& x) {
  auto& host = hosts_[x.host];
  host.newest = std::max(host.newest, x.frame->header().tick);
  if (host.oldest == 0)
    host.oldest = host.newest;
  host.newest_arrival_ms = clock_->now_ms();
  if (!x.row)
    return;
  auto id = std::to_string(x.frame->header().tick);
  for (auto& to : clients_)
    if (to.host == x.host)
      to.stream.send("tick", id, event_for(x, to));
  remove_closed();
}

std::string live::event_for(const published_frame& x, const client& to) const {
  std::vector<chart_values> charts;
  std::vector<int64_t> stored;
  std::vector<bool> present;
  auto columns = x.row->values.size();
  for (auto& entry : x.columns_of->charts()) {
    auto& of = *entry.chart;
    auto count = of.dimensions.size();
    if (entry.first_column + count > columns)
      break;
    if (!to.charts.empty() && to.charts.count(of.id) == 0)
      continue;
    stored.clear();
    present.clear();
    auto any = false;
    for (size_t d = 0; d < count; ++d) {
      stored.push_back(x.row->values[entry.first_column + d]);
      present.push_back(bit_at(x.row->present, entry.first_column + d));
      any = any || present.back();
    }
    if (!any)
      continue;
    charts.push_back({of.id, {}});
    shown_values(of, stored, present, charts.back().values);
  }
  return render_tick_event(x.frame->header().tick, charts);
}

void live::send_nodes(client& to) {
  std::vector<host_summary> hosts;
  for (auto& kvp : hosts_)
    hosts.push_back(kvp.second);
  to.stream.send(
      "nodes", {},
      render_nodes_event(statuses_of(hosts, facts_, clock_->now_ms())));
}

void live::on_tick() {
  for (auto& to : clients_)
    send_nodes(to);
  remove_closed();
  delayed_send(this, nodes_interval, tick_atom_v);
}

void live::remove_closed() {
  auto gone = [this](client& x) {
    if (!x.stream.closed())
      return false;
    send(ingest_, watch_atom_v, x.host, false);
    return true;
  };
  clients_.erase(std::remove_if(clients_.begin(), clients_.end(), gone),
                 clients_.end());
  if (!clients_.empty() || !subscribed_)
    return;
  subscribed_ = false;
  hosts_.clear();
  send(ingest_, leave_atom_v, subscriber_actor{this});
}

} // namespace tributary
