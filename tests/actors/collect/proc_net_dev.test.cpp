#include "actors/collect/proc_net_dev.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("the interface charts are defined", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("linux-6.18-vm");
  REQUIRE(chart_ids(readings)
          == std::vector<std::string>{"net.lo", "net.ifb0", "net.ifb1",
                                      "net.eth0", "system.net"});
  auto& interface = *readings[3].chart;
  CHECK(interface.context == "net.net");
  CHECK(interface.family == "eth0");
  CHECK(interface.units == "kilobits/s");
  CHECK(dimension_ids(interface)
        == std::vector<std::string>{"received", "sent"});
  auto& total = *readings[4].chart;
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
  CHECK(readings.size() == 201);
  CHECK(values(readings, "net.eno1") == values_type{1000000, 2000000});
  CHECK(values(readings, "net.bond0") == values_type{1030000, 2040000});
  CHECK(values(readings, "net.eno1.100") == values_type{700, 800});
  CHECK(values(readings, "system.net") == values_type{1030000, 2040000});
}

TEST_CASE("old kernels put no blank behind the colon", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("linux-2.4");
  // There is no /sys, so nothing is known to be physical.
  CHECK(chart_ids(readings)
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
  CHECK(chart_ids(last) == std::vector<std::string>{"net.usb0", "system.net"});
  CHECK(last.back().chart == first.back().chart);
}

TEST_CASE("a cut interface line is skipped", "[collect]") {
  CHECK(chart_ids(sample_capture<proc_net_dev>("truncated"))
        == std::vector<std::string>{"net.lo", "net.eno1"});
}

TEST_CASE("hostile interface lines are skipped or made safe", "[collect]") {
  auto readings = sample_capture<proc_net_dev>("hostile");
  CHECK(chart_ids(readings)
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
