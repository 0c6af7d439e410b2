#include "actors/http/metric_names.hpp"

#include <filesystem>
#include <limits>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "actors/collect/source_table.hpp"
#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

chart chart_of(std::vector<dimension> dimensions) {
  chart result;
  result.dimensions = std::move(dimensions);
  return result;
}

dimension scaled(int64_t multiplier, int64_t divisor,
                 algorithm how = algorithm::incremental) {
  dimension result;
  result.algorithm = how;
  result.multiplier = multiplier;
  result.divisor = divisor;
  return result;
}

/// All charts of a captured machine, also those that come with the first
/// operations of a disk.
std::vector<chart_ptr> charts_with_traffic(const char* name) {
  temporary_root root;
  std::filesystem::copy(capture(name), root.path(),
                        std::filesystem::copy_options::recursive
                            | std::filesystem::copy_options::copy_symlinks);
  kernel_files files{root.path()};
  auto figures = std::make_shared<node_figures>();
  std::vector<source_ptr> sources;
  for (auto& entry : source_table())
    sources.push_back(entry.make(figures));
  std::vector<chart_ptr> result;
  for (auto counters : {"1 1 1 1 1 1 1 1 0 1 1 1 1 1 1 1 1",
                        "9 9 9 9 9 9 9 9 0 9 9 9 9 9 9 9 9"}) {
    root.write("/proc/diskstats", std::string{"254 0 vda "} + counters + '\n');
    for (auto& source : sources)
      for (auto& x : sample(*source, files))
        result.push_back(x.chart);
  }
  return result;
}

std::vector<std::string> words_of(const std::string& metric) {
  std::vector<std::string> result;
  std::istringstream in{metric};
  for (std::string word; std::getline(in, word, '_');)
    result.push_back(word);
  return result;
}

/// Whether `promtool check metrics` refuses a name with this word, or it is a
/// unit that we convert.
bool is_refused(const std::string& word) {
  static const std::set<std::string> never
      = {"minutes", "hours", "days", "weeks", "bits", "kelvins", "s",   "ms",
         "us",      "ns",    "sec",  "b",     "kb",   "mb",      "gb",  "tb",
         "pb",      "m",     "h",    "d",     "kib",  "mib",     "gib", "tib"};
  if (never.count(word) != 0)
    return true;
  for (std::string prefix : {"pico", "nano", "micro", "milli", "centi", "deci",
                             "deca", "hecto", "kilo", "kibi", "mega", "mibi",
                             "giga", "gibi", "tera", "tebi", "peta", "pebi"})
    for (auto unit : {"bytes", "bits", "seconds", "minutes", "hours", "meters",
                      "grams", "volts", "amperes", "joules", "celsius"})
      if (word == prefix + unit)
        return true;
  return false;
}

} // namespace

TEST_CASE("names hold letters, digits and underscores", "[http]") {
  std::string name = "p_";
  append_name(name, "disk.io \"\n\xc3\xa4{}9");
  CHECK(name == "p_disk_io_______9");
}

TEST_CASE("units become base units", "[http]") {
  struct {
    const char* units;
    const char* name;
    double factor;
  } rows[] = {
      {"KiB/s", "bytes_per_second", 1024},
      {"MiB", "bytes", 1 << 20},
      {"kilobits/s", "bytes_per_second", 125},
      {"milliseconds/s", "seconds_per_second", 1e-3},
      {"microseconds", "seconds", 1e-6},
      {"percentage", "percentage", 1},
      {"%", "percentage", 1},
      {"milliseconds/operation", "seconds_per_operation", 1e-3},
      {"KiB/operation", "bytes_per_operation", 1024},
      {"operations/ms", "operations_per_second", 1e3},
      {"Context Switches/s", "context_switches_per_second", 1},
      {"/s", "per_second", 1},
      {"x/", "x", 1},
      {"/", "", 1},
      {"ms//s", "seconds_per_s", 1e-3},
      {"ms/a/b", "seconds_per_a_b", 1e-3},
      {"", "", 1},
      {"\"}\n", "", 1},
      {"__a__", "a", 1},
  };
  for (auto& row : rows) {
    INFO(row.units);
    auto x = base_unit_of(row.units);
    CHECK(x.name == row.name);
    CHECK(x.factor == Approx(row.factor));
  }
}

TEST_CASE("no chart's metric is named with a unit that is no base unit",
          "[http]") {
  CHECK(is_refused("milliseconds"));
  CHECK(is_refused("kilobits"));
  CHECK(is_refused("mib"));
  CHECK_FALSE(is_refused("seconds"));
  std::set<std::string> seen;
  for (auto name : {"linux-6.18-vm", "linux-5.10-server"})
    for (auto& x : charts_with_traffic(name)) {
      auto metric = base_unit_of(x->units).name + '_';
      append_name(metric, x->context);
      INFO(x->id << " in " << x->units << ": " << metric);
      seen.insert(x->units);
      for (auto& word : words_of(metric))
        CHECK_FALSE(is_refused(word));
    }
  // Also of those charts that come with traffic.
  for (auto units : {"milliseconds/operation", "KiB/operation", "kilobits/s",
                     "MiB", "percentage", "milliseconds/s"}) {
    INFO(units);
    CHECK(seen.count(units) == 1);
  }
}

TEST_CASE("dimensions of one kind and size are homogeneous", "[http]") {
  CHECK(is_homogeneous(chart_of({scaled(1, 8)})));
  CHECK(is_homogeneous(chart_of({scaled(1, 8), scaled(-1, 8)})));
  CHECK_FALSE(is_homogeneous(chart_of({scaled(1, 8), scaled(2, 8)})));
  CHECK_FALSE(is_homogeneous(chart_of({scaled(1, 8), scaled(1, 9)})));
  CHECK_FALSE(is_homogeneous(
      chart_of({scaled(1, 8), scaled(1, 8, algorithm::absolute)})));
  auto lowest = std::numeric_limits<int64_t>::min();
  CHECK(is_homogeneous(chart_of({scaled(lowest, 1), scaled(lowest, 1)})));
}

TEST_CASE("a gauge is not named like a counter", "[http]") {
  for (auto bad : {"a_total", "a_sum", "a_count", "a_bucket", "a_info"}) {
    std::string name = bad;
    avoid_reserved_ending(name);
    CHECK(name == std::string{bad} + "_value");
  }
  std::string fine = "a_totals";
  avoid_reserved_ending(fine);
  CHECK(fine == "a_totals");
}
