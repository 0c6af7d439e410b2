#include "actors/collect/mount_list.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "actors/collect/kernel_text.hpp"

namespace tributary {

namespace {

template <size_t Size>
using words_type = std::array<std::string_view, Size>;

/// The kernel's windows on itself: no blocks, or none that could run out.
constexpr words_type<24> pseudo_types{
    "autofs",    "binfmt_misc", "bpf",        "cgroup",    "cgroup2",
    "configfs",  "debugfs",     "devpts",     "efivarfs",  "fusectl",
    "hugetlbfs", "mqueue",      "nfsd",       "nsfs",      "pipefs",
    "proc",      "pstore",      "rpc_pipefs", "selinuxfs", "securityfs",
    "smackfs",   "sockfs",      "sysfs",      "tracefs"};

/// Always full to the last block.
constexpr words_type<6> image_types{"cramfs", "erofs",    "iso9660",
                                    "romfs",  "squashfs", "udf"};

/// Answered by another machine or by a program. Besides all of `fuse`.
constexpr words_type<18> remote_types{
    "9p",   "afs",       "beegfs",   "ceph",   "cifs",  "coda",
    "gfs2", "glusterfs", "gpfs",     "lustre", "ncpfs", "nfs",
    "nfs4", "ocfs2",     "orangefs", "smb3",   "smbfs", "virtiofs"};

/// Each of their file systems belongs to something that has charts of its own
/// or that comes and goes by the minute.
constexpr words_type<6> left_out_below{"/proc/",     "/sys/",
                                       "/run/user/", "/var/run/user/",
                                       "/snap/",     "/var/lib/docker/"};

template <size_t Size>
bool contains(const words_type<Size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool starts_with(std::string_view text, std::string_view head) {
  return text.substr(0, head.size()) == head;
}

bool is_left_out(std::string_view point) {
  return std::any_of(left_out_below.begin(), left_out_below.end(),
                     [&](auto head) { return starts_with(point, head); });
}

/// The kernel writes blank, tab, line feed and backslash as `\ooo`.
std::string unescape(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    auto octal = [&](size_t at) {
      return at < text.size() && text[at] >= '0' && text[at] <= '7';
    };
    if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)
        && text[i + 1] <= '3') {
      result.push_back(static_cast<char>((text[i + 1] - '0') * 64
                                         + (text[i + 2] - '0') * 8
                                         + (text[i + 3] - '0')));
      i += 3;
    } else {
      result.push_back(text[i]);
    }
  }
  return result;
}

struct mount_line {
  mounted_file_system what;
  std::string_view root;
  bool read_only = false;
};

/// `id parent major:minor root point options [tag ...] - type source options`.
std::optional<mount_line> parse(std::string_view line) {
  word_reader words{line};
  auto id = words.next_count();
  auto parent = words.next_count();
  auto device = words.next();
  auto root = words.next();
  auto point = words.next();
  auto options = words.next();
  if (!id || !parent || !options || point->front() != '/')
    return std::nullopt;
  auto word = words.next();
  while (word && *word != "-")
    word = words.next();
  auto type = words.next();
  mount_line result;
  result.what.point = unescape(*point);
  if (!type || result.what.point.find('\0') != std::string::npos)
    return std::nullopt;
  result.what.type = *type;
  result.what.device = *device;
  result.what.may_hang
      = contains(remote_types, *type) || starts_with(*type, "fuse");
  result.root = *root;
  result.read_only = *options == "ro" || starts_with(*options, "ro,");
  return result;
}

bool is_watched(const mount_line& x) {
  auto& type = x.what.type;
  // Only these mount a folder of themselves as if it were all.
  auto is_bind = x.root != "/" && type != "btrfs" && type != "bcachefs";
  return !is_bind && !x.read_only && !contains(pseudo_types, type)
         && !contains(image_types, type) && !is_left_out(x.what.point);
}

bool is_below(const std::string& point, const std::string& other) {
  return other.size() > 1 && point.size() > other.size()
         && starts_with(point, other) && point[other.size()] == '/';
}

} // namespace

std::vector<mounted_file_system> list_mounts(std::string_view mountinfo) {
  std::vector<mount_line> all;
  line_reader lines{mountinfo};
  while (auto line = lines.next())
    if (auto found = parse(*line))
      all.push_back(std::move(*found));
  std::vector<std::string> hanging;
  for (auto& x : all)
    if (x.what.may_hang)
      hanging.push_back(x.what.point);
  // From the end, since the last mount on a point hides the others.
  std::set<std::string_view> points;
  std::vector<bool> visible(all.size());
  for (auto i = all.size(); i-- > 0;)
    visible[i] = points.insert(all[i].what.point).second;
  std::set<std::string_view> devices;
  std::vector<mounted_file_system> result;
  for (size_t i = 0; i < all.size(); ++i) {
    auto& x = all[i];
    if (!visible[i] || !is_watched(x) || result.size() == mount_count_max
        || !devices.insert(x.what.device).second)
      continue;
    for (auto& point : hanging)
      x.what.may_hang = x.what.may_hang || is_below(x.what.point, point);
    result.push_back(x.what);
  }
  return result;
}

} // namespace tributary
