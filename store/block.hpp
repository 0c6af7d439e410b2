#pragma once

/// Windows as stored bytes and back: one sealed block per group of whole
/// charts. The same bytes rest in tier0 and travel on the history lane.

#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "schema/definition.hpp"
#include "schema/error.hpp"
#include "store/block_reader.hpp"
#include "store/window.hpp"

namespace tributary {

/// One group of a window, ready to store or send.
struct sealed_group {
  content_hash layout_hash;
  /// Sealed bytes of the layout; its name is the hash above.
  std::string layout;
  /// Sealed bytes of the block.
  std::string block;
};

/// Cuts the window's charts, ascending by id, into groups of whole charts of at
/// most `group_columns` columns (a wider chart is a group of its own), fewer
/// where long windows would make a block larger than `block_raw_bytes_max`. A
/// chart that no slot has a value of is left out, unless all are such: a chart
/// that ended costs nothing after its window.
std::vector<sealed_group> seal_window(const window_table& window,
                                      uint16_t group_columns);

/// Charts of a window that share a block.
struct chart_group {
  std::vector<const window_chart*> charts;
  size_t columns = 0;
};

/// The same in pieces, a group a call, for who must not be busy for long.
class window_sealer {
public:
  /// @param window must outlive the sealer and stay as it is.
  window_sealer(const window_table& window, uint16_t group_columns);

  bool is_done() const noexcept {
    return next_ == groups_.size();
  }

  /// Columns of the next group; not when done.
  size_t next_columns() const noexcept {
    return groups_[next_].columns;
  }

  /// Seals the next group; not when done.
  sealed_group next();

private:
  const window_table& window_;
  std::vector<chart_group> groups_;
  size_t next_ = 0;
};

/// Unpacks a block and adds it to `window`, which must have its start and
/// slots. With `only_chart` not empty, other charts are left out. Payloads are
/// looked up and kept in `cache` where there is one. Yields `ec::corrupt`; the
/// window is then as before.
caf::error open_block(std::string_view sealed, const layout& columns_of,
                      window_table& window, std::string_view only_chart = {},
                      payload_cache* cache = nullptr);

/// What a reader takes: a group of 227 columns of ten-byte values at 3,600
/// slots fits, one of `group_columns_max` at 600.
constexpr size_t block_raw_bytes_max = 8u << 20;

} // namespace tributary
