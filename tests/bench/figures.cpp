#include "tests/bench/figures.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <sys/resource.h>

namespace tributary::bench {

namespace {

double seconds_of(const timeval& x) {
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
}

[[noreturn]] void explain(const char* program,
                          const std::vector<std::string>& more) {
  fprintf(stderr, "usage: %s [--data FILE.csv.zst] [--runs N] [--seconds N]",
          program);
  for (auto& name : more)
    fprintf(stderr, " [--%s N]", name.c_str());
  fputc('\n', stderr);
  exit(2);
}

} // namespace

unsigned arguments::get(const char* name, unsigned otherwise) const {
  for (auto& x : more)
    if (x.first == name)
      return x.second;
  return otherwise;
}

arguments parse_arguments(int argc, char** argv,
                          const std::vector<std::string>& more) {
  arguments result;
  for (int i = 1; i < argc; ++i) {
    std::string flag = argv[i];
    if (flag.substr(0, 2) != "--" || ++i == argc)
      explain(argv[0], more);
    auto name = flag.substr(2);
    auto number = static_cast<unsigned>(strtoul(argv[i], nullptr, 10));
    if (name == "data")
      result.data = argv[i];
    else if (name == "runs")
      result.runs = number;
    else if (name == "seconds")
      result.seconds = number;
    else if (std::find(more.begin(), more.end(), name) != more.end())
      result.more.emplace_back(name, number);
    else
      explain(argv[0], more);
  }
  return result;
}

void print_figure(const char* key, double value) {
  printf("%s %.6g\n", key, value);
  fflush(stdout);
}

double cpu_seconds() {
  rusage use;
  getrusage(RUSAGE_SELF, &use);
  return seconds_of(use.ru_utime) + seconds_of(use.ru_stime);
}

double thread_cpu_seconds() {
  timespec x;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_nsec) / 1e9;
}

int64_t written_bytes() {
  std::ifstream in{"/proc/self/io"};
  std::string name;
  int64_t value = 0;
  while (in >> name >> value)
    if (name == "wchar:")
      return value;
  return 0;
}

double quantile(std::vector<double> list, double share) {
  if (list.empty())
    return 0;
  auto at = static_cast<size_t>(share * static_cast<double>(list.size()));
  at = std::min(at, list.size() - 1);
  std::nth_element(list.begin(), list.begin() + static_cast<long>(at),
                   list.end());
  return list[at];
}

void fail(const std::string& words) {
  throw std::runtime_error{words};
}

int run_program(const arguments& flags, void (*f)(const arguments&)) {
  try {
    f(flags);
    return 0;
  } catch (const std::exception& e) { // folders and nodes are gone by now
    fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}

temporary_folder::temporary_folder() {
  auto pattern
      = (std::filesystem::temp_directory_path() / "tributary-bench-XXXXXX")
            .string();
  if (mkdtemp(pattern.data()) == nullptr)
    fail("no folder at " + pattern);
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace tributary::bench
