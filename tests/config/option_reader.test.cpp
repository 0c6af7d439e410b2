#include "config/option_reader.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

constexpr auto key = "11111111-2222-3333-4444-555555555555";
constexpr auto machine = "66666666-7777-8888-9999-aaaaaaaaaaaa";

config_layer layer(layer_kind kind, std::string_view text) {
  auto parsed = parse_ini("t.conf", text);
  REQUIRE(parsed.faults.empty());
  return {kind, std::move(parsed.document)};
}

configuration read_main(std::string_view text) {
  return read_options({layer(layer_kind::tributary_conf, text)});
}

configuration read_stream(std::string_view text) {
  return read_options({layer(layer_kind::stream_conf, text)});
}

node_options good_main(std::string_view text) {
  auto x = read_main(text);
  CHECK(to_text(x.faults) == "");
  return x.options;
}

node_options good_stream(std::string_view text) {
  auto x = read_stream(text);
  CHECK(to_text(x.faults) == "");
  return x.options;
}

std::string main_faults(std::string_view text) {
  return to_text(read_main(text).faults);
}

std::string stream_faults(std::string_view text) {
  return to_text(read_stream(text).faults);
}

std::string section(std::string_view name, std::string_view lines) {
  return "[" + std::string{name} + "]\n" + std::string{lines};
}

} // namespace

TEST_CASE("options of tributary.conf reach their fields", "[config]") {
  auto x = good_main("[directories]\ndata = /d\nrun = /r\nweb = /w\n"
                     "[global]\nhostname = box\ngap limit ticks = 3\n"
                     "is ephemeral node = yes\n"
                     "[db]\nmode = ram\ncommit every = 250ms\nwindow = 5m\n"
                     "group columns = 64\ndurability = relaxed\n"
                     "map size = 1GiB\ntier0 retention time = 2d\n"
                     "tier0 retention size = 512\n"
                     "cleanup orphan hosts after = 2h\n"
                     "cleanup ephemeral hosts after = off\n"
                     "forget hosts after = 365d\n"
                     "[web]\nmode = none\nbind to = *\ndefault port = 80\n"
                     "[logs]\nlevel = debug\n"
                     "[plugins]\nproc.net.dev = off\n");
  CHECK(x.directories.data == "/d");
  CHECK(x.directories.run == "/r");
  CHECK(x.directories.web == "/w");
  CHECK(x.global.hostname == std::string{"box"});
  CHECK(x.global.gap_limit_ticks == 3);
  CHECK(x.db.mode == db_mode::ram);
  CHECK(x.db.commit_every_ms == 250u);
  CHECK(x.db.window_s == 300);
  CHECK(x.db.group_columns == 64);
  CHECK(x.db.durability == durability::relaxed);
  CHECK(x.db.map_size_mib == 1024);
  CHECK(x.db.tier0.time_s == 172'800);
  CHECK(x.db.tier0.size_mib == 512u);
  CHECK(x.global.is_ephemeral);
  CHECK(x.db.cleanup_orphan_s == 7200);
  CHECK(x.db.cleanup_ephemeral_s == std::nullopt);
  CHECK(x.db.forget_hosts_s == uint64_t{365 * 86'400});
  CHECK(x.web.mode == web_mode::none);
  CHECK(x.web.bind_to == "*");
  CHECK(x.web.port == 80);
  CHECK(x.log.level == log_level::debug);
  CHECK_FALSE(x.collectors.proc_net_dev);
  CHECK(x.collectors.proc_stat);
}

TEST_CASE("options of [stream] reach their fields", "[config]") {
  auto x = good_stream(section("stream", "enabled = yes\n"
                                         "destination = a:1 b\n"
                                         "api key = "
                                             + std::string{key}
                                             + "\ndefault port = 2\n"
                                               "timeout = 30s\n"
                                               "reconnect delay = 20\n"
                                               "answer requests from parents "
                                               "= introspect\n"
                                               "link bind to = ::1\n"
                                               "link port = 3\n"));
  CHECK(x.sender.enabled);
  REQUIRE(x.sender.destinations.size() == 2);
  CHECK(x.sender.destinations[0].port == "1");
  CHECK(to_string(x.sender.api_key) == key);
  CHECK(x.sender.default_port == 2);
  CHECK(x.sender.timeout_ms == 30'000);
  CHECK(x.sender.reconnect_delay_ms == 20'000);
  CHECK(x.sender.answer_requests == request_rule::introspect);
  CHECK(x.receiver.bind_to == "::1");
  CHECK(x.receiver.port == 3);
}

TEST_CASE("older spellings are read", "[config]") {
  CHECK(good_main("[db]\ndb = none\n").db.mode == db_mode::none);
  CHECK(good_main("[db]\nmemory mode = ram\n").db.mode == db_mode::ram);
  CHECK(good_main("[global]\nmemory mode = ram\n").db.mode == db_mode::ram);
  CHECK(good_main("[web]\nport = 7\n").web.port == 7);
  CHECK(good_main("[web]\nweb files directory = /w\n").directories.web == "/w");
  CHECK(good_main("[db]\ndbengine tier 0 retention time = 1d\n").db.tier0.time_s
        == 86'400);
  CHECK(good_stream("[stream]\ntimeout seconds = 10\n").sender.timeout_ms
        == 10'000);
  CHECK(good_stream("[stream]\nreconnect delay seconds = 5\n")
            .sender.reconnect_delay_ms
        == 5'000);
  auto x = good_stream(
      section(key, "type = api\ndefault memory mode = ram\n")
      + section(machine, "type = machine\nmemory mode = dbengine\n"));
  CHECK(x.receiver.api_keys[0].db == db_mode::ram);
  CHECK(x.receiver.machines[0].db == db_mode::dbengine);
}

TEST_CASE("GUID sections are keys or machines by their type", "[config]") {
  auto x = good_stream(
      section(key,
              "type = api\nenabled = yes\nallow from = 10.* \ndb = dbengine\n")
      + section(machine, "type = machine\nenabled = no\n"));
  REQUIRE(x.receiver.api_keys.size() == 1);
  const auto& api = x.receiver.api_keys[0];
  CHECK(to_string(api.key) == key);
  CHECK(api.enabled);
  CHECK(api.allow_from.text() == "10.*");
  CHECK(api.db == db_mode::dbengine);
  REQUIRE(x.receiver.machines.size() == 1);
  CHECK(to_string(x.receiver.machines[0].machine) == machine);
  CHECK_FALSE(x.receiver.machines[0].enabled);
}

TEST_CASE("what may pass to children is said by key and by machine",
          "[config]") {
  auto x = good_stream(section(key, "type = api\npass requests = query\n")
                       + section(machine, "type = machine\n"));
  CHECK(x.receiver.api_keys[0].pass_requests == request_rule::query);
  CHECK_FALSE(x.receiver.machines[0].pass_requests);
  x = good_stream(section(machine, "type = machine\npass requests = no\n"));
  CHECK(x.receiver.machines[0].pass_requests == request_rule::no);
}

TEST_CASE("a key is off and a machine on unless they say otherwise",
          "[config]") {
  auto x = good_stream(section(key, "type = api\n")
                       + section(machine, "type = machine\n"));
  CHECK_FALSE(x.receiver.api_keys[0].enabled);
  CHECK(x.receiver.api_keys[0].allow_from.text() == "*");
  CHECK_FALSE(x.receiver.api_keys[0].db);
  CHECK(x.receiver.machines[0].enabled);
}

TEST_CASE("a GUID section without a type is an API key", "[config]") {
  auto x = good_stream(section(key, "enabled = yes\n"));
  REQUIRE(x.receiver.api_keys.size() == 1);
  CHECK(x.receiver.api_keys[0].enabled);
  CHECK(x.receiver.machines.empty());
}

TEST_CASE("a GUID section without a type that denies, denies a host as well",
          "[config]") {
  auto x = good_stream(section(machine, "enabled = no\n"));
  REQUIRE(x.receiver.machines.size() == 1);
  CHECK_FALSE(x.receiver.machines[0].enabled);
  CHECK_FALSE(x.receiver.api_keys.at(0).enabled);
}

TEST_CASE("a GUID section needs a type that exists", "[config]") {
  CHECK(stream_faults(section(key, "type = apis\nenabeld = yes\n"))
        == "t.conf:2: type: 'apis' is neither 'api' nor 'machine'\n"
           "t.conf:3: there is no option 'enabeld'; did you mean 'enabled'?\n");
  CHECK(stream_faults("[00000000-0000-0000-0000-000000000000]\ntype = api\n")
        == "t.conf:1: a section of zeros names nobody\n");
}

TEST_CASE("a section that is nearly a key is refused and not repeated",
          "[config]") {
  constexpr auto words = "t.conf:1: the section is neither [stream] nor a UUID "
                         "of 36 characters, "
                         "as uuidgen makes it\n";
  CHECK(stream_faults("[11111111-2222-3333-4444-55555555555]\n") == words);
  CHECK(stream_faults("[API_KEY]\ntype = api\n") == words);
  auto told = layer(layer_kind::command_line, "[collectors]\nself = no\n");
  CHECK(to_text(read_options({told}).faults)
        == "t.conf:1: the section is none of directories, global, db, web, "
           "logs, plugins, stream nor a UUID of 36 characters, as uuidgen "
           "makes it\n");
}

TEST_CASE("the two cases of a GUID are one section", "[config]") {
  constexpr auto lower = "aaaaaaaa-2222-3333-4444-555555555555";
  constexpr auto upper = "AAAAAAAA-2222-3333-4444-555555555555";
  auto x = good_stream(section(lower, "type = api\n")
                       + section(upper, "enabled = yes\n"));
  REQUIRE(x.receiver.api_keys.size() == 1);
  CHECK(x.receiver.api_keys[0].enabled);
  CHECK(stream_faults(section(lower, "type = api\n")
                      + section(upper, "type = api\n"))
        == "t.conf:4: 'type' is the same option as 'type' in line 2\n");
}

TEST_CASE("unknown sections and keys come with the nearest name", "[config]") {
  CHECK(main_faults("[wbe]\nx = 1\n")
        == "t.conf:1: there is no section 'wbe'; did you mean 'web'?\n");
  CHECK(main_faults("[health]\n")
        == "t.conf:1: there is no section 'health'; there are directories, "
           "global, db, web, logs, plugins\n");
  CHECK(main_faults("[db]\ncomit every = 1\n")
        == "t.conf:2: [db] there is no option 'comit every'; did you mean "
           "'commit every'?\n");
  CHECK(main_faults("[global]\nlevel = info\n")
        == "t.conf:2: [global] there is no option 'level'; it is an option of "
           "[logs]\n");
  CHECK(stream_faults("[stream]\ncapabilities = 1\n")
        == "t.conf:2: [stream] there is no option 'capabilities'\n");
  CHECK(stream_faults("[stream]\nsend charts matching = *\n")
        == "t.conf:2: [stream] there is no option 'send charts matching'; "
           "hosts travel whole; leave out at their origin what nobody wants\n");
  CHECK(stream_faults(section("aaaaaaaa-2222-3333-4444-555555555555",
                              "health enabled = auto\n"))
        == "t.conf:2: there is no option 'health enabled'; alarms are not "
           "there yet\n");
  CHECK(main_faults("[db]\nhistory = 3600\n")
        == "t.conf:2: [db] there is no option 'history'\n");
}

TEST_CASE("a section in the wrong file is refused", "[config]") {
  CHECK(main_faults("[stream]\nenabled = no\n")
        == "t.conf:1: section [stream] belongs into stream.conf\n");
  CHECK(stream_faults("[web]\nmode = none\n")
        == "t.conf:1: section [web] belongs into tributary.conf\n");
  CHECK(main_faults(section(key, "type = api\n"))
        == "t.conf:1: a section with a GUID belongs into stream.conf\n");
}

TEST_CASE("two spellings of one option are a fault", "[config]") {
  CHECK(stream_faults("[stream]\ntimeout = 10\ntimeout seconds = 20\n")
        == "t.conf:3: 'timeout seconds' is the same option as 'timeout' in "
           "line 2\n");
  CHECK(main_faults("[global]\nmemory mode = ram\n[db]\nmode = ram\n")
        == "t.conf:4: 'mode' is the same option as 'memory mode' in line 2\n");
}

TEST_CASE("all bad values are named at once", "[config]") {
  CHECK(main_faults("[db]\nmode = map\ncommit every = 1ms\nwindow = soon\n"
                    "[web]\ndefault port = 99999\n")
        == "t.conf:2: [db] mode: 'map' is not one of: dbengine, ram, none\n"
           "t.conf:3: [db] commit every: '1ms' is not in 100ms to 1m\n"
           "t.conf:4: [db] window: 'soon' is not a duration: write seconds, or "
           "numbers with ms, s, m, h or d\n"
           "t.conf:6: [web] default port: 99999 is not in 0 to 65535\n");
}

TEST_CASE("streaming needs a destination and a key", "[config]") {
  CHECK(stream_faults("[stream]\nenabled = yes\n")
        == "t.conf:2: [stream] enabled: streaming needs 'destination', which "
           "is empty\n"
           "t.conf:2: [stream] enabled: streaming needs 'api key', which is "
           "empty\n");
  CHECK(stream_faults("[stream]\nenabled = yes\ndestination =\napi key = "
                      + std::string{key} + "\n")
        == "t.conf:2: [stream] enabled: streaming needs 'destination', which "
           "is empty\n");
  // One fault for one mistake.
  CHECK(stream_faults("[stream]\nenabled = yes\ndestination = a\napi key = x\n")
        == "t.conf:4: [stream] api key: the value is not a UUID of 36 "
           "characters, as uuidgen makes it\n");
  CHECK(stream_faults("[stream]\nenabled = no\n").empty());
}

TEST_CASE("several parents are used as the mode says", "[config]") {
  auto head = "[stream]\nenabled = yes\ndestination = a b\napi key = "
              + std::string{key} + "\n";
  CHECK(good_stream(head).sender.mode == stream_mode::failover);
  CHECK(good_stream(head + "mode = all\n").sender.mode == stream_mode::all);
  CHECK(good_stream(head + "mode = freshest\n").sender.mode
        == stream_mode::freshest);
  CHECK(stream_faults(head + "mode = both\n")
        == "t.conf:5: [stream] mode: 'both' is not one of: failover, all, "
           "freshest\n");
  auto without_history = [](const std::string& text) {
    return to_text(
        read_options({layer(layer_kind::tributary_conf, "[db]\nmode = none\n"),
                      layer(layer_kind::stream_conf, text)})
            .faults);
  };
  CHECK(without_history(head + "mode = all\n")
        == "t.conf:5: [stream] mode: all needs a node that keeps its samples; "
           "with '[db] mode = none' it is failover or freshest\n");
  CHECK(without_history(head + "mode = freshest\n").empty());
  CHECK(without_history("[stream]\nmode = all\n").empty());
}

TEST_CASE("what waits for a parent is bounded in MiB", "[config]") {
  CHECK(good_stream("[stream]\nbuffer size = 2GiB\n").sender.buffer_mib
        == 2048);
  CHECK(good_stream("").sender.buffer_mib == 64);
  CHECK(stream_faults("[stream]\nbuffer size = 0\n")
        == "t.conf:2: [stream] buffer size: '0' is not in 1MiB to 1TiB\n");
}

TEST_CASE("the reconnect delay has a floor", "[config]") {
  CHECK(stream_faults("[stream]\nreconnect delay = 4\n")
        == "t.conf:2: [stream] reconnect delay: '4' is not in 5s to 1h\n");
}

TEST_CASE("page and children can't share a port", "[config]") {
  auto text = section("stream", "link port = 19999\n")
              + section(key, "type = api\nenabled = yes\n");
  CHECK(stream_faults(text)
        == "t.conf:2: port 19999 is both '[web] default port' and '[stream] "
           "link port'\n");
  CHECK(stream_faults("[stream]\nlink port = 19999\n").empty());
  auto apart = section("stream", "link port = 19999\nlink bind to = ::1\n")
               + section(key, "type = api\nenabled = yes\n");
  CHECK(stream_faults(apart).empty());
}

TEST_CASE("tiers fit into the map together", "[config]") {
  CHECK(main_faults("[db]\nmap size = 1GiB\ntier0 retention size = 500\n"
                    "tier2 retention size = 269\n")
        == "t.conf:4: [db] tier2 retention size: with the tiers before it at "
           "most three quarters of 'map size', which are 768 MiB\n");
  CHECK(main_faults("[db]\nmap size = 1GiB\ntier0 retention size = 500\n"
                    "tier2 retention size = 268\n")
        == "");
  auto x = good_main("[db]\ndbengine tier 1 retention time = 30d\n"
                     "dbengine tier 2 retention size = 40\n"
                     "dbengine tier 1 update every iterations = 30\n");
  CHECK(x.db.tier1.time_s == 30 * 86'400u);
  CHECK(x.db.tier2.size_mib == 40u);
  CHECK(x.db.tier1_iterations == 30);
}

TEST_CASE("hosts have retention by pattern and by key", "[config]") {
  auto x = good_main("[retention web-* !db-1]\ntier0 retention time = 2h\n"
                     "[db]\nmode = ram\n[retention  a.b]\n"
                     "dbengine tier 2 retention time = 3h\n"
                     "tier1 retention time = auto\n");
  REQUIRE(x.retention.size() == 2);
  CHECK(x.retention[0].hosts.text() == "web-* !db-1");
  CHECK(x.retention[0].retention_s
        == tier_times_s{7200, std::nullopt, std::nullopt});
  CHECK(x.retention[1].hosts.text() == "a.b");
  CHECK(x.retention[1].retention_s
        == tier_times_s{std::nullopt, std::nullopt, 10'800});
  auto y = good_stream(section(key, "type = api\ntier1 retention time = 1d\n"));
  CHECK(y.receiver.api_keys.at(0).retention_s
        == tier_times_s{std::nullopt, 86'400, std::nullopt});
}

TEST_CASE("sections of patterns have faults of their own", "[config]") {
  CHECK(main_faults("[retention]\ntier0 retention time = 2h\n")
        == "t.conf:1: [retention] needs a pattern of host names behind the "
           "word, as in [retention web-* db-*]\n");
  CHECK(main_faults("[retention a]\ntier0 retention time = 2m\n")
        == "t.conf:2: tier0 retention time: '2m' is not in 1h to 3650d\n");
  CHECK(main_faults("[retention a]\ntier0 retention size = 2\n")
            .find("there is no option 'tier0 retention size'")
        != std::string::npos);
  CHECK(stream_faults("[retention a]\n")
        == "t.conf:1: a section with a pattern of host names belongs into "
           "tributary.conf\n");
}

TEST_CASE("there are one to three tiers", "[config]") {
  CHECK(good_main("[db]\nstorage tiers = 1\n").db.storage_tiers == 1);
  CHECK(good_main("").db.storage_tiers == 3);
  CHECK(main_faults("[db]\nstorage tiers = 4\n")
        == "t.conf:2: [db] storage tiers: 4 is not in 1 to 3\n");
  // A tier that there is not takes no disk.
  CHECK(main_faults("[db]\nmap size = 1GiB\ntier0 retention size = 700\n"
                    "storage tiers = 1\ntier1 retention size = 700\n")
        == "");
}

TEST_CASE("tier 0 fits into the map", "[config]") {
  CHECK(main_faults("[db]\nmap size = 1GiB\ntier0 retention size = 769\n")
        == "t.conf:3: [db] tier0 retention size: at most three quarters of "
           "'map size', which are 768 MiB\n");
  CHECK(main_faults("[db]\nmap size = 1GiB\ntier0 retention size = 768\n")
            .empty());
  CHECK(main_faults("[db]\nmap size = 64MiB\n").empty());
}

TEST_CASE("a later layer goes before an earlier one", "[config]") {
  auto x = read_options(
      {layer(layer_kind::tributary_conf, "[web]\nport = 1\n"),
       layer(layer_kind::stream_conf, section(key, "type = api\n")),
       layer(layer_kind::command_line, "[web]\ndefault_port = 2\n"),
       layer(layer_kind::command_line, "[web]\ndefault port = 3\n"),
       layer(layer_kind::command_line, section(key, "enabled = yes\n"))});
  CHECK(to_text(x.faults) == "");
  CHECK(x.options.web.port == 3);
  CHECK(x.options.receiver.api_keys.at(0).enabled);
}

TEST_CASE("underscores are spaces on the command line only", "[config]") {
  CHECK(main_faults("[web]\ndefault_port = 2\n")
        == "t.conf:2: [web] there is no option 'default_port'; did you mean "
           "'default port'?\n");
}

TEST_CASE("faults are bounded", "[config]") {
  std::string text;
  for (auto i = 0; i < 3000; ++i)
    text += "[unknown " + std::to_string(i) + "]\n";
  auto x = read_main(text);
  REQUIRE(x.faults.size() == 1001);
  CHECK(x.faults.back().message == "too many faults to name them all");
}
