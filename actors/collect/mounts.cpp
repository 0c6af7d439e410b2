#include "actors/collect/mounts.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "actors/collect/define_chart.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/self/mountinfo";
constexpr const char* module_name = "mounts";
constexpr value_scale bytes_as_gib{1, int64_t{1} << 30};

/// What a file system that answers at once needs is microseconds; those that
/// take longer are heard in the next round.
constexpr auto patience = std::chrono::milliseconds(10);

/// Deep folders differ in their last parts.
constexpr size_t point_bytes_max = 200;

std::vector<dimension> make_dimensions(value_scale factor) {
  return {
      make_gauge("avail", factor), make_gauge("used", factor),
      with_name(make_gauge("reserved_for_root", factor), "reserved for root")};
}

/// The point for people to read: as `assign_safe_name` makes names, with its
/// slashes.
std::string family_of(const std::string& point) {
  std::string result;
  assign_safe_name(point, result, point_bytes_max);
  for (size_t i = 0; i < result.size(); ++i)
    if (point[i] == '/')
      result[i] = '/';
  return result;
}

std::vector<held_chart> make_charts(const std::string& safe_name,
                                    const std::string& point) {
  auto family = family_of(point);
  std::vector<held_chart> result;
  result.emplace_back(define_chart({"disk_space." + safe_name, "disk.space",
                                    family, "Space of the file system", "GiB",
                                    chart_type::stacked, 2023, module_name},
                                   make_dimensions(bytes_as_gib)),
                      chart_presence::always);
  result.emplace_back(
      define_chart({"disk_inodes." + safe_name, "disk.inodes", family,
                    "Files of the file system", "inodes", chart_type::stacked,
                    2024, module_name},
                   make_dimensions({})),
      chart_presence::always);
  return result;
}

/// Gives a chart of a whole, its free part and what others than root may have
/// of that; nothing if they don't fit together.
void give(held_chart& chart, int64_t whole, int64_t free, int64_t available,
          std::vector<chart_reading>& readings) {
  if (whole > 0 && free >= 0 && free <= whole && available <= free)
    chart.give({available, whole - free, free - available}, readings);
}

void give(std::vector<held_chart>& charts, const file_system_usage& x,
          std::vector<chart_reading>& readings) {
  give(charts[0], x.bytes, x.bytes_free, x.bytes_available, readings);
  give(charts[1], x.files, x.files_free, x.files_available, readings);
}

} // namespace

mounts::mounts(usage_reader read) : read_(std::move(read)) {}

std::string_view mounts::name() const noexcept {
  return module_name;
}

caf::error mounts::sample(kernel_files& files,
                          std::vector<chart_reading>& readings) {
  if (auto fault = read_table(files))
    return fault;
  ask_patiently();
  for (auto& [name, x] : watched_)
    if (auto usage = read(x))
      give(x.charts, *usage, readings);
  return silence();
}

caf::error mounts::read_table(kernel_files& files) {
  if (rounds_left_ > 0) {
    --rounds_left_;
    return caf::none;
  }
  auto text = files.read(file);
  if (!text)
    return text.error();
  if (text->size() > small_table_bytes_max)
    rounds_left_ = rounds_between_reads - 1;
  // Even a container without a disk has /proc and a root.
  if (text->find(" - ") == std::string_view::npos)
    return make_error(ec::corrupt, std::string{file} + ": no sound line");
  ++table_count_;
  for (auto& x : list_mounts(*text))
    watch(x);
  for (auto i = watched_.begin(); i != watched_.end();)
    i = i->second.table_count == table_count_ ? std::next(i)
                                              : watched_.erase(i);
  return caf::none;
}

void mounts::watch(const mounted_file_system& what) {
  std::string name;
  assign_safe_name(what.point, name, point_bytes_max);
  auto& x = watched_[name];
  if (x.table_count == table_count_)
    return; // another has the name already, or its first bytes
  x.table_count = table_count_;
  auto is_known = !x.charts.empty() && x.what.point == what.point
                  && x.what.device == what.device
                  && x.what.may_hang == what.may_hang;
  if (is_known && what.may_hang == (x.probe != nullptr))
    return;
  if (x.charts.empty() || x.what.point != what.point)
    x.charts = make_charts(name, what.point);
  x.what = what;
  x.probe = what.may_hang ? patient_probe::make(read_, what.point) : nullptr;
}

void mounts::ask_patiently() {
  for (auto& [name, x] : watched_)
    if (x.probe)
      x.probe->ask();
  auto deadline = std::chrono::steady_clock::now() + patience;
  for (auto& [name, x] : watched_)
    if (x.probe)
      x.probe->wait(deadline);
}

/// None also of one that may hang when there are threads enough.
std::optional<file_system_usage> mounts::read(watched& which) const {
  if (which.probe)
    return which.probe->take();
  return which.what.may_hang ? std::nullopt : read_(which.what.point);
}

/// Names the first file system that does not answer.
caf::error mounts::silence() const {
  for (auto& [name, x] : watched_)
    if (x.probe && x.probe->unanswered_count() > silent_rounds_max)
      return make_error(ec::timed_out, family_of(x.what.point) + " ("
                                           + family_of(x.what.type)
                                           + ") does not answer");
  return caf::none;
}

} // namespace tributary
