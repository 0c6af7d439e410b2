#include "config/host_routes.hpp"

#include <catch2/catch.hpp>

#include "config/admission.hpp"
#include "config/fault.hpp"
#include "config/option_reader.hpp"

using namespace tributary;

namespace {

const guid own = guid::from_words(9, 9);
const std::string key_a = "aaaaaaaa-0000-4000-8000-000000000000";
const std::string key_b = "bbbbbbbb-0000-4000-8000-000000000000";
const std::string host = "cccccccc-0000-4000-8000-000000000000";
const std::string top_key = "11111111-0000-4000-8000-000000000000";
const std::string stream = "[stream]\nenabled = yes\ndestination = top\n"
                           "api key = "
                           + top_key + "\n";

configuration read(const std::string& text, const std::string& main = {}) {
  auto streams = parse_ini("s.conf", text);
  auto others = parse_ini("t.conf", main);
  REQUIRE(to_text(streams.faults) == "");
  return read_options({{layer_kind::tributary_conf, others.document},
                       {layer_kind::stream_conf, streams.document}});
}

std::string api(const std::string& key, const std::string& lines = {}) {
  return "[" + key + "]\ntype = api\nenabled = yes\n" + lines;
}

std::string machine(const std::string& lines) {
  return "[" + host + "]\ntype = machine\n" + lines;
}

/// Where a host goes that came with a key; empty: nowhere.
std::string way(const std::string& text, const std::string& key,
                const std::string& of = host) {
  auto options = read(text); // what does not go together goes somewhere
  host_routes routes{options.options, own};
  auto mark = key.empty() ? 0 : key_mark(own, *guid::parse(key));
  auto place = routes.of_host(*guid::parse(of), mark);
  if (!place)
    return {};
  std::string result;
  auto& route = routes.all().at(*place);
  for (auto& x : route.destinations)
    result += to_string(x) + " ";
  return result + to_string(route.api_key).substr(0, 2);
}

} // namespace

TEST_CASE("hosts go as [stream] says unless their key says otherwise",
          "[config]") {
  CHECK(way(stream + api(key_a), key_a) == "top 11");
  CHECK(way(stream, "") == "top 11");    // the own host, or one of an old store
  CHECK(way(stream, key_b) == "top 11"); // the key is gone
  CHECK(way("", "").empty());
  CHECK(way(api(key_a), key_a).empty());
  CHECK(way(stream + api(key_a, "proxy enabled = no\n"), key_a).empty());
  CHECK(way(stream + api(key_a, "proxy enabled = no\n"), key_b) == "top 11");
  CHECK(way(stream + api(key_a, "proxy enabled = auto\n"), key_a) == "top 11");
  CHECK(way(stream + api(key_a, "proxy destination = x y x\n"), key_a)
        == "x y 11");
  CHECK(way(stream + api(key_a, "proxy api key = " + key_b + "\n"), key_a)
        == "top bb");
  auto alone = api(key_a, "proxy enabled = yes\nproxy destination = x\n"
                          "proxy api key = "
                              + key_b + "\n");
  CHECK(way(alone, key_a) == "x bb");
  CHECK(way(alone, "").empty());
  CHECK(way(api(key_a, "default proxy enabled = yes\n"
                       "default proxy destination = x\n"
                       "default proxy api key = "
                           + key_b + "\n"),
            key_a)
        == "x bb");
}

TEST_CASE("the section of a machine says where its host goes", "[config]") {
  auto with_key = stream + api(key_a, "proxy destination = x\n");
  CHECK(way(with_key + machine("proxy enabled = no\n"), key_a).empty());
  CHECK(way(with_key + machine("proxy api key = " + key_b + "\n"), key_a)
        == "x bb");
  CHECK(way(with_key + machine("proxy destination = z\n"), key_a) == "z 11");
  CHECK(way(with_key + machine("proxy destination = z\n"), "") == "z 11");
  CHECK(way(with_key + machine("proxy destination = z\n"), key_a, key_b)
        == "x 11");
  CHECK(way(stream + api(key_a, "proxy enabled = no\n")
                + machine("proxy enabled = yes\n"),
            key_a)
        == "top 11");
}

TEST_CASE("a section that is off moves none of its hosts", "[config]") {
  auto off = [](const std::string& name, const std::string& lines) {
    return "[" + name + "]\n" + lines + "enabled = no\n";
  };
  CHECK(way(stream + off(key_a, "type = api\nproxy destination = x\n"), key_a)
            .empty());
  CHECK(way(stream + api(key_a)
                + off(host, "type = machine\nproxy enabled = no\n"),
            key_a)
            .empty());
  // Nor does it make a link.
  auto options
      = read(stream + off(key_a, "type = api\nproxy destination = x\n"));
  CHECK(host_routes{options.options, own}.all().size() == 1);
}

TEST_CASE("routes that are equal are one", "[config]") {
  auto options = read(stream + api(key_a, "proxy destination = x\n")
                      + api(key_b, "proxy destination = x\n")
                      + machine("proxy destination = top\n"));
  CHECK(host_routes{options.options, own}.all().size() == 2);
  CHECK(host_routes{}.all().empty());
  CHECK_FALSE(host_routes{}.of_host(own, 0));
}
