#include "store/packed_blocks.hpp"

#include <cstring>

namespace tributary {

namespace {

uint32_t word32_at(std::string_view bytes, size_t index) {
  uint32_t result;
  memcpy(&result, bytes.data() + index * 4, sizeof result);
  return result;
}

} // namespace

size_t message_bytes(std::string_view bytes) {
  /// A block is one segment, or a few when it grew while it was built.
  constexpr uint32_t segments_max = 512;
  if (bytes.size() < 8 || word32_at(bytes, 0) >= segments_max)
    return 0;
  size_t segments = word32_at(bytes, 0) + 1;
  auto head = (segments + 2) / 2 * 8;
  if (bytes.size() < head)
    return 0;
  auto result = head;
  for (size_t i = 1; i <= segments; ++i)
    result += size_t{word32_at(bytes, i)} * 8;
  return result <= bytes.size() ? result : 0;
}

std::vector<packed_blocks>
pack_blocks(const std::vector<sealed_group>& groups) {
  std::vector<packed_blocks> result;
  for (uint32_t i = 0; i < groups.size(); ++i) {
    auto& block = groups[i].block;
    if (result.empty()
        || result.back().value.size() + block.size() > packed_bytes_max)
      result.push_back({i, {}});
    result.back().value += block;
  }
  return result;
}

std::vector<std::string_view> unpack_blocks(std::string_view value) {
  std::vector<std::string_view> result;
  while (!value.empty()) {
    auto bytes = message_bytes(value);
    if (bytes == 0)
      bytes = value.size();
    result.push_back(value.substr(0, bytes));
    value.remove_prefix(bytes);
  }
  return result;
}

} // namespace tributary
