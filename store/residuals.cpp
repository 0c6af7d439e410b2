#include "store/residuals.hpp"

#include <algorithm>
#include <cstring>

namespace tributary {

namespace {

constexpr unsigned planes_of(unsigned width) noexcept {
  return (width + 7) / 8;
}

/// Values handled at once, so that loops over them have a fixed length and
/// become vector code.
constexpr size_t stride = 16;

void put_planes(std::string& out, unsigned planes, const uint64_t* residuals,
                size_t count) {
  auto begin = out.size();
  out.resize(begin + planes * count);
  for (unsigned p = 0; p < planes; ++p) {
    auto to = reinterpret_cast<uint8_t*>(&out[begin + p * count]);
    for (size_t i = 0; i < count; ++i)
      to[i] = static_cast<uint8_t>(residuals[i] >> (8 * p));
  }
}

/// One plane is or-ed into values, or is the first and sets them.
template <bool First>
void get_plane(const uint8_t* from, unsigned shift, uint64_t* to,
               size_t count) {
  auto one = [&](size_t i) {
    auto x = static_cast<uint64_t>(from[i]) << shift;
    to[i] = First ? x : to[i] | x;
  };
  size_t i = 0;
  for (; i + stride <= count; i += stride)
    for (size_t k = 0; k < stride; ++k)
      one(i + k);
  for (; i < count; ++i)
    one(i);
}

/// The caller has checked that `planes * count` bytes are there.
void get_planes(const uint8_t* at, unsigned planes, uint64_t* to,
                size_t count) {
  if (planes == 0) {
    std::fill(to, to + count, 0);
    return;
  }
  get_plane<true>(at, 0, to, count);
  for (unsigned p = 1; p < planes; ++p)
    get_plane<false>(at + p * count, 8 * p, to, count);
}

void put_packed(std::string& out, unsigned width, const uint64_t* residuals,
                size_t count) {
  auto begin = out.size();
  auto bytes = (count * width + 7) / 8;
  out.resize(begin + bytes + 8); // whole words are stored, the last beyond
  auto to = &out[begin];
  uint64_t word = 0;
  unsigned filled = 0;
  for (size_t i = 0; i < count; ++i) {
    word |= residuals[i] << filled;
    filled += width;
    if (filled >= 64) {
      memcpy(to, &word, 8);
      to += 8;
      filled -= 64;
      word = filled == 0 ? 0 : residuals[i] >> (width - filled);
    }
  }
  memcpy(to, &word, 8);
  out.resize(begin + bytes);
}

uint64_t packed_at(const uint8_t* from, size_t i, unsigned width) {
  uint64_t word;
  memcpy(&word, from + i * width / 8, 8);
  return word >> (i * width % 8) & ((uint64_t{1} << width) - 1);
}

/// The caller has checked that the bytes are there.
void get_packed(const uint8_t* at, unsigned width, uint64_t* to, size_t count) {
  auto bytes = (count * width + 7) / 8;
  // A word is loaded for each; the last ones are loaded from a copy, as theirs
  // would end behind the input.
  size_t inside = bytes < 8 ? 0 : std::min(count, (bytes - 8) * 8 / width + 1);
  for (size_t i = 0; i < inside; ++i)
    to[i] = packed_at(at, i, width);
  if (inside == count)
    return;
  auto first = inside * width / 8;
  uint8_t tail[16] = {};
  memcpy(tail, at + first, bytes - first);
  auto skipped = inside * width % 8;
  for (size_t i = inside; i < count; ++i) {
    auto bit = skipped + (i - inside) * width;
    uint64_t word;
    memcpy(&word, tail + bit / 8, 8);
    to[i] = word >> (bit % 8) & ((uint64_t{1} << width) - 1);
  }
}

bool get_sparse(const uint8_t*& at, const uint8_t* end, unsigned planes,
                uint64_t* to, size_t count) {
  auto bitmap = at;
  auto bytes = (count + 7) / 8;
  if (static_cast<size_t>(end - at) < bytes)
    return false;
  at += bytes;
  size_t non_zero = 0;
  auto word_at = [&](size_t w) {
    uint64_t word = 0;
    memcpy(&word, bitmap + w * 8, std::min<size_t>(8, bytes - w * 8));
    return word;
  };
  auto words = (count + 63) / 64;
  for (size_t w = 0; w < words; ++w)
    non_zero += static_cast<size_t>(__builtin_popcountll(word_at(w)));
  if (words != 0 && count % 64 != 0 && word_at(words - 1) >> (count % 64) != 0)
    return false;
  if (static_cast<size_t>(end - at) < non_zero * planes)
    return false;
  // The planes are read to the front, then each value moves to its place, the
  // last first: none moves onto one that has yet to move.
  get_planes(at, planes, to, non_zero);
  at += non_zero * planes;
  auto next = non_zero;
  auto filled = count;
  for (auto w = words; w-- > 0;)
    for (auto word = word_at(w); word != 0;) {
      auto bit = 63 - static_cast<unsigned>(__builtin_clzll(word));
      word ^= uint64_t{1} << bit;
      auto place = w * 64 + bit;
      auto value = to[--next];
      std::fill(to + place + 1, to + filled, 0);
      to[place] = value;
      filled = place;
    }
  std::fill(to, to + filled, 0);
  return true;
}

void put_sparse(std::string& out, unsigned planes, const uint64_t* residuals,
                size_t count) {
  uint64_t kept[stride * 4];
  auto begin = out.size();
  auto bytes = (count + 7) / 8;
  size_t non_zero = 0;
  for (size_t i = 0; i < count; ++i)
    non_zero += residuals[i] != 0;
  out.resize(begin + bytes + planes * non_zero, '\0');
  size_t done = 0;
  for (size_t i = 0; i < count; i += 64) {
    uint64_t word = 0;
    size_t n = 0;
    for (size_t k = 0; k < std::min<size_t>(64, count - i); ++k) {
      kept[n] = residuals[i + k];
      n += kept[n] != 0;
      word |= static_cast<uint64_t>(residuals[i + k] != 0) << k;
    }
    memcpy(&out[begin + i / 8], &word, std::min<size_t>(8, bytes - i / 8));
    for (unsigned p = 0; p < planes; ++p)
      for (size_t k = 0; k < n; ++k)
        out[begin + bytes + p * non_zero + done + k]
            = static_cast<char>(kept[k] >> (8 * p));
    done += n;
  }
}

} // namespace

residual_sums sums_of(const uint64_t* residuals, size_t count) {
  residual_sums result;
  for (size_t i = 0; i < count; ++i) {
    auto x = residuals[i];
    result.any |= x;
    result.non_zero += x != 0;
    result.bits += bit_width(x);
  }
  return result;
}

residual_form cheapest_form(const residual_sums& sums, size_t count) {
  auto width = bit_width(sums.any);
  // Even numbers below a bound have a bit less than its width on average.
  // Packing those is all that can be done; others the packer behind shortens.
  if (width % 8 != 0 && width <= packed_width_max
      && count * width * 2 <= sums.bits * 2 + count * 3)
    return residual_form::packed;
  return sums.non_zero * 5 <= count * 4 ? residual_form::sparse_planes
                                        : residual_form::planes;
}

void put_residuals(std::string& out, residual_form form, unsigned width,
                   const uint64_t* residuals, size_t count) {
  out += static_cast<char>(width);
  switch (form) {
  case residual_form::planes:
    put_planes(out, planes_of(width), residuals, count);
    break;
  case residual_form::sparse_planes:
    put_sparse(out, planes_of(width), residuals, count);
    break;
  case residual_form::packed:
    put_packed(out, width, residuals, count);
    break;
  }
}

bool get_residuals(const uint8_t*& at, const uint8_t* end, unsigned form,
                   uint64_t* to, size_t count) {
  if (at == end || *at > 64)
    return false;
  auto width = *at++;
  auto left = static_cast<size_t>(end - at);
  size_t bytes = planes_of(width) * count;
  switch (static_cast<residual_form>(form)) {
  case residual_form::planes:
    if (left < bytes)
      return false;
    get_planes(at, planes_of(width), to, count);
    break;
  case residual_form::sparse_planes:
    return get_sparse(at, end, planes_of(width), to, count);
  case residual_form::packed:
    bytes = (count * width + 7) / 8;
    if (width == 0 || width > packed_width_max || left < bytes)
      return false;
    get_packed(at, width, to, count);
    break;
  default:
    return false;
  }
  at += bytes;
  return true;
}

} // namespace tributary
