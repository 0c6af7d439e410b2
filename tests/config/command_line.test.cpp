#include "config/command_line.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

std::variant<command_line, early_exit>
parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/tributary");
  return parse_command_line(static_cast<int>(arguments.size()),
                            arguments.data(), "1.2.3");
}

command_line good(std::vector<const char*> arguments) {
  auto x = parse(std::move(arguments));
  if (auto exit = std::get_if<early_exit>(&x))
    FAIL(exit->text);
  return std::get<command_line>(x);
}

/// Code and text of what must not start.
early_exit left(std::vector<const char*> arguments) {
  auto x = parse(std::move(arguments));
  REQUIRE(std::holds_alternative<early_exit>(x));
  return std::get<early_exit>(x);
}

} // namespace

TEST_CASE("no flag means nothing said", "[config]") {
  auto x = good({});
  CHECK_FALSE(x.config_dir);
  CHECK_FALSE(x.hostname);
  CHECK_FALSE(x.http_port);
  CHECK(x.settings.empty());
  CHECK_FALSE(x.check_config);
  CHECK_FALSE(x.dump_config);
}

TEST_CASE("all flags are read", "[config]") {
  auto x = good({"--config-dir", "/c", "--data-dir=/d", "--run-dir", "/r",
                 "--hostname", "box", "--http-port", "0", "--link-port=65535",
                 "--check-config", "--dump-config"});
  CHECK(x.config_dir == std::string{"/c"});
  CHECK(x.data_dir == std::string{"/d"});
  CHECK(x.run_dir == std::string{"/r"});
  CHECK(x.hostname == std::string{"box"});
  CHECK(x.http_port == uint16_t{0});
  CHECK(x.link_port == uint16_t{65535});
  CHECK(x.check_config);
  CHECK(x.dump_config);
}

TEST_CASE("settings have section, key and value", "[config]") {
  auto x = good({"--set", "stream.enabled=yes", "--set",
                 "stream.\"api key\"=a=b", "--set=plugins.proc.stat=no",
                 "--set", "global.hostname=", "--set",
                 "stream.destination=[::1]:19998 parent,x"});
  REQUIRE(x.settings.size() == 5);
  CHECK(x.settings[0].section == "stream");
  CHECK(x.settings[0].key == "enabled");
  CHECK(x.settings[0].value == "yes");
  CHECK(x.settings[1].key == "api key");
  CHECK(x.settings[1].value == "a=b");
  CHECK(x.settings[2].section == "plugins");
  CHECK(x.settings[2].key == "proc.stat");
  CHECK(x.settings[3].value.empty());
  CHECK(x.settings[4].value == "[::1]:19998 parent,x");
}

TEST_CASE("wrong usage leaves with 2", "[config]") {
  CHECK(left({"--bogus"}).code == 2);
  CHECK(left({"word"}).code == 2);
  CHECK(left({"--config-dir"}).code == 2);
  CHECK(left({"--http-port", "65536"}).code == 2);
  CHECK(left({"--http-port", "-1"}).code == 2);
  CHECK(left({"--http-port", "http"}).code == 2);
  CHECK(left({"--link-port", "1.5"}).code == 2);
  for (auto text : {"", "x", "a.b", "a=b.c", ".b=c", "a.=c"})
    CHECK(left({"--set", text}).code == 2);
  CHECK(left({"--bogus"}).text.find("--bogus") != std::string::npos);
}

TEST_CASE("a setting that is refused keeps its value to itself", "[config]") {
  auto x = left({"--set", "key=secret"});
  CHECK(x.text.find("'key' is not section.key=value") != std::string::npos);
  CHECK(x.text.find("secret") == std::string::npos);
}

TEST_CASE("help and version leave with 0", "[config]") {
  auto help = left({"--help"});
  CHECK(help.code == 0);
  for (auto flag : {"--config-dir", "--data-dir", "--run-dir", "--hostname",
                    "--http-port", "--link-port", "--set", "--check-config",
                    "--dump-config", "--version", "--help"})
    CHECK(help.text.find(flag) != std::string::npos);
  auto version = left({"--version"});
  CHECK(version.code == 0);
  CHECK(version.text == "tributary 1.2.3\n");
}
