#include "config/section_check.hpp"

#include <catch2/catch.hpp>

#include "config/option_reader.hpp"

using namespace tributary;

namespace {

const std::string key_a = "aaaaaaaa-0000-4000-8000-000000000000";
const std::string key_b = "bbbbbbbb-0000-4000-8000-000000000000";
const std::string host = "cccccccc-0000-4000-8000-000000000000";
const std::string stream = "[stream]\nenabled = yes\ndestination = top\n"
                           "api key = 11111111-0000-4000-8000-000000000000\n";

std::string api(const std::string& key, const std::string& lines = {}) {
  return "[" + key + "]\ntype = api\nenabled = yes\n" + lines;
}

std::string machine(const std::string& lines) {
  return "[" + host + "]\ntype = machine\n" + lines;
}

std::string faults_of(const std::string& text, const std::string& main = {}) {
  auto streams = parse_ini("s.conf", text);
  auto others = parse_ini("t.conf", main);
  REQUIRE(to_text(streams.faults) == "");
  return to_text(read_options({{layer_kind::tributary_conf, others.document},
                               {layer_kind::stream_conf, streams.document}})
                     .faults);
}

} // namespace

TEST_CASE("a proxy that can't work is named with its line", "[config]") {
  CHECK(faults_of(api(key_a, "proxy enabled = yes\n"))
        == "s.conf:4: [aaaaaaaa...] proxy enabled: needs 'proxy destination', "
           "as that of [stream] is empty\n");
  CHECK(faults_of(api(key_a, "proxy destination = x\n"))
        == "s.conf:4: [aaaaaaaa...] proxy destination: needs 'proxy api key', "
           "as 'api key' of [stream] is empty\n");
  CHECK(faults_of(stream + api(key_a, "proxy destination =\n"))
        == "s.conf:8: [aaaaaaaa...] proxy destination: it names nobody; "
           "'auto' is for those of [stream]\n");
  CHECK(faults_of(stream + api(key_a, "proxy api key =\n"))
        == "s.conf:8: [aaaaaaaa...] proxy api key: it is empty; 'auto' is for "
           "that of [stream]\n");
  CHECK(
      faults_of(stream + machine("proxy enabled = no\n"), "[db]\nmode = none\n")
      == "s.conf:7: [cccccccc...] proxy enabled: needs a node that keeps its "
         "samples; with '[db] mode = none' all hosts go to one parent\n");
  // What goes nowhere needs nothing.
  CHECK(faults_of(api(key_a, "proxy enabled = no\nproxy destination = x\n"))
            .empty());
  // A section that is off is none.
  CHECK(faults_of("[" + key_a
                  + "]\ntype = api\nenabled = no\nproxy enabled = yes\n")
            .empty());
  std::string many = stream;
  for (size_t i = 0; i < destinations_max; ++i) {
    auto key = to_string(guid::from_words(7, i + 1));
    many += api(key, "proxy destination = x" + std::to_string(i) + "\n");
  }
  CHECK(faults_of(many)
        == "s.conf:8: with those of all sections there are 33 links to "
           "parents, at most 32\n");
}

TEST_CASE("too many links are told at whatever makes some", "[config]") {
  std::string many = "[stream]\nmode = all\n";
  for (size_t i = 0; i <= destinations_max; ++i)
    many += "[" + to_string(guid::from_words(7, i + 1))
            + "]\ntype = machine\nproxy enabled = yes\nproxy destination = x"
            + std::to_string(i) + "\nproxy api key = " + key_b + "\n";
  auto faults = faults_of(many);
  CHECK(faults
        == "s.conf:6: with those of all sections there are 33 links to "
           "parents, at most 32\n");
}

TEST_CASE("a machine has a list with its key or neither where keys have some",
          "[config]") {
  auto with_key
      = stream
        + api(key_a, "proxy api key = " + key_b + "\nproxy destination = x\n");
  CHECK(faults_of(with_key + machine("proxy destination = z\n"))
        == "s.conf:12: [cccccccc...] proxy destination: needs 'proxy api key' "
           "beside it, since sections of keys have their own\n");
  CHECK(faults_of(with_key + machine("proxy api key = " + key_a + "\n"))
        == "s.conf:12: [cccccccc...] proxy api key: needs 'proxy destination' "
           "beside it, since sections of keys have their own\n");
  CHECK(faults_of(
            with_key
            + machine("proxy destination = z\nproxy api key = " + key_a + "\n"))
            .empty());
  CHECK(faults_of(with_key + machine("proxy enabled = no\n")).empty());
  CHECK(faults_of(stream + api(key_a) + machine("proxy destination = z\n"))
            .empty());
  // What the key gives the machine need not.
  auto alone
      = api(key_a, "proxy api key = " + key_b + "\nproxy destination = x\n");
  CHECK(faults_of(alone + machine("proxy enabled = yes\n")).empty());
}

TEST_CASE("a parent stands in one list, with one key", "[config]") {
  auto words = " stands in two lists of parents, or is shown two keys: a "
               "parent takes one link of a node, so that the hosts of one list "
               "would not be sent to it\n";
  CHECK(faults_of(stream + api(key_a, "proxy destination = x top\n"))
        == std::string{"s.conf:8: top"} + words);
  CHECK(faults_of(stream + api(key_a, "proxy api key = " + key_b + "\n"))
        == std::string{"s.conf:8: top"} + words);
  CHECK(faults_of(stream + api(key_a, "proxy destination = x\n")).empty());
}

TEST_CASE("hosts are kept as the node keeps them, or passed on", "[config]") {
  CHECK(faults_of(stream + api(key_a, "db = none\n")).empty());
  CHECK(faults_of(stream + api(key_a, "default memory mode = none\n"),
                  "[db]\nmode = ram\n")
            .empty());
  CHECK(faults_of(stream + api(key_a, "db = dbengine\n")).empty());
  CHECK(faults_of(api(key_a, "db = none\n"))
        == "s.conf:4: [aaaaaaaa...] db: none needs parents: these hosts are "
           "streamed to nobody, and nobody would keep their samples\n");
  CHECK(faults_of(stream + api(key_a)
                  + machine("memory mode = none\nproxy enabled = no\n"))
        == "s.conf:10: [cccccccc...] db: none needs parents: these hosts are "
           "streamed to nobody, and nobody would keep their samples\n");
  CHECK(faults_of(stream + api(key_a, "db = ram\n"))
        == "s.conf:8: [aaaaaaaa...] db: ram: hosts that are kept share one "
           "store, and '[db] mode' is dbengine; 'tier0 retention time' says "
           "how much of these is kept\n");
  CHECK(faults_of(stream + api(key_a, "db = ram\n"), "[db]\nmode = none\n")
        == "s.conf:8: [aaaaaaaa...] db: ram: as '[db] mode' is none, this node "
           "keeps nothing\n");
  CHECK(faults_of(stream + machine("db = dbengine\n"), "[db]\nmode = ram\n")
        == "s.conf:7: [cccccccc...] db: dbengine: as '[db] mode' is ram, this "
           "node keeps nothing on disk\n");
  CHECK(faults_of("[" + key_a + "]\ntype = api\ndb = ram\n").empty()); // off
  CHECK(faults_of(machine("db = none\n")).empty()); // it can't come
}
