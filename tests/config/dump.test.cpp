#include "config/dump.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "config/option_reader.hpp"

using namespace tributary;

namespace {

/// Reads a dump as what a command line may hold: sections of both files.
configuration read_back(const std::string& text) {
  auto parsed = parse_ini("dump", text);
  REQUIRE(to_text(parsed.faults) == "");
  return read_options({{layer_kind::command_line, parsed.document}});
}

std::string content_of(config_file which) {
  std::ifstream in{std::string{TRIBUTARY_CONFIG_DIR} + "/" + to_string(which)};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Takes the `#` off lines that have no space after it.
std::string uncommented(const std::string& text) {
  std::istringstream in{text};
  std::string result;
  for (std::string line; std::getline(in, line);) {
    auto is_option = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    result += is_option ? line.substr(1) : line;
    result += '\n';
  }
  return result;
}

/// `config_layer` of a stock file, all options in force.
config_layer stock_layer(config_file which, layer_kind kind) {
  auto parsed = parse_ini(to_string(which), uncommented(content_of(which)));
  CHECK(to_text(parsed.faults) == "");
  return {kind, parsed.document};
}

node_options some_options() {
  node_options x;
  x.directories.data = "/d d";
  x.global.hostname = "box";
  x.db.mode = db_mode::ram;
  x.db.commit_every_ms = 250;
  x.db.tier0.size_mib = 100;
  x.web.bind_to = "::1";
  x.collectors.self = false;
  x.sender.enabled = true;
  x.sender.destinations = *parse_destinations("a:1:SSL unix:/b [fe80::1]%eth0");
  x.sender.api_key = *guid::parse("11111111-2222-3333-4444-555555555555");
  auto& key = x.receiver.api_keys.emplace_back();
  key.key = x.sender.api_key;
  key.enabled = true;
  key.allow_from = simple_pattern{"!10.0.0.7 10.* localhost"};
  key.machine_guids = simple_pattern{"66666666-7777-8888-9999-aaaaaaaaaaaa"};
  key.certificate_names = simple_pattern{"*.example.org"};
  x.tls.version = tls_version::v1_3;
  x.tls.sender.ca_file = "/etc/ssl/ca.pem";
  x.tls.sender.skip_verification = true;
  x.tls.receiver.policy = tls_policy::force;
  x.tls.receiver.certificate = "/etc/tributary/link.pem";
  x.tls.receiver.key = "/etc/tributary/link.key";
  x.tls.receiver.clients = client_certificates::required;
  x.tls.receiver.client_ca_file = "/etc/tributary/children.pem";
  auto& machine = x.receiver.machines.emplace_back();
  machine.machine = *guid::parse("66666666-7777-8888-9999-aaaaaaaaaaaa");
  machine.enabled = false;
  machine.db = db_mode::none;
  machine.retention_s[2] = 7200;
  key.retention_s[0] = 86'400;
  x.retention.push_back({simple_pattern{"!web-1 web-*"}, {3600, {}, {}}});
  return x;
}

} // namespace

TEST_CASE("a dump reads back as the same options", "[config]") {
  for (const auto& x : {node_options{}, some_options()}) {
    auto text = dump_options(x);
    auto again = read_back(text);
    CHECK(to_text(again.faults) == "");
    CHECK(dump_options(again.options) == text);
  }
}

TEST_CASE("a dump names the default where another value holds", "[config]") {
  auto text = dump_options(some_options());
  CHECK(text.find("Default: dbengine\nmode = ram\n") != std::string::npos);
  CHECK(text.find("level = info\n") != std::string::npos);
  CHECK(text.find("[66666666-7777-8888-9999-aaaaaaaaaaaa]\n")
        != std::string::npos);
}

TEST_CASE("a dump says at its head that it is two files", "[config]") {
  auto text = dump_options({});
  auto head = text.substr(0, text.find("\n\n"));
  std::replace(head.begin(), head.end(), '\n', ' ');
  for (auto file : {"tributary.conf", "stream.conf"})
    CHECK(head.find(file) != std::string::npos);
  // Commands that take it apart look for the heads of the parts.
  CHECK(head.find("# For ") == std::string::npos);
}

TEST_CASE("a dump stays within 80 columns", "[config]") {
  std::istringstream in{dump_options({})
                        + stock_file(config_file::stream_conf)};
  for (std::string line; std::getline(in, line);)
    CHECK(line.size() <= 80);
}

TEST_CASE("the stock files are what the table says", "[config]") {
  for (auto which : {config_file::tributary_conf, config_file::stream_conf})
    CHECK(content_of(which) == stock_file(which));
}

TEST_CASE("a stock file as it is sets nothing", "[config]") {
  for (auto which : {config_file::tributary_conf, config_file::stream_conf}) {
    auto parsed = parse_ini(to_string(which), content_of(which));
    CHECK(to_text(parsed.faults) == "");
    for (const auto& section : parsed.document.sections)
      CHECK(section.entries.empty());
  }
}

TEST_CASE("the stock files show the defaults of all options", "[config]") {
  auto stock = read_options(
      {stock_layer(config_file::tributary_conf, layer_kind::tributary_conf),
       stock_layer(config_file::stream_conf, layer_kind::stream_conf)});
  CHECK(to_text(stock.faults) == "");
  REQUIRE(stock.options.receiver.api_keys.size() == 1);
  REQUIRE(stock.options.receiver.machines.size() == 1);
  REQUIRE(stock.options.retention.size() == 1);
  auto expected = node_options{};
  expected.retention.push_back({stock.options.retention[0].hosts, {}});
  expected.receiver.api_keys.emplace_back().key
      = stock.options.receiver.api_keys[0].key;
  expected.receiver.machines.emplace_back().machine
      = stock.options.receiver.machines[0].machine;
  CHECK(dump_options(stock.options) == dump_options(expected));
  for (const auto& row : node_rows()) {
    auto line = "\n#" + std::string{row.name.key} + " =";
    auto in_some = content_of(config_file::tributary_conf).find(line)
                       != std::string::npos
                   || content_of(config_file::stream_conf).find(line)
                          != std::string::npos;
    CAPTURE(row.name.section, row.name.key);
    CHECK(in_some);
  }
}
