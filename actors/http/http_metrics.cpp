/// Answers in metrics of the http actor; the rest of it is in http.cpp.

#include <chrono>
#include <map>

#include "actors/http/exchange.hpp"
#include "actors/http/http.hpp"
#include "actors/http/metric_text.hpp"
#include "actors/http/node_metrics.hpp"

namespace tributary {

namespace {

/// Ingest copies what it holds: milliseconds for a million columns.
constexpr auto latest_timeout = std::chrono::seconds(20);

constexpr const char* prometheus_type
    = "text/plain; version=0.0.4; charset=utf-8";

http_response answer_of(std::string body, const char* content_type) {
  http_response result;
  result.content_type = content_type;
  result.body = std::move(body);
  result.headers.emplace_back("Cache-Control", "no-store");
  return result;
}

/// All hosts by name; the GUID where a name is not one host's alone.
std::vector<metrics_source>
named_sources(const std::vector<host_latest>& hosts) {
  std::map<std::string, size_t> bearers;
  for (auto& x : hosts)
    ++bearers[x.host.definition.hostname];
  std::vector<metrics_source> result;
  for (auto& x : hosts) {
    auto& of = x.host.definition;
    result.push_back({&x, bearers[of.hostname] == 1 && !of.hostname.empty()
                              ? of.hostname
                              : to_string(of.id)});
  }
  return result;
}

http_response metrics_response(const metrics_request& what,
                               const std::vector<host_latest>& hosts,
                               unix_ms now) {
  auto is_prometheus = what.format == metrics_format::prometheus;
  auto body = what.format == metrics_format::json
                  ? render_metrics_json(hosts[0], what, now)
              : what.format == metrics_format::shell
                  ? render_metrics_shell(hosts[0], what, now)
              : what.all_hosts
                  ? render_prometheus(named_sources(hosts), what, now)
                  : render_prometheus({{&hosts[0], {}}}, what, now);
  if (!body)
    return error_response(body.error());
  return answer_of(std::move(*body), is_prometheus ? prometheus_type
                                     : what.format == metrics_format::json
                                         ? "application/json"
                                         : "text/plain; charset=utf-8");
}

} // namespace

void http::answer_all_metrics(const exchange_ptr& x, const route& to) {
  auto what = parse_metrics_request(x->request().parameters);
  if (!what)
    return x->respond(error_response(what.error()));
  with_host(x, to.host, [this, x, what = *what](auto&, auto& host) {
    ask_latest(x, what, what.all_hosts ? guid{} : host.definition.id);
  });
}

void http::ask_latest(const exchange_ptr& x, const metrics_request& what,
                      const guid& host) {
  int64_t seconds = 0;
  if (what.format == metrics_format::prometheus
      && what.data == metrics_data::average) {
    auto& who = what.server.empty() ? x->request().peer_address : what.server;
    seconds = scrapes_.seconds_since(to_string(host) + who,
                                     clock_->now_ms() / 1000);
  }
  request(peers_.ingest, latest_timeout, latest_atom_v, host, seconds)
      .then(
          [this, x, what](const host_latest_list_ptr& hosts) {
            x->respond(metrics_response(what, *hosts, clock_->now_ms()));
          },
          [x](caf::error& error) { x->respond(error_response(error)); });
}

void http::answer_metrics(const exchange_ptr& x) {
  x->respond(answer_of(render_node_metrics(facts_.version, *counters_.figures,
                                           counters_.directory->totals(),
                                           read_process_usage()),
                       prometheus_type));
}

} // namespace tributary
