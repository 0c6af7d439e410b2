#include "config/destination.hpp"

#include <catch2/catch.hpp>

#include "config/fault.hpp"
#include "schema/error.hpp"

using namespace tributary;

namespace {

/// `protocol|host|interface|port|tls`, or the words of the fault.
std::string read(std::string_view text) {
  auto x = parse_destination(text);
  if (!x) {
    CHECK(code_of(x.error()) == ec::bad_configuration);
    return detail_of(x.error());
  }
  auto again = parse_destination(to_string(*x));
  REQUIRE(again);
  CHECK(*again == *x);
  std::string protocol = x->protocol == transport::tcp ? "tcp" : "unix";
  return protocol + "|" + x->host + "|" + x->interface + "|" + x->port + "|"
         + (x->tls ? "tls" : "");
}

bool is_refused(std::string_view text) {
  auto x = parse_destination(text);
  return !x && code_of(x.error()) == ec::bad_configuration;
}

} // namespace

TEST_CASE("a destination is a host with what may stand around it", "[config]") {
  CHECK(read("parent") == "tcp|parent|||");
  CHECK(read("tcp:parent") == "tcp|parent|||");
  CHECK(read("parent.example.com:19998") == "tcp|parent.example.com||19998|");
  CHECK(read("10.0.0.1:19998:SSL") == "tcp|10.0.0.1||19998|tls");
  CHECK(read("parent:SSL") == "tcp|parent|||tls");
  CHECK(read("parent:ssl") == "tcp|parent|||tls");
  CHECK(read("parent:netdata-link") == "tcp|parent||netdata-link|");
}

TEST_CASE("an IPv6 destination stands in brackets", "[config]") {
  CHECK(read("[::1]") == "tcp|::1|||");
  CHECK(read("[::1]:19998") == "tcp|::1||19998|");
  CHECK(read("tcp:[2001:db8::1]:https:SSL") == "tcp|2001:db8::1||https|tls");
  CHECK(read("[fe80::1]%eth0:19998") == "tcp|fe80::1|eth0|19998|");
  CHECK(read("[fe80::1%eth0]:19998") == "tcp|fe80::1|eth0|19998|");
  CHECK(read("[fe80::1%br-lan.2]") == "tcp|fe80::1|br-lan.2||");
}

TEST_CASE("a unix socket is a path", "[config]") {
  CHECK(read("unix:/run/x.sock") == "unix|/run/x.sock|||");
  CHECK(read("/run/x.sock") == "unix|/run/x.sock|||");
  CHECK(read("/run/a:b") == "unix|/run/a:b|||");
  CHECK(read("/" + std::string(106, 'x')).substr(0, 5) == "unix|");
  CHECK(is_refused("/" + std::string(107, 'x')));
  CHECK(is_refused("unix:"));
  CHECK(read("unix:run/x.sock")
        == "'unix:run/x.sock': the path of a unix socket starts with '/'");
  CHECK(read("/run/x.sock:SSL")
        == "'/run/x.sock:SSL': a unix socket needs no TLS and has none");
}

TEST_CASE("a host that has the name of a protocol is kept", "[config]") {
  CHECK(read("tcp:unix:80") == "tcp|unix||80|");
  CHECK(read("tcp:tcp") == "tcp|tcp|||");
}

TEST_CASE("a wrong destination is refused with the reason", "[config]") {
  CHECK(read("udp:parent") == "'udp:parent': no parent receives udp");
  CHECK(read("") == "'': there is no host");
  CHECK(read(":19998") == "':19998': there is no host");
  CHECK(read("tcp:19998")
        == "'tcp:19998': '19998' is neither a name nor an IPv4 address");
  CHECK(read("10.0.0.400")
        == "'10.0.0.400': '10.0.0.400' is neither a name nor an IPv4 address");
  CHECK(read("parent:") == "'parent:': there is no port after ':'");
  CHECK(read("parent:0") == "'parent:0': port '0' is not in 1 to 65535");
  CHECK(read("parent:65536")
        == "'parent:65536': port '65536' is not in 1 to 65535");
  CHECK(read("::1:19998")
        == "'::1:19998': too many ':'; an IPv6 address stands in brackets and "
           "TLS is asked for by ':SSL' at the end");
  CHECK(read("parent:19998:TLS").find("too many ':'") != std::string::npos);
  CHECK(read("[::1") == "'[::1': ']' is missing");
  CHECK(read("[10.0.0.1]")
        == "'[10.0.0.1]': '10.0.0.1' is not an IPv6 address");
  CHECK(read("[::1]x") == "'[::1]x': 'x' after the host is not understood");
}

TEST_CASE("names and interfaces are bounded", "[config]") {
  CHECK(is_refused("a_b c"));
  CHECK(is_refused("a/b"));
  CHECK(is_refused("-parent"));
  CHECK(is_refused("a..b"));
  CHECK_FALSE(is_refused(std::string(253, 'a')));
  CHECK(is_refused(std::string(254, 'a')));
  CHECK(is_refused("parent:" + std::string(16, 'a')));
  CHECK(is_refused("parent:99999999999999999999"));
  CHECK(is_refused("parent%eth0"));
  CHECK(is_refused("10.0.0.1%eth0"));
  CHECK(is_refused("[::1]%eth0"));
  CHECK(is_refused("[fe80::1]%"));
  CHECK(is_refused("[fe80::1%]"));
  CHECK(is_refused("[fe80::1]%" + std::string(16, 'a')));
  CHECK(is_refused("[fe80::1%a]%b"));
}

TEST_CASE("a list keeps its order and names all faults", "[config]") {
  auto x = parse_destinations("  a:1\tunix:/b   [::1]:2:SSL ");
  REQUIRE(x);
  REQUIRE(x->size() == 3);
  CHECK((*x)[0].host == "a");
  CHECK((*x)[1].host == "/b");
  CHECK((*x)[2].tls);
  CHECK(parse_destinations("")->empty());
  auto wrong = parse_destinations("a:0 good b:");
  REQUIRE_FALSE(wrong);
  CHECK(detail_of(wrong.error())
        == "'a:0': port '0' is not in 1 to 65535; 'b:': there is no port "
           "after ':'");
}

TEST_CASE("a list is bounded", "[config]") {
  std::string text;
  for (size_t i = 0; i < destinations_max; ++i)
    text += "host ";
  CHECK(parse_destinations(text)->size() == destinations_max);
  auto more = parse_destinations(text + "host");
  REQUIRE_FALSE(more);
  CHECK(detail_of(more.error()) == "more than 32 destinations");
}
