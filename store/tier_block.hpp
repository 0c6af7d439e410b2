#pragma once

/// Points as stored bytes and back: blocks and pieces of the tiers 1 and 2.

#include <map>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "store/block.hpp"
#include "store/tier.hpp"

namespace tributary {

/// Sealed layouts by their charts: the windows of a host have the same ones
/// again and again, and sealing them takes longer than their points.
class layout_names {
public:
  struct name {
    content_hash hash;
    std::string sealed;
  };

  const name& of(const std::vector<chart_ptr>& charts);

  /// Beyond this all are forgotten: 32 charts of 200 bytes each, about 25 MiB.
  static constexpr size_t entries_max = 4096;

private:
  std::map<std::vector<chart_ptr>, name> entries_;
};

/// Cuts the charts, ascending by id, into groups of whole charts of at most a
/// quarter of `group_columns` dimensions, as each has four columns. Charts that
/// no point has a value of are left out, unless all are such.
std::vector<sealed_group> seal_tier(const tier_table& points,
                                    uint16_t group_columns,
                                    layout_names& layouts);

/// What a block of points says before its payload is unpacked.
struct tier_header {
  tick start = 0;
  uint16_t points = 0;
  uint16_t step = 0;
  uint16_t columns = 0;
  content_hash layout_hash;
};

/// Yields `ec::corrupt` for what does not decode or breaks a bound.
caf::expected<tier_header> open_tier_header(std::string_view sealed);

/// Unpacks a block and adds its points to `to`, which has the same step and
/// lies on the same grid. Charts out of `which` are left out. Yields
/// `ec::corrupt`; `to` is then as before.
caf::error open_tier_block(std::string_view sealed, const layout& columns_of,
                           chart_range which, tier_table& to,
                           payload_cache* cache = nullptr);

/// Columns of a dimension, in their order: min, max - min, sum, count.
constexpr size_t tier_column_parts = 4;

/// One bit a number that is not 0.
template <class T>
std::vector<uint64_t> non_zero_of(const std::vector<T>& x) {
  std::vector<uint64_t> result(bitmap_words(x.size()), 0);
  for (size_t i = 0; i < x.size(); ++i)
    if (x[i] != 0)
      set_bit(result, i);
  return result;
}

/// What a reader takes: a chart of all dimensions with the most points fits.
constexpr size_t tier_raw_bytes_max = block_raw_bytes_max;

} // namespace tributary
