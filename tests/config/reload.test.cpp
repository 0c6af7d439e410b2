#include "config/reload.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "config/dump.hpp"
#include "config/option_reader.hpp"
#include "config/option_table.hpp"

using namespace tributary;

namespace {

constexpr auto key_text = "11111111-2222-3333-4444-555555555555";
constexpr auto other_key_text = "66666666-7777-8888-9999-aaaaaaaaaaaa";

/// The options of two files.
node_options read(const std::string& conf, const std::string& stream) {
  auto first = parse_ini("tributary.conf", conf);
  auto second = parse_ini("stream.conf", stream);
  auto result = read_options({{layer_kind::tributary_conf, first.document},
                              {layer_kind::stream_conf, second.document}});
  REQUIRE(to_text(result.faults) == "");
  return result.options;
}

std::string texts(const std::vector<option_change>& changes) {
  std::string result;
  for (auto& x : changes)
    result += to_text(x) + (x.reloadable ? "\n" : " (start)\n");
  return result;
}

std::string difference_of(const std::string& conf, const std::string& stream) {
  return texts(difference({}, read(conf, stream)));
}

} // namespace

TEST_CASE("equal options have no difference", "[config]") {
  CHECK(difference({}, {}).empty());
  auto some = read("[db]\nwindow = 2m\n",
                   "[" + std::string{key_text} + "]\nenabled = yes\n");
  CHECK(difference(some, some).empty());
}

TEST_CASE("a difference names section, key and both values", "[config]") {
  CHECK(difference_of("[logs]\nlevel = debug\n[db]\nwindow = 2m\n", "")
        == "[db] window: 10m, now 2m (start)\n"
           "[logs] level: info, now debug\n");
  CHECK(difference_of("[global]\nhostname = box\n", "")
        == "[global] hostname: empty, now box (start)\n");
  CHECK(difference_of("[plugins]\nproc.stat = no\n",
                      "[stream]\ndestination = a b:1\n")
        == "[plugins] proc.stat: yes, now no\n"
           "[stream] destination: empty, now a b:1\n");
}

TEST_CASE("keys are in no difference", "[config]") {
  auto stream = "[stream]\napi key = " + std::string{key_text} + "\n["
                + other_key_text + "]\nenabled = yes\n";
  auto text = difference_of("", stream);
  CHECK(text == "[stream] api key changed\n[66666666...] is new\n");
  // A section without a type that denies is one of both kinds.
  text = difference_of("", "[" + std::string{key_text} + "]\nenabled = no\n");
  CHECK(text.find(key_text) == std::string::npos);
}

TEST_CASE("GUID sections come, change, go and may change places", "[config]") {
  auto section = [](const char* name, const std::string& rest) {
    return "[" + std::string{name} + "]\n" + rest;
  };
  auto one = section(key_text, "type = api\nenabled = yes\n");
  auto two = section(other_key_text, "type = machine\nallow from = 10.*\n");
  CHECK(difference(read("", one + two), read("", two + one)).empty());
  CHECK(texts(difference(read("", one + two), read("", one)))
        == "[66666666...] is gone\n");
  CHECK(texts(difference(read("", one), read("", one + two)))
        == "[66666666...] is new\n");
  auto denying = section(key_text, "type = api\nenabled = no\n");
  CHECK(texts(difference(read("", one), read("", denying)))
        == "[11111111...] enabled: yes, now no\n");
  // The same name as another type is one section less and one more.
  auto machine = section(key_text, "type = machine\nenabled = yes\n");
  CHECK(texts(difference(read("", one), read("", machine)))
        == "[11111111...] is gone\n[11111111...] is new\n");
}

TEST_CASE("sections of patterns come, change and go", "[config]") {
  auto one = read("[retention web-*]\ntier0 retention time = 2h\n", "");
  auto other = read("[retention web-*]\ntier0 retention time = 3h\n"
                    "[retention db-*]\n",
                    "");
  CHECK(texts(difference(one, other))
        == "[retention web-*] tier0 retention time: 2h, now 3h\n"
           "[retention db-*] is new\n");
  CHECK(texts(difference(other, {}))
        == "[retention web-*] is gone\n[retention db-*] is gone\n");
  CHECK(reloaded(one, other).retention.size() == 2);
}

TEST_CASE("what is taken differs no more, what waits still does", "[config]") {
  auto wanted = read("[db]\nwindow = 2m\ncommit every = 2s\n"
                     "tier0 retention time = 2d\n[web]\nport = 1\n"
                     "[directories]\ndata = /d\nweb = /w\n",
                     "[stream]\nenabled = yes\ndestination = a:1 unix:/b\n"
                     "api key = "
                         + std::string{key_text} + "\n[" + other_key_text
                         + "]\nenabled = yes\nallow from = !1.* 2.*\n");
  auto after = reloaded({}, wanted);
  CHECK(texts(difference(after, wanted))
        == "[directories] data: /var/lib/tributary, now /d (start)\n"
           "[db] window: 10m, now 2m (start)\n");
  CHECK(after.db.window_s == node_options{}.db.window_s);
  CHECK(after.db.commit_every_ms == 2000);
  CHECK(after.sender.destinations == wanted.sender.destinations);
  CHECK(after.receiver.api_keys.size() == 1);
  // And back: a file as it was before means what it meant before.
  CHECK(difference({}, reloaded(after, {})).empty());
}

TEST_CASE("every option is either taken or named as waiting", "[config]") {
  // Options are read at the start for a reason, listed here a second time, so
  // that a new one is a decision.
  std::set<std::string> waiting;
  for (auto& row : node_rows())
    if (!row.reloadable)
      waiting.insert(std::string{row.name.section} + "."
                     + std::string{row.name.key});
  CHECK(waiting
        == std::set<std::string>{
            "directories.data", "directories.run", "global.hostname",
            "global.gap limit ticks", "global.is ephemeral node",
            "db.cleanup orphan hosts after", "db.mode", "db.window",
            "db.group columns", "db.durability", "db.map size",
            "db.storage tiers", "db.tier0 retention size",
            "db.tier1 retention size", "db.tier2 retention size",
            "db.tier1 update every iterations",
            "db.tier2 update every iterations"});
  for (auto& row : api_key_rows())
    CHECK(row.reloadable);
  for (auto& row : machine_rows())
    CHECK(row.reloadable);
}
