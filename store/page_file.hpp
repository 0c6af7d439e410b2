#pragma once

/// An LMDB 0.9 file read without LMDB: pages, trees and values by their bytes.
/// LMDB trusts its file and ends the process on a damaged one; this trusts
/// nothing, names what is wrong and goes on with the rest. Reads by `pread`, so
/// a file that gets shorter meanwhile is an error, no signal. Never writes.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "schema/error.hpp"

namespace tributary {

/// Bytes of a page. LMDB takes the machine's; ours are all of this size.
constexpr size_t page_bytes = 4096;

/// A tree as its record says.
struct page_tree {
  /// `no_page` for an empty one.
  uint64_t root = 0;
  uint16_t depth = 0;
  uint64_t branch_pages = 0;
  uint64_t leaf_pages = 0;
  uint64_t overflow_pages = 0;
  uint64_t entries = 0;

  static constexpr uint64_t no_page = ~uint64_t{0};

  uint64_t bytes() const noexcept {
    return (branch_pages + leaf_pages + overflow_pages) * page_bytes;
  }
};

/// What one of the two meta pages says: the state after one commit.
struct page_snapshot {
  uint64_t transaction = 0;
  uint64_t map_bytes = 0;
  uint64_t last_page = 0;
  page_tree free_pages;
  page_tree tables;
};

/// An entry of a leaf; the views live as long as the visit.
struct page_entry {
  std::string_view key;
  /// Of a value in the leaf itself.
  std::string_view inline_value;
  /// First page of a value that has pages of its own; 0 where there is none.
  uint64_t value_page = 0;
  uint32_t value_bytes = 0;
  /// The value is the record of a tree.
  bool is_tree = false;
  /// The leaf that it stands in.
  uint64_t page = 0;
};

/// What a walk calls. Not set: not called.
struct page_visitor {
  /// False ends the walk.
  std::function<bool(const page_entry&)> entry;
  /// Something that can't be read: the number of the page and why. What hangs
  /// below it is left out.
  std::function<void(uint64_t, const std::string&)> fault;
  /// Keys out of order are faults: whoever looks for one there finds others, or
  /// none. Not for the list of free pages, whose keys are numbers.
  bool is_ordered = false;
  /// Before a page is read, and once for the pages of a value together, with
  /// their number. False: it was here before, which is a fault.
  std::function<bool(uint64_t, uint64_t)> visit;
};

class page_file {
public:
  /// Yields `ec::file_unusable`, and `ec::corrupt` for a file of no page.
  static caf::expected<page_file> open(const std::string& path);

  page_file(page_file&& other) noexcept;
  page_file& operator=(page_file&& other) noexcept;
  ~page_file();

  /// Whole pages of the file when it was opened.
  uint64_t pages() const noexcept {
    return pages_;
  }

  uint64_t bytes() const noexcept {
    return bytes_;
  }

  /// The meta pages that are whole, newest first; none in a file whose head is
  /// lost. `faults` names why one is not.
  std::vector<page_snapshot> snapshots(std::vector<std::string>* faults
                                       = nullptr) const;

  /// Reads `count` pages from `first` into `to`, which is made that large.
  /// False when they are not all there.
  bool read(uint64_t first, uint64_t count, std::vector<uint64_t>& to) const;

  /// Visits the entries of a tree in key order. Bounded by `page_depth_max` and
  /// the number of pages, whatever the file says.
  void walk(const page_tree& tree, const page_visitor& visitor) const;

  /// Visits the entries of one page if it is a leaf; otherwise nothing happens.
  /// False when it is none, or a broken one, with `why` set for the latter.
  bool read_leaf(uint64_t page, const std::function<bool(const page_entry&)>& f,
                 std::string& why) const;

  /// The value of an entry, 8-aligned; in `buffer` where it has pages of its
  /// own or lies unaligned. None when its pages are not there, or are no
  /// value's.
  std::optional<std::string_view> value_of(const page_entry& entry,
                                           std::vector<uint64_t>& buffer) const;

  /// What is in the pages of a value whose entry is lost, up to their end; it
  /// lies in `buffer`, 8-aligned. None when `page` does not begin a value.
  std::optional<std::string_view> value_at(uint64_t page,
                                           std::vector<uint64_t>& buffer) const;

  /// Deeper trees do not exist (LMDB's own bound).
  static constexpr size_t depth_max = 32;

  /// Larger values are not read: the largest of ours is a block of 8 MiB, and a
  /// journal entry of some frames of 24 MiB.
  static constexpr size_t value_bytes_max = size_t{256} << 20;

private:
  page_file() = default;

  /// Keys that a walk has met.
  struct key_order {
    std::string last;
    /// The next one is not before this.
    std::string floor;
  };

  bool walk_page(uint64_t page, size_t depth_left, const page_visitor& visitor,
                 key_order& order) const;

  int fd_ = -1;
  uint64_t bytes_ = 0;
  uint64_t pages_ = 0;
};

/// The record of a tree, as a leaf of the table of tables has it; none for
/// bytes of another size or an impossible depth.
std::optional<page_tree> open_page_tree(std::string_view bytes);

/// Numbers of pages in a value of the list of free pages; none when it is
/// broken.
std::optional<std::vector<uint64_t>> open_free_list(std::string_view bytes);

} // namespace tributary
