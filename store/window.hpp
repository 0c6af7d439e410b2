#pragma once

/// One window of one host, decoded: columns by chart and dimension, slots by
/// tick. Where rows, stored blocks and received blocks meet: whatever the order
/// in which they are added, the result is the same.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "schema/coverage.hpp"
#include "schema/definition.hpp"
#include "schema/frame_codec.hpp"

namespace tributary {

/// The slots of one dimension.
struct window_column {
  /// One value a slot, 0 where absent.
  std::vector<int64_t> values;
  /// One bit a slot.
  std::vector<uint64_t> present;
  /// One bit a slot; may be empty.
  std::vector<uint64_t> estimated;
};

/// The columns of one chart.
struct window_chart {
  chart_ptr chart;
  /// Life of the origin that the definition is of; the newest one holds.
  epoch_number epoch = 0;
  /// One a dimension, in its order.
  std::vector<window_column> columns;
};

class window_table {
public:
  /// Slots are seconds `start`... `start + slots - 1`.
  window_table(tick start, uint16_t slots);

  tick start() const noexcept {
    return start_;
  }

  uint16_t slots() const noexcept {
    return static_cast<uint16_t>(epochs_.size());
  }

  /// Epoch that covers each slot, 0 where none does.
  const std::vector<epoch_number>& epochs() const noexcept {
    return epochs_;
  }

  /// Charts by id.
  const std::map<std::string, window_chart, std::less<>>& charts() const {
    return charts_;
  }

  /// Adds all slots that `other` covers: per slot the higher epoch holds, equal
  /// epochs are joined and what came first stays.
  void merge(const window_table& other);

  /// The same; charts that are new here are moved, which leaves `other` of no
  /// use.
  void merge(window_table&& other);

  /// Claims a slot for `epoch`. False when a higher one holds it; a lower one's
  /// values are cleared.
  bool claim(size_t slot, epoch_number epoch);

  /// The chart's columns, made empty when new. A definition of a newer epoch
  /// replaces an older one; columns follow their dimension ids. Definitions
  /// with other dimensions give all of them, ascending by id, so that the
  /// result does not depend on which came first.
  window_chart& chart_for(const chart_ptr& chart, epoch_number epoch);

  /// A chart that is there, as `chart_for` made it.
  window_chart& chart_at(const std::string& id) {
    return charts_.find(id)->second;
  }

  /// The part of it that lies in a window of another cut.
  window_table cut(tick start, uint16_t slots) const;

  /// How many values each slot has.
  std::vector<uint32_t> values_by_slot() const;

  /// What is covered, as runs of ticks.
  std::vector<coverage_run> coverage_runs() const;

  bool empty() const;

private:
  /// Claims what `other` covers; one bit a slot that was.
  std::vector<uint64_t> claim_all(const window_table& other);

  /// Adds the slots in `taken` of all charts of `other`.
  void add_charts(const window_table& other,
                  const std::vector<uint64_t>& taken);

  tick start_;
  std::vector<epoch_number> epochs_;
  std::map<std::string, window_chart, std::less<>> charts_;
};

/// @param epochs by slot; 0: the slot is not covered.
std::vector<coverage_run>
coverage_runs_of(tick start, const std::vector<epoch_number>& epochs);

/// Sets a slot that is absent; one that is present stays as it is, since the
/// parts of a tick touch different columns and a repeat says the same.
void set_slot(window_column& column, size_t slot, int64_t value,
              bool estimated);

/// Place of the dimension of that id; `chart::dimensions.size()` where none.
size_t dimension_index(const chart& x, const std::string& dimension_id);

/// Words of a bitmap over `bits` bits.
constexpr size_t bitmap_words(size_t bits) noexcept {
  return (bits + 63) / 64;
}

} // namespace tributary
