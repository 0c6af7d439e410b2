#include "schema/frame_payload.hpp"

#include <algorithm>
#include <cstring>

#include "schema/frame_words.hpp"
#include "schema/value_code.hpp"

namespace tributary {

namespace {

/// More than a word of columns takes: each a value of 12 + 6 + 63 bits or a
/// reading of 1 + 6 + 63, and its sets.
constexpr size_t word_bytes_max = 64 * 11 + 64;

/// What a row's presence is told against: in a late part nothing, in a key
/// frame all, else that of the frame before, and its new columns.
std::vector<uint64_t> expected_presence(const frame_header& header,
                                        const frame_chain& chain) {
  auto count = words_for(header.columns);
  if (header.part != 0)
    return std::vector<uint64_t>(count, 0);
  auto result = chain.present;
  result.resize(count, ~uint64_t{0});
  result.back() &= tail_mask(header.columns);
  return result;
}

/// The counters whose reading a frame is expected to state.
std::vector<uint64_t> expected_raw(const frame_header& header,
                                   const frame_row& row,
                                   const roster& columns_of) {
  std::vector<uint64_t> result(words_for(header.columns), 0);
  if (header.is_key())
    for (uint32_t i = 0; i < header.columns; ++i)
      if (columns_of.is_counter_column(i) && bit_at(row.present, i))
        set_bit(result, i);
  return result;
}

/// Puts where `words` differ from `expected`.
void put_sets(bit_writer& out, const std::vector<uint64_t>& words,
              const std::vector<uint64_t>& expected) {
  for (size_t w = 0; w < words.size(); ++w) {
    out.reserve(word_bytes_max);
    put_set(out, words[w] ^ expected[w]);
  }
}

/// Reads them in place of what was expected.
bool get_sets(bit_reader& in, std::vector<uint64_t>& words, uint32_t columns) {
  for (auto& word : words) {
    uint64_t changed;
    if (!get_set(in, changed) || in.is_beyond())
      return false;
    word ^= changed;
  }
  return (words.back() & ~tail_mask(columns)) == 0;
}

void put_raw(bit_writer& out, const frame_header& header, const frame_row& row,
             const roster& columns_of) {
  std::vector<uint64_t> stated(words_for(header.columns), 0);
  for (auto& x : row.raw)
    set_bit(stated, x.column);
  put_sets(out, stated, expected_raw(header, row, columns_of));
  for (auto& x : row.raw) {
    out.reserve(word_bytes_max);
    out.put(x.value != 0 ? 1 : 0, 1);
    if (x.value != 0)
      put_number(out, zigzag(static_cast<uint64_t>(x.value)));
  }
}

bool get_raw(bit_reader& in, const frame_header& header,
             const roster& columns_of, frame_row& row) {
  auto stated = expected_raw(header, row, columns_of);
  if (!get_sets(in, stated, header.columns))
    return false;
  for (size_t w = 0; w < stated.size(); ++w)
    for (auto bits = stated[w]; bits != 0; bits &= bits - 1) {
      auto i = static_cast<uint32_t>(w * 64)
               + static_cast<uint32_t>(__builtin_ctzll(bits));
      auto value = in.take(1) != 0 ? unzigzag(get_number(in)) : 0;
      if (!columns_of.is_counter_column(i) || in.is_beyond())
        return false;
      row.raw.push_back({i, static_cast<int64_t>(value)});
    }
  return !row.raw.empty();
}

/// The columns of a word whose residual is not 0, the present ones of which
/// are `present`.
[[gnu::always_inline]] inline void put_changed(bit_writer& out,
                                               uint64_t changed,
                                               uint64_t present,
                                               const column_activity& state) {
  auto quiet = present & ~state.any();
  if (quiet != 0)
    put_set(out, changed & quiet);
  auto lively = present & state.any() & ~state.full();
  for (; lively != 0; lively &= lively - 1)
    out.put(changed >> __builtin_ctzll(lively) & 1, 1);
}

/// The same, and those of a full count, whose value tells; false when bad.
[[gnu::always_inline]] inline bool get_changed(bit_reader& in,
                                               uint64_t& changed,
                                               uint64_t present,
                                               const column_activity& state) {
  changed = 0;
  auto quiet = present & ~state.any();
  if (quiet != 0 && (!get_set(in, changed) || (changed & ~quiet) != 0))
    return false;
  auto lively = present & state.any() & ~state.full();
  while (lively != 0) {
    auto count = static_cast<unsigned>(__builtin_popcountll(lively));
    auto taken = std::min(count, 32u);
    auto bits = in.take(taken);
    for (; taken != 0; --taken, bits >>= 1, lively &= lively - 1)
      changed |= (bits & 1) << __builtin_ctzll(lively);
  }
  changed |= present & state.full();
  return true;
}

/// The residuals of `count` columns, and where they are not 0.
uint64_t subtract(uint64_t* residuals, const int64_t* values,
                  const int64_t* base, size_t count) {
  if (memcmp(values, base, count * 8) == 0) { // as many are
    std::fill_n(residuals, count, 0);
    return 0;
  }
  uint64_t changed = 0;
  for (size_t b = 0; b < count; ++b) {
    residuals[b]
        = static_cast<uint64_t>(values[b]) - static_cast<uint64_t>(base[b]);
    changed |= uint64_t{residuals[b] != 0} << b;
  }
  return changed;
}

/// The bits go through a copy of the writer that stays in registers.
void put_residuals(bit_writer& to, const frame_row& row,
                   const roster& columns_of, frame_chain& chain) {
  auto out = to;
  auto mask = columns_of.gauge_mask().data();
  auto values = row.values.data();
  auto base = chain.base.data();
  auto widths = chain.widths.data();
  auto columns = chain.base.size();
  for (size_t w = 0; w < row.present.size(); ++w) {
    auto present = row.present[w];
    auto state = chain.activity[w];
    if (present == 0) {
      chain.activity[w].count(0);
      continue;
    }
    auto first = w * 64;
    uint64_t residuals[64];
    auto changed = subtract(residuals, values + first, base + first,
                            std::min<size_t>(64, columns - first))
                   & present;
    out.reserve(word_bytes_max);
    put_changed(out, changed, present, state);
    auto full = state.full();
    for (auto bits = changed | (present & full); bits != 0; bits &= bits - 1) {
      auto b = static_cast<unsigned>(__builtin_ctzll(bits));
      auto i = first + b;
      auto x = mask[i] != 0 ? zigzag(residuals[b]) : residuals[b];
      auto least = static_cast<unsigned>(~full >> b & 1);
      widths[i] = put_value(out, x, least, widths[i]);
      base[i] = values[i] & mask[i];
    }
    chain.activity[w].count(changed);
  }
  to = out;
}

/// What a payload does to a chain, held back until all of it is read.
struct chain_changes {
  std::vector<uint8_t> widths;
  /// Where residuals are not 0, one bit a column.
  std::vector<uint64_t> changed;
};

bool get_residuals(bit_reader& from, const roster& columns_of,
                   const frame_chain& chain, frame_row& row,
                   chain_changes& changes) {
  auto in = from; // a copy that stays in registers
  auto mask = columns_of.gauge_mask().data();
  auto values = row.values.data();
  changes.widths = chain.widths;
  changes.changed.resize(row.present.size());
  auto widths = changes.widths.data();
  for (size_t w = 0; w < row.present.size(); ++w) {
    auto present = row.present[w];
    auto state = chain.activity[w];
    uint64_t changed;
    if (!get_changed(in, changed, present, state))
      return false;
    auto full = state.full();
    auto is_good = true;
    auto zeros = uint64_t{0};
    for (auto bits = changed; bits != 0; bits &= bits - 1) {
      auto b = static_cast<unsigned>(__builtin_ctzll(bits));
      auto i = w * 64 + b;
      auto width = widths[i];
      uint64_t x;
      is_good &= get_value(in, x, static_cast<unsigned>(~full >> b & 1), width);
      widths[i] = width;
      zeros |= uint64_t{x == 0} << b;
      auto residual = mask[i] != 0 ? unzigzag(x) : x;
      values[i]
          = static_cast<int64_t>(static_cast<uint64_t>(values[i]) + residual);
    }
    if (!is_good || in.is_beyond())
      return false;
    changes.changed[w] = changed & ~zeros;
  }
  from = in;
  return true;
}

void apply(frame_chain& chain, const chain_changes& changes,
           const frame_row& row, const roster& columns_of) {
  auto mask = columns_of.gauge_mask().data();
  auto base = chain.base.data();
  auto values = row.values.data();
  for (size_t w = 0; w < row.present.size(); ++w) {
    auto changed = changes.changed[w];
    chain.activity[w].count(changed);
    for (; changed != 0; changed &= changed - 1) {
      auto i = w * 64 + static_cast<unsigned>(__builtin_ctzll(changed));
      base[i] = values[i] & mask[i];
    }
  }
  chain.widths = changes.widths;
  chain.present = row.present;
}

/// Begins with the base's values; what is absent is 0.
void copy_base(frame_row& row, const frame_chain& chain) {
  auto columns = chain.base.size();
  row.values.resize(columns);
  for (size_t w = 0; w < row.present.size(); ++w) {
    auto count = std::min<size_t>(64, columns - w * 64);
    auto to = row.values.data() + w * 64;
    auto from = chain.base.data() + w * 64;
    auto present = row.present[w];
    auto is_dense = __builtin_popcountll(present) > 32;
    if (is_dense)
      std::copy_n(from, count, to);
    else
      std::fill_n(to, count, 0);
    auto rest = is_dense ? ~present & tail_mask(count) : present;
    for (; rest != 0; rest &= rest - 1) {
      auto b = __builtin_ctzll(rest);
      to[b] = is_dense ? 0 : from[b];
    }
  }
}

caf::error corrupt(const char* what) {
  return make_error(ec::corrupt, std::string{"frame payload: "} + what);
}

} // namespace

void resize_chain(frame_chain& chain, uint32_t columns) {
  auto count = words_for(columns);
  if (chain.present.empty())
    chain.present.assign(words_for(chain.base.size()), ~uint64_t{0});
  // Bits beyond the columns that were there are those of new ones.
  if (!chain.present.empty())
    chain.present.back() |= ~tail_mask(chain.base.size());
  chain.present.resize(count, ~uint64_t{0});
  chain.present.back() &= tail_mask(columns);
  chain.base.resize(columns, 0);
  chain.widths.resize(columns, width_unknown);
  chain.activity.resize(count);
  chain.activity.back().keep(tail_mask(columns));
}

void settle_key(frame_chain& chain, const roster& columns_of) {
  chain.activity.assign(chain.activity.size(), {});
  auto& mask = columns_of.gauge_mask();
  for (size_t i = 0; i < chain.widths.size(); ++i)
    chain.widths[i] |= static_cast<uint8_t>(mask[i]);
}

void put_payload(std::string& out, frame_header& header, const frame_row& row,
                 const roster& columns_of, frame_chain& chain) {
  bit_writer to{out};
  header.flags = frame_is_v2;
  auto expected = expected_presence(header, chain);
  if (row.present != expected) {
    header.flags |= frame_has_presence;
    put_sets(to, row.present, expected);
  }
  if (has_bits(row.estimated)) {
    header.flags |= frame_has_estimated;
    put_sets(to, row.estimated, std::vector<uint64_t>(row.estimated.size(), 0));
  }
  put_residuals(to, row, columns_of, chain);
  if (!row.raw.empty()) {
    header.flags |= frame_has_raw;
    put_raw(to, header, row, columns_of);
  }
  to.finish();
  chain.present = row.present;
}

caf::error get_payload(const frame_header& header, std::string_view payload,
                       const roster& columns_of, frame_chain& chain,
                       frame_row& row) {
  // One a thread, not one a host: it is as large as the widest host.
  static thread_local chain_changes changes;
  bit_reader in{reinterpret_cast<const uint8_t*>(payload.data()),
                payload.size()};
  row.present = expected_presence(header, chain);
  if ((header.flags & frame_has_presence) != 0
      && (!get_sets(in, row.present, header.columns)
          || row.present == expected_presence(header, chain)))
    return corrupt("presence");
  row.estimated.clear();
  if ((header.flags & frame_has_estimated) != 0) {
    row.estimated.assign(row.present.size(), 0);
    if (!get_sets(in, row.estimated, header.columns)
        || !has_bits(row.estimated))
      return corrupt("estimated");
  }
  copy_base(row, chain);
  if (!get_residuals(in, columns_of, chain, row, changes))
    return corrupt("residuals");
  row.raw.clear();
  if ((header.flags & frame_has_raw) != 0
      && !get_raw(in, header, columns_of, row))
    return corrupt("raw readings");
  if (!in.is_at_end())
    return corrupt("bytes behind the end");
  apply(chain, changes, row, columns_of);
  return {};
}

} // namespace tributary
