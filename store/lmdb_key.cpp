#include <algorithm>
#include <cassert>
#include <cstring>

#include "store/lmdb.hpp"

namespace tributary::lmdb {

key::key(std::initializer_list<uint64_t> words) : size_(words.size() * 8) {
  assert(words.size() <= 4);
  auto at = bytes_.begin();
  for (auto word : words)
    for (int shift = 56; shift >= 0; shift -= 8)
      *at++ = static_cast<uint8_t>(word >> shift);
}

key key::from_bytes(std::string_view bytes) {
  key result;
  result.size_ = std::min(bytes.size(), result.bytes_.size());
  memcpy(result.bytes_.data(), bytes.data(), result.size_);
  return result;
}

uint64_t key::word(size_t i) const noexcept {
  if (i * 8 + 8 > size_)
    return 0;
  uint64_t result = 0;
  for (size_t j = i * 8; j < i * 8 + 8; ++j)
    result = result << 8 | bytes_[j];
  return result;
}

} // namespace tributary::lmdb
