#include "actors/collect/proc_net_netstat.hpp"

#include <set>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("each figure of the IPv4 files has its place", "[collect]") {
  auto x = sample_capture<proc_net_netstat>("linux-5.10-server");
  CHECK(values(x, "system.ip") == values_type{7000000000000, 8000000000000});
  CHECK(values(x, "ip.inerrors") == values_type{1, 2, 13});
  CHECK(values(x, "ip.mcast") == values_type{9, 10});
  CHECK(values(x, "ip.bcast") == values_type{11, 12});
  CHECK(values(x, "ip.mcastpkts") == values_type{3, 4});
  CHECK(values(x, "ip.bcastpkts") == values_type{5, 6});
  CHECK(values(x, "ip.ecnpkts") == values_type{17, 14, 16, 15});
  CHECK(values(x, "ip.tcpmemorypressures") == values_type{16});
  CHECK(values(x, "ip.tcpconnaborts") == values_type{10, 11, 12, 13, 14, 15});
  CHECK(values(x, "ip.tcpreorders") == values_type{9, 7, std::nullopt, 8});
  CHECK(values(x, "ip.tcpofo") == values_type{19, 20, 21, 4});
  CHECK(values(x, "ip.tcpsyncookies") == values_type{2, 1, 3});
  CHECK(values(x, "ip.tcp_syn_queue") == values_type{18, 17});
  CHECK(values(x, "ip.tcp_accept_queue") == values_type{5, 6});
  CHECK(values(x, "ipv4.packets")
        == values_type{5000000000, 4000000000, 3000, 4999990000});
  CHECK(values(x, "ipv4.errors") == values_type{5, 6, 1, 7, 2, 4});
  CHECK(values(x, "ipv4.fragsin") == values_type{80, 10, 90});
  CHECK(values(x, "ipv4.fragsout") == values_type{11, 12, 13});
  CHECK(values(x, "ipv4.icmp") == values_type{700, 750});
  CHECK(values(x, "ipv4.icmp_errors") == values_type{1, 0, 0});
  CHECK(values(x, "ipv4.tcpsock") == values_type{55});
  CHECK(values(x, "ipv4.tcppackets") == values_type{6000000, 7000000});
  CHECK(values(x, "ipv4.tcperrors") == values_type{9, 0, 888});
  CHECK(values(x, "ipv4.tcpopens") == values_type{111, 222});
  // The last of the four is of the other file.
  CHECK(values(x, "ipv4.tcphandshake") == values_type{44, 99, 33, 22});
  CHECK(values(x, "ipv4.udppackets") == values_type{1000, 4000});
  CHECK(values(x, "ipv4.udperrors") == values_type{5, 6, 3, 2, 7, 8});
  CHECK(chart_of(x, "ipv4.udplite") == nullptr);
}

TEST_CASE("types of ICMP messages that never came are zeros", "[collect]") {
  auto x = sample_capture<proc_net_netstat>("linux-5.10-server");
  auto types = values(x, "ipv4.icmpmsg");
  auto ids = dimension_ids(*chart_of(x, "ipv4.icmpmsg"));
  REQUIRE(types.size() == 20);
  for (size_t i = 0; i < ids.size(); ++i)
    CHECK(types[i]
          == (ids[i] == "InType3"    ? 300
              : ids[i] == "InType8"  ? 400
              : ids[i] == "OutType0" ? 400
              : ids[i] == "OutType3" ? 350
                                     : 0));
}

TEST_CASE("what goes out is below the zero line", "[collect]") {
  auto readings = sample_capture<proc_net_netstat>("linux-5.10-server");
  std::set<std::string> below_line;
  for (auto& x : readings)
    for (auto& dimension : x.chart->dimensions) {
      CHECK((dimension.algorithm == algorithm::incremental
             || dimension.id == "CurrEstab"));
      if (dimension.multiplier < 0)
        below_line.insert(dimension.id);
    }
  for (auto id : {"OutRequests", "OutSegs", "OutDatagrams", "OutOctets",
                  "RetransSegs", "OutType3", "SndbufErrors"})
    CHECK(below_line.count(id) == 1);
  for (auto id : {"InSegs", "InReceives", "OutRsts", "FragCreates"})
    CHECK(below_line.count(id) == 0);
}

TEST_CASE("an old kernel has fewer figures", "[collect]") {
  auto readings = sample_capture<proc_net_netstat>("linux-2.4");
  CHECK(values(readings, "ipv4.tcpopens") == values_type{10, 20});
  CHECK(values(readings, "ipv4.tcperrors") == values_type{0, std::nullopt, 1});
  CHECK(chart_of(readings, "system.ip") == nullptr);
}

TEST_CASE("pairs of lines that don't belong together are skipped",
          "[collect]") {
  auto readings = sample_capture<proc_net_netstat>("hostile");
  // `Udp: 1 2` is read as names; what follows it is `Udp: InDatagrams`.
  CHECK(chart_of(readings, "ipv4.tcppackets") == nullptr);
  CHECK(chart_of(readings, "ipv4.packets") == nullptr);
  // A name that comes twice has its last number.
  CHECK(values(readings, "system.ip") == values_type{2, std::nullopt});
}

TEST_CASE("what was cut off is a gap, not zero", "[collect]") {
  auto readings = sample_capture<proc_net_netstat>("truncated");
  CHECK(values(readings, "ipv4.packets")
        == values_type{5000000000, 4000000000, 3000, 4999990000});
  auto types = chart_of(readings, "ipv4.icmpmsg");
  if (types != nullptr)
    for (auto& x : readings)
      if (x.chart == types)
        CHECK(x.values[0] == std::nullopt);
}

TEST_CASE("without any IPv4 figure there is an error", "[collect]") {
  CHECK(code_of(fault_of_root<proc_net_netstat>(capture("binary")))
        == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_net_netstat>(capture("none")))
        == ec::file_unusable);
}
