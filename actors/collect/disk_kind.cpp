#include "actors/collect/disk_kind.hpp"

#include <algorithm>
#include <string>

#include "actors/collect/define_chart.hpp"

namespace tributary {

namespace {

constexpr std::string_view digits = "0123456789";

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

} // namespace

device_kind disk_kind_of(kernel_files& files, const disk_identity& disk) {
  if (disk.name.size() > device_name_bytes_max)
    return device_kind::ignored;
  std::string folder{disk.name};
  // The kernel does the same: `cciss/c0d0` is `cciss!c0d0` in /sys.
  std::replace(folder.begin(), folder.end(), '/', '!');
  folder.insert(0, "/sys/block/");
  if (files.peek(folder + "/dev"))
    return files.peek(folder + "/device/uevent") ? device_kind::physical
                                                 : device_kind::logical;
  std::string number{disk.major};
  number.append(":").append(disk.minor);
  if (files.peek("/sys/dev/block/" + number + "/partition")
      || is_named_like_partition(disk.name))
    return device_kind::ignored;
  return is_named_like_hardware(disk.name) ? device_kind::physical
                                           : device_kind::logical;
}

bool is_made_of_others(std::string_view disk_name) {
  return is_numbered(disk_name, "loop") || is_numbered(disk_name, "ram")
         || is_numbered(disk_name, "zram");
}

} // namespace tributary
