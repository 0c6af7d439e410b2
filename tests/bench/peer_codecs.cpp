#include "tests/bench/peer_codecs.hpp"

#include <algorithm>
#include <cstring>

#include <zstd.h>

#include "schema/real.hpp"
#include "tests/bench/figures.hpp"

namespace tributary::bench {

namespace {

constexpr size_t window_seconds = 600;
constexpr size_t group_columns = 128;
constexpr size_t extent_pages = 64;

/// The values that one column has in a window.
struct series {
  std::vector<uint32_t> seconds;
  std::vector<int64_t> values;
  /// Of the values that people see.
  double factor = 1;
  algorithm how = algorithm::absolute;

  double shown(size_t i) const {
    return number_of(how, values[i]) * factor;
  }
};

series series_of(const row_set& rows, size_t first, uint32_t column,
                 const dimension& of) {
  series result;
  result.factor
      = static_cast<double>(of.multiplier) / static_cast<double>(of.divisor);
  result.how = of.algorithm;
  for (size_t s = 0; s < window_seconds; ++s) {
    auto& row = rows.rows[first + s];
    if (!bit_at(row.present, column))
      continue;
    result.seconds.push_back(static_cast<uint32_t>(s));
    result.values.push_back(row.values[column]);
  }
  return result;
}

template <class T, class F>
T bits_of(F x) {
  static_assert(sizeof(T) == sizeof(F));
  T result;
  memcpy(&result, &x, sizeof result);
  return result;
}

// -- Gorilla ------------------------------------------------------------------

/// Bits of a timestamp by its delta of deltas.
size_t timestamp_bits(int64_t slope) {
  if (slope == 0)
    return 1;
  if (slope >= -63 && slope <= 64)
    return 2 + 7;
  if (slope >= -255 && slope <= 256)
    return 3 + 9;
  return slope >= -2047 && slope <= 2048 ? 4 + 12 : 4 + 32;
}

uint64_t gorilla_bits(const series& x) {
  uint64_t bits = 64 + 14; // the block's own first value and timestamp
  auto before = bits_of<uint64_t>(x.shown(0));
  int leading = 65; // of the window that is in use; none at first
  int trailing = 0;
  int64_t delta = 1;
  for (size_t i = 1; i < x.values.size(); ++i) {
    auto next_delta = int64_t{x.seconds[i]} - int64_t{x.seconds[i - 1]};
    bits += timestamp_bits(next_delta - delta);
    delta = next_delta;
    auto now = bits_of<uint64_t>(x.shown(i));
    auto difference = now ^ before;
    before = now;
    if (difference == 0) {
      bits += 1;
      continue;
    }
    auto zeros = std::min(31, __builtin_clzll(difference));
    auto tail = __builtin_ctzll(difference);
    if (leading <= zeros && trailing <= tail) {
      bits += static_cast<uint64_t>(2 + 64 - leading - trailing);
      continue;
    }
    leading = zeros;
    trailing = tail;
    bits += static_cast<uint64_t>(2 + 5 + 6 + 64 - leading - trailing);
  }
  return bits;
}

// -- zstd over bytes ----------------------------------------------------------

size_t packed_size(const std::string& raw, int level) {
  std::string packed(ZSTD_compressBound(raw.size()), '\0');
  auto size = ZSTD_compress(packed.data(), packed.size(), raw.data(),
                            raw.size(), level);
  if (ZSTD_isError(size))
    fail(ZSTD_getErrorName(size));
  return size;
}

void put_unsigned(std::string& out, uint64_t x) {
  for (; x >= 128; x >>= 7)
    out += static_cast<char>(x | 128);
  out += static_cast<char>(x);
}

void put_zigzag(std::string& out, int64_t x) {
  put_unsigned(out,
               static_cast<uint64_t>(x) << 1 ^ static_cast<uint64_t>(x >> 63));
}

/// Timestamps as one run where all are there, else as deltas.
void put_varints(std::string& out, const series& x) {
  put_unsigned(out, x.values.size());
  if (x.values.size() != window_seconds)
    for (size_t i = 0; i < x.seconds.size(); ++i)
      put_unsigned(out, x.seconds[i] - (i == 0 ? 0 : x.seconds[i - 1]));
  uint64_t before = 0;
  for (auto value : x.values) {
    put_zigzag(out,
               static_cast<int64_t>(static_cast<uint64_t>(value) - before));
    before = static_cast<uint64_t>(value);
  }
}

// -- XOR of floats ------------------------------------------------------------

class bit_writer {
public:
  explicit bit_writer(std::string& out) : out_(out) {
    // nop
  }

  void put(uint32_t x, int width) {
    for (int i = width - 1; i >= 0; --i) {
      if (used_ == 0)
        out_ += '\0';
      out_.back()
          = static_cast<char>(out_.back() | (x >> i & 1) << (7 - used_));
      used_ = (used_ + 1) % 8;
    }
  }

private:
  std::string& out_;
  int used_ = 0;
};

/// A page has a slot a second; where there is no value stands a NaN.
void put_xor32(std::string& out, const series& x) {
  std::vector<float> page(window_seconds, __builtin_nanf(""));
  for (size_t i = 0; i < x.values.size(); ++i)
    page[x.seconds[i]] = static_cast<float>(x.shown(i));
  bit_writer to{out};
  auto before = bits_of<uint32_t>(page[0]);
  to.put(before, 32);
  int leading = 0;
  for (size_t s = 1; s < page.size(); ++s) {
    auto now = bits_of<uint32_t>(page[s]);
    auto difference = now ^ before;
    before = now;
    to.put(difference == 0, 1);
    if (difference == 0)
      continue;
    auto zeros = __builtin_clz(difference);
    to.put(zeros == leading, 1);
    if (zeros != leading)
      to.put(static_cast<uint32_t>(zeros), 5);
    leading = zeros;
    to.put(difference, 32 - leading);
  }
}

std::vector<const dimension*> dimensions_of(const row_set& rows) {
  std::vector<const dimension*> result;
  for (auto& chart : rows.charts)
    for (auto& d : chart->dimensions)
      result.push_back(&d);
  return result;
}

/// What the columns of one window come to.
struct sizes {
  uint64_t gorilla_bits = 0;
  uint64_t varint_zstd = 0;
  uint64_t xor32_zstd = 0;
  uint64_t samples = 0;
};

void add_window(sizes& to, const std::vector<series>& columns) {
  std::string varints;
  std::string pages;
  for (size_t i = 0; i < columns.size(); ++i) {
    to.samples += columns[i].values.size();
    to.gorilla_bits += gorilla_bits(columns[i]);
    put_varints(varints, columns[i]);
    put_xor32(pages, columns[i]);
    auto is_last = i + 1 == columns.size();
    if (is_last || (i + 1) % group_columns == 0) {
      to.varint_zstd += packed_size(varints, 1);
      varints.clear();
    }
    if (is_last || (i + 1) % extent_pages == 0) {
      to.xor32_zstd += packed_size(pages, 3);
      pages.clear();
    }
  }
}

} // namespace

void print_peer_codecs(const std::string& key, const row_set& rows) {
  auto dimensions = dimensions_of(rows);
  sizes total;
  for (size_t first = 0; first + window_seconds <= rows.rows.size();
       first += window_seconds) {
    std::vector<series> columns;
    for (uint32_t c = 0; c < rows.columns; ++c) {
      auto x = series_of(rows, first, c, *dimensions[c]);
      if (!x.values.empty())
        columns.push_back(std::move(x));
    }
    add_window(total, columns);
  }
  auto print = [&](const char* name, double bytes) {
    print_figure((key + name).c_str(),
                 bytes / static_cast<double>(total.samples));
  };
  print("_gorilla_bytes_per_sample",
        static_cast<double>(total.gorilla_bits) / 8);
  print("_varint_zstd_bytes_per_sample",
        static_cast<double>(total.varint_zstd));
  print("_xor32_zstd_bytes_per_sample", static_cast<double>(total.xor32_zstd));
}

} // namespace tributary::bench
