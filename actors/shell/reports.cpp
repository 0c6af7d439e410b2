#include "actors/shell/reports.hpp"

#include <algorithm>
#include <map>

#include "actors/shell/report_cells.hpp"

namespace tributary {

namespace {

report_cell positive(int64_t x) {
  return x > 0 ? report_cell{x} : report_cell{};
}

int64_t value_of(const figure& x) {
  return x.load(std::memory_order_relaxed);
}

/// A table of one row, put together line by line.
class sheet {
public:
  explicit sheet(const char* key) {
    table_.key = key;
    table_.vertical = true;
    table_.rows.emplace_back();
  }

  void add(const char* key, const char* heading, column_kind kind,
           report_cell cell) {
    table_.columns.push_back(column(key, heading, kind));
    table_.rows.front().cells.push_back(std::move(cell));
  }

  report_table table() && {
    return std::move(table_);
  }

private:
  report_table table_;
};

/// A run longer than this is worth a word: handlers take micro-, commits
/// milliseconds.
constexpr uint64_t long_run_ns = 1'000'000'000;

std::string state_of(const actor_record& actor, const child_status* child) {
  if (child != nullptr && child->state != child_state::running)
    return to_text(*child);
  if (actor.id == 0)
    return "away";
  if (actor.running_ns > long_run_ns)
    return "busy for " + std::to_string(actor.running_ns / 1'000'000'000)
           + " s";
  return actor.running_ns > 0 ? "busy" : "idle";
}

/// Rows that fit and those above them, by their place in a depth-first list.
std::vector<bool> chosen(const std::vector<actor_record>& actors,
                         const std::vector<uint16_t>& depths,
                         std::string_view wanted) {
  std::vector<bool> result(actors.size(), wanted.empty());
  for (size_t i = 0; i < actors.size() && !wanted.empty(); ++i) {
    if (actors[i].name.find(wanted) == std::string::npos)
      continue;
    result[i] = true;
    auto depth = depths[i];
    for (size_t j = i; j-- > 0 && depth > 0;)
      if (depths[j] < depth) {
        depth = depths[j];
        result[j] = true;
      }
  }
  return result;
}

/// How far below the node each stands; the list has parents before children.
std::vector<uint16_t> depths_of(const std::vector<actor_record>& actors) {
  std::map<std::string_view, uint16_t> by_name;
  std::vector<uint16_t> result;
  for (auto& x : actors) {
    auto parent = by_name.find(x.parent);
    auto depth = static_cast<uint16_t>(
        parent == by_name.end() ? 0 : parent->second + 1);
    by_name[x.name] = depth;
    result.push_back(depth);
  }
  return result;
}

} // namespace

void limit_rows(report_table& table) {
  if (table.rows.size() <= report_rows_max)
    return;
  table.title += " (the first " + std::to_string(report_rows_max) + " of "
                 + std::to_string(table.rows.size()) + ")";
  table.rows.resize(report_rows_max);
}

report_table actors_table(const std::vector<actor_record>& actors,
                          const std::vector<child_status>& children,
                          std::string_view wanted) {
  report_table result;
  result.key = "actors";
  result.columns = {
      column("name", "actor"),
      json_column("id", column_kind::count),
      json_column("parent"),
      column("state", "state"),
      column("mailbox_depth", "mailbox", column_kind::count),
      column("messages", "messages", column_kind::count),
      column("busy_ns", "busy", column_kind::nanoseconds),
      json_column("running_ns", column_kind::nanoseconds),
      column("restarts", "restarts", column_kind::count),
      column("last_error", "last error"),
  };
  auto depths = depths_of(actors);
  auto shown = chosen(actors, depths, wanted);
  for (size_t i = 0; i < actors.size(); ++i) {
    if (!shown[i])
      continue;
    auto& x = actors[i];
    auto child = std::find_if(children.begin(), children.end(),
                              [&](auto& y) { return y.name == x.name; });
    auto known = child == children.end() ? nullptr : &*child;
    // An actor that could not even be made has left no record of its own.
    auto& error = known != nullptr && x.last_error.empty() ? known->last_error
                                                           : x.last_error;
    result.rows.push_back(
        {depths[i],
         {x.name, x.id == 0 ? report_cell{} : number(x.id), text(x.parent),
          state_of(x, known), number(x.mailbox_depth), number(x.handled),
          number(x.busy_ns), number(x.running_ns), number(x.restarts),
          text(error)}});
  }
  // What was told to end, since what it needs is away, lives nowhere else.
  for (auto& x : children) {
    auto known = std::any_of(actors.begin(), actors.end(),
                             [&](auto& y) { return y.name == x.name; });
    if (known || x.state == child_state::off
        || x.name.find(wanted) == std::string::npos)
      continue;
    result.rows.push_back(
        {1,
         {x.name, report_cell{}, std::string{"node"}, to_text(x), number(0),
          number(0), number(0), number(0), number(x.restarts),
          text(x.last_error)}});
  }
  limit_rows(result);
  return result;
}

report_table hosts_table(const std::vector<host_summary>& hosts,
                         const node_facts& node, unix_ms now,
                         std::string_view wanted) {
  report_table result;
  result.key = "hosts";
  result.columns = {
      column("hostname", "host"),
      column("state", "state"),
      column("hops", "hops", column_kind::count),
      column("age_ms", "newest sample", column_kind::milliseconds),
      json_column("newest", column_kind::tick),
      column("ahead", "clock ahead to", column_kind::tick),
      column("oldest", "oldest sample", column_kind::tick),
      column("charts", "charts", column_kind::count),
      column("metrics", "metrics", column_kind::count),
      column("epoch", "epoch", column_kind::count),
      column("guid", "GUID"),
      json_column("ephemeral"),
      column("reason", "reason"),
  };
  std::map<guid, const host_summary*> by_id;
  for (auto& x : hosts)
    by_id[x.definition.id] = &x;
  for (auto& x : statuses_of(hosts, node, now)) {
    auto id = to_string(x.guid);
    if (x.hostname.find(wanted) == std::string::npos
        && id.find(wanted) == std::string::npos)
      continue;
    auto& of = *by_id[x.guid];
    auto roster = of.columns_of.get();
    result.rows.push_back(
        {0,
         {x.hostname, std::string{to_string(x.state)}, int64_t{x.hops},
          x.age_ms ? report_cell{*x.age_ms} : report_cell{},
          positive(of.newest), positive(of.newest_ahead), positive(of.oldest),
          number(roster ? roster->charts().size() : 0),
          number(roster ? roster->columns() : 0), int64_t{of.definition.epoch},
          id, std::string{x.ephemeral ? "yes" : "no"}, text(x.reason)}});
  }
  limit_rows(result);
  return result;
}

namespace {

report_table store_sheet(const store_statistics& store,
                         const node_figures& figures,
                         const node_summary& node) {
  auto commits = value_of(figures.commits);
  auto mean_us = commits == 0 ? 0 : value_of(figures.commit_us) / commits;
  auto share = 1000 * store.space.used_bytes
               / std::max<size_t>(store.space.map_bytes, 1);
  sheet x{"store"};
  x.add("path", "file", column_kind::text, node.store_path);
  x.add("used_bytes", "in use", column_kind::bytes,
        number(store.space.used_bytes));
  x.add("map_bytes", "at most", column_kind::bytes,
        number(store.space.map_bytes));
  x.add("used_per_mille", "share", column_kind::per_mille, number(share));
  x.add("oldest_window", "oldest block", column_kind::tick,
        positive(store.oldest_window));
  x.add("newest_window", "newest block", column_kind::tick,
        positive(store.newest_window));
  x.add("journal_first", "journal from", column_kind::count,
        number(store.journal_first));
  x.add("journal_last", "journal to", column_kind::count,
        number(store.journal_last));
  x.add("commits", "commits", column_kind::count, commits);
  x.add("commits_failed", "failed commits", column_kind::count,
        value_of(figures.commits_failed));
  x.add("commit_last_ns", "last commit took", column_kind::nanoseconds,
        1000 * value_of(figures.commit_last_us));
  x.add("commit_mean_ns", "mean commit", column_kind::nanoseconds,
        1000 * mean_us);
  x.add("commit_longest_ns", "longest commit", column_kind::nanoseconds,
        1000 * value_of(figures.commit_longest_us));
  x.add("backlog_bytes", "waits for the disk", column_kind::bytes,
        value_of(figures.backlog_bytes));
  return std::move(x).table();
}

report_table tables_table(const store_statistics& store) {
  report_table result;
  result.key = "tables";
  result.title = "Tables";
  result.columns = {column("name", "table"),
                    column("entries", "entries", column_kind::count),
                    column("bytes", "pages", column_kind::bytes)};
  for (auto& x : store.tables)
    result.rows.push_back({0, {x.name, number(x.entries), number(x.bytes)}});
  return result;
}

report_table subscribers_table(const store_statistics& store) {
  report_table result;
  result.key = "subscribers";
  result.title = "Who is fed from the journal";
  result.columns = {column("node", "node"),
                    column("position", "position", column_kind::count),
                    column("behind", "items behind", column_kind::count),
                    column("owed_ticks", "ticks owed", column_kind::count)};
  for (auto& x : store.subscribers) {
    auto behind
        = store.journal_last > x.position ? store.journal_last - x.position : 0;
    result.rows.push_back({0,
                           {to_string(x.subscriber), number(x.position),
                            number(behind), x.owed_ticks}});
  }
  return result;
}

} // namespace

shell_report store_report(const store_statistics& store,
                          const node_figures& figures,
                          const node_summary& node) {
  return {{store_sheet(store, figures, node), tables_table(store),
           subscribers_table(store)}};
}

report_table node_table(const node_summary& node, const node_figures& figures) {
  sheet x{"node"};
  x.add("hostname", "node", column_kind::text, node.facts.hostname);
  x.add("guid", "GUID", column_kind::text, to_string(node.facts.own));
  x.add("version", "version", column_kind::text, node.facts.version);
  x.add("pid", "process", column_kind::count, node.pid);
  x.add("uptime_ms", "runs for", column_kind::milliseconds,
        node.now_ms - node.started_ms);
  x.add("durability", "acks mean", column_kind::text,
        std::string{to_string(node.facts.durability)});
  x.add("hosts", "hosts", column_kind::count, value_of(figures.hosts));
  x.add("links_up", "links up", column_kind::count, value_of(figures.links_up));
  x.add("links_down", "parents away", column_kind::count,
        value_of(figures.links_down));
  x.add("clones_refused", "clones refused", column_kind::count,
        value_of(figures.clones_refused));
  x.add("samples_collected", "samples collected", column_kind::count,
        value_of(figures.samples_collected));
  x.add("samples_received", "samples received", column_kind::count,
        value_of(figures.samples_received));
  x.add("missed_ticks", "missed ticks", column_kind::count,
        value_of(figures.missed_ticks));
  x.add("dropped_ticks", "dropped ticks", column_kind::count,
        value_of(figures.dropped_ticks));
  x.add("clock_steps", "clock steps", column_kind::count,
        value_of(figures.clock_steps));
  return std::move(x).table();
}

} // namespace tributary
