#include "actors/collect/proc_diskstats.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/diskstats";
constexpr const char* module_name = "proc.diskstats";

/// The kernel's sector is 512 bytes here whatever the disk's own is.
constexpr value_scale read_kib{512, 1024};
/// Writes go below the zero line.
constexpr value_scale written_kib{-512, 1024};

constexpr std::string_view digits = "0123456789";

chart_ptr make_disk_chart(const std::string& name) {
  return define_chart(
      {"disk." + name, "disk.io", name, "Disk I/O Bandwidth", "KiB/s",
       chart_type::area, 2000, module_name},
      {make_counter("reads", read_kib), make_counter("writes", written_kib)});
}

chart_ptr make_total_chart() {
  return define_chart({"system.io", "system.io", "disk", "Disk I/O", "KiB/s",
                       chart_type::area, 150, module_name},
                      {with_name(make_counter("in", read_kib), "reads"),
                       with_name(make_counter("out", written_kib), "writes")});
}

struct disk_line {
  std::string_view major;
  std::string_view minor;
  std::string_view name;
  device_traffic traffic;
};

/// `major minor name reads merged sectors ms writes merged sectors ms ...`;
/// later fields differ by kernel. All up to the last that we need must be
/// numbers: a blank in a name would else shift one figure to another's place.
std::optional<disk_line> parse(std::string_view line) {
  word_reader words{line};
  auto major = words.next().value_or(std::string_view{});
  auto minor = words.next().value_or(std::string_view{});
  auto name = words.next().value_or(std::string_view{});
  if (!parse_count(major) || !parse_count(minor) || name.empty())
    return std::nullopt;
  std::array<int64_t, 7> counts{};
  for (auto& count : counts) {
    auto value = words.next_count();
    if (!value)
      return std::nullopt;
    count = *value;
  }
  return disk_line{major, minor, name, {counts[2], counts[6]}};
}

bool is_numbered(std::string_view name, std::string_view stem) {
  return name.size() > stem.size() && name.substr(0, stem.size()) == stem
         && name.find_first_not_of(digits, stem.size())
                == std::string_view::npos;
}

/// `sda1`, `vda1`; `nvme0n1p1`, `mmcblk0p1`, `md0p1`, `cciss/c0d0p1`.
bool is_named_like_partition(std::string_view name) {
  auto last = name.find_last_not_of(digits);
  if (last == std::string_view::npos || last + 1 == name.size())
    return false;
  if (name[last] == 'p' && last > 0
      && digits.find(name[last - 1]) != std::string_view::npos)
    return true;
  auto letters = name.substr(0, last + 1);
  for (std::string_view stem : {"sd", "hd", "vd", "xvd"})
    if (letters.size() > stem.size() && letters.substr(0, stem.size()) == stem)
      return true;
  return false;
}

bool is_named_like_hardware(std::string_view name) {
  for (std::string_view stem : {"sd", "hd", "vd", "xvd", "nvme", "mmcblk"})
    if (name.substr(0, stem.size()) == stem)
      return true;
  return false;
}

/// Asks /sys once for each disk that comes.
device_kind kind_of(kernel_files& files, const disk_line& disk) {
  if (disk.name.size() > device_name_bytes_max)
    return device_kind::ignored;
  std::string folder{disk.name};
  // The kernel does the same: `cciss/c0d0` is `cciss!c0d0` in /sys.
  std::replace(folder.begin(), folder.end(), '/', '!');
  folder.insert(0, "/sys/block/");
  if (files.read((folder + "/dev").c_str()))
    return files.read((folder + "/device/uevent").c_str())
               ? device_kind::physical
               : device_kind::logical;
  std::string number{disk.major};
  number.append(":").append(disk.minor);
  if (files.read(("/sys/dev/block/" + number + "/partition").c_str())
      || is_named_like_partition(disk.name))
    return device_kind::ignored;
  return is_named_like_hardware(disk.name) ? device_kind::physical
                                           : device_kind::logical;
}

} // namespace

proc_diskstats::proc_diskstats()
    : disks_(make_disk_chart, make_total_chart()) {}

std::string_view proc_diskstats::name() const noexcept {
  return module_name;
}

caf::error proc_diskstats::sample(kernel_files& files,
                                  std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  // Asking /sys reuses the buffer that the view is into.
  text_.assign(*text);
  size_t sound_count = 0;
  disks_.begin_round();
  line_reader lines{text_};
  while (auto line = lines.next()) {
    auto found = parse(*line);
    if (!found)
      continue;
    ++sound_count;
    if (is_numbered(found->name, "loop") || is_numbered(found->name, "ram")
        || is_numbered(found->name, "zram"))
      continue;
    auto disk = disks_.find(found->name);
    if (disk == nullptr && disks_.has_room())
      disk = &disks_.admit(found->name, kind_of(files, *found));
    if (disk != nullptr)
      disks_.record(*disk, found->traffic, readings);
    else
      disks_.leave_out();
  }
  disks_.end_round(readings);
  if (sound_count == 0 && !text_.empty())
    return make_error(ec::corrupt, std::string{file} + ": no sound line");
  return caf::none;
}

} // namespace tributary
