#include "tests/bench/page_count.hpp"

#include <cstring>
#include <fstream>
#include <vector>

#include "tests/bench/figures.hpp"

namespace tributary::bench {

namespace {

constexpr uint64_t page_bytes = 4096;
constexpr size_t page_header_bytes = 16;
constexpr uint16_t leaf_flag = 2;
constexpr uint32_t magic = 0xBEEFC0DE;

/// MDB_db.
struct table_record {
  uint32_t pad;
  uint16_t flags;
  uint16_t depth;
  uint64_t branch_pages;
  uint64_t leaf_pages;
  uint64_t overflow_pages;
  uint64_t entries;
  uint64_t root;
};

/// MDB_meta, behind the header of pages 0 and 1.
struct meta_record {
  uint32_t magic;
  uint32_t version;
  uint64_t address;
  uint64_t map_size;
  table_record free_list;
  table_record tables;
  uint64_t last_page;
  uint64_t transaction;
};

struct page {
  char bytes[page_bytes];

  template <class T>
  T at(size_t offset) const {
    T result;
    memcpy(&result, bytes + offset, sizeof(result));
    return result;
  }
};

page read_page(std::ifstream& in, uint64_t number) {
  page result;
  in.seekg(static_cast<std::streamoff>(number * page_bytes));
  if (!in.read(result.bytes, page_bytes))
    fail("the store has no page " + std::to_string(number));
  return result;
}

} // namespace

int64_t table_page_bytes(const std::string& path, const std::string& table) {
  std::ifstream in{path, std::ios::binary};
  auto first = read_page(in, 0).at<meta_record>(page_header_bytes);
  auto second = read_page(in, 1).at<meta_record>(page_header_bytes);
  auto& meta = first.transaction > second.transaction ? first : second;
  if (meta.magic != magic || meta.tables.depth != 1)
    fail(path + ": its list of tables is not one page");
  auto root = read_page(in, meta.tables.root);
  if ((root.at<uint16_t>(10) & leaf_flag) == 0)
    fail(path + ": its root is no leaf");
  auto count = (root.at<uint16_t>(12) - page_header_bytes) / 2;
  for (size_t i = 0; i < count; ++i) {
    auto node = root.at<uint16_t>(page_header_bytes + 2 * i);
    auto key_bytes = root.at<uint16_t>(node + 6u);
    std::string name{root.bytes + node + 8, key_bytes};
    if (name.c_str() != table)
      continue;
    auto found = root.at<table_record>(node + 8u + key_bytes);
    return static_cast<int64_t>(
        (found.branch_pages + found.leaf_pages + found.overflow_pages)
        * page_bytes);
  }
  fail(path + ": no table " + table);
}

} // namespace tributary::bench
