#pragma once

/// Bits into bytes and back, lowest bit first. Of a reader's input nothing is
/// trusted: behind the end it reads zeros, and says so when asked.

#include <cstdint>
#include <cstring>
#include <string>

namespace tributary {

/// Leading bit's place plus one: 0 for 0, 64 at most.
inline unsigned bit_length(uint64_t x) noexcept {
  return x == 0 ? 0 : 64 - static_cast<unsigned>(__builtin_clzll(x));
}

/// The lowest `count` bits, `count` from 0 to 63.
constexpr uint64_t low_bits(unsigned count) noexcept {
  return (uint64_t{1} << count) - 1;
}

/// Appends to a string.
class bit_writer {
public:
  explicit bit_writer(std::string& out)
      : out_(&out), data_(out.data()), at_(out.size()) {
    // nop
  }

  /// Makes room: until the next call at most `bytes` may be put.
  void reserve(size_t bytes) {
    constexpr size_t store_bytes = 16; // put() stores whole words
    if (at_ + bytes + store_bytes > out_->size()) {
      out_->resize(out_->size() + out_->size() / 2 + bytes + store_bytes);
      data_ = out_->data();
    }
  }

  /// `count` from 0 to 56; bits beyond it are 0.
  void put(uint64_t bits, unsigned count) {
    held_ |= bits << fill_;
    fill_ += count;
    memcpy(data_ + at_, &held_, 8);
    at_ += fill_ / 8;
    held_ >>= fill_ & ~7u;
    fill_ &= 7;
  }

  /// `count` from 0 to 64.
  void put_wide(uint64_t bits, unsigned count) {
    if (count <= 56)
      return put(bits, count);
    put(bits & low_bits(32), 32);
    put(bits >> 32, count - 32);
  }

  /// Fills the last byte with zeros and cuts the string behind it.
  void finish() {
    reserve(1);
    put(0, (8 - fill_) & 7);
    out_->resize(at_);
  }

private:
  std::string* out_;
  char* data_;
  size_t at_;
  uint64_t held_ = 0;
  unsigned fill_ = 0;
};

/// Reads what `bit_writer` wrote.
class bit_reader {
public:
  bit_reader(const uint8_t* data, size_t bytes) : data_(data), bytes_(bytes) {
    // nop
  }

  /// The next 57 bits at least, zeros behind the end.
  uint64_t peek() const noexcept {
    auto byte = at_ / 8;
    uint64_t x = 0;
    if (byte + 8 <= bytes_)
      memcpy(&x, data_ + byte, 8);
    else if (byte < bytes_)
      memcpy(&x, data_ + byte, bytes_ - byte);
    return x >> (at_ % 8);
  }

  void skip(unsigned count) noexcept {
    at_ += count;
  }

  /// `count` from 0 to 57.
  uint64_t take(unsigned count) noexcept {
    auto result = peek() & low_bits(count);
    at_ += count;
    return result;
  }

  /// `count` from 0 to 64.
  uint64_t take_wide(unsigned count) noexcept {
    if (count <= 57)
      return take(count);
    auto low = take(32);
    return low | take(count - 32) << 32;
  }

  /// Whether more was read than there is.
  bool is_beyond() const noexcept {
    return at_ > bytes_ * 8;
  }

  /// Whether all was read but for zeros that fill the last byte.
  bool is_at_end() const noexcept {
    return !is_beyond() && bytes_ * 8 - at_ < 8 && peek() == 0;
  }

private:
  const uint8_t* data_;
  size_t bytes_;
  size_t at_ = 0;
};

} // namespace tributary
