#include "config/replication.hpp"

#include <catch2/catch.hpp>

#include "config/admission.hpp"
#include "config/fault.hpp"
#include "config/option_reader.hpp"

using namespace tributary;

namespace {

constexpr auto key_text = "11111111-2222-3333-4444-555555555555";
constexpr auto host_text = "66666666-7777-8888-9999-aaaaaaaaaaaa";
constexpr tick now = 1'700'000'000;

configuration stream_options(const std::string& key_lines,
                             const std::string& machine_lines = {}) {
  auto text = std::string{"["} + key_text + "]\ntype = api\nenabled = yes\n"
              + key_lines + "[" + host_text + "]\ntype = machine\n"
              + machine_lines;
  auto parsed = parse_ini("s.conf", text);
  REQUIRE(to_text(parsed.faults) == "");
  return read_options({{layer_kind::stream_conf, parsed.document}});
}

/// What the host of `host_text` gets.
replication_rules rules_of_host(const std::string& key_lines,
                                const std::string& machine_lines = {}) {
  auto read = stream_options(key_lines, machine_lines);
  REQUIRE(to_text(read.faults) == "");
  admission rules{read.options.receiver, guid::from_words(1, 1)};
  auto verdict = rules.check({key_text, *guid::parse(host_text), "::1"});
  REQUIRE(verdict);
  return verdict->replication;
}

tick since(const std::string& key_lines, const std::string& machine_lines = {},
           tick at = now) {
  return wanted_since(rules_of_host(key_lines, machine_lines), at);
}

} // namespace

TEST_CASE("all of the past is wanted unless somebody says otherwise",
          "[config]") {
  CHECK(wanted_since({}, now) == 0);
  CHECK(since("") == 0);
  CHECK(since("replication period = auto\n") == 0);
  CHECK(since("replication period = 1d\n") == now - 86'400);
  CHECK(since("seconds to replicate = 60\n") == now - 60);
  CHECK(since("enable replication = no\n") == now - 60);
  CHECK(since("enable replication = no\nreplication period = 1d\n")
        == now - 60);
  CHECK(since("enable replication = no\nreplication period = 5s\n") == now - 5);
  CHECK(since("replication period = 3650d\n", "", 1000) == 0);
}

TEST_CASE("of the past a machine's section goes before that of its key",
          "[config]") {
  CHECK(since("enable replication = no\n", "enable replication = yes\n") == 0);
  CHECK(since("", "enable replication = no\n") == now - 60);
  CHECK(since("replication period = 1d\n", "replication period = 1h\n")
        == now - 3600);
  CHECK(since("replication period = 1d\n", "enable replication = auto\n")
        == now - 86'400);
  CHECK(rules_of_host("replication step = 20m\n").step_s == 1200u);
  CHECK(rules_of_host("seconds per replication step = 600\n",
                      "replication step = 1h\n")
            .step_s
        == 3600u);
  CHECK_FALSE(rules_of_host("").step_s);
}

TEST_CASE("a wrong period or step of replication is named", "[config]") {
  for (auto line : {"replication period = 0\n", "replication period = 3651d\n",
                    "replication step = 59s\n", "replication step = 2d\n",
                    "enable replication = maybe\n"}) {
    auto read = stream_options(line);
    REQUIRE(read.faults.size() == 1);
    CHECK(to_text(read.faults).find("s.conf:4") != std::string::npos);
  }
}
