#include "store/latest.hpp"

#include <algorithm>

#include "schema/real.hpp"

namespace tributary {

namespace {

/// Counters are modulo 2^64, as in a frame.
int64_t sum_of(int64_t x, int64_t y) noexcept {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              + static_cast<uint64_t>(y));
}

} // namespace

void latest_readings::take(const frame_header& header, const frame_row& row,
                           const roster& columns_of) {
  if (header.epoch < epoch_)
    return;
  if (header.epoch > epoch_)
    *this = latest_readings{};
  epoch_ = header.epoch;
  if (readings_.size() < header.columns) {
    readings_.resize(header.columns, 0);
    values_.resize(header.columns, 0);
    ticks_.resize(header.columns, 0);
  }
  auto t = header.tick;
  auto is_newest = t > newest_;
  for (auto& x : row.raw)
    take_stated(x, t, row);
  auto& mask = columns_of.gauge_mask();
  for (size_t begin = 0; begin < header.columns; begin += 64) {
    auto present = row.present[begin / 64];
    if (is_newest && present == ~uint64_t{0}) { // as nearly all words are
      take_word(begin, t, row.values.data() + begin, mask.data() + begin);
      continue;
    }
    for (; present != 0; present &= present - 1)
      take_column(begin + static_cast<size_t>(__builtin_ctzll(present)), t, row,
                  columns_of);
  }
  newest_ = std::max(newest_, t);
}

/// A length that the compiler knows lets it take several columns at once.
void latest_readings::take_word(size_t begin, tick t, const int64_t* values,
                                const int64_t* mask) {
  constexpr size_t columns = 64;
  auto readings = readings_.data() + begin;
  for (size_t i = 0; i < columns; ++i)
    readings[i] = sum_of(readings[i] & ~mask[i], values[i]);
  std::copy_n(values, columns, values_.data() + begin);
  std::fill_n(ticks_.data() + begin, columns, t);
}

/// Before the row is added, so that the sum comes to what was stated.
void latest_readings::take_stated(const raw_reading& x, tick t,
                                  const frame_row& row) {
  if (ticks_[x.column] >= t)
    return;
  if (bit_at(row.present, x.column)) {
    auto increment = static_cast<uint64_t>(row.values[x.column]);
    readings_[x.column]
        = static_cast<int64_t>(static_cast<uint64_t>(x.value) - increment);
    return;
  }
  readings_[x.column] = x.value; // the first one, or the first after a gap
  values_[x.column] = 0;
  ticks_[x.column] = t;
}

/// A column is taken once a tick: a part that comes twice changes nothing.
void latest_readings::take_column(size_t i, tick t, const frame_row& row,
                                  const roster& columns_of) {
  if (ticks_[i] >= t)
    return;
  auto before = columns_of.is_counter_column(static_cast<uint32_t>(i))
                    ? readings_[i]
                    : int64_t{0};
  readings_[i] = sum_of(before, row.values[i]);
  values_[i] = row.values[i];
  ticks_[i] = t;
}

void column_sums::add(const frame_row& row, const roster& columns_of) {
  auto columns = row.values.size();
  auto values = row.values.data();
  if (sums.size() < columns) {
    sums.resize(columns, 0);
    counts.resize(columns, 0);
  }
  auto& reals = columns_of.real_columns();
  for (size_t begin = 0; begin < columns; begin += 64) {
    auto word = row.present[begin / 64];
    auto real = begin / 64 < reals.size() ? word & reals[begin / 64] : 0;
    if (word == ~uint64_t{0} && real == 0) {
      for (auto i = begin; i < begin + 64; ++i) {
        sums[i] += static_cast<double>(values[i]);
        ++counts[i];
      }
      continue;
    }
    for (; word != 0; word &= word - 1) {
      auto bit = static_cast<size_t>(__builtin_ctzll(word));
      auto i = begin + bit;
      sums[i] += (real >> bit & 1) != 0 ? real_of(values[i])
                                        : static_cast<double>(values[i]);
      ++counts[i];
    }
  }
}

} // namespace tributary
