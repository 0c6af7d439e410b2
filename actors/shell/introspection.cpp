#include "actors/shell/introspection.hpp"

#include <chrono>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/storage/traffic.hpp"

namespace tributary {

namespace {

/// Answers come in microseconds; a person waits for whom hangs no longer.
constexpr auto ask_timeout = std::chrono::seconds(3);

void deliver(caf::typed_response_promise<shell_report_ptr>& to,
             shell_report report) {
  to.deliver(std::make_shared<const shell_report>(std::move(report)));
}

void refuse(caf::typed_response_promise<shell_report_ptr>& to, ec code,
            std::string words) {
  to.deliver(make_error(code, std::move(words)));
}

/// One row on the last backup. tributary-shell asks on while `state` is
/// `running`.
report_table backup_table(const backup_state& backup) {
  static constexpr const char* phases[] = {"none", "running", "done", "failed"};
  report_table result;
  result.key = "backup";
  result.vertical = true;
  result.columns = {{"state", "backup"},
                    {"directory", "in"},
                    {"form", "form"},
                    {"bytes", "written", column_kind::bytes},
                    {"took_ms", "took", column_kind::milliseconds},
                    {"error", "because"}};
  report_row row;
  row.cells.resize(result.columns.size());
  row.cells[0] = std::string{phases[backup.at]};
  if (backup.at != backup_state::none) {
    row.cells[1] = backup.folder;
    row.cells[2] = std::string{backup.compact ? "compact" : "as it is"};
    row.cells[3] = static_cast<int64_t>(backup.bytes);
  }
  if (backup.at == backup_state::done)
    row.cells[4] = static_cast<int64_t>(backup.seconds * 1000);
  if (backup.at == backup_state::failed)
    row.cells[5] = backup.words;
  result.rows.push_back(std::move(row));
  return result;
}

} // namespace

introspection::introspection(caf::actor_config& cfg, actor_identity identity,
                             introspection_options options,
                             const node_actor& supervisor)
    : observed(cfg, std::move(identity)),
      options_(std::move(options)),
      supervisor_(supervisor.address()) {
  // nop
}

introspection::behavior_type introspection::make_behavior() {
  return {
      [this](introspect_atom, const shell_request_ptr& x) {
        return on_request(*x);
      },
      [this](request_atom, const link_request_ptr& x) {
        return on_link_request(*x);
      },
      [this](offer_atom, const ingest_actor& ingest, const reader_actor& reader,
             const writer_actor& writer) {
        ingest_ = ingest;
        reader_ = reader;
        writer_ = writer;
      },
  };
}

void introspection::on_exit() {
  ingest_ = nullptr;
  reader_ = nullptr;
  writer_ = nullptr;
  observed::on_exit();
}

const std::vector<introspection::command>& introspection::commands() {
  using self = introspection;
  static const std::vector<command> result{
      {"actors", "[PART OF A NAME]",
       "the tree of actors: mailbox, messages, busy time, restarts, last error",
       &self::answer_actors, true},
      {"backup", "[DIRECTORY [--compact]]",
       "copies the store into a new directory; alone: how the last one went",
       &self::answer_backup},
      {"charts", "[PART OF A NAME OR CONTEXT]",
       "charts of this node's own host, for queries", &self::answer_charts,
       true},
      {"drain", "[off | status]",
       "sends children to their next destination and takes no new ones, until "
       "off; waits until they have gone",
       &self::answer_drain},
      {"forget", "[HOST --yes]",
       "erases a host that is not live, with all that is kept of it; alone: "
       "how far the last one is",
       &self::answer_forget},
      {"help", "", "the commands", &self::answer_help, true},
      {"hosts", "[PART OF A NAME OR GUID]",
       "hosts that this node holds: state, age of the newest sample, metrics",
       &self::answer_hosts, true},
      {"kill", "ACTOR", "ends an actor by its name or id, to see it come back",
       &self::answer_kill},
      {"links", "",
       "links to parents and from children: state, lag, bytes, credit, lanes",
       &self::answer_links, true},
      {"on", "NODE[/NODE...] COMMAND",
       "asks a node below, by name or GUID, what changes nothing there",
       &self::answer_on},
      {"query", "PARAMETERS",
       "values of a chart, as /api/v1/data: chart=system.cpu&after=-5",
       &self::answer_query, true},
      {"status", "", "this node as a whole", &self::answer_status, true},
      {"store", "", "space, journal, commits, tables and subscribers",
       &self::answer_store, true},
  };
  return result;
}

caf::result<shell_report_ptr>
introspection::on_request(const shell_request& what) {
  if (what.words.empty())
    return make_error(ec::bad_request, "no command; try help");
  for (auto& x : commands()) {
    if (x.name != what.words.front())
      continue;
    if (what.is_from_above && !x.is_for_all)
      return make_error(ec::denied, std::string{x.name}
                                        + " is for this node's own shell only");
    // Names of actors have blanks: one argument may be several words.
    std::string argument;
    for (size_t i = 1; i < what.words.size(); ++i)
      argument += (i == 1 ? "" : " ") + what.words[i];
    if (!argument.empty() && x.arguments[0] == '\0')
      return make_error(ec::bad_request,
                        std::string{x.name} + " takes no argument");
    auto to = make_response_promise<shell_report_ptr>();
    (this->*x.answer)(argument, to);
    return to;
  }
  return make_error(ec::not_found, "there is no command '" + what.words.front()
                                       + "'; try help");
}

node_summary introspection::summary() const {
  auto result = options_.node;
  result.now_ms = options_.clock->now_ms();
  return result;
}

void introspection::answer_help(const std::string&, promise to) {
  report_table result;
  result.key = "commands";
  result.columns = {{"command", "command"},
                    {"arguments", "arguments"},
                    {"description", "tells"}};
  for (auto& x : commands())
    result.rows.push_back({0,
                           {std::string{x.name}, std::string{x.arguments},
                            std::string{x.description}}});
  deliver(to, {{std::move(result)}});
}

void introspection::answer_status(const std::string&, promise to) {
  deliver(to, {{node_table(summary(), *options_.figures)}});
}

void introspection::answer_links(const std::string&, promise to) {
  auto links = options_.figures->links.list();
  shell_report report{{links_table(links, options_.clock->now_ms())}};
  auto destinations = destinations_table(links);
  if (!destinations.rows.empty())
    report.tables.push_back(std::move(destinations));
  auto lanes = lanes_table(links);
  if (!lanes.rows.empty())
    report.tables.push_back(std::move(lanes));
  deliver(to, std::move(report));
}

void introspection::answer_actors(const std::string& wanted, promise to) {
  auto tell = [this, to,
               wanted](const std::vector<child_status>& children) mutable {
    deliver(to,
            {{actors_table(options_.directory->records(), children, wanted)}});
  };
  auto supervisor = caf::actor_cast<node_actor>(supervisor_);
  if (!supervisor)
    return tell({});
  // The tree is told all the same when the node itself hangs.
  request(supervisor, ask_timeout, status_atom_v)
      .then([tell](const child_list_ptr& x) mutable { tell(*x); },
            [tell](caf::error&) mutable { tell({}); });
}

void introspection::answer_backup(const std::string& wanted, promise to) {
  if (!options_.backups)
    return refuse(to, ec::busy, "storage is not open");
  static constexpr std::string_view flag = " --compact";
  auto folder = wanted;
  auto compact
      = folder.size() > flag.size()
        && folder.compare(folder.size() - flag.size(), flag.size(), flag.data())
               == 0;
  if (compact)
    folder.resize(folder.size() - flag.size());
  if (folder.empty())
    return deliver(to, {{backup_table(options_.backups->state())}});
  auto begin = [this, to, folder, compact]() mutable {
    if (auto error = options_.backups->start(folder, compact))
      to.deliver(std::move(error));
    else
      deliver(to, {{backup_table(options_.backups->state())}});
  };
  if (!writer_)
    return begin();
  // What has been shown shall be in it. Of a disk that fails or hangs it has
  // the last commit that there was.
  request(writer_, ask_timeout, flush_atom_v)
      .then([begin](bool) mutable { begin(); },
            [begin](caf::error&) mutable { begin(); });
}

void introspection::answer_hosts(const std::string& wanted, promise to) {
  if (!ingest_)
    return refuse(to, ec::busy, "storage is not open");
  request(ingest_, ask_timeout, hosts_atom_v)
      .then(
          [this, to, wanted](const host_list_ptr& hosts) mutable {
            deliver(to, {{hosts_table(*hosts, options_.node.facts,
                                      options_.clock->now_ms(), wanted)}});
          },
          [to](caf::error& error) mutable { to.deliver(std::move(error)); });
}

void introspection::answer_charts(const std::string& wanted, promise to) {
  if (!ingest_)
    return refuse(to, ec::busy, "storage is not open");
  request(ingest_, ask_timeout, hosts_atom_v)
      .then(
          [this, to, wanted](const host_list_ptr& hosts) mutable {
            if (auto own = find_host(*hosts, {}, options_.node.facts.own))
              deliver(to, {{charts_table(*own, wanted)}});
            else
              refuse(to, ec::not_found, "the own host is not known yet");
          },
          [to](caf::error& error) mutable { to.deliver(std::move(error)); });
}

void introspection::answer_store(const std::string&, promise to) {
  if (!reader_)
    return refuse(to, ec::busy, "storage is not open");
  request(reader_, ask_timeout, status_atom_v)
      .then(
          [this, to](const store_statistics_ptr& store) mutable {
            deliver(to, store_report(*store, *options_.figures, summary()));
          },
          [to](caf::error& error) mutable { to.deliver(std::move(error)); });
}

void introspection::answer_kill(const std::string& wanted, promise to) {
  if (wanted.empty())
    return refuse(to, ec::bad_request, "which actor?");
  actor_figures_ptr found;
  for (auto& x : options_.directory->list())
    if (x->name == wanted || std::to_string(x->id) == wanted) {
      if (found)
        return refuse(to, ec::bad_request,
                      "several actors are called " + wanted
                          + "; say the id (actors --json has it)");
      found = x;
    }
  auto handle
      = found ? caf::actor_cast<caf::actor>(found->address) : caf::actor{};
  if (!handle)
    return refuse(to, ec::not_found, "no actor is called " + wanted);
  caf::anon_send_exit(handle, caf::exit_reason::kill);
  report_table result;
  result.key = "killed";
  result.columns = {{"name", "actor"}, {"id", "id", column_kind::count}};
  result.rows.push_back({0, {found->name, static_cast<int64_t>(found->id)}});
  deliver(to, {{std::move(result)}});
}

} // namespace tributary
