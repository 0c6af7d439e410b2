#include "actors/collect/mounts.hpp"

#include <condition_variable>
#include <mutex>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

std::string line(const std::string& device, const std::string& point,
                 const std::string& type = "ext4") {
  return "1 1 " + device + " / " + point + " rw - " + type + " x rw\n";
}

/// 100 bytes of which 60 are free and 55 for all, and 10, 4 and 3 files.
std::optional<file_system_usage> some_usage(const std::string&) {
  return file_system_usage{100, 60, 55, 10, 4, 3};
}

/// Answers for `/mnt/dead` only while it is open. Shared with the threads that
/// ask it, which may outlive a test.
struct server {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;

  std::optional<file_system_usage> ask(const std::string& point) {
    std::unique_lock guard{mutex};
    changed.wait(guard, [&] { return open || point != "/mnt/dead"; });
    return some_usage(point);
  }

  void revive() {
    std::lock_guard guard{mutex};
    open = true;
    changed.notify_all();
  }
};

} // namespace

TEST_CASE("space and files of a file system are charted", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  mounts what{some_usage};
  root.write("/proc/self/mountinfo",
             line("8:1", "/") + line("8:2", "/var/with\\040blank"));
  auto readings = sample(what, files);
  CHECK(chart_ids(readings)
        == std::vector<std::string>{"disk_space._", "disk_inodes._",
                                    "disk_space._var_with_blank",
                                    "disk_inodes._var_with_blank"});
  CHECK(values(readings, "disk_space._") == values_type{55, 40, 5});
  CHECK(values(readings, "disk_inodes._") == values_type{3, 6, 1});
  auto space = chart_of(readings, "disk_space._var_with_blank");
  CHECK(space->context == "disk.space");
  CHECK(space->family == "/var/with_blank");
  CHECK(space->units == "GiB");
  CHECK(dimension_ids(*space)
        == std::vector<std::string>{"avail", "used", "reserved_for_root"});
  CHECK(space->dimensions[2].name == "reserved for root");
  CHECK(space->dimensions[0].algorithm == algorithm::absolute);
  CHECK(space->dimensions[0].divisor == 1 << 30);
  CHECK(chart_of(readings, "disk_inodes._")->units == "inodes");
}

TEST_CASE("a file system that counts no files has no chart of them",
          "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  root.write("/proc/self/mountinfo", line("8:1", "/"));
  mounts what{[](auto&) {
    return std::optional{file_system_usage{100, 60, 60, 0, 0, 0}};
  }};
  CHECK(chart_ids(sample(what, files))
        == std::vector<std::string>{"disk_space._"});
}

TEST_CASE("usage that can't be is not shown", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  root.write("/proc/self/mountinfo", line("8:1", "/"));
  mounts fuller{[](auto&) {
    return std::optional{file_system_usage{100, 101, 50, 10, 5, 6}};
  }};
  CHECK(sample(fuller, files).empty());
  mounts silent{[](auto&) {
    return std::optional<file_system_usage>{};
  }};
  CHECK(sample(silent, files).empty());
}

TEST_CASE("file systems come and go", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  mounts what{some_usage};
  root.write("/proc/self/mountinfo", line("8:1", "/"));
  auto first = sample(what, files);
  root.write("/proc/self/mountinfo", line("8:1", "/") + line("8:2", "/mnt"));
  auto second = sample(what, files);
  CHECK(second.size() == 4);
  CHECK(chart_of(second, "disk_space._") == chart_of(first, "disk_space._"));
  root.write("/proc/self/mountinfo", line("8:1", "/"));
  CHECK(sample(what, files).size() == 2);
}

TEST_CASE("points that are equal once safe give one chart", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  mounts what{some_usage};
  root.write("/proc/self/mountinfo",
             line("8:1", "/a/b") + line("8:2", "/a_b")
                 + line("8:3", "/" + std::string(300, 'x') + "/1")
                 + line("8:4", "/" + std::string(300, 'x') + "/2"));
  auto readings = sample(what, files);
  CHECK(readings.size() == 4);
  CHECK(chart_of(readings, "disk_space._a_b")->family == "/a/b");
}

TEST_CASE("a dead server is told of and stops no other", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  auto dead = std::make_shared<server>();
  mounts what{[dead](auto& point) {
    return dead->ask(point);
  }};
  root.write("/proc/self/mountinfo", line("8:1", "/")
                                         + line("0:40", "/mnt/dead", "nfs4")
                                         + line("0:41", "/mnt/alive", "nfs4"));
  readings_type readings;
  for (uint32_t i = 0; i < mounts::silent_rounds_max; ++i) {
    readings.clear();
    CHECK(!what.sample(files, readings));
    CHECK(chart_of(readings, "disk_space._") != nullptr);
    CHECK(chart_of(readings, "disk_space._mnt_dead") == nullptr);
  }
  readings.clear();
  auto fault = what.sample(files, readings);
  CHECK(to_text(fault) == "timed_out: /mnt/dead (nfs4) does not answer");
  CHECK(chart_of(readings, "disk_space._") != nullptr);
  dead->revive();
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (fault && std::chrono::steady_clock::now() < deadline) {
    readings.clear();
    fault = what.sample(files, readings);
  }
  CHECK(!fault);
  CHECK(values(readings, "disk_space._mnt_dead") == values_type{55, 40, 5});
}

TEST_CASE("a big table is read now and then", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  mounts what{some_usage};
  std::string rest;
  while (rest.size() <= mounts::small_table_bytes_max)
    rest += line("0:9", "/proc/x", "proc");
  root.write("/proc/self/mountinfo", line("8:1", "/") + rest);
  CHECK(sample(what, files).size() == 2);
  root.write("/proc/self/mountinfo",
             line("8:1", "/") + line("8:2", "/mnt") + rest);
  for (uint64_t i = 1; i < mounts::rounds_between_reads; ++i)
    CHECK(sample(what, files).size() == 2);
  CHECK(sample(what, files).size() == 4);
}

TEST_CASE("without a table of mounts there is an error", "[collect]") {
  CHECK(code_of(fault_of_root<mounts>(capture("binary"))) == ec::corrupt);
  CHECK(code_of(fault_of_root<mounts>(capture("linux-2.4")))
        == ec::file_unusable);
}
