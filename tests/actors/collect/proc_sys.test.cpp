#include "actors/collect/proc_sys.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("single figures of the kernel are charted", "[collect]") {
  auto x = sample_capture<proc_sys>("linux-2.4");
  CHECK(values(x, "system.entropy") == values_type{4096});
  CHECK(values(x, "system.file_nr_used") == values_type{400});
  // 400 of 52427 are 0.7629 %.
  CHECK(values(x, "system.file_nr_utilization") == values_type{7629});
  CHECK(chart_of(x, "system.file_nr_utilization")->dimensions[0].divisor
        == 10000);
}

TEST_CASE("no limit of file handles is a share of zero", "[collect]") {
  auto x = sample_capture<proc_sys>("linux-5.10-server");
  CHECK(values(x, "system.file_nr_used") == values_type{12000});
  CHECK(values(x, "system.file_nr_utilization") == values_type{0});
}

TEST_CASE("one file's fault leaves the other's chart", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_sys what;
  CHECK(sample(what, files).empty());
  root.write("/proc/sys/kernel/random/entropy_avail", "256\n");
  CHECK(chart_ids(sample(what, files))
        == std::vector<std::string>{"system.entropy"});
  // More are unused than there are.
  root.write("/proc/sys/fs/file-nr", "5 9 100\n");
  readings_type readings;
  auto fault = what.sample(files, readings);
  CHECK(to_text(fault) == "corrupt: /proc/sys/fs/file-nr: no three numbers");
  CHECK(chart_ids(readings) == std::vector<std::string>{"system.entropy"});
}

TEST_CASE("damaged single figures are errors", "[collect]") {
  for (auto name : {"hostile", "truncated", "binary"})
    CHECK(code_of(fault_of_root<proc_sys>(capture(name))) == ec::corrupt);
}
