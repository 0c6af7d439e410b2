#pragma once

/// What the tests of sources share: captured kernel files, folders to write
/// others to, and short ways to look at readings.

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include <stdlib.h>

#include "actors/collect/source.hpp"
#include "schema/error.hpp"

namespace tributary {

using readings_type = std::vector<chart_reading>;
using values_type = std::vector<std::optional<int64_t>>;

/// Root of a folder below `tests/golden/proc`, for example `linux-2.4`.
inline std::string capture(const std::string& name) {
  return std::string{TRIBUTARY_GOLDEN_DIR} + "/proc/" + name;
}

/// A folder that looks like a root with /proc and /sys; gone afterwards.
class temporary_root {
public:
  temporary_root() {
    std::string pattern
        = (std::filesystem::temp_directory_path() / "collect.XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  temporary_root(const temporary_root&) = delete;
  temporary_root& operator=(const temporary_root&) = delete;
  ~temporary_root() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const noexcept {
    return path_;
  }

  /// @param file for example `/proc/stat`.
  void write(const std::string& file, std::string_view text) const {
    std::filesystem::path full = path_ + file;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream out{full, std::ios::binary | std::ios::trunc};
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    REQUIRE(out.good());
  }

private:
  std::string path_;
};

/// The readings of one tick, which must not fail.
inline readings_type sample(source& what, kernel_files& files) {
  readings_type result;
  auto fault = what.sample(files, result);
  INFO(to_text(fault));
  REQUIRE(!fault);
  return result;
}

/// The first readings of a new source of one kind.
template <class Source>
readings_type sample_capture(const std::string& name) {
  Source what;
  kernel_files files{capture(name)};
  return sample(what, files);
}

/// The error of a new source of one kind, which must not read anything.
template <class Source>
caf::error fault_of_root(const std::string& root) {
  Source what;
  kernel_files files{root};
  readings_type readings;
  auto result = what.sample(files, readings);
  CHECK(readings.empty());
  return result;
}

/// The values of the chart with that id; the test fails if there is none.
inline values_type values(const readings_type& readings, std::string_view id) {
  for (auto& x : readings)
    if (x.chart->id == id)
      return x.values;
  INFO(std::string{id});
  REQUIRE(false);
  return {};
}

/// The chart with that id; null if there is none.
inline chart_ptr chart_of(const readings_type& readings, std::string_view id) {
  for (auto& x : readings)
    if (x.chart->id == id)
      return x.chart;
  return nullptr;
}

inline std::vector<std::string> chart_ids(const readings_type& readings) {
  std::vector<std::string> result;
  for (auto& x : readings)
    result.push_back(x.chart->id);
  return result;
}

inline std::vector<std::string> dimension_ids(const chart& x) {
  std::vector<std::string> result;
  for (auto& dimension : x.dimensions)
    result.push_back(dimension.id);
  return result;
}

} // namespace tributary
