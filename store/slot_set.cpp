#include "store/slot_set.hpp"

#include <algorithm>
#include <cstring>

#include "schema/frame_codec.hpp"

namespace tributary {

namespace {

/// First bit at or behind `from` that is set, or clear where `flip` is all
/// ones; `bits` when there is none.
size_t next_bit(const std::vector<uint64_t>& words, size_t bits, size_t from,
                uint64_t flip) {
  auto skipped = ~uint64_t{0} << (from % 64);
  for (auto w = from / 64; w < words.size(); ++w) {
    auto word = (words[w] ^ flip) & skipped;
    if (word != 0)
      return std::min(bits,
                      w * 64 + static_cast<size_t>(__builtin_ctzll(word)));
    skipped = ~uint64_t{0};
  }
  return bits;
}

/// Calls `f` with begin and end of each run of set bits.
template <class F>
void for_each_run(const std::vector<uint64_t>& words, size_t bits, F f) {
  for (auto from = next_bit(words, bits, 0, 0); from < bits;) {
    auto to = next_bit(words, bits, from, ~uint64_t{0});
    f(from, to);
    from = next_bit(words, bits, to, 0);
  }
}

/// Reads a number that is less than `bound`.
bool get_below(const uint8_t*& at, const uint8_t* end, size_t bound,
               size_t& to) {
  int64_t x;
  if (!get_varint(at, end, x) || static_cast<uint64_t>(x) >= bound)
    return false;
  to = static_cast<size_t>(x);
  return true;
}

} // namespace

void put_slots(std::string& out, const std::vector<uint64_t>& words,
               size_t slots) {
  auto begin = out.size();
  auto bitmap_bytes = (slots + 7) / 8;
  size_t runs = 0;
  for_each_run(words, slots, [&](size_t, size_t) { ++runs; });
  if (2 * runs < bitmap_bytes) {
    put_varint(out, static_cast<int64_t>(runs));
    size_t before = 0;
    for_each_run(words, slots, [&](size_t from, size_t to) {
      put_varint(out, static_cast<int64_t>(from - before));
      put_varint(out, static_cast<int64_t>(to - from - 1));
      before = to;
    });
    if (out.size() - begin <= bitmap_bytes)
      return;
    out.resize(begin);
  }
  put_varint(out, 0);
  out.append(reinterpret_cast<const char*>(words.data()), bitmap_bytes);
}

bool get_slots(const uint8_t*& at, const uint8_t* end, size_t slots,
               std::vector<uint64_t>& to) {
  to.assign((slots + 63) / 64, 0);
  size_t runs;
  if (!get_below(at, end, slots + 1, runs))
    return false;
  if (runs == 0) {
    auto bytes = (slots + 7) / 8;
    if (static_cast<size_t>(end - at) < bytes)
      return false;
    memcpy(to.data(), at, bytes);
    at += bytes;
    return slots % 64 == 0 || to.back() >> (slots % 64) == 0;
  }
  size_t slot = 0;
  for (; runs > 0; --runs) {
    size_t skipped;
    size_t more;
    if (!get_below(at, end, slots - slot, skipped))
      return false;
    slot += skipped;
    if (!get_below(at, end, slots - slot, more))
      return false;
    set_bits(to, slot, slot + more + 1);
    slot += more + 1;
  }
  return true;
}

size_t slot_sets::place_of(const std::vector<uint64_t>& words) {
  // The column before most often has the same.
  if (newest_ < sets_.size() && sets_[newest_] == words)
    return newest_;
  auto known = places_.emplace(words, sets_.size());
  if (known.second)
    sets_.push_back(words);
  return newest_ = known.first->second;
}

void slot_sets::put(std::string& out, size_t slots) const {
  put_varint(out, static_cast<int64_t>(sets_.size()));
  for (auto& x : sets_)
    put_slots(out, x, slots);
}

bool slot_sets::get(const uint8_t*& at, const uint8_t* end, size_t slots,
                    size_t count_max) {
  size_t count;
  if (!get_below(at, end, count_max + 1, count))
    return false;
  sets_.clear();
  for (; count > 0; --count) {
    sets_.emplace_back();
    if (!get_slots(at, end, slots, sets_.back()))
      return false;
  }
  return true;
}

void set_bits(std::vector<uint64_t>& words, size_t from, size_t to) {
  for (auto w = from / 64; w * 64 < to; ++w) {
    auto mask = ~uint64_t{0};
    if (w == from / 64)
      mask <<= from % 64;
    if (w == (to - 1) / 64)
      mask &= ~uint64_t{0} >> (63 - (to - 1) % 64);
    words[w] |= mask;
  }
}

bool has_slots(const std::vector<uint64_t>& words) noexcept {
  return std::any_of(words.begin(), words.end(), [](auto x) { return x != 0; });
}

size_t count_slots(const std::vector<uint64_t>& words) noexcept {
  size_t result = 0;
  for (auto word : words)
    result += static_cast<size_t>(__builtin_popcountll(word));
  return result;
}

bool is_subset(const std::vector<uint64_t>& part,
               const std::vector<uint64_t>& whole) noexcept {
  for (size_t i = 0; i < part.size(); ++i)
    if ((part[i] & ~whole[i]) != 0)
      return false;
  return true;
}

} // namespace tributary
