#pragma once

/// A small store as a node leaves it, and its file's bytes.

#include <cstdint>
#include <string>
#include <vector>

#include "schema/types.hpp"

namespace tributary::examples {

struct example_store {
  guid host;
  /// Of tier 0; each has some of the blocks of a window.
  uint64_t values = 0;
  uint64_t blocks = 0;
  uint64_t layouts = 0;
};

/// Makes a closed store with one host, some windows of several groups, and a
/// journal.
example_store make_example_store(const std::string& path);

std::string read_file(const std::string& path);

void write_file(const std::string& path, const std::string& bytes);

/// Pages from 2 on that hold entries of a table.
std::vector<uint64_t> pages_in_use(const std::string& path);

} // namespace tributary::examples
