#include "store/page_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tributary {

namespace {

// Facts of the format of LMDB 0.9 on 64-bit little-endian machines.
constexpr uint32_t magic = 0xBEEFC0DE;
constexpr uint32_t data_version = 1;
constexpr size_t page_header_bytes = 16;
constexpr size_t node_header_bytes = 8;
constexpr size_t tree_record_bytes = 48;
constexpr size_t meta_bytes = 136;

enum page_flag : uint16_t {
  page_is_branch = 1,
  page_is_leaf = 2,
  page_is_overflow = 4,
  page_is_meta = 8,
};

constexpr uint16_t page_kinds = 0x2f;

enum node_flag : uint16_t {
  node_has_pages = 1,
  node_is_tree = 2,
};

template <class T>
T number_at(const char* at) {
  T result;
  memcpy(&result, at, sizeof(result));
  return result;
}

page_tree tree_at(const char* at) {
  page_tree result;
  result.depth = number_at<uint16_t>(at + 6);
  result.branch_pages = number_at<uint64_t>(at + 8);
  result.leaf_pages = number_at<uint64_t>(at + 16);
  result.overflow_pages = number_at<uint64_t>(at + 24);
  result.entries = number_at<uint64_t>(at + 32);
  result.root = number_at<uint64_t>(at + 40);
  return result;
}

/// One page of a tree whose header and list of nodes are within bounds.
struct tree_page {
  const char* bytes = nullptr;
  uint16_t kind = 0;
  size_t nodes = 0;

  /// Where node `i` begins; the page's end when it does not fit.
  size_t node_at(size_t i) const {
    auto at = number_at<uint16_t>(bytes + page_header_bytes + 2 * i);
    auto fits = at >= page_header_bytes + 2 * nodes
                && at + node_header_bytes <= page_bytes;
    return fits ? at : page_bytes;
  }

  /// Whether new entries would be written over this one: it can be read still.
  bool is_in_free_space(size_t i) const {
    return node_at(i) < number_at<uint16_t>(bytes + 14);
  }
};

/// Why the page is none of a tree; empty when it is one.
std::string check_page(uint64_t number, const char* bytes, tree_page& to) {
  if (number_at<uint64_t>(bytes) != number)
    return "says that it is page " + std::to_string(number_at<uint64_t>(bytes));
  to.bytes = bytes;
  to.kind = number_at<uint16_t>(bytes + 10) & page_kinds;
  if (to.kind != page_is_branch && to.kind != page_is_leaf)
    return "is neither branch nor leaf";
  auto lower = number_at<uint16_t>(bytes + 12);
  auto upper = number_at<uint16_t>(bytes + 14);
  if (lower < page_header_bytes || lower > upper || upper > page_bytes
      || lower % 2 != 0)
    return "has impossible bounds";
  to.nodes = (lower - page_header_bytes) / 2;
  return {};
}

/// Node `i` of a leaf; none when it reaches out of its page.
std::optional<page_entry> entry_at(const tree_page& page, size_t i) {
  auto at = page.node_at(i);
  if (at == page_bytes)
    return std::nullopt;
  auto node = page.bytes + at;
  auto flags = number_at<uint16_t>(node + 4);
  auto key_bytes = number_at<uint16_t>(node + 6);
  page_entry result;
  result.value_bytes = number_at<uint16_t>(node)
                       | uint32_t{number_at<uint16_t>(node + 2)} << 16;
  auto has_pages = (flags & node_has_pages) != 0;
  auto stored = has_pages ? sizeof(uint64_t) : result.value_bytes;
  if ((flags & ~(node_has_pages | node_is_tree)) != 0
      || at + node_header_bytes + key_bytes + stored > page_bytes)
    return std::nullopt;
  auto value = node + node_header_bytes + key_bytes;
  result.key = {node + node_header_bytes, key_bytes};
  result.is_tree = (flags & node_is_tree) != 0;
  result.page = number_at<uint64_t>(page.bytes);
  if (has_pages)
    result.value_page = number_at<uint64_t>(value);
  else
    result.inline_value = {value, result.value_bytes};
  return result;
}

/// The page that node `i` of a branch points to.
std::optional<uint64_t> child_at(const tree_page& page, size_t i) {
  auto at = page.node_at(i);
  if (at == page_bytes)
    return std::nullopt;
  auto node = page.bytes + at;
  return number_at<uint16_t>(node)
         | uint64_t{number_at<uint16_t>(node + 2)} << 16
         | uint64_t{number_at<uint16_t>(node + 4)} << 32;
}

/// The key of node `i` of a branch: none of its child's keys is before it.
std::string_view branch_key_at(const tree_page& page, size_t i) {
  auto at = page.node_at(i);
  auto bytes
      = at == page_bytes ? size_t{0} : number_at<uint16_t>(page.bytes + at + 6);
  if (at + node_header_bytes + bytes > page_bytes)
    return {};
  return {page.bytes + at + node_header_bytes, bytes};
}

std::optional<page_snapshot> open_meta_page(const char* bytes,
                                            std::string& why) {
  auto meta = bytes + page_header_bytes;
  if ((number_at<uint16_t>(bytes + 10) & page_is_meta) == 0
      || number_at<uint32_t>(meta) != magic) {
    why = "is no meta page of LMDB";
    return std::nullopt;
  }
  if (number_at<uint32_t>(meta + 4) != data_version
      || number_at<uint32_t>(meta + 24) != page_bytes) {
    why = "is of another version or size of pages";
    return std::nullopt;
  }
  page_snapshot result;
  result.map_bytes = number_at<uint64_t>(meta + 16);
  result.free_pages = tree_at(meta + 24);
  result.tables = tree_at(meta + 24 + tree_record_bytes);
  result.last_page = number_at<uint64_t>(meta + 120);
  result.transaction = number_at<uint64_t>(meta + 128);
  return result;
}

uint64_t pages_of(uint32_t value_bytes) {
  return (page_header_bytes + value_bytes + page_bytes - 1) / page_bytes;
}

void tell(const page_visitor& visitor, uint64_t page, const std::string& why) {
  if (visitor.fault)
    visitor.fault(page, why);
}

bool is_new(const page_visitor& visitor, uint64_t page, uint64_t count) {
  return !visitor.visit || visitor.visit(page, count);
}

} // namespace

// -- file ---------------------------------------------------------------------

caf::expected<page_file> page_file::open(const std::string& path) {
  page_file result;
  result.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (result.fd_ < 0 || fstat(result.fd_, &facts) != 0)
    return make_error(ec::file_unusable, path + ": " + strerror(errno));
  if (!S_ISREG(facts.st_mode))
    return make_error(ec::file_unusable, path + ": is no regular file");
  result.bytes_ = static_cast<uint64_t>(facts.st_size);
  result.pages_ = result.bytes_ / page_bytes;
  if (result.pages_ == 0)
    return make_error(ec::corrupt, path + ": is shorter than a page");
  return result;
}

page_file::page_file(page_file&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      bytes_(other.bytes_),
      pages_(other.pages_) {
  // nop
}

page_file& page_file::operator=(page_file&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(bytes_, other.bytes_);
  std::swap(pages_, other.pages_);
  return *this;
}

page_file::~page_file() {
  if (fd_ >= 0)
    close(fd_);
}

bool page_file::read(uint64_t first, uint64_t count,
                     std::vector<uint64_t>& to) const {
  // The file may have grown since it was opened; `pread` knows.
  constexpr auto pages_max = uint64_t{1} << 48;
  if (first >= pages_max || count > value_bytes_max / page_bytes + 1)
    return false;
  to.resize(count * page_bytes / sizeof(uint64_t));
  auto at = reinterpret_cast<char*>(to.data());
  auto left = count * page_bytes;
  auto offset = static_cast<off_t>(first * page_bytes);
  while (left > 0) {
    auto got = pread(fd_, at, left, offset);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    at += got;
    offset += got;
    left -= static_cast<size_t>(got);
  }
  return true;
}

std::vector<page_snapshot>
page_file::snapshots(std::vector<std::string>* faults) const {
  std::vector<page_snapshot> result;
  std::vector<uint64_t> buffer;
  for (uint64_t page = 0; page < 2; ++page) {
    std::string why = "can't be read";
    std::optional<page_snapshot> meta;
    if (read(page, 1, buffer))
      meta = open_meta_page(reinterpret_cast<char*>(buffer.data()), why);
    if (meta)
      result.push_back(*meta);
    else if (faults != nullptr)
      faults->push_back("page " + std::to_string(page) + " " + why);
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const page_snapshot& x, const page_snapshot& y) {
                     return x.transaction > y.transaction;
                   });
  return result;
}

// -- trees --------------------------------------------------------------------

void page_file::walk(const page_tree& tree, const page_visitor& visitor) const {
  if (tree.root == page_tree::no_page)
    return;
  if (tree.depth == 0 || tree.depth > depth_max) {
    tell(visitor, tree.root,
         "is the root of a tree of depth " + std::to_string(tree.depth));
    return;
  }
  key_order order;
  walk_page(tree.root, tree.depth, visitor, order);
}

/// @param depth_left pages on the way down, this one included; 1 is a leaf.
bool page_file::walk_page(uint64_t page, size_t depth_left,
                          const page_visitor& visitor, key_order& order) const {
  std::vector<uint64_t> buffer;
  if (!is_new(visitor, page, 1)) {
    tell(visitor, page, "is used twice");
    return true;
  }
  if (!read(page, 1, buffer)) {
    tell(visitor, page, "is behind the end of the file");
    return true;
  }
  tree_page at;
  auto why = check_page(page, reinterpret_cast<char*>(buffer.data()), at);
  if (why.empty() && (at.kind == page_is_leaf) != (depth_left == 1))
    why = "is at the wrong depth";
  if (!why.empty()) {
    tell(visitor, page, why);
    return true;
  }
  for (size_t i = 0; i < at.nodes; ++i) {
    auto tell_of = [&](const char* what) {
      tell(visitor, page, "node " + std::to_string(i) + what);
    };
    if (at.is_in_free_space(i))
      tell_of(" is in free space");
    if (at.kind == page_is_branch) {
      auto child = child_at(at, i);
      // The first one has none, whatever stands there.
      auto least = i == 0 || !child ? std::string_view{} : branch_key_at(at, i);
      if (visitor.is_ordered && !least.empty()) {
        if (least <= order.last)
          tell_of(" is out of order");
        order.floor = least;
      }
      if (!child)
        tell_of(" is broken");
      else if (!walk_page(*child, depth_left - 1, visitor, order))
        return false;
      continue;
    }
    auto entry = entry_at(at, i);
    if (!entry) {
      tell_of(" is broken");
      continue;
    }
    if (visitor.is_ordered) {
      if (entry->key <= order.last || entry->key < order.floor)
        tell_of(" is out of order");
      order.last = entry->key;
    }
    if (entry->value_page != 0
        && !is_new(visitor, entry->value_page, pages_of(entry->value_bytes)))
      tell(visitor, entry->value_page, "is used twice");
    else if (visitor.entry && !visitor.entry(*entry))
      return false;
  }
  return true;
}

bool page_file::read_leaf(uint64_t page,
                          const std::function<bool(const page_entry&)>& f,
                          std::string& why) const {
  std::vector<uint64_t> buffer;
  why.clear();
  if (!read(page, 1, buffer))
    return false;
  tree_page at;
  auto fault = check_page(page, reinterpret_cast<char*>(buffer.data()), at);
  if (!fault.empty() || at.kind != page_is_leaf)
    return false;
  for (size_t i = 0; i < at.nodes; ++i)
    if (auto entry = entry_at(at, i); !entry)
      why = "node " + std::to_string(i) + " is broken";
    else if (!f(*entry))
      break;
  return why.empty();
}

std::optional<std::string_view>
page_file::value_of(const page_entry& entry,
                    std::vector<uint64_t>& buffer) const {
  if (entry.value_page == 0) {
    auto bytes = entry.inline_value;
    buffer.assign((bytes.size() + 7) / 8, 0);
    if (!bytes.empty())
      memcpy(buffer.data(), bytes.data(), bytes.size());
    return std::string_view{reinterpret_cast<char*>(buffer.data()),
                            bytes.size()};
  }
  auto count = pages_of(entry.value_bytes);
  if (entry.value_bytes > value_bytes_max
      || !read(entry.value_page, count, buffer))
    return std::nullopt;
  auto bytes = reinterpret_cast<const char*>(buffer.data());
  // LMDB keeps the count of pages where a tree's page has its bounds; it may
  // be larger than what the value needs.
  if (number_at<uint64_t>(bytes) != entry.value_page
      || (number_at<uint16_t>(bytes + 10) & page_kinds) != page_is_overflow
      || number_at<uint32_t>(bytes + 12) < count)
    return std::nullopt;
  return std::string_view{bytes + page_header_bytes, entry.value_bytes};
}

std::optional<std::string_view>
page_file::value_at(uint64_t page, std::vector<uint64_t>& buffer) const {
  if (!read(page, 1, buffer))
    return std::nullopt;
  auto count = number_at<uint32_t>(reinterpret_cast<char*>(buffer.data()) + 12);
  page_entry entry;
  entry.value_page = page;
  if (count == 0 || count > value_bytes_max / page_bytes)
    return std::nullopt;
  entry.value_bytes
      = static_cast<uint32_t>(count * page_bytes - page_header_bytes);
  return value_of(entry, buffer);
}

std::optional<page_tree> open_page_tree(std::string_view bytes) {
  if (bytes.size() != tree_record_bytes)
    return std::nullopt;
  auto result = tree_at(bytes.data());
  if (result.depth > page_file::depth_max)
    return std::nullopt;
  return result;
}

} // namespace tributary
