#include "actors/collect/proc_net_snmp6.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("captured IPv6 figures have their places", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_net_snmp6 what;
  root.write("/proc/net/snmp6",
             "Ip6InReceives 1\nIp6InDelivers 2\nIp6OutForwDatagrams 3\n"
             "Ip6OutRequests 4\nIp6InOctets 5\nIp6OutOctets 6\n"
             "Ip6InTooBigErrors 7\nIcmp6InMsgs 8\nIcmp6OutMsgs 9\n"
             "Icmp6InGroupMembQueries 10\nIcmp6OutRouterSolicits 11\n"
             "Icmp6InNeighborAdvertisements 12\nIcmp6OutMLDv2Reports 13\n"
             "Icmp6OutType143 14\nUdp6InDatagrams 15\nUdpLite6NoPorts 16\n");
  auto x = sample(what, files);
  CHECK(values(x, "ipv6.packets") == values_type{1, 4, 3, 2});
  CHECK(values(x, "system.ipv6") == values_type{5, 6});
  CHECK(values(x, "ipv6.errors")[5] == 7);
  CHECK(values(x, "ipv6.icmp") == values_type{8, 9});
  CHECK(values(x, "ipv6.groupmemb")[0] == 10);
  CHECK(values(x, "ipv6.icmprouter")[1] == 11);
  CHECK(values(x, "ipv6.icmpneighbor")[2] == 12);
  CHECK(values(x, "ipv6.icmpmldv2") == values_type{std::nullopt, 13});
  CHECK(values(x, "ipv6.udppackets") == values_type{15, std::nullopt});
  CHECK(values(x, "ipv6.udpliteerrors")[3] == 16);
  // Types that never came are zeros.
  CHECK(values(x, "ipv6.icmptypes")
        == values_type{0, 0, 0, 0, 0, 0, 0, 0, 0, 14});
  CHECK(dimension_ids(*chart_of(x, "ipv6.icmprouter"))
        == std::vector<std::string>{"InSolicits", "OutSolicits",
                                    "InAdvertisements", "OutAdvertisements"});
}

TEST_CASE("a captured machine has charts of IPv6", "[collect]") {
  auto readings = sample_capture<proc_net_snmp6>("linux-6.18-vm");
  auto packets = chart_of(readings, "ipv6.packets");
  REQUIRE(packets != nullptr);
  CHECK(packets->units == "packets/s");
  CHECK(packets->dimensions[0].name == "received");
  CHECK(packets->dimensions[1].multiplier == -1);
}

TEST_CASE("a machine without IPv6 is no error", "[collect]") {
  CHECK(sample_capture<proc_net_snmp6>("linux-2.4").empty());
}

TEST_CASE("hostile IPv6 figures are gaps", "[collect]") {
  auto readings = sample_capture<proc_net_snmp6>("hostile");
  CHECK(chart_ids(readings) == std::vector<std::string>{"ipv6.packets"});
  CHECK(values(readings, "ipv6.packets")
        == values_type{std::nullopt, std::nullopt, std::nullopt, 7});
  CHECK(code_of(fault_of_root<proc_net_snmp6>(capture("binary")))
        == ec::corrupt);
}
