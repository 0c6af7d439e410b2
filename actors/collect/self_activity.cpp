#include "actors/collect/self_activity.hpp"

#include <algorithm>

#include "actors/collect/define_chart.hpp"

namespace tributary {

namespace {

constexpr const char* module_name = "self";

/// Behind the charts of proc_self.cpp.
constexpr int32_t first_actor_priority = 130'050;
constexpr int32_t first_link_priority = 130'100;

constexpr value_scale kib{1, 1024};
constexpr value_scale sent_kib{-1, 1024};
constexpr value_scale ns_as_ms{1, 1'000'000};

chart_heading actors_heading(const char* id, const char* title,
                             const char* units, int32_t place) {
  auto full_id = std::string{"tributary.actors_"} + id;
  return {full_id,
          full_id,
          "actors",
          title,
          units,
          chart_type::stacked,
          first_actor_priority + place,
          module_name};
}

template <class Make>
std::vector<dimension> by_kind(Make make) {
  std::vector<dimension> result;
  for (auto kind : actor_charts::kinds)
    result.push_back(make(std::string{kind}));
  return result;
}

chart_heading link_heading(const char* what, const std::string& safe_name,
                           const std::string& peer, const char* title,
                           const char* units, chart_type type, int32_t place) {
  auto context = std::string{"tributary.link_"} + what;
  return {context + "_" + safe_name,
          context,
          "link " + peer,
          title,
          units,
          type,
          first_link_priority + place,
          module_name};
}

} // namespace

actor_charts::actor_charts()
    : messages_(define_chart(
        actors_heading("messages", "Messages handled by actors", "messages/s",
                       0),
        by_kind([](std::string x) { return make_counter(std::move(x)); }))),
      busy_(define_chart(
          actors_heading("busy", "Time that actors spend in their handlers",
                         "milliseconds/s", 1),
          by_kind([](std::string x) {
            return make_counter(std::move(x), ns_as_ms);
          }))),
      mailbox_(define_chart(
          actors_heading("mailbox", "Messages that wait in mailboxes",
                         "messages", 2),
          by_kind([](std::string x) { return make_gauge(std::move(x)); }))) {
  // nop
}

void actor_charts::sample(const actor_directory& actors,
                          std::vector<chart_reading>& readings) const {
  std::array<actor_kind_totals, kinds.size()> sums{};
  for (auto& [kind, totals] : actors.totals()) {
    auto at = static_cast<size_t>(std::find(kinds.begin(), kinds.end(), kind)
                                  - kinds.begin());
    auto& to = sums[std::min(at, kinds.size() - 1)];
    to.handled += totals.handled;
    to.busy_ns += totals.busy_ns;
    to.mailbox_depth += totals.mailbox_depth;
  }
  chart_reading messages{messages_, {}};
  chart_reading busy{busy_, {}};
  chart_reading mailbox{mailbox_, {}};
  for (auto& x : sums) {
    messages.values.emplace_back(static_cast<int64_t>(x.handled));
    busy.values.emplace_back(static_cast<int64_t>(x.busy_ns));
    mailbox.values.emplace_back(static_cast<int64_t>(x.mailbox_depth));
  }
  for (auto x : {&messages, &busy, &mailbox})
    readings.push_back(std::move(*x));
}

link_charts::charts link_charts::make(const std::string& safe_name,
                                      const std::string& peer) {
  charts result;
  result.traffic = define_chart(
      link_heading("traffic", safe_name, peer, "Traffic of the link", "KiB/s",
                   chart_type::area, 0),
      {make_counter("received", kib), make_counter("sent", sent_kib)});
  result.lag = define_chart(
      link_heading("lag", safe_name, peer,
                   "Age of the newest sample that is durable at the parent",
                   "milliseconds", chart_type::line, 1),
      {make_gauge("lag")});
  result.flight
      = define_chart(link_heading("flight", safe_name, peer,
                                  "Sent and not acknowledged yet, by lane",
                                  "KiB", chart_type::stacked, 2),
                     {make_gauge("live", kib), make_gauge("history", kib)});
  return result;
}

/// Drops peers that the last round did not see; this round's may still come.
void link_charts::forget_vanished() {
  for (auto i = charts_.begin(); i != charts_.end();)
    i = i->second.round + 1 < round_ ? charts_.erase(i) : std::next(i);
}

void link_charts::sample(const std::vector<link_status>& links,
                         std::vector<chart_reading>& readings) {
  ++round_;
  std::string safe_name;
  for (auto& link : links) {
    if (link.peer.empty() || link.state == "ended")
      continue;
    assign_safe_name(link.peer, safe_name);
    safe_name.insert(0, std::string{to_string(link.side)} + "_");
    auto found = charts_.find(safe_name);
    if (found == charts_.end()) {
      if (charts_.size() >= peers_max)
        forget_vanished();
      if (charts_.size() >= peers_max)
        continue;
      found = charts_
                  .emplace(safe_name,
                           make(safe_name, std::string{to_string(link.side)}
                                               + " " + link.peer))
                  .first;
    }
    auto& of = found->second;
    if (of.round == round_)
      continue;
    of.round = round_;
    readings.push_back({of.traffic,
                        {static_cast<int64_t>(link.bytes_received),
                         static_cast<int64_t>(link.bytes_sent)}});
    auto lag = link.acked == 0 ? std::optional<int64_t>{}
                               : std::optional<int64_t>{link.lag_ms()};
    readings.push_back({of.lag, {lag}});
    readings.push_back({of.flight,
                        {static_cast<int64_t>(link.live.in_flight_bytes),
                         static_cast<int64_t>(link.history.in_flight_bytes)}});
  }
}

} // namespace tributary
