#include "actors/host_info.hpp"

#include <fstream>

#include <sys/utsname.h>
#include <unistd.h>

namespace tributary {

namespace {

/// The value of `key` in /etc/os-release (os-release(5)), without its quotes.
std::string os_release(const std::string& key) {
  std::ifstream file{"/etc/os-release"};
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size() + 1, key + "=") != 0)
      continue;
    auto value = line.substr(key.size() + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

} // namespace

std::vector<std::pair<std::string, std::string>> read_host_info() {
  std::vector<std::pair<std::string, std::string>> result;
  auto add = [&](const char* key, std::string value) {
    if (!value.empty())
      result.emplace_back(key, std::move(value));
  };
  add("os_name", os_release("NAME"));
  add("os_version", os_release("VERSION"));
  utsname kernel;
  if (uname(&kernel) == 0) {
    add("kernel_name", kernel.sysname);
    add("kernel_version", kernel.release);
    add("architecture", kernel.machine);
  }
  auto cores = sysconf(_SC_NPROCESSORS_ONLN);
  auto pages = sysconf(_SC_PHYS_PAGES);
  auto page_bytes = sysconf(_SC_PAGESIZE);
  if (cores > 0)
    add("cores_total", std::to_string(cores));
  if (pages > 0 && page_bytes > 0)
    add("ram_total", std::to_string(static_cast<int64_t>(pages) * page_bytes));
  return result;
}

std::string machine_hostname() {
  char name[256] = "";
  if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
    return "localhost";
  std::string result{name};
  result.resize(std::min(result.find('.'), result.size()));
  // The kernel takes any bytes; as an option the name has these characters.
  for (auto& c : result)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')
        && !(c >= '0' && c <= '9') && c != '_' && c != '-')
      c = '_';
  return result.empty() ? "localhost" : result;
}

} // namespace tributary
