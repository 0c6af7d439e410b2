#include "store/block_payload.hpp"

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

} // namespace

packed_payload pack_payload(std::string_view raw, tick start,
                            std::string& buffer) {
  auto bound = ZSTD_compressBound(raw.size());
  if (buffer.size() < bound)
    buffer.resize(bound);
  auto bytes = ZSTD_compressCCtx(contexts().pack, buffer.data(), buffer.size(),
                                 raw.data(), raw.size(), 1);
  packed_payload result;
  result.raw_bytes = static_cast<uint32_t>(raw.size());
  result.bytes = raw;
  if (!ZSTD_isError(bytes) && bytes < raw.size()) {
    result.codec = codec_zstd;
    result.bytes = std::string_view{buffer}.substr(0, bytes);
  }
  result.checksum = checksum_of(result.bytes, start);
  return result;
}

caf::error unpack_payload(const packed_payload& from, tick start,
                          std::string& to) {
  if (checksum_of(from.bytes, start) != from.checksum)
    return corrupt_block("checksum differs");
  if (from.raw_bytes > block_raw_bytes_max)
    return corrupt_block("unpacked size out of bounds");
  if (from.codec == codec_stored || from.codec == codec_stored_v1) {
    if (from.bytes.size() != from.raw_bytes)
      return corrupt_block("stored size differs");
    to = from.bytes;
    return {};
  }
  if (from.codec != codec_zstd && from.codec != codec_zstd_v1)
    return corrupt_block("unknown codec");
  to.resize(from.raw_bytes);
  auto rc = ZSTD_decompressDCtx(contexts().unpack, to.data(), to.size(),
                                from.bytes.data(), from.bytes.size());
  if (ZSTD_isError(rc) || rc != from.raw_bytes)
    return corrupt_block("zstd payload");
  return {};
}

caf::expected<std::shared_ptr<const std::string>>
cached_payload(const packed_payload& from, tick start, payload_cache& cache) {
  auto name = hash_of(from.bytes.data(), from.bytes.size());
  if (auto known = cache.find(name))
    if (known->size() == from.raw_bytes)
      return known;
  auto result = std::make_shared<std::string>();
  if (auto error = unpack_payload(from, start, *result))
    return error;
  cache.keep(name, result);
  return std::shared_ptr<const std::string>{std::move(result)};
}

caf::error corrupt_block(const char* what) {
  return make_error(ec::corrupt, std::string{"block: "} + what);
}

} // namespace tributary
