#include "store/block_payload.hpp"

#include <cstring>

#include <xxhash.h>
#include <zstd.h>

#include "store/block.hpp"

namespace tributary {

namespace {

/// A context a thread: making one costs more than packing a block.
struct zstd_contexts {
  ZSTD_CCtx* pack = ZSTD_createCCtx();
  ZSTD_DCtx* unpack = ZSTD_createDCtx();

  ~zstd_contexts() {
    ZSTD_freeCCtx(pack);
    ZSTD_freeDCtx(unpack);
  }
};

zstd_contexts& contexts() {
  static thread_local zstd_contexts result;
  return result;
}

uint32_t checksum_of(std::string_view payload, tick start) {
  return static_cast<uint32_t>(XXH3_64bits_withSeed(
      payload.data(), payload.size(), static_cast<uint64_t>(start)));
}

void put_word(char* to, size_t x) {
  auto word = static_cast<uint32_t>(x);
  memcpy(to, &word, 4);
}

size_t word_at(const char* from) {
  uint32_t word;
  memcpy(&word, from, 4);
  return word;
}

/// Packs to `to`, where `ZSTD_compressBound` bytes are. 0: it gets no smaller.
size_t pack(std::string_view raw, char* to) {
  auto bytes
      = ZSTD_compressCCtx(contexts().pack, to, ZSTD_compressBound(raw.size()),
                          raw.data(), raw.size(), 1);
  return ZSTD_isError(bytes) || bytes >= raw.size() ? 0 : bytes;
}

/// Parts do not know of each other: what columns have in common is lost.
bool packs_well(const packed_payload& what) {
  return what.bytes.size() < what.raw_bytes / 8 * 7;
}

/// What parts begin with: how many, then for each its size and its packed one.
constexpr size_t parts_count_bytes = 4;
constexpr size_t part_place_bytes = 8;

/// Ends of parts of about equal size, of those that are possible.
std::vector<uint32_t> ends_of_parts(const std::vector<uint32_t>& ends) {
  std::vector<uint32_t> result;
  size_t raw = ends.back();
  auto count = raw / part_raw_bytes;
  for (auto end : ends)
    if (end * count >= raw * (result.size() + 1))
      result.push_back(end);
  return result;
}

caf::expected<std::vector<payload_part>>
read_parts(const packed_payload& from) {
  auto bytes = from.bytes;
  if (bytes.size() < parts_count_bytes)
    return corrupt_block("places of parts");
  auto count = word_at(bytes.data());
  auto head = parts_count_bytes + count * part_place_bytes;
  if (count == 0 || bytes.size() < head)
    return corrupt_block("places of parts");
  std::vector<payload_part> result(count);
  size_t raw = 0;
  auto packed = head;
  for (size_t i = 0; i < count; ++i) {
    auto place = bytes.data() + parts_count_bytes + i * part_place_bytes;
    auto& x = result[i];
    x.raw_begin = raw;
    x.raw_bytes = word_at(place);
    auto size = word_at(place + 4);
    if (size == 0 || size > x.raw_bytes || size > bytes.size() - packed
        || x.raw_bytes > from.raw_bytes - raw)
      return corrupt_block("places of parts");
    x.packed = bytes.substr(packed, size);
    raw += x.raw_bytes;
    packed += size;
  }
  if (raw != from.raw_bytes || packed != bytes.size())
    return corrupt_block("sizes of parts");
  return result;
}

} // namespace

packed_payload pack_payload(std::string_view raw, tick start,
                            std::string& buffer) {
  auto bound = ZSTD_compressBound(raw.size());
  if (buffer.size() < bound)
    buffer.resize(bound);
  packed_payload result;
  result.raw_bytes = static_cast<uint32_t>(raw.size());
  result.bytes = raw;
  if (auto bytes = pack(raw, buffer.data())) {
    result.codec = codec_zstd;
    result.bytes = std::string_view{buffer}.substr(0, bytes);
  }
  result.checksum = checksum_of(result.bytes, start);
  return result;
}

packed_payload pack_parts(std::string_view raw,
                          const std::vector<uint32_t>& ends, tick start,
                          std::string& buffer) {
  auto whole = pack_payload(raw, start, buffer);
  if (raw.size() < 2 * part_raw_bytes || packs_well(whole))
    return whole;
  auto parts = ends_of_parts(ends);
  auto head = parts_count_bytes + parts.size() * part_place_bytes;
  auto bound = head;
  for (size_t i = 0; i < parts.size(); ++i)
    bound += ZSTD_compressBound(parts[i] - (i == 0 ? 0 : parts[i - 1]));
  if (buffer.size() < bound)
    buffer.resize(bound);
  put_word(buffer.data(), parts.size());
  auto end = head;
  size_t from = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    auto part = raw.substr(from, parts[i] - from);
    auto bytes = pack(part, &buffer[end]);
    if (bytes == 0) {
      bytes = part.size();
      memcpy(&buffer[end], part.data(), bytes);
    }
    auto place = &buffer[parts_count_bytes + i * part_place_bytes];
    put_word(place, part.size());
    put_word(place + 4, bytes);
    end += bytes;
    from = parts[i];
  }
  packed_payload result;
  result.codec = codec_parts;
  result.raw_bytes = static_cast<uint32_t>(raw.size());
  result.bytes = std::string_view{buffer}.substr(0, end);
  result.checksum = checksum_of(result.bytes, start);
  return result;
}

caf::expected<std::vector<payload_part>> parts_of(const packed_payload& from,
                                                  tick start) {
  if (checksum_of(from.bytes, start) != from.checksum)
    return corrupt_block("checksum differs");
  if (from.raw_bytes > block_raw_bytes_max)
    return corrupt_block("unpacked size out of bounds");
  if (from.codec > codec_parts)
    return corrupt_block("unknown codec");
  if (from.codec == codec_parts)
    return read_parts(from);
  auto is_stored = from.codec == codec_stored || from.codec == codec_stored_v1;
  if (is_stored != (from.bytes.size() == from.raw_bytes))
    return corrupt_block("stored size differs");
  return std::vector<payload_part>{{0, from.raw_bytes, from.bytes}};
}

caf::error unpack_part(const payload_part& from, char* to) {
  if (from.packed.size() == from.raw_bytes) {
    memcpy(to, from.packed.data(), from.raw_bytes);
    return {};
  }
  auto bytes = ZSTD_decompressDCtx(contexts().unpack, to, from.raw_bytes,
                                   from.packed.data(), from.packed.size());
  if (ZSTD_isError(bytes) || bytes != from.raw_bytes)
    return corrupt_block("zstd payload");
  return {};
}

caf::expected<std::shared_ptr<const std::string>>
cached_part(const payload_part& from, payload_cache& cache) {
  auto name = hash_of(from.packed.data(), from.packed.size());
  if (auto known = cache.find(name))
    if (known->size() == from.raw_bytes)
      return known;
  auto result = std::make_shared<std::string>(from.raw_bytes, '\0');
  if (auto error = unpack_part(from, result->data()))
    return error;
  cache.keep(name, result);
  return std::shared_ptr<const std::string>{std::move(result)};
}

caf::error unpack_payload(const packed_payload& from, tick start,
                          std::string& to) {
  auto parts = parts_of(from, start);
  if (!parts)
    return std::move(parts.error());
  to.resize(from.raw_bytes);
  for (auto& part : *parts)
    if (auto error = unpack_part(part, &to[part.raw_begin]))
      return error;
  return {};
}

caf::error corrupt_block(const char* what) {
  return make_error(ec::corrupt, std::string{"block: "} + what);
}

} // namespace tributary
