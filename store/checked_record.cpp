#include "store/checked_record.hpp"

#include <cstring>

#include <xxhash.h>

#include "schema/error.hpp"
#include "store/packed_blocks.hpp"

namespace tributary {

namespace {

constexpr size_t checksum_bytes = sizeof(uint64_t);

uint64_t checksum_of(std::string_view message) {
  return XXH3_64bits(message.data(), message.size());
}

bool has_checksum_at(std::string_view bytes, size_t at) {
  uint64_t stored;
  if (bytes.size() < at + checksum_bytes)
    return false;
  memcpy(&stored, bytes.data() + at, sizeof(stored));
  return stored == checksum_of(bytes.substr(0, at));
}

} // namespace

std::string with_checksum(std::string message) {
  auto checksum = checksum_of(message);
  message.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
  return message;
}

caf::expected<std::string_view> checked_message(std::string_view record,
                                                const char* what) {
  auto bytes = message_bytes(record);
  if (bytes == 0)
    return make_error(ec::corrupt, std::string{what} + ": no whole message");
  if (bytes == record.size())
    return record;
  if (record.size() != bytes + checksum_bytes)
    return make_error(ec::corrupt,
                      std::string{what} + ": bytes behind the end");
  if (!has_checksum_at(record, bytes))
    return make_error(ec::corrupt, std::string{what} + ": checksum differs");
  return record.substr(0, bytes);
}

size_t record_bytes(std::string_view bytes) {
  auto result = message_bytes(bytes);
  return result != 0 && has_checksum_at(bytes, result) ? result + checksum_bytes
                                                       : result;
}

} // namespace tributary
