#include "actors/collect/proc_conntrack.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("the connection tracker's columns have their places", "[collect]") {
  auto x = sample_capture<proc_conntrack>("linux-5.10-server");
  // The number of connections is the same in all lines.
  CHECK(values(x, "netfilter.conntrack_sockets") == values_type{0x65});
  CHECK(values(x, "netfilter.conntrack_new")
        == values_type{0xffffffff + 9ll, 20, 16});
  CHECK(values(x, "netfilter.conntrack_changes") == values_type{32, 24, 28});
  CHECK(values(x, "netfilter.conntrack_expect") == values_type{56, 60, 52});
  CHECK(values(x, "netfilter.conntrack_errors") == values_type{48, 36, 40, 44});
  CHECK(values(x, "netfilter.conntrack_search") == values_type{4, 64, 8});
  auto sockets = chart_of(x, "netfilter.conntrack_sockets");
  CHECK(sockets->dimensions[0].algorithm == algorithm::absolute);
  CHECK(sockets->units == "active connections");
}

TEST_CASE("without the tracker there are no charts and no error", "[collect]") {
  CHECK(sample_capture<proc_conntrack>("linux-2.4").empty());
}

TEST_CASE("cut and hostile tracker lines are skipped", "[collect]") {
  auto x = sample_capture<proc_conntrack>("truncated");
  CHECK(values(x, "netfilter.conntrack_new")[0] == 0xffffffff);
  x = sample_capture<proc_conntrack>("hostile");
  CHECK(values(x, "netfilter.conntrack_sockets").size() == 1);
  CHECK(code_of(fault_of_root<proc_conntrack>(capture("binary")))
        == ec::corrupt);
}
