#include "actors/shell/reports.hpp"

#include <catch2/catch.hpp>

#include "schema/roster.hpp"

using namespace tributary;

namespace {

using strings = std::vector<std::string>;

actor_record actor(const char* name, const char* parent, uint64_t id) {
  actor_record result;
  result.id = id;
  result.name = name;
  result.parent = parent;
  return result;
}

std::vector<actor_record> tree() {
  return {actor("node", "", 1), actor("framer", "node", 2),
          actor("collector proc.stat", "framer", 3),
          actor("writer", "node", 4)};
}

/// The text or number in the named column.
report_cell cell(const report_table& table, size_t row, const char* key) {
  for (size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].key == key)
      return table.rows.at(row).cells.at(i);
  FAIL("no column " << key);
  return {};
}

std::string text(const report_table& table, size_t row, const char* key) {
  auto x = cell(table, row, key);
  auto found = std::get_if<std::string>(&x);
  return found ? *found : "none";
}

int64_t number(const report_table& table, size_t row, const char* key) {
  auto x = cell(table, row, key);
  auto found = std::get_if<int64_t>(&x);
  return found ? *found : -1;
}

strings names(const report_table& table) {
  strings result;
  for (size_t i = 0; i < table.rows.size(); ++i)
    result.push_back(std::string(table.rows[i].depth, ' ')
                     + text(table, i, table.columns[0].key.c_str()));
  return result;
}

bool is_sound(const report_table& table) {
  for (auto& row : table.rows)
    if (row.cells.size() != table.columns.size())
      return false;
  return !table.columns.empty();
}

} // namespace

TEST_CASE("actors are a tree", "[shell]") {
  auto table = actors_table(tree(), {}, "");
  REQUIRE(is_sound(table));
  CHECK(names(table)
        == strings{"node", " framer", "  collector proc.stat", " writer"});
}

TEST_CASE("an actor that is looked for is shown with those above it",
          "[shell]") {
  CHECK(names(actors_table(tree(), {}, "proc.stat"))
        == strings{"node", " framer", "  collector proc.stat"});
  CHECK(names(actors_table(tree(), {}, "writer"))
        == strings{"node", " writer"});
  CHECK(names(actors_table(tree(), {}, "nobody")).empty());
}

TEST_CASE("an actor's state is told in words", "[shell]") {
  auto actors = tree();
  actors[1].running_ns = 500'000'000;
  actors[2].id = 0;
  actors[2].last_error = "thirteen";
  actors[2].restarts = 3;
  actors[3].running_ns = 12'345'000'000;
  auto table = actors_table(actors, {}, "");
  CHECK(text(table, 0, "state") == "idle");
  CHECK(text(table, 1, "state") == "busy");
  CHECK(text(table, 2, "state") == "away");
  CHECK(text(table, 2, "last_error") == "thirteen");
  CHECK(number(table, 2, "restarts") == 3);
  CHECK(number(table, 2, "id") == -1);
  CHECK(text(table, 3, "state") == "busy for 12 s");
}

TEST_CASE("what waits to be started again says when and why", "[shell]") {
  auto actors = tree();
  actors[3].id = 0;
  child_status waiting;
  waiting.name = "writer";
  waiting.state = child_state::waiting;
  waiting.next_start_ms = 3200;
  waiting.last_error = "disk full";
  auto table = actors_table(actors, {waiting}, "");
  CHECK(text(table, 3, "state") == to_text(waiting));
  CHECK(text(table, 3, "last_error") == "disk full");
}

TEST_CASE("a child that waits for another is listed without a record",
          "[shell]") {
  child_status waiting;
  waiting.name = "http";
  waiting.state = child_state::waiting;
  waiting.waits_for = "ingest";
  child_status off;
  off.name = "uplink";
  auto table = actors_table(tree(), {waiting, off}, "");
  CHECK(names(table).back() == " http");
  CHECK(text(table, 4, "state") == "waits for ingest");
  CHECK(actors_table(tree(), {waiting}, "writer").rows.size() == 2);
}

TEST_CASE("links tell lag only when something is durable", "[shell]") {
  link_status up;
  up.id = 1;
  up.side = link_side::to_parent;
  up.peer = "top";
  up.address = "10.0.0.1";
  up.node = guid::from_words(1, 2);
  up.up = true;
  up.state = "open";
  up.since_ms = 90'000;
  up.updated_ms = 100'500;
  up.newest = 100;
  up.acked = 98;
  up.credit_bytes = 1000;
  up.live = {7, 5, 2, 250};
  up.owed_ticks = 60;
  up.paid_ticks_per_s = 12;
  up.owed_left_ms = 5000;
  up.durability = "ram";
  up.codec = "lz4";
  up.bytes_sent = 700;
  up.raw_bytes_sent = 1000;
  up.security = "TLSv1.3, CN = top";
  link_status greeting;
  greeting.address = "10.0.0.9";
  greeting.state = "greeting";
  auto table = links_table({up, greeting}, 100'500);
  REQUIRE(is_sound(table));
  CHECK(text(table, 0, "side") == "parent");
  CHECK(number(table, 0, "lag_ticks") == 2);
  CHECK(number(table, 0, "lag_ms") == 2500);
  CHECK(number(table, 0, "acked_tick") == up.acked);
  CHECK(number(table, 0, "state_ms") == 10'500);
  CHECK(text(table, 0, "durability") == "ram");
  CHECK(text(table, 0, "security") == "TLSv1.3, CN = top");
  CHECK(text(table, 1, "durability") == "none");
  CHECK(text(table, 0, "codec") == "lz4");
  CHECK(number(table, 0, "bytes_sent") == 700);
  CHECK(number(table, 0, "raw_bytes_sent") == 1000);
  CHECK(text(table, 1, "codec") == "none");
  CHECK(text(table, 1, "security") == "none");
  CHECK(text(table, 1, "peer") == "none");
  CHECK(text(table, 1, "node") == "none");
  CHECK(number(table, 1, "lag_ms") == -1);
  CHECK(number(table, 1, "acked_tick") == -1);
  CHECK(number(table, 0, "paid_ticks_per_s") == 12);
  CHECK(number(table, 0, "owed_left_ms") == 5000);

  auto lanes = lanes_table({up, greeting});
  REQUIRE(is_sound(lanes));
  REQUIRE(lanes.rows.size() == 2);
  CHECK(text(lanes, 0, "lane") == "live");
  CHECK(number(lanes, 0, "acked_number") == 5);
  CHECK(text(lanes, 0, "credit_used") == "25 %");
  CHECK(number(lanes, 0, "owed_ticks") == 0);
  CHECK(number(lanes, 0, "owed_left_ms") == -1);
  CHECK(number(lanes, 1, "owed_ticks") == 60);
  CHECK(number(lanes, 1, "paid_ticks_per_s") == 12);
  CHECK(number(lanes, 1, "owed_left_ms") == 5000);
  up.owed_left_ms = -1;
  CHECK(number(lanes_table({up}), 1, "owed_left_ms") == -1);
  CHECK(number(links_table({up}, 100'500), 0, "owed_left_ms") == -1);
}

TEST_CASE("hosts are found by part of their name or GUID", "[shell]") {
  node_facts facts;
  facts.own = guid::from_words(1, 1);
  std::vector<host_summary> hosts(3);
  for (size_t i = 0; i < hosts.size(); ++i) {
    hosts[i].definition.id = guid::from_words(1, i + 1);
    hosts[i].definition.hostname = "leaf-" + std::to_string(i);
  }
  hosts[1].definition.info = {{ephemeral_key, "yes"}};
  hosts[2].reason = "link ended: silent";
  hosts[2].path = {hosts[2].definition.id};
  auto all = hosts_table(hosts, facts, 4'000'000, "");
  REQUIRE(is_sound(all));
  CHECK(names(all) == strings{"leaf-0", "leaf-1", "leaf-2"});
  CHECK(text(all, 2, "reason") == "link ended: silent");
  CHECK(text(all, 2, "state") == "archived");
  CHECK(text(all, 1, "ephemeral") == "yes");
  CHECK(text(all, 2, "ephemeral") == "no");
  CHECK(number(all, 2, "hops") == 1);
  CHECK(number(all, 2, "oldest") == -1);
  CHECK(names(hosts_table(hosts, facts, 1000, "f-1")) == strings{"leaf-1"});
  CHECK(
      names(hosts_table(hosts, facts, 1000, to_string(hosts[2].definition.id)))
      == strings{"leaf-2"});
}

TEST_CASE("charts of a host come by id, each as it was defined last",
          "[shell]") {
  host_summary host;
  CHECK(charts_table(host, "").rows.empty());
  auto columns = std::make_shared<roster>(1);
  auto add = [&](const char* id, const char* context, size_t dimensions) {
    auto x = std::make_shared<chart>();
    x->id = id;
    x->context = context;
    x->dimensions.resize(dimensions);
    columns->append(x);
  };
  add("system.ram", "system.ram", 4);
  add("disk.vda", "disk.io", 2);
  add("system.cpu", "system.cpu", 3);
  add("disk.vda", "disk.io", 5);
  host.columns_of = columns;
  auto all = charts_table(host, "");
  REQUIRE(is_sound(all));
  REQUIRE(all.rows.size() == 3);
  CHECK(text(all, 0, "id") == "disk.vda");
  CHECK(number(all, 0, "dimensions") == 5);
  CHECK(text(all, 1, "id") == "system.cpu");
  CHECK(charts_table(host, "system").rows.size() == 2);
  CHECK(charts_table(host, "disk.io").rows.size() == 1);
  CHECK(charts_table(host, "nothing").rows.empty());
}

TEST_CASE("the store tells how far each subscriber is", "[shell]") {
  store_statistics store;
  store.space = {1000, 250};
  store.tables = {{"journal", 5, 4096}};
  store.journal_first = 1;
  store.journal_last = 100;
  store.subscribers
      = {{guid::from_words(1, 9), 90, 7}, {guid::from_words(1, 8), 120, 0}};
  node_figures figures;
  figures.commits = 4;
  figures.commit_us = 100;
  auto report = store_report(store, figures, {});
  REQUIRE(report.tables.size() == 3);
  for (auto& x : report.tables)
    CHECK(is_sound(x));
  CHECK(number(report.tables[0], 0, "used_per_mille") == 250);
  CHECK(number(report.tables[0], 0, "commit_mean_ns") == 25'000);
  CHECK(number(report.tables[2], 0, "behind") == 10);
  CHECK(number(report.tables[2], 0, "owed_ticks") == 7);
  CHECK(number(report.tables[2], 1, "behind") == 0);
}

TEST_CASE("a store that is new is told without a division by zero", "[shell]") {
  node_figures figures;
  auto report = store_report({}, figures, {});
  CHECK(number(report.tables[0], 0, "commit_mean_ns") == 0);
  CHECK(number(report.tables[0], 0, "oldest_window") == -1);
}

TEST_CASE("the node tells of itself", "[shell]") {
  node_figures figures;
  figures.links_up = 2;
  node_summary node;
  node.facts.hostname = "leaf";
  node.started_ms = 1000;
  node.now_ms = 5000;
  auto table = node_table(node, figures);
  REQUIRE(is_sound(table));
  CHECK(text(table, 0, "hostname") == "leaf");
  CHECK(number(table, 0, "uptime_ms") == 4000);
  CHECK(text(table, 0, "durability") == "disk");
  CHECK(number(table, 0, "links_up") == 2);
}

TEST_CASE("rows beyond the bound are left out and counted", "[shell]") {
  report_table table;
  table.columns = {{"x", "x"}};
  table.rows.resize(report_rows_max + 2, {0, {int64_t{1}}});
  limit_rows(table);
  CHECK(table.rows.size() == report_rows_max);
  CHECK(table.title.find(std::to_string(report_rows_max + 2))
        != std::string::npos);
}

TEST_CASE("each destination has its state and its reason", "[shell]") {
  link_status link;
  link.id = 7;
  link.destinations
      = {{"a:1", "postponed", "refused", 4200}, {"b:1", "open", "", -1}};
  auto table = destinations_table({link, link_status{}});
  REQUIRE(table.rows.size() == 2);
  CHECK(std::get<std::string>(table.rows[0].cells[0]) == "a:1");
  CHECK(std::get<std::string>(table.rows[0].cells[2]) == "postponed");
  CHECK(std::get<int64_t>(table.rows[0].cells[3]) == 4200);
  CHECK(std::get<std::string>(table.rows[0].cells[4]) == "refused");
  CHECK(table.rows[1].cells[3] == report_cell{});
  CHECK(table.rows[1].cells[4] == report_cell{});
}
