#pragma once

/// Runs of residuals (small unsigned numbers, most often) as bytes and back.
/// Three forms, each with its length told by what stands before it, so one is
/// skipped without being read. Pure and bounded: nothing is read outside the
/// input, and equal residuals give equal bytes everywhere.

#include <cstddef>
#include <cstdint>
#include <string>

namespace tributary {

/// How residuals lie.
enum class residual_form : uint8_t {
  /// Byte 0 of each, then byte 1 of each, ... What repeats stays visible to
  /// the packer behind it.
  planes = 0,
  /// One bit each that tells which are not 0, then the planes of those.
  sparse_planes = 1,
  /// `width` bits each, the lowest first, without room between.
  packed = 2,
};

/// The widest that `residual_form::packed` takes: a value and the bits before
/// it in its first byte fit into a word.
constexpr unsigned packed_width_max = 56;

/// What a writer needs to know of residuals to choose their form.
struct residual_sums {
  /// All of them, or-ed.
  uint64_t any = 0;
  size_t non_zero = 0;
  /// Of their significant bits.
  uint64_t bits = 0;
};

residual_sums sums_of(const uint64_t* residuals, size_t count);

/// Bits that are needed for `x`; 0 for 0.
constexpr unsigned bit_width(uint64_t x) noexcept {
  // Without a jump that could be guessed wrong.
  return 64 - static_cast<unsigned>(__builtin_clzll(x | 1)) - (x == 0);
}

/// The form that is likely to be the smallest once it is compressed.
residual_form cheapest_form(const residual_sums& sums, size_t count);

/// Appends a byte that is the width in bits, then the residuals.
void put_residuals(std::string& out, residual_form form, unsigned width,
                   const uint64_t* residuals, size_t count);

/// Reads exactly `count` residuals into `to`. False when the bytes end before
/// or their form is none.
bool get_residuals(const uint8_t*& at, const uint8_t* end, unsigned form,
                   uint64_t* to, size_t count);

} // namespace tributary
