#include "actors/collect/proc_diskstats.hpp"

#include <limits>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

std::string line(const std::string& device, int64_t read, int64_t written) {
  return device + " 1 0 " + std::to_string(read) + " 1 1 0 "
         + std::to_string(written) + " 1 0 1 1\n";
}

/// Those of the charts of bytes, which each disk has.
std::vector<std::string> traffic_ids(const readings_type& readings) {
  std::vector<std::string> result;
  for (auto& x : readings)
    if (x.chart->context == "disk.io" || x.chart->context == "system.io")
      result.push_back(x.chart->id);
  return result;
}

} // namespace

TEST_CASE("the disk charts are defined", "[collect]") {
  auto readings = sample_capture<proc_diskstats>("linux-6.18-vm");
  REQUIRE(traffic_ids(readings)
          == std::vector<std::string>{"disk.vda", "system.io"});
  auto& disk = *readings[0].chart;
  CHECK(disk.context == "disk.io");
  CHECK(disk.family == "vda");
  CHECK(disk.units == "KiB/s");
  CHECK(dimension_ids(disk) == std::vector<std::string>{"reads", "writes"});
  auto& total = *readings.back().chart;
  CHECK(total.context == "system.io");
  CHECK(dimension_ids(total) == std::vector<std::string>{"in", "out"});
  for (auto x : {&disk, &total}) {
    CHECK(x->dimensions[0].algorithm == algorithm::incremental);
    CHECK(x->dimensions[0].multiplier == 512);
    CHECK(x->dimensions[0].divisor == 1024);
    CHECK(x->dimensions[1].algorithm == algorithm::incremental);
    CHECK(x->dimensions[1].multiplier == -512);
    CHECK(x->dimensions[1].divisor == 1024);
  }
}

TEST_CASE("a captured disk gives its sectors", "[collect]") {
  auto readings = sample_capture<proc_diskstats>("linux-6.18-vm");
  CHECK(values(readings, "disk.vda") == values_type{4620762, 2733504});
  CHECK(values(readings, "system.io") == values_type{4620762, 2733504});
}

TEST_CASE("whole disks have charts, physical ones make the total",
          "[collect]") {
  auto readings = sample_capture<proc_diskstats>("linux-5.10-server");
  // Not the partitions, though xvda1 is no partition there; not loop0, ram0
  // and zram0.
  CHECK(traffic_ids(readings)
        == std::vector<std::string>{"disk.sda", "disk.nvme0n1", "disk.xvda1",
                                    "disk.cciss_c0d0", "disk.dm-0",
                                    "disk.md127", "system.io"});
  CHECK(values(readings, "disk.sda") == values_type{8000, 16000});
  CHECK(values(readings, "disk.cciss_c0d0") == values_type{24, 48});
  CHECK(values(readings, "disk.dm-0") == values_type{7000, 14000});
  // sda, nvme0n1, xvda1 and cciss/c0d0.
  CHECK(values(readings, "system.io") == values_type{8488, 16976});
}

TEST_CASE("without /sys names decide", "[collect]") {
  auto old = sample_capture<proc_diskstats>("linux-2.4");
  CHECK(traffic_ids(old)
        == std::vector<std::string>{"disk.hda", "disk.fd0", "system.io"});
  CHECK(values(old, "system.io") == values_type{254330, 54400});

  temporary_root root;
  std::string text;
  for (auto name : {"sda",        "sda1",
                    "sdaa12",     "vdb3",
                    "xvda1",      "nvme0n1",
                    "nvme0n1p2",  "mmcblk0",
                    "mmcblk0p1",  "mmcblk0boot0",
                    "cciss/c0d0", "cciss/c0d0p1",
                    "dm-3",       "md0",
                    "md0p1",      "sr0",
                    "nbd15",      "loop1",
                    "ram15",      "zram1",
                    "rambo",      "1"})
    text += line(std::string{"8 0 "} + name, 1, 1);
  root.write("/proc/diskstats", text);
  kernel_files files{root.path()};
  proc_diskstats what;
  CHECK(traffic_ids(sample(what, files))
        == std::vector<std::string>{
            "disk.sda", "disk.nvme0n1", "disk.mmcblk0", "disk.mmcblk0boot0",
            "disk.cciss_c0d0", "disk.dm-3", "disk.md0", "disk.sr0",
            "disk.nbd15", "disk.rambo", "disk.1", "system.io"});
}

TEST_CASE("a disk that is pulled and another that comes", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_diskstats what;
  root.write("/proc/diskstats",
             line("8 0 sda", 100, 10) + line("8 16 sdb", 200, 20));
  auto first = sample(what, files);
  CHECK(values(first, "system.io") == values_type{300, 30});
  root.write("/proc/diskstats", line("8 0 sda", 110, 11));
  auto second = sample(what, files);
  CHECK(traffic_ids(second)
        == std::vector<std::string>{"disk.sda", "system.io"});
  CHECK(values(second, "system.io") == values_type{310, 31});
  root.write("/proc/diskstats",
             line("8 0 sda", 111, 11) + line("8 16 sdb", 1, 1));
  auto third = sample(what, files);
  CHECK(values(third, "system.io") == values_type{311, 31});
  CHECK(chart_of(third, "disk.sda") == chart_of(first, "disk.sda"));
  CHECK(chart_of(third, "disk.sdb") == chart_of(first, "disk.sdb"));
}

TEST_CASE("a name that comes back as another thing is looked at again",
          "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_diskstats what;
  // Its name tells nothing, so only /sys can.
  root.write("/sys/block/odd1/dev", "202:1\n");
  root.write("/sys/block/odd1/device/uevent", "");
  root.write("/proc/diskstats", line("202 1 odd1", 1, 1));
  CHECK(traffic_ids(sample(what, files)).size() == 2);
  root.write("/proc/diskstats", line("8 0 dm-0", 1, 1));
  CHECK(traffic_ids(sample(what, files)).size() == 1);
  CHECK(traffic_ids(sample(what, files)).size() == 1);
  std::filesystem::remove_all(root.path() + "/sys");
  root.write("/sys/dev/block/202:1/partition", "1\n");
  root.write("/proc/diskstats", line("202 1 odd1", 1, 1));
  CHECK(sample(what, files).empty());
}

TEST_CASE("a cut line is skipped, those before it count", "[collect]") {
  auto readings = sample_capture<proc_diskstats>("truncated");
  // There is no /sys in that capture, so sda1 is known by its name.
  CHECK(traffic_ids(readings)
        == std::vector<std::string>{"disk.sda", "system.io"});
}

TEST_CASE("hostile disk lines are skipped or made safe", "[collect]") {
  auto readings = sample_capture<proc_diskstats>("hostile");
  constexpr auto largest = std::numeric_limits<int64_t>::max();
  CHECK(traffic_ids(readings)
        == std::vector<std::string>{"disk.sd_a", "disk...", "disk._______.._x",
                                    "disk.sdf", "disk.sdg", "system.io"});
  CHECK(values(readings, "disk.sd_a") == values_type{8, 16});
  CHECK(values(readings, "disk._______.._x") == values_type{24, 32});
  CHECK(values(readings, "disk.sdf") == values_type{largest, largest});
  CHECK(values(readings, "system.io") == values_type{8, 21});
}

TEST_CASE("no disks are no error, no sound line is one", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_diskstats what;
  root.write("/proc/diskstats", "");
  CHECK(sample(what, files).empty());
  root.write("/proc/diskstats", std::string(1 << 20, '8'));
  CHECK(code_of(fault_of_root<proc_diskstats>(root.path())) == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_diskstats>(capture("binary")))
        == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_diskstats>(capture("none")))
        == ec::file_unusable);
}

TEST_CASE("600 disks give 512 charts and the rest is counted", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_diskstats what;
  std::string text;
  for (int i = 0; i < 600; ++i)
    text += line("252 " + std::to_string(i) + " dm-" + std::to_string(i), i, i);
  root.write("/proc/diskstats", text);
  for (int i = 0; i < 3; ++i) {
    CHECK(traffic_ids(sample(what, files)).size() == 512);
    CHECK(what.left_out_count() == 88);
  }
}

TEST_CASE("a disk has its charts once it has done something", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_diskstats what;
  root.write("/proc/diskstats", "8 0 sda 0 0 0 0 0 0 0 0 0 0 0\n");
  CHECK(chart_ids(sample(what, files))
        == std::vector<std::string>{"disk.sda", "system.io"});
  root.write("/proc/diskstats", "8 0 sda 2 1 16 30 0 0 0 0 0 40 50\n");
  auto readings = sample(what, files);
  CHECK(values(readings, "disk_ops.sda") == values_type{2, 0});
  CHECK(values(readings, "disk_mops.sda") == values_type{1, 0});
  CHECK(values(readings, "disk_iotime.sda") == values_type{30, 0});
  CHECK(values(readings, "disk_busy.sda") == values_type{40});
  CHECK(values(readings, "disk_util.sda") == values_type{40});
  CHECK(values(readings, "disk_backlog.sda") == values_type{50});
  // The kernel of that line counts no discards, and nothing is in flight.
  CHECK(chart_of(readings, "disk_ext_ops.sda") == nullptr);
  CHECK(chart_of(readings, "disk_qops.sda") == nullptr);
  auto util = chart_of(readings, "disk_util.sda");
  // 1,000 ms of a second are 100 %.
  CHECK(util->dimensions[0].algorithm == algorithm::incremental);
  CHECK(util->dimensions[0].divisor == 10);
  CHECK(util->units == "% of time working");
}

TEST_CASE("averages are of what two rounds differ by", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_diskstats what;
  root.write("/proc/diskstats",
             "8 0 sda 100 0 800 1000 50 0 400 200 0 500 0 10 0 80 5 4 2\n");
  auto first = sample(what, files);
  for (auto id : {"disk_await.sda", "disk_avgsz.sda", "disk_svctm.sda"})
    CHECK(chart_of(first, id) == nullptr);
  // 4 reads of 32 sectors in 10 ms, 2 writes of 8 in 3 ms, 9 ms busy, 3
  // discards of 48 in 6 ms, a flush in 7 ms.
  root.write("/proc/diskstats",
             "8 0 sda 104 0 832 1010 52 0 408 203 1 509 0 13 0 128 11 5 9\n");
  auto second = sample(what, files);
  CHECK(values(second, "disk_await.sda") == values_type{2500, 1500});
  CHECK(values(second, "disk_avgsz.sda") == values_type{8 * 512, 4 * 512});
  CHECK(values(second, "disk_svctm.sda") == values_type{1500});
  CHECK(values(second, "disk_ext_await.sda") == values_type{2000, 7000});
  CHECK(values(second, "disk_ext_avgsz.sda") == values_type{16 * 512});
  CHECK(values(second, "disk_qops.sda") == values_type{1});
  auto await = chart_of(second, "disk_await.sda");
  CHECK(await->dimensions[0].algorithm == algorithm::absolute);
  CHECK(await->dimensions[0].divisor == 1000);
  CHECK(await->dimensions[1].multiplier == -1);
  // Nothing was done.
  CHECK(values(sample(what, files), "disk_await.sda") == values_type{0, 0});
  // The counters were reset.
  root.write("/proc/diskstats", "8 0 sda 1 0 8 1 1 0 8 1 0 1 0\n");
  CHECK(chart_of(sample(what, files), "disk_await.sda") == nullptr);
}

TEST_CASE("averages of damaged counters are none", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_diskstats what;
  root.write("/proc/diskstats", "8 0 sda 0 0 0 0 0 0 0 0\n");
  sample(what, files);
  root.write("/proc/diskstats",
             "8 0 sda 1 0 9223372036854775807 9223372036854775807 0 0 0 0\n");
  auto readings = sample(what, files);
  CHECK(chart_of(readings, "disk_await.sda") == nullptr);
  CHECK(chart_of(readings, "disk_avgsz.sda") == nullptr);
}
