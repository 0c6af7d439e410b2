#pragma once

/// Sets of slots as bytes and back: the gaps and estimates of columns. Columns
/// of a group often share them, so a block holds each set once.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tributary {

/// Appends a set of at least one bit: the number of its runs and, for each, the
/// slots between it and the one before and its length less one; or 0 and the
/// bitmap where that is not larger. Takes at most a byte more than the bitmap.
void put_slots(std::string& out, const std::vector<uint64_t>& words,
               size_t slots);

/// Reads a set; `slots` is at least 1. False when the bytes end before or the
/// set goes beyond the slots.
bool get_slots(const uint8_t*& at, const uint8_t* end, size_t slots,
               std::vector<uint64_t>& to);

/// The sets of a block, which its columns name by place.
class slot_sets {
public:
  /// Place of a set, which is added when it is new.
  size_t place_of(const std::vector<uint64_t>& words);

  /// The set at a place; null where there is none.
  const std::vector<uint64_t>* at(size_t place) const noexcept {
    return place < sets_.size() ? &sets_[place] : nullptr;
  }

  /// Appends the number of sets and the sets.
  void put(std::string& out, size_t slots) const;

  /// Reads at most `count_max` sets. False when they do not decode.
  bool get(const uint8_t*& at, const uint8_t* end, size_t slots,
           size_t count_max);

private:
  std::vector<std::vector<uint64_t>> sets_;
  std::map<std::vector<uint64_t>, size_t> places_;
  size_t newest_ = 0;
};

/// Sets the bits from `from` to before `to`, which `words` has room for.
void set_bits(std::vector<uint64_t>& words, size_t from, size_t to);

bool has_slots(const std::vector<uint64_t>& words) noexcept;

size_t count_slots(const std::vector<uint64_t>& words) noexcept;

/// Whether `whole`, of as many words, has each slot of `part`.
bool is_subset(const std::vector<uint64_t>& part,
               const std::vector<uint64_t>& whole) noexcept;

} // namespace tributary
