#include "actors/collect/sysv_ipc.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("semaphores and shared memory are added up", "[collect]") {
  auto x = sample_capture<sysv_ipc>("linux-5.10-server");
  CHECK(values(x, "system.ipc_semaphores") == values_type{20});
  CHECK(values(x, "system.ipc_semaphore_arrays") == values_type{2});
  CHECK(values(x, "system.shared_memory_segments") == values_type{2});
  CHECK(values(x, "system.shared_memory_bytes") == values_type{524344});
}

TEST_CASE("none are zeros, a kernel without them has no charts", "[collect]") {
  auto x = sample_capture<sysv_ipc>("linux-6.18-vm");
  CHECK(values(x, "system.ipc_semaphores") == values_type{0});
  CHECK(sample_capture<sysv_ipc>("linux-2.4").empty());
}

TEST_CASE("a hostile table is a gap of what can't be", "[collect]") {
  kernel_files files{capture("hostile")};
  sysv_ipc what;
  readings_type readings;
  auto fault = what.sample(files, readings);
  CHECK(to_text(fault) == "corrupt: /proc/sysvipc/shm: no heading");
  CHECK(chart_ids(readings)
        == std::vector<std::string>{"system.ipc_semaphore_arrays"});
  CHECK(code_of(fault_of_root<sysv_ipc>(capture("binary"))) == ec::corrupt);
}
