#include "actors/collect/proc_net_sockstat.hpp"

#include <unistd.h>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("sockets of all kinds are counted", "[collect]") {
  auto x = sample_capture<proc_net_sockstat>("linux-5.10-server");
  CHECK(values(x, "ipv4.sockstat_sockets") == values_type{4321});
  CHECK(values(x, "ipv4.sockstat_tcp_sockets")
        == values_type{150, 1, 100, 200});
  CHECK(values(x, "ipv4.sockstat_tcp_mem") == values_type{99});
  CHECK(values(x, "ipv4.sockstat_udp_sockets") == values_type{7});
  CHECK(values(x, "ipv4.sockstat_udp_mem") == values_type{3});
  CHECK(values(x, "ipv4.sockstat_udplite_sockets") == values_type{1});
  CHECK(values(x, "ipv4.sockstat_raw_sockets") == values_type{2});
  CHECK(values(x, "ipv4.sockstat_frag_sockets") == values_type{3});
  CHECK(values(x, "ipv4.sockstat_frag_mem") == values_type{4096});
  CHECK(values(x, "ipv6.sockstat6_tcp_sockets") == values_type{11});
  CHECK(values(x, "ipv6.sockstat6_udp_sockets") == values_type{12});
  CHECK(values(x, "ipv6.sockstat6_udplite_sockets") == values_type{13});
  CHECK(values(x, "ipv6.sockstat6_raw_sockets") == values_type{14});
  CHECK(values(x, "ipv6.sockstat6_frag_sockets") == values_type{15});
}

TEST_CASE("memory of sockets is in pages, that of fragments in bytes",
          "[collect]") {
  auto x = sample_capture<proc_net_sockstat>("linux-5.10-server");
  auto tcp = chart_of(x, "ipv4.sockstat_tcp_mem");
  CHECK(tcp->units == "KiB");
  CHECK(tcp->dimensions[0].multiplier == sysconf(_SC_PAGESIZE));
  CHECK(tcp->dimensions[0].divisor == 1024);
  auto fragments = chart_of(x, "ipv4.sockstat_frag_mem");
  CHECK(fragments->dimensions[0].multiplier == 1);
  CHECK(fragments->dimensions[0].divisor == 1024);
}

TEST_CASE("a machine without IPv6 has the others", "[collect]") {
  auto x = sample_capture<proc_net_sockstat>("linux-2.4");
  CHECK(chart_ids(x)
        == std::vector<std::string>{
            "ipv4.sockstat_sockets", "ipv4.sockstat_tcp_sockets",
            "ipv4.sockstat_tcp_mem", "ipv4.sockstat_udp_sockets"});
}

TEST_CASE("hostile socket figures are gaps", "[collect]") {
  auto x = sample_capture<proc_net_sockstat>("hostile");
  CHECK(chart_ids(x) == std::vector<std::string>{"ipv4.sockstat_tcp_sockets"});
  CHECK(values(x, "ipv4.sockstat_tcp_sockets")
        == values_type{5, std::nullopt, std::nullopt, std::nullopt});
}

TEST_CASE("without any socket figure there is an error", "[collect]") {
  CHECK(code_of(fault_of_root<proc_net_sockstat>(capture("binary")))
        == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_net_sockstat>(capture("none")))
        == ec::file_unusable);
}
