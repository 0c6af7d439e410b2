#include "actors/collect/proc_net_dev.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

/// Those of the charts of bytes, which each interface has.
std::vector<std::string> traffic_ids(const readings_type& readings) {
  std::vector<std::string> result;
  for (auto& x : readings)
    if (x.chart->context == "net.net" || x.chart->context == "system.net")
      result.push_back(x.chart->id);
  return result;
}

} // namespace

TEST_CASE("the interface charts are defined", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("linux-6.18-vm");
  REQUIRE(traffic_ids(readings)
          == std::vector<std::string>{"net.lo", "net.ifb0", "net.ifb1",
                                      "net.eth0", "system.net"});
  auto& interface = *chart_of(readings, "net.eth0");
  CHECK(interface.context == "net.net");
  CHECK(interface.family == "eth0");
  CHECK(interface.units == "kilobits/s");
  CHECK(dimension_ids(interface)
        == std::vector<std::string>{"received", "sent"});
  auto& total = *readings.back().chart;
  CHECK(total.context == "system.net");
  CHECK(dimension_ids(total)
        == std::vector<std::string>{"InOctets", "OutOctets"});
  CHECK(total.dimensions[0].name == "received");
  for (auto x : {&interface, &total}) {
    CHECK(x->dimensions[0].algorithm == algorithm::incremental);
    CHECK(x->dimensions[0].multiplier == 8);
    CHECK(x->dimensions[0].divisor == 1000);
    CHECK(x->dimensions[1].algorithm == algorithm::incremental);
    CHECK(x->dimensions[1].multiplier == -8);
    CHECK(x->dimensions[1].divisor == 1000);
  }
}

TEST_CASE("captured interfaces give their bytes", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("linux-6.18-vm");
  CHECK(values(readings, "net.lo") == values_type{3267, 3267});
  CHECK(values(readings, "net.eth0") == values_type{334548233, 399129});
  CHECK(values(readings, "system.net") == values_type{334548233, 399129});
}

TEST_CASE("of 200 interfaces only the physical make the total", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("linux-5.10-server");
  CHECK(traffic_ids(readings).size() == 201);
  CHECK(values(readings, "net.eno1") == values_type{1000000, 2000000});
  CHECK(values(readings, "net.bond0") == values_type{1030000, 2040000});
  CHECK(values(readings, "net.eno1.100") == values_type{700, 800});
  CHECK(values(readings, "system.net") == values_type{1030000, 2040000});
}

TEST_CASE("old kernels put no blank behind the colon", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("linux-2.4");
  // There is no /sys, so nothing is known to be physical.
  CHECK(traffic_ids(readings)
        == std::vector<std::string>{"net.lo", "net.eth0", "net.eth0_1"});
  CHECK(values(readings, "net.eth0") == values_type{2048731915, 915411283});
}

TEST_CASE("interfaces come and go without a jump of the total", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_net_dev what;
  for (auto name : {"eth0", "usb0"})
    root.write(std::string{"/sys/class/net/"} + name + "/device/uevent", "");
  const std::string tail = " 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0\n";
  root.write("/proc/net/dev", " eth0: 100" + tail);
  auto first = sample(what, files);
  CHECK(values(first, "system.net") == values_type{100, 5});
  root.write("/proc/net/dev", " eth0: 101" + tail + " usb0: 9000" + tail);
  CHECK(values(sample(what, files), "system.net") == values_type{101, 5});
  root.write("/proc/net/dev", " eth0: 102" + tail + " usb0: 9001" + tail);
  CHECK(values(sample(what, files), "system.net") == values_type{103, 5});
  root.write("/proc/net/dev", " usb0: 9002" + tail);
  auto last = sample(what, files);
  CHECK(values(last, "system.net") == values_type{104, 5});
  CHECK(traffic_ids(last)
        == std::vector<std::string>{"net.usb0", "system.net"});
  CHECK(last.back().chart == first.back().chart);
}

TEST_CASE("a cut interface line is skipped", "[collect]") {
  CHECK(traffic_ids(sample_capture<proc_net_dev>("truncated"))
        == std::vector<std::string>{"net.lo", "net.eno1"});
}

TEST_CASE("hostile interface lines are skipped or made safe", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("hostile");
  CHECK(traffic_ids(readings)
        == std::vector<std::string>{"net..._.._.._etc", "net.a_b_",
                                    "net._____z",
                                    "net." + std::string(64, 'n')});
  CHECK(values(readings, "net..._.._.._etc") == values_type{1, 2});
  // `a b` and a tab, then `a_b_` itself: the first has the chart.
  CHECK(values(readings, "net.a_b_") == values_type{3, 4});
  CHECK(values(readings, "net._____z") == values_type{7, 8});
}

TEST_CASE("without a sound interface line there is an error", "[collect]") {
  temporary_root root;
  root.write("/proc/net/dev", "");
  CHECK(code_of(fault_of_root<proc_net_dev>(root.path())) == ec::corrupt);
  root.write("/proc/net/dev", std::string(1 << 20, ':'));
  CHECK(code_of(fault_of_root<proc_net_dev>(root.path())) == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_net_dev>(capture("binary"))) == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_net_dev>(capture("none")))
        == ec::file_unusable);
}

namespace {

/// received bytes ... multicast, sent bytes ... compressed: 1 to 16.
const std::string sixteen = " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";

void write_state(const temporary_root& root, const std::string& name,
                 const std::string& operstate, const std::string& speed) {
  auto folder = "/sys/class/net/" + name + "/";
  root.write(folder + "operstate", operstate + "\n");
  root.write(folder + "speed", speed + "\n");
}

} // namespace

TEST_CASE("each field of an interface's line has its chart", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_net_dev what;
  root.write("/proc/net/dev", "eth0:" + sixteen);
  auto readings = sample(what, files);
  CHECK(values(readings, "net.eth0") == values_type{1, 9});
  CHECK(values(readings, "net_packets.eth0") == values_type{2, 10, 8});
  CHECK(values(readings, "net_errors.eth0") == values_type{3, 11});
  CHECK(values(readings, "net_drops.eth0") == values_type{4, 12});
  CHECK(values(readings, "net_fifo.eth0") == values_type{5, 13});
  CHECK(values(readings, "net_events.eth0") == values_type{6, 14, 15});
  CHECK(values(readings, "net_compressed.eth0") == values_type{7, 16});
  CHECK(chart_of(readings, "net_drops.eth0")->dimensions[1].multiplier == -1);
}

TEST_CASE("the state of an interface is one of several", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("linux-5.10-server");
  CHECK(values(readings, "net_operstate.eno1")
        == values_type{1, 0, 0, 0, 0, 0, 0});
  CHECK(values(readings, "net_operstate.eno2")
        == values_type{0, 1, 0, 0, 0, 0, 0});
  CHECK(values(readings, "net_carrier.eno1") == values_type{1, 0});
  CHECK(values(readings, "net_carrier.eno2") == values_type{0, 1});
  CHECK(values(readings, "net_duplex.eno1") == values_type{1, 0, 0});
  CHECK(values(readings, "net_duplex.eno2") == values_type{0, 0, 1});
  CHECK(values(readings, "net_mtu.eno1") == values_type{9000});
  CHECK(values(readings, "net_speed.eno1") == values_type{10000});
  auto speed = chart_of(readings, "net_speed.eno1");
  CHECK(speed->units == "kilobits/s");
  CHECK(speed->dimensions[0].multiplier == 1000);
  // The driver does not know.
  CHECK(chart_of(readings, "net_speed.eno2") == nullptr);
}

TEST_CASE("states that nobody knows give no chart", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_net_dev what;
  root.write("/proc/net/dev", "eth0:" + sixteen);
  write_state(root, "eth0", "sideways", "99999999999999999999");
  root.write("/sys/class/net/eth0/carrier", "2\n");
  root.write("/sys/class/net/eth0/duplex", "");
  root.write("/sys/class/net/eth0/mtu", "1500"); // cut off
  for (auto& id : chart_ids(sample(what, files)))
    for (auto prefix :
         {"net_operstate", "net_speed", "net_carrier", "net_duplex", "net_mtu"})
      CHECK(id.find(prefix) != 0);
}

TEST_CASE("many interfaces take turns to be looked at", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_net_dev what;
  constexpr size_t count = 3 * proc_net_dev::looks_per_round;
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    auto name = "e" + std::to_string(i);
    text += name + ":" + sixteen;
    write_state(root, name, "up", "100");
  }
  root.write("/proc/net/dev", text);
  auto states = [&](const char* id) {
    size_t result = 0;
    for (auto& x : sample(what, files))
      result += x.chart->context == id && x.values[0] == 1;
    return result;
  };
  // All at first sight.
  CHECK(states("net.operstate") == count);
  for (size_t i = 0; i < count; ++i)
    write_state(root, "e" + std::to_string(i), "down", "100");
  auto left = count;
  size_t rounds = 0;
  while (left > 0 && rounds < 10) {
    auto now = states("net.operstate");
    CHECK(left - now <= proc_net_dev::looks_per_round);
    left = now;
    ++rounds;
  }
  CHECK(left == 0);
  CHECK(rounds >= 3);
}
