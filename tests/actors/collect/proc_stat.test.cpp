#include "actors/collect/proc_stat.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

/// user, system, nice, iowait, irq, softirq, steal, guest, idle of a line.
values_type row_of(source& what, const temporary_root& root,
                   const std::string& line) {
  root.write("/proc/stat", line + "\n");
  kernel_files files{root.path()};
  return values(sample(what, files), "system.cpu");
}

} // namespace

TEST_CASE("system.cpu is defined as Netdata users know it", "[collect]") {
  auto readings = sample_capture<proc_stat>("linux-6.18-vm");
  REQUIRE(readings.size() == 1);
  auto& x = *readings.front().chart;
  CHECK(x.id == "system.cpu");
  CHECK(x.context == "system.cpu");
  CHECK(x.family == "cpu");
  CHECK(x.units == "percentage");
  CHECK(x.type == chart_type::stacked);
  CHECK(x.priority == 100);
  CHECK(x.module == "proc.stat");
  CHECK(dimension_ids(x)
        == std::vector<std::string>{"user", "system", "nice", "iowait", "irq",
                                    "softirq", "steal", "guest", "idle"});
  for (auto& dimension : x.dimensions) {
    CHECK(dimension.algorithm == algorithm::percentage_of_incremental_row);
    CHECK(dimension.hidden == (dimension.id == "idle"));
  }
}

TEST_CASE("a captured cpu line gives its counters", "[collect]") {
  CHECK(values(sample_capture<proc_stat>("linux-6.18-vm"), "system.cpu")
        == values_type{9229, 3309, 0, 678, 0, 103, 615, 0, 308853});
}

TEST_CASE("guests are taken out of user and nice", "[collect]") {
  // cpu 1204576179 1326860291 ... guest 301143950 guest_nice 132685902
  CHECK(values(sample_capture<proc_stat>("linux-5.10-server"), "system.cpu")
        == values_type{903432229, 1292303479, 1194174389, 1317560016,
                       1301814762, 1242869741, 1232807374, 433829852,
                       1288251882});
}

TEST_CASE("fields that an old kernel lacks are zero", "[collect]") {
  CHECK(values(sample_capture<proc_stat>("linux-2.4"), "system.cpu")
        == values_type{1132, 1441, 34, 0, 0, 0, 0, 0, 11311718});
}

TEST_CASE("fields of a kernel to come are passed over", "[collect]") {
  temporary_root root;
  proc_stat what;
  CHECK(row_of(what, root, "cpu  10 2 3 4 5 6 7 8 1 1 99 later")
        == values_type{9, 3, 1, 5, 6, 7, 8, 2, 4});
}

TEST_CASE("small steps back are held, resets are passed on", "[collect]") {
  temporary_root root;
  proc_stat what;
  auto row = [&](const std::string& line) {
    return row_of(what, root, line);
  };
  // user without guest wavers by one, and iowait falls by 30.
  CHECK(row("cpu 1000 0 0 900 500 0 0 0 400 0")
        == values_type{600, 0, 0, 500, 0, 0, 0, 400, 900});
  CHECK(row("cpu 1000 0 0 900 470 0 0 0 401 0")
        == values_type{600, 0, 0, 500, 0, 0, 0, 401, 900});
  CHECK(row("cpu 1002 0 0 901 501 0 0 0 401 0")
        == values_type{601, 0, 0, 501, 0, 0, 0, 401, 901});
  CHECK(row("cpu 7 0 0 5 6 0 0 0 1 0")
        == values_type{6, 0, 0, 6, 0, 0, 0, 1, 5});
}

TEST_CASE("more guest than user time is a gap of user", "[collect]") {
  temporary_root root;
  proc_stat what;
  CHECK(row_of(what, root, "cpu 10 0 3 4 0 0 0 0 11 0")
        == values_type{std::nullopt, 3, 0, 0, 0, 0, 0, 11, 4});
}

TEST_CASE("without a sound cpu line there is an error", "[collect]") {
  for (auto name : {"truncated", "hostile", "binary"}) {
    auto fault = fault_of_root<proc_stat>(capture(name));
    CHECK(code_of(fault) == ec::corrupt);
    CHECK(to_text(fault) == "corrupt: /proc/stat: no sound cpu line");
  }
  auto fault = fault_of_root<proc_stat>(capture("none"));
  CHECK(code_of(fault) == ec::file_unusable);
}

TEST_CASE("a source reads on after an error, with the same chart",
          "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_stat what;
  root.write("/proc/stat", "cpu 1 2 3 4\n");
  auto before = sample(what, files).front().chart;
  root.write("/proc/stat", "");
  readings_type readings;
  CHECK(code_of(what.sample(files, readings)) == ec::corrupt);
  root.write("/proc/stat", "cpu 2 3 4 5\n");
  CHECK(sample(what, files).front().chart == before);
}
