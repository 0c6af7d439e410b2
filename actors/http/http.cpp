#include "actors/http/http.hpp"

#include <algorithm>
#include <chrono>

#include "actors/http/api_query.hpp"
#include "actors/http/data_answer.hpp"
#include "actors/http/entity_tag.hpp"
#include "actors/http/exchange.hpp"

namespace tributary {

namespace {

/// Below the server's own deadline for an answer, so that the reason is told.
constexpr auto answer_timeout = std::chrono::seconds(20);

http_response json(std::string body) {
  http_response result;
  result.body = std::move(body);
  result.headers.emplace_back("Cache-Control", "no-store");
  return result;
}

/// Pages of other origins ask this before a request that is not plain.
http_response options_response(const std::string& path) {
  http_response result;
  result.status = 204;
  result.headers.emplace_back("Allow", "GET, HEAD, OPTIONS");
  if (is_api_path(path)) {
    result.headers.emplace_back("Access-Control-Allow-Methods", "GET, HEAD");
    result.headers.emplace_back("Access-Control-Allow-Headers",
                                "Cache-Control, If-None-Match, Last-Event-ID");
    result.headers.emplace_back("Access-Control-Max-Age", "86400");
  }
  return result;
}

http_response description() {
  http_response result;
  result.content_type = "application/yaml";
  result.body = api_description();
  result.headers.emplace_back("Cache-Control", "no-cache");
  return result;
}

/// Where several hosts have the name of the path, the most recently live one is
/// taken, and all are listed.
std::string bearers_of(const std::vector<host_summary>& hosts,
                       const std::string& name) {
  auto same = hosts_named(hosts, name);
  std::string result;
  for (auto& id : same)
    if (same.size() > 1)
      result += (result.empty() ? "" : ", ") + to_string(id);
  return result;
}

http_response with_bearers(http_response to, const std::string& list) {
  if (!list.empty())
    to.headers.emplace_back("X-Tributary-Hosts", list);
  return to;
}

http_response text(int status, const char* body) {
  http_response result;
  result.status = status;
  result.content_type = "text/plain; charset=utf-8";
  result.body = body;
  return result;
}

} // namespace

http::http(caf::actor_config& cfg, actor_identity identity, node_facts facts,
           std::string web_folder, wall_clock_ptr clock, node_counters counters,
           http_peers peers)
    : observed(cfg, std::move(identity)),
      facts_(std::move(facts)),
      assets_(std::move(web_folder), embedded_files()),
      clock_(std::move(clock)),
      counters_(std::move(counters)),
      peers_(std::move(peers)) {
  // nop
}

http::behavior_type http::make_behavior() {
  return {[this](accept_atom, const exchange_ptr& x) {
    on_request(x);
  }};
}

void http::on_exit() {
  peers_ = http_peers{};
  observed::on_exit();
}

void http::on_request(const exchange_ptr& x) {
  if (x->request().method == http_method::options)
    return x->respond(options_response(x->request().path));
  auto to = route_of(x->request().path);
  if (to)
    answer(x, *to);
  else
    x->respond(error_response(to.error()));
}

void http::answer(const exchange_ptr& x, const route& to) {
  switch (to.resource) {
  case resource::page:
    return answer_page(x, to);
  case resource::asset:
    return x->respond(assets_.answer(to.asset, x->request().if_none_match,
                                     x->request().accept_encoding));
  case resource::info:
    return answer_info(x, to);
  case resource::charts:
    return answer_charts(x, to);
  case resource::chart:
    return answer_chart(x, to);
  case resource::data:
    return answer_data(x, to);
  case resource::live:
    return answer_live(x, to);
  case resource::all_metrics:
    return answer_all_metrics(x, to);
  case resource::description:
    return x->respond(description());
  case resource::metrics:
    return answer_metrics(x);
  case resource::health:
    return x->respond(text(200, "ok\n"));
  case resource::ready:
    return answer_ready(x);
  case resource::redirect: {
    auto response = text(301, "moved\n");
    response.headers.emplace_back("Location", to.redirect);
    return x->respond(std::move(response));
  }
  }
}

void http::with_host(const exchange_ptr& x, const std::string& name,
                     hosts_handler f) {
  request(peers_.ingest, answer_timeout, hosts_atom_v)
      .then(
          [this, x, name, f](const host_list_ptr& hosts) {
            auto host = find_host(*hosts, name, facts_.own);
            if (host == nullptr)
              x->respond(error_response(404, ec::not_found,
                                        "no host is named " + name));
            else
              f(*hosts, *host);
          },
          [x](caf::error& error) { x->respond(error_response(error)); });
}

void http::answer_page(const exchange_ptr& x, const route& to) {
  auto page = [this, x](int status) {
    // Whoever has the page has not heard that the host is unknown.
    auto known = status == 200 ? x->request().if_none_match : std::string{};
    auto response
        = assets_.answer("index.html", known, x->request().accept_encoding);
    if (status != 200)
      response.status = status;
    x->respond(std::move(response));
  };
  if (to.host.empty())
    return page(200);
  // The page itself tells people that a host is unknown; programs see 404.
  request(peers_.ingest, answer_timeout, hosts_atom_v)
      .then(
          [this, page, name = to.host](const host_list_ptr& hosts) {
            page(find_host(*hosts, name, facts_.own) == nullptr ? 404 : 200);
          },
          [x](caf::error& error) { x->respond(error_response(error)); });
}

void http::answer_info(const exchange_ptr& x, const route& to) {
  with_host(x, to.host, [this, x, name = to.host](auto& hosts, auto& host) {
    auto document = info_of(host, hosts, facts_, clock_->now_ms());
    document.parents = parents_of(counters_.figures->links.list());
    auto response = json(render_info(document));
    x->respond(with_bearers(std::move(response), bearers_of(hosts, name)));
  });
}

void http::answer_charts(const exchange_ptr& x, const route& to) {
  with_host(x, to.host, [this, x, name = to.host](auto& hosts, auto& host) {
    auto prefix = name.empty() ? std::string{} : "/host/" + name;
    auto tag = definitions_tag(host, facts_, prefix);
    auto response = json({});
    response.headers = {{"ETag", tag}, {"Cache-Control", "no-cache"}};
    if (has_tag(x->request().if_none_match, tag))
      response.status = 304;
    else
      response.body = render_charts(charts_of(host, facts_, prefix));
    x->respond(with_bearers(std::move(response), bearers_of(hosts, name)));
  });
}

void http::answer_chart(const exchange_ptr& x, const route& to) {
  auto id = parse_chart_request(x->request().parameters);
  if (!id)
    return x->respond(error_response(id.error()));
  with_host(
      x, to.host, [this, x, id = *id, name = to.host](auto& hosts, auto& host) {
        auto prefix = name.empty() ? std::string{} : "/host/" + name;
        auto all = charts_of(host, facts_, prefix);
        auto hit = std::find_if(all.charts.begin(), all.charts.end(),
                                [&](auto& x) { return x.chart->id == id; });
        if (hit == all.charts.end())
          x->respond(error_response(make_error(ec::not_found, "chart " + id)));
        else
          x->respond(with_bearers(json(render_chart(all, *hit)),
                                  bearers_of(hosts, name)));
      });
}

void http::answer_data(const exchange_ptr& x, const route& to) {
  auto parsed = parse_data_request(x->request().parameters);
  if (!parsed)
    return x->respond(error_response(parsed.error()));
  // A GUID needs no list of hosts: the reader knows whether it is one.
  auto id = to.host.empty() ? std::optional<guid>{facts_.own}
                            : guid::parse(to.host);
  if (id)
    return ask_reader(x, *parsed, *id, {});
  with_host(x, to.host,
            [this, x, what = *parsed, name = to.host](auto& hosts, auto& host) {
              ask_reader(x, what, host.definition.id, bearers_of(hosts, name));
            });
}

void http::ask_reader(const exchange_ptr& x, const data_request& what,
                      const guid& host, const std::string& bearers) {
  // The reader keeps to the request's `timeout`, and the connection answers by
  // itself after `http_limits::answer`: a third time-out would wake the thread
  // of the clock twice for each query.
  request(peers_.reader, caf::infinite, query_atom_v, to_query(what, host))
      .then(
          [x, what, bearers](const query_answer_ptr& answer) {
            x->respond(with_bearers(data_response(what, *answer), bearers));
          },
          [x](caf::error& error) { x->respond(error_response(error)); });
}

void http::answer_live(const exchange_ptr& x, const route& to) {
  auto parsed = parse_live_request(x->request().parameters);
  if (!parsed)
    return x->respond(error_response(parsed.error()));
  with_host(x, to.host, [this, x](auto&, auto& host) {
    send(peers_.live, accept_atom_v, x, host.definition.id);
  });
}

void http::answer_ready(const exchange_ptr& x) {
  request(peers_.ingest, answer_timeout, hosts_atom_v)
      .then(
          [this, x](const host_list_ptr& hosts) {
            auto own = find_host(*hosts, {}, facts_.own);
            auto collecting = own != nullptr
                              && (own->newest_arrival_ms > 0
                                  || (own->connected && !facts_.collects));
            x->respond(collecting ? text(200, "ready\n")
                                  : text(503, "the first sample is not here "
                                              "yet\n"));
          },
          [x](caf::error& error) { x->respond(error_response(error)); });
}

} // namespace tributary
