#include "store/lmdb_file.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/error.hpp"

namespace tributary::lmdb {

namespace {

// The file format of LMDB 0.9, data version 1.

using page_number = uint64_t;

constexpr page_number no_page = ~page_number{0};
constexpr uint32_t magic = 0xBEEFC0DE;
constexpr uint32_t data_version = 1;
constexpr uint16_t branch_flag = 0x01;
constexpr uint16_t leaf_flag = 0x02;
constexpr uint16_t meta_flag = 0x08;
constexpr uint16_t big_node = 0x01;
constexpr uint16_t table_node = 0x02;

/// Leaves of a table that are looked at in any case: the tables that a start
/// walks have fewer. A disk that seeks reads them in some seconds.
constexpr uint64_t leaves_max = 1024;

/// Deeper than any tree of 2^48 pages.
constexpr unsigned depth_max = 32;

struct page_header {
  page_number number;
  uint16_t pad;
  uint16_t flags;
  /// Of overflow pages: their count, over both.
  uint16_t lower;
  uint16_t upper;
};

struct table_record {
  /// Of the first table of a meta page: the page size.
  uint32_t pad;
  uint16_t flags;
  uint16_t depth;
  uint64_t branch_pages;
  uint64_t leaf_pages;
  uint64_t overflow_pages;
  uint64_t entries;
  page_number root;
};

struct meta_record {
  uint32_t magic;
  uint32_t version;
  uint64_t address;
  uint64_t map_bytes;
  std::array<table_record, 2> tables;
  page_number last;
  uint64_t transaction;
};

struct node_header {
  uint16_t low;
  uint16_t high;
  uint16_t flags;
  uint16_t key_size;
};

static_assert(sizeof(page_header) == 16 && sizeof(table_record) == 48
              && sizeof(meta_record) == 136 && sizeof(node_header) == 8);

class descriptor {
public:
  descriptor(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC)) {
    // nop
  }

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  ~descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }

  int get() const noexcept {
    return fd_;
  }

private:
  int fd_;
};

template <class T>
T record_at(const std::vector<char>& page, size_t offset) {
  T result;
  memcpy(&result, page.data() + offset, sizeof(result));
  return result;
}

std::string of_page(page_number x, const char* what) {
  return "page " + std::to_string(x) + " " + what;
}

class file_check {
public:
  file_check(int fd, uint64_t bytes) : fd_(fd), bytes_(bytes) {
    // nop
  }

  /// What is wrong, for people; empty when nothing is.
  std::string run() {
    if (auto fault = read_meta(); !fault.empty())
      return fault;
    auto expected = (meta_.last + 1) * page_bytes_;
    is_short_ = bytes_ < expected;
    for (auto& x : meta_.tables)
      if (auto fault = check_table(x); !fault.empty())
        return is_short_ ? "cut off at " + std::to_string(bytes_) + " of "
                               + std::to_string(expected) + " bytes: " + fault
                         : fault;
    return {};
  }

private:
  std::string read_meta() {
    std::vector<char> head(sizeof(page_header) + sizeof(meta_record));
    for (int i = 0; i < 2; ++i) {
      auto at = static_cast<off_t>(page_bytes_) * i;
      if (pread(fd_, head.data(), head.size(), at)
          != static_cast<ssize_t>(head.size()))
        return "shorter than its head";
      auto header = record_at<page_header>(head, 0);
      auto meta = record_at<meta_record>(head, sizeof(page_header));
      page_bytes_ = meta.tables[0].pad;
      if ((header.flags & meta_flag) == 0 || meta.magic != magic
          || meta.version != data_version || page_bytes_ < 512
          || page_bytes_ > 65536 || (page_bytes_ & (page_bytes_ - 1)) != 0)
        return of_page(static_cast<page_number>(i), "is no meta page");
      if (i == 0 || meta.transaction > meta_.transaction)
        meta_ = meta;
    }
    if (meta_.last >= uint64_t{1} << 48)
      return "the meta page names more pages than there can be";
    return {};
  }

  /// The page, when it is in the file and is what it should be.
  std::string read_page(page_number number, uint16_t flag,
                        std::vector<char>& to) {
    // Each is reached once; a ring would never end.
    if (number > meta_.last || ++pages_read_ > meta_.last + 1)
      return of_page(number, "can't be");
    to.resize(page_bytes_);
    if (pread(fd_, to.data(), to.size(),
              static_cast<off_t>(number * page_bytes_))
        != static_cast<ssize_t>(to.size()))
      return of_page(number, "is not in the file");
    auto header = record_at<page_header>(to, 0);
    if (header.number != number || (header.flags & flag) == 0
        || header.lower < sizeof(header) || header.lower > header.upper
        || header.upper > page_bytes_)
      return of_page(number, "is not the one that it should be");
    return {};
  }

  std::string check_table(const table_record& x) {
    if (x.root == no_page)
      return {};
    if (x.depth == 0 || x.depth > depth_max)
      return "a table has no depth that can be";
    auto outer = with_leaves_;
    with_leaves_ = is_short_ || x.leaf_pages <= leaves_max;
    auto result = check_tree(x.root, x.depth);
    with_leaves_ = outer;
    return result;
  }

  /// @param depth levels from that page down to the leaves; 1: it is one.
  std::string check_tree(page_number number, unsigned depth) {
    std::vector<char> page;
    auto is_leaf = depth == 1;
    if (auto fault = read_page(number, is_leaf ? leaf_flag : branch_flag, page);
        !fault.empty())
      return fault;
    auto header = record_at<page_header>(page, 0);
    // LMDB ends the process on a page that it would never make.
    if (header.lower < sizeof(header) + (is_leaf ? 2 : 4))
      return of_page(number, "has too few entries");
    for (size_t at = sizeof(header); at + 2 <= header.lower; at += 2) {
      auto offset = record_at<uint16_t>(page, at);
      if (offset < header.upper || offset + sizeof(node_header) > page_bytes_)
        return of_page(number, "has an entry outside of it");
      auto node = record_at<node_header>(page, offset);
      auto fault = is_leaf ? check_entry(number, page, offset, node)
                           : check_child(node, depth);
      if (!fault.empty())
        return fault;
    }
    return {};
  }

  std::string check_child(const node_header& node, unsigned depth) {
    auto child = page_number{node.low} | page_number{node.high} << 16
                 | page_number{node.flags} << 32;
    if (depth > 2 || with_leaves_)
      return check_tree(child, depth - 1);
    auto there = child <= meta_.last && (child + 1) * page_bytes_ <= bytes_;
    return there ? std::string{} : of_page(child, "is not in the file");
  }

  std::string check_entry(page_number number, const std::vector<char>& page,
                          size_t offset, const node_header& node) {
    if ((node.flags & ~(big_node | table_node)) != 0)
      return of_page(number, "has an entry of no kind of ours");
    auto value = offset + sizeof(node) + node.key_size;
    auto size = node.flags & big_node
                    ? sizeof(page_number)
                    : size_t{node.low} | size_t{node.high} << 16;
    if (value + size > page_bytes_)
      return of_page(number, "has an entry outside of it");
    if ((node.flags & table_node) != 0)
      return size == sizeof(table_record)
                 ? check_table(record_at<table_record>(page, value))
                 : of_page(number, "has a broken table");
    if ((node.flags & big_node) == 0)
      return {};
    auto bytes = (uint64_t{node.low} | uint64_t{node.high} << 16)
                 + sizeof(page_header);
    auto first = record_at<page_number>(page, value);
    auto there = first <= meta_.last && first * page_bytes_ + bytes <= bytes_;
    return there ? std::string{} : of_page(first, "is not in the file");
  }

  int fd_;
  uint64_t bytes_;
  size_t page_bytes_ = 0;
  meta_record meta_{};
  /// Shorter than its head says.
  bool is_short_ = false;
  bool with_leaves_ = false;
  uint64_t pages_read_ = 0;
};

} // namespace

caf::error check_file(const std::string& path) {
  descriptor file{path, O_RDONLY};
  if (file.get() < 0)
    return errno == ENOENT
               ? caf::error{}
               : make_error(ec::file_unusable, path + ": " + strerror(errno));
  struct stat status {};
  if (fstat(file.get(), &status) != 0)
    return make_error(ec::file_unusable, path + ": " + strerror(errno));
  if (status.st_size == 0)
    return {};
  auto fault
      = file_check{file.get(), static_cast<uint64_t>(status.st_size)}.run();
  if (fault.empty())
    return {};
  return make_error(ec::corrupt, path + ": " + fault
                                     + "; 'tributary-dump --salvage " + path
                                     + "' reads what can be read");
}

caf::error rewrite_meta_pages(const std::string& path) {
  auto failed = [&] {
    return make_error(ec::store_failed,
                      "meta pages of " + path + ": " + strerror(errno));
  };
  descriptor file{path, O_RDWR | O_DSYNC};
  if (file.get() < 0)
    return failed();
  meta_record meta;
  errno = EIO; // of a read or write that is short
  if (pread(file.get(), &meta, sizeof(meta), sizeof(page_header))
      != static_cast<ssize_t>(sizeof(meta)))
    return failed();
  std::vector<char> pages(size_t{2} * meta.tables[0].pad);
  auto size = static_cast<ssize_t>(pages.size());
  errno = EIO;
  if (pread(file.get(), pages.data(), pages.size(), 0) != size
      || pwrite(file.get(), pages.data(), pages.size(), 0) != size)
    return failed();
  return {};
}

} // namespace tributary::lmdb
