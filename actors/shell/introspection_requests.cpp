/// The part of introspection.hpp that speaks over links: asks nodes below, and
/// answers nodes above, which may ask what changes nothing.

#include <algorithm>
#include <chrono>
#include <optional>

#include <caf/actor_cast.hpp>
#include <caf/sec.hpp>

#include "actors/http/data_answer.hpp"
#include "actors/http/target.hpp"
#include "actors/shell/introspection.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

constexpr auto ask_timeout = std::chrono::seconds(3);

/// What an answer from below may take, in all; shell sessions wait longer.
constexpr uint32_t wait_ms_max = 8000;

/// Beyond the time that a session gives itself.
constexpr auto session_slack = std::chrono::milliseconds(250);

/// Waiting at once, of all who ask this node: some may be of megabytes.
constexpr size_t asked_below_max = 32;

wire_bytes_ptr bytes_of(const shell_message& what) {
  auto result = std::make_shared<std::string>();
  put_shell_message(*result, what);
  return result;
}

/// @param node names who says so.
wire_bytes_ptr refusal(const std::string& node, const caf::error& why) {
  auto code = code_of(why) == ec::none ? ec::busy : code_of(why);
  return bytes_of(shell_failure{to_string(code), node + ": " + words_of(why)});
}

/// CAF's own errors in words of ours.
caf::error in_our_words(caf::error error, const std::string& whom) {
  if (error == caf::sec::request_timeout)
    return make_error(ec::timed_out, whom + " does not answer in time");
  return code_of(error) == ec::none
             ? make_error(ec::disconnected, whom + " has just ended")
             : std::move(error);
}

/// The code of that name; `ec::busy` for one of a newer program.
ec code_named(const std::string& name) {
  constexpr uint8_t codes = 255;
  for (uint8_t i = 1; i < codes; ++i)
    if (name == to_string(static_cast<ec>(i)))
      return static_cast<ec>(i);
  return ec::busy;
}

/// What a node below has answered.
caf::expected<shell_report_ptr> report_of(const wire_bytes_ptr& bytes) {
  auto rest = *bytes;
  auto body = take_shell_body(rest, reply_bytes_max);
  auto message = body && !body->empty() && rest.empty()
                     ? open_shell_message(*body)
                     : make_error(ec::corrupt, "no whole message");
  if (!message)
    return make_error(ec::corrupt, "the answer from below does not read: "
                                       + words_of(message.error()));
  if (auto failure = std::get_if<shell_failure>(&*message))
    return make_error(code_named(failure->code), to_plain_text(failure->words));
  if (auto report = std::get_if<shell_report>(&*message))
    return std::make_shared<const shell_report>(std::move(*report));
  return make_error(ec::corrupt, "the answer from below is none");
}

/// The command behind the path, as it travels.
caf::expected<link_request> request_of(const std::string& argument) {
  link_request result;
  result.wait_ms = wait_ms_max;
  auto end = std::min(argument.find(' '), argument.size());
  result.path = parse_node_path(argument.substr(0, end));
  auto command = argument.substr(std::min(end + 1, argument.size()));
  constexpr std::string_view query = "query ";
  if (command.compare(0, query.size(), query) == 0) {
    result.kind = request_kind::query;
    result.words.push_back(command.substr(query.size()));
  } else {
    for (size_t at = 0; at < command.size();) {
      auto next = std::min(command.find(' ', at), command.size());
      result.words.push_back(command.substr(at, next - at));
      at = next + 1;
    }
  }
  if (result.path.empty() || result.words.empty())
    return make_error(ec::bad_request, "on NODE[/NODE...] COMMAND");
  if (argument.size() > request_bytes_max
      || result.words.size() > request_words_max)
    return make_error(ec::too_large, "the command is too long");
  return result;
}

} // namespace

// -- from here ----------------------------------------------------------------

void introspection::answer_on(const std::string& argument, promise to) {
  auto what = request_of(argument);
  if (!what) {
    to.deliver(std::move(what.error()));
    return;
  }
  ask_below(std::move(*what),
            [to](caf::expected<wire_bytes_ptr> bytes) mutable {
              auto report = bytes ? report_of(*bytes) : bytes.error();
              if (report)
                to.deliver(std::move(*report));
              else
                to.deliver(std::move(report.error()));
            });
}

void introspection::answer_query(const std::string& parameters, promise to) {
  if (!reader_) {
    to.deliver(make_error(ec::busy, "storage is not open"));
    return;
  }
  auto target = parse_target("/api/v1/data?" + parameters);
  auto what = target ? parse_data_request(target->parameters)
                     : caf::expected<data_request>{target.error()};
  if (!what) {
    to.deliver(std::move(what.error()));
    return;
  }
  // It keeps to this itself.
  what->query.timeout_ms
      = std::min<int64_t>(what->query.timeout_ms, wait_ms_max - 1000);
  request(reader_, std::chrono::milliseconds(wait_ms_max), query_atom_v,
          to_query(*what, options_.node.facts.own))
      .then(
          [to, what = *what](const query_answer_ptr& answer) mutable {
            shell_report report;
            report.document = data_response(what, *answer).body;
            to.deliver(std::make_shared<const shell_report>(std::move(report)));
          },
          [to](caf::error& error) mutable { to.deliver(std::move(error)); });
}

void introspection::ask_below(link_request what, const reply_handler& done) {
  auto& own = options_.node.facts;
  if (what.path.empty())
    return answer_here(what, done);
  auto hop = hop_to_child(own.own, own.hostname, options_.figures->links.list(),
                          what.path);
  if (hop)
    return pass_on(std::move(what), std::move(*hop), done);
  if (code_of(hop.error()) != ec::not_found || !ingest_)
    return done(std::move(hop.error()));
  request(ingest_, ask_timeout, hosts_atom_v)
      .then(
          [this, what, done](const host_list_ptr& hosts) {
            auto hop = hop_to_host(options_.figures->links.list(), *hosts,
                                   what.path);
            if (hop)
              pass_on(what, std::move(*hop), done);
            else
              done(std::move(hop.error()));
          },
          [done](caf::error& error) { done(std::move(error)); });
}

void introspection::pass_on(link_request what, request_hop hop,
                            const reply_handler& done) {
  what.path = std::move(hop.path);
  if (hop.link == 0) // this node was named: once, since the path is shorter
    return ask_below(std::move(what), done);
  what.via.push_back(options_.node.facts.own);
  if (what.via.size() + 1 + what.path.size() > request_nodes_max)
    return done(make_error(ec::too_large,
                           "more than " + std::to_string(request_nodes_max)
                               + " nodes lie on the way"));
  auto session = session_of(hop.link);
  if (!session)
    return done(make_error(ec::disconnected, "the link has just ended"));
  if (asked_below_ >= asked_below_max)
    return done(make_error(ec::busy, std::to_string(asked_below_max)
                                         + " requests wait already"));
  ++asked_below_;
  auto timeout = std::chrono::milliseconds(what.wait_ms) + session_slack;
  request(session, timeout, request_atom_v,
          link_request_ptr{std::make_shared<const link_request>(what)})
      .then(
          [this, done](const wire_bytes_ptr& bytes) {
            --asked_below_;
            done(bytes);
          },
          [this, done](caf::error& error) {
            --asked_below_;
            done(in_our_words(std::move(error), "the link"));
          });
}

session_actor introspection::session_of(uint64_t link) const {
  for (auto& x : options_.directory->list())
    if (x->id == link)
      return caf::actor_cast<session_actor>(x->address);
  return {};
}

// -- from above ---------------------------------------------------------------

caf::result<wire_bytes_ptr>
introspection::on_link_request(const link_request& what) {
  auto& own = options_.node.facts;
  if (std::find(what.via.begin(), what.via.end(), own.own) != what.via.end())
    return refusal(own.hostname, make_error(ec::loop, "the request was here "
                                                      "before"));
  auto to = make_response_promise<wire_bytes_ptr>();
  ask_below(what, [to, name = own.hostname](
                      caf::expected<wire_bytes_ptr> bytes) mutable {
    to.deliver(bytes ? std::move(*bytes) : refusal(name, bytes.error()));
  });
  return to;
}

void introspection::answer_here(const link_request& what,
                                const reply_handler& done) {
  shell_request asked{what.words, true};
  if (what.kind == request_kind::query)
    asked.words.insert(asked.words.begin(), "query");
  request(introspection_actor{this}, std::chrono::milliseconds(what.wait_ms),
          introspect_atom_v,
          std::make_shared<const shell_request>(std::move(asked)))
      .then(
          [done](const shell_report_ptr& report) {
            auto bytes = bytes_of(*report);
            if (bytes->size() <= reply_bytes_max)
              done(std::move(bytes));
            else
              done(make_error(
                  ec::too_large,
                  "the answer has " + std::to_string(bytes->size() >> 10)
                      + " KiB, and " + std::to_string(reply_bytes_max >> 20)
                      + " MiB is the most that a link carries: "
                        "ask for less"));
          },
          [done](caf::error& error) {
            done(in_our_words(std::move(error), "the node"));
          });
}

} // namespace tributary
