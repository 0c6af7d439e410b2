/// Feeds the sources captures with random damage. Nothing must crash (run it
/// under the sanitizers), and what is read must still be well formed.

#include <cstdlib>
#include <iterator>
#include <random>
#include <set>

#include "actors/collect/device_table.hpp"
#include "actors/collect/mounts.hpp"
#include "actors/collect/source_table.hpp"
#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

using random_engine = std::mt19937_64;

constexpr size_t round_count = 20'000;

/// TRIBUTARY_TEST_SEED repeats a run that failed.
uint64_t seed() {
  auto given = std::getenv("TRIBUTARY_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'260'101;
}

size_t below(random_engine& random, size_t bound) {
  return bound == 0 ? 0 : random() % bound;
}

std::string load(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Captures of one file, of several machines.
std::vector<std::string> load_captures(const std::string& file) {
  std::vector<std::string> result;
  for (auto name : {"linux-6.18-vm", "linux-2.4", "linux-5.10-server",
                    "truncated", "hostile", "binary"}) {
    // Some lines of a server with 256 CPUs are as good as all.
    auto text = load(capture(name) + file);
    if (!text.empty())
      result.push_back(text.substr(0, 4096));
  }
  // An old kernel has not all files, and a cut one may have lost all.
  INFO(file);
  REQUIRE(result.size() >= 4);
  return result;
}

/// One random change; may grow the text by as much as 64 bytes.
void damage(random_engine& random, std::string& text) {
  static const char* const words[] = {"-1",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "\n",
                                      "\n\n",
                                      " ",
                                      ":",
                                      "/",
                                      "..",
                                      ")",
                                      "(",
                                      "%s%n",
                                      "",
                                      "cpu ",
                                      "0000000000000000000000000000000001"};
  auto at = below(random, text.size() + 1);
  switch (below(random, 6)) {
  case 0:
    text.resize(at);
    break;
  case 1:
    text.erase(at, below(random, 32));
    break;
  case 2:
    text.insert(at, words[below(random, std::size(words))]);
    break;
  case 3:
    text.insert(at, text.substr(below(random, text.size() + 1), 64));
    break;
  default:
    if (at < text.size())
      text[at] = static_cast<char>(random());
  }
}

std::string mutate(random_engine& random,
                   const std::vector<std::string>& captures) {
  auto result = captures[below(random, captures.size())];
  for (auto left = 1 + below(random, 8); left > 0; --left)
    damage(random, result);
  return result;
}

bool is_sound(const std::string& id) {
  return !id.empty() && id.size() <= 12 + 200
         && id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                 "TUVWXYZ0123456789._-")
                == std::string::npos;
}

bool has_unique_dimensions(const chart& x) {
  std::set<std::string_view> ids;
  for (auto& dimension : x.dimensions)
    if (!ids.insert(dimension.id).second)
      return false;
  return true;
}

/// Plain conditions, since a Catch assertion each would take all the time.
bool are_sound(const readings_type& readings) {
  std::set<std::string> ids;
  for (auto& x : readings)
    if (!is_sound(x.chart->id) || !ids.insert(x.chart->id).second
        || x.values.size() != x.chart->dimensions.size()
        || (!x.before.empty() && x.before.size() != x.values.size())
        || x.values.size() > chart_dimensions_max
        || !has_unique_dimensions(*x.chart))
      return false;
  return readings.size() <= device_table::device_count_max + 1;
}

bool are_counts(const readings_type& readings) {
  for (auto& x : readings)
    for (auto& value : x.values)
      if (value && *value < 0)
        return false;
  return true;
}

/// Damaged mount points are not asked: who knows where they lead.
source_ptr make(std::string_view name,
                const std::shared_ptr<node_figures>& figures = nullptr) {
  if (name == "mounts")
    return std::make_unique<mounts>([](auto& point) {
      auto size = static_cast<int64_t>(point.size());
      return std::optional{file_system_usage{size, 1, 1, size, 1, 1}};
    });
  return make_source(name, figures);
}

struct target {
  std::string_view source;
  std::vector<std::string> files;
};

/// Every source, and files of it.
const std::vector<target>& targets() {
  static const std::vector<target> result = {
      {"proc.stat", {"/proc/stat"}},
      {"proc.loadavg", {"/proc/loadavg"}},
      {"proc.meminfo", {"/proc/meminfo"}},
      {"proc.vmstat", {"/proc/vmstat"}},
      {"proc.pressure", {"/proc/pressure/cpu", "/proc/pressure/memory"}},
      {"proc.interrupts", {"/proc/interrupts"}},
      {"proc.softirqs", {"/proc/softirqs"}},
      {"proc.diskstats", {"/proc/diskstats"}},
      {"mounts", {"/proc/self/mountinfo"}},
      {"proc.net.dev", {"/proc/net/dev"}},
      {"proc.net.netstat", {"/proc/net/snmp", "/proc/net/netstat"}},
      {"proc.net.snmp6", {"/proc/net/snmp6"}},
      {"proc.net.sockstat", {"/proc/net/sockstat", "/proc/net/sockstat6"}},
      {"proc.net.softnet_stat", {"/proc/net/softnet_stat"}},
      {"proc.net.stat.conntrack", {"/proc/net/stat/nf_conntrack"}},
      {"proc.sys",
       {"/proc/sys/fs/file-nr", "/proc/sys/kernel/random/entropy_avail"}},
      {"ipc", {"/proc/sysvipc/sem", "/proc/sysvipc/shm"}},
      {"proc.uptime", {"/proc/uptime"}},
      {"self", {"/proc/self/stat", "/proc/self/status"}},
  };
  return result;
}

} // namespace

TEST_CASE("damaged kernel files crash no source", "[collect]") {
  WARN("seed " << seed());
  random_engine random{seed()};
  temporary_root root;
  root.write("/sys/block/sda/dev", "8:0\n");
  root.write("/sys/class/net/eth0/device/uevent", "");
  kernel_files files{root.path()};
  size_t read_count = 0;
  for (auto& x : targets()) {
    auto what = make(x.source, std::make_shared<node_figures>());
    REQUIRE(what != nullptr);
    std::vector<std::vector<std::string>> captures;
    for (auto& file : x.files)
      captures.push_back(load_captures(file));
    readings_type readings;
    for (size_t i = 0; i < round_count / targets().size() + 1; ++i) {
      for (size_t k = 0; k < x.files.size(); ++k)
        root.write(x.files[k], mutate(random, captures[k]));
      readings.clear();
      static_cast<void>(what->sample(files, readings));
      read_count += readings.size();
      if (!are_sound(readings) || !are_counts(readings))
        FAIL(x.source << " in round " << i << " with seed " << seed());
    }
  }
  // Most damage must leave something to be read, or it tests nothing.
  CHECK(read_count > round_count);
}

TEST_CASE("a mebibyte without a line feed is no line", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  std::string text(1 << 20, '7');
  text.replace(0, 4, "cpu ");
  for (auto& x : targets())
    for (auto& file : x.files)
      root.write(file, text);
  for (auto& x : targets()) {
    readings_type readings;
    auto fault = make(x.source)->sample(files, readings);
    CHECK(code_of(fault) == ec::corrupt);
    CHECK(readings.empty());
  }
}
