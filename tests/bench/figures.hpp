#pragma once

/// What all benchmark programs share: their flags, clocks, folders, and the
/// lines that they print.

#include <cstdint>
#include <string>
#include <vector>

#include "tools/swarm/clocks.hpp"

namespace tributary::bench {

struct arguments {
  /// The fixed set (`.csv.zst`); empty: synthetic figures only.
  std::string data;
  unsigned runs = 3;
  /// Length of a measured stretch; 0: as each figure has it.
  unsigned seconds = 0;
  /// Further `--name value` flags, in order.
  std::vector<std::pair<std::string, unsigned>> more;

  /// The value of a further flag.
  unsigned get(const char* name, unsigned otherwise) const;
};

/// Ends the program with a usage line on a flag that is not understood.
/// @param more names of numbers that this program takes besides.
arguments parse_arguments(int argc, char** argv,
                          const std::vector<std::string>& more = {});

/// Prints `key value`.
void print_figure(const char* key, double value);

/// User and system time of this process, seconds.
double cpu_seconds();

/// User and system time of this thread, seconds.
double thread_cpu_seconds();

using load::now_ms;

/// Bytes that this process has handed to write calls: LMDB writes its pages so.
/// What /proc/self/io charges to the disk is more than twice that where the
/// page cache has large folios, and the disk's own counter is within 15 % of
/// this.
int64_t written_bytes();

/// The value below which `share` of the list lies.
double quantile(std::vector<double> list, double share);

/// Throws: a figure of what went wrong is worth nothing.
[[noreturn]] void fail(const std::string& words);

/// Runs `f` with the flags; prints what it failed with. The exit code.
int run_program(const arguments& flags, void (*f)(const arguments&));

/// A fresh folder on the disk of TMPDIR, gone with this object.
class temporary_folder {
public:
  temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder();

  const std::string& path() const noexcept {
    return path_;
  }

private:
  std::string path_;
};

} // namespace tributary::bench
