/// The reading half of tier_block.hpp: what is read came from a file that may
/// be damaged, so every bound is checked.

#include <algorithm>
#include <cstring>
#include <memory>

#include <capnp/serialize.h>

#include "schema/store.capnp.h"
#include "store/block_payload.hpp"
#include "store/block_wire.hpp"
#include "store/checked_record.hpp"
#include "store/column.hpp"
#include "store/tier_block.hpp"

namespace tributary {

namespace {

constexpr auto parts = tier_column_parts;

/// A chart of so many dimensions is a group with the most columns.
constexpr size_t columns_max = parts * chart_dimensions_max;

static_assert(columns_max * (2 + column_bytes_max(tier_points_max))
              <= tier_raw_bytes_max);

caf::error corrupt(const char* what) {
  return make_error(ec::corrupt, std::string{"tier block: "} + what);
}

caf::expected<tier_header> read_header(wire::Block::Reader from) {
  tier_header result;
  result.start = from.getStart();
  result.points = from.getSlots();
  result.step = from.getStep();
  result.columns = from.getColumns();
  result.layout_hash = {from.getLayoutHigh(), from.getLayoutLow()};
  if (result.start <= -tick_max || result.start > tick_max || result.step == 0
      || result.points == 0 || result.points > tier_points_max
      || result.columns == 0 || result.columns > columns_max)
    return corrupt("a bound is broken");
  return result;
}

/// False when the runs are not ascending.
bool read_epochs(wire::Block::Reader from, std::vector<epoch_number>& to) {
  size_t next = 0;
  for (auto run : from.getRuns()) {
    if (run.getFrom() < next || run.getTo() < run.getFrom()
        || run.getTo() >= to.size() || run.getEpoch() == 0)
      return false;
    next = run.getTo() + size_t{1};
    for (size_t i = run.getFrom(); i < next; ++i)
      to[i] = run.getEpoch();
  }
  return true;
}

/// Unpacked now, or found in the cache.
caf::expected<std::shared_ptr<const std::string>>
payload_of(const packed_payload& from, tick start, payload_cache* cache) {
  if (from.codec != codec_stored && from.codec != codec_zstd)
    return corrupt("unknown codec");
  if (cache != nullptr) {
    auto parts = parts_of(from, start);
    if (!parts)
      return std::move(parts.error());
    return cached_part(parts->front(), *cache);
  }
  auto result = std::make_shared<std::string>();
  if (auto error = unpack_payload(from, start, *result))
    return error;
  return std::shared_ptr<const std::string>{std::move(result)};
}

class column_reader {
public:
  column_reader(std::string_view raw, const tier_header& header,
                const std::vector<epoch_number>& epochs)
      : bytes_(reinterpret_cast<const uint8_t*>(raw.data())),
        size_(raw.size()),
        columns_(header.columns),
        points_(header.points),
        covered_(non_zero_of(epochs)) {
    // nop
  }

  /// Finds the columns; false when they do not fit into the payload.
  bool read_sizes() {
    auto at = bytes_ + columns_ * 2;
    if (size_ < columns_ * 2
        || !sets_.get(at, bytes_ + size_, points_, columns_ * 2))
      return false;
    auto begin = static_cast<size_t>(at - bytes_);
    begins_.push_back(begin);
    for (size_t i = 0; i < columns_; ++i)
      begins_.push_back(begin
                        += bytes_[i] + (size_t{bytes_[columns_ + i]} << 8));
    return begin == size_;
  }

  /// Reads a dimension whose first column has that place.
  bool read(size_t index, tier_column& to) {
    if (!read_part(index, to.min))
      return false;
    auto present = column_.present;
    if (!read_part(index + 1, to.max) || column_.present != present
        || !read_part(index + 2, to.sum) || column_.present != present
        || !read_part(index + 3, to.count) || column_.present != present)
      return false;
    for (size_t i = 0; i < points_; ++i) {
      if (bit_at(present, i) != (to.count[i] > 0))
        return false;
      to.max[i] = static_cast<int64_t>(static_cast<uint64_t>(to.min[i])
                                       + static_cast<uint64_t>(to.max[i]));
    }
    return true;
  }

private:
  bool read_part(size_t index, std::vector<int64_t>& to) {
    if (!get_column(bytes_ + begins_[index], bytes_ + begins_[index + 1],
                    covered_, points_, sets_, column_, buffers_))
      return false;
    to = std::move(column_.values);
    return true;
  }

  const uint8_t* bytes_;
  size_t size_;
  size_t columns_;
  uint16_t points_;
  std::vector<uint64_t> covered_;
  std::vector<size_t> begins_;
  slot_sets sets_;
  window_column column_;
  column_buffers buffers_;
};

caf::error read_block(wire::Block::Reader from, const layout& columns_of,
                      chart_range which, tier_table& to, payload_cache* cache) {
  auto header = read_header(from);
  if (!header)
    return header.error();
  if (header->step != to.step
      || (header->start - to.start) % static_cast<tick>(to.step) != 0)
    return corrupt("another grid");
  if (header->columns != columns_of.columns() * parts)
    return corrupt("columns differ from the layout");
  tier_table decoded{header->start, to.step, header->points};
  if (!read_epochs(from, decoded.epochs))
    return corrupt("runs are not ascending");
  if (!which.touches(columns_of)) { // its lives are all that it tells here
    to.add(decoded);
    return {};
  }
  auto raw = payload_of(payload_in(from), header->start, cache);
  if (!raw)
    return raw.error();
  column_reader columns{**raw, *header, decoded.epochs};
  if (!columns.read_sizes())
    return corrupt("places of columns");
  auto runs = from.getRuns();
  auto epoch = runs.size() == 0 ? 1 : runs[runs.size() - 1].getEpoch();
  size_t index = 0;
  for (auto& chart : columns_of.charts) {
    if (!which.contains(chart->id)) {
      index += chart->dimensions.size() * parts;
      continue;
    }
    auto& read = decoded.charts[chart->id];
    read = {chart, epoch, std::vector<tier_column>(chart->dimensions.size())};
    for (auto& column : read.columns) {
      if (!columns.read(index, column))
        return corrupt("column");
      index += parts;
    }
  }
  to.add(decoded);
  return {};
}

} // namespace

caf::expected<tier_header> open_tier_header(std::string_view sealed) {
  auto message = checked_message(sealed, "tier block");
  if (!message)
    return std::move(message.error());
  return with_block(*message, corrupt, read_header);
}

caf::error open_tier_block(std::string_view sealed, const layout& columns_of,
                           chart_range which, tier_table& to,
                           payload_cache* cache) {
  auto message = checked_message(sealed, "tier block");
  if (!message)
    return std::move(message.error());
  return with_block(*message, corrupt,
                    [&](wire::Block::Reader from) -> caf::error {
                      return read_block(from, columns_of, which, to, cache);
                    });
}

} // namespace tributary
