#include "schema/byte_codec.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include <lz4.h>
#include <zstd.h>

namespace tributary {

namespace {

/// zstd's own allocations; null only where memory is out.
template <class Context, Context* (*Make)(), size_t (*Free)(Context*)>
Context& context_of_thread() {
  struct release {
    void operator()(Context* x) const {
      Free(x);
    }
  };
  thread_local std::unique_ptr<Context, release> result{Make()};
  if (!result)
    throw std::bad_alloc{};
  return *result;
}

size_t pack_zstd(int level, std::string_view raw, char* to, size_t size) {
  auto& context
      = context_of_thread<ZSTD_CCtx, ZSTD_createCCtx, ZSTD_freeCCtx>();
  auto count
      = ZSTD_compressCCtx(&context, to, size, raw.data(), raw.size(), level);
  return ZSTD_isError(count) ? 0 : count;
}

size_t pack_lz4(int acceleration, std::string_view raw, char* to, size_t size) {
  thread_local LZ4_stream_t state;
  auto count = LZ4_compress_fast_extState(&state, raw.data(), to,
                                          static_cast<int>(raw.size()),
                                          static_cast<int>(size), acceleration);
  return static_cast<size_t>(count < 0 ? 0 : count);
}

bool unpack_zstd(std::string_view packed, char* out, size_t size) {
  // One frame of today's format: no older one, no dictionary, nothing to skip.
  uint32_t magic = 0;
  if (packed.size() < sizeof(magic))
    return false;
  memcpy(&magic, packed.data(), sizeof(magic));
  if (magic != ZSTD_MAGICNUMBER
      || ZSTD_findFrameCompressedSize(packed.data(), packed.size())
             != packed.size())
    return false;
  auto& context
      = context_of_thread<ZSTD_DCtx, ZSTD_createDCtx, ZSTD_freeDCtx>();
  return ZSTD_decompressDCtx(&context, out, size, packed.data(), packed.size())
         == size;
}

} // namespace

bool pack_bytes(link_codec codec, int effort, std::string_view raw,
                std::string& out) {
  constexpr auto raw_bytes_max
      = static_cast<size_t>(std::numeric_limits<int>::max());
  if (raw.size() < 2 || raw.size() > raw_bytes_max || codec == link_codec::none)
    return false;
  auto at = out.size();
  auto room = raw.size() - 1;
  out.resize(at + room);
  auto count = codec == link_codec::zstd
                   ? pack_zstd(effort, raw, &out[at], room)
                   : pack_lz4(effort, raw, &out[at], room);
  out.resize(at + count);
  return count > 0;
}

bool unpack_bytes(link_codec codec, std::string_view packed, char* out,
                  size_t size) {
  constexpr auto bytes_max
      = static_cast<size_t>(std::numeric_limits<int>::max());
  if (packed.size() > bytes_max || size > bytes_max)
    return false;
  if (codec == link_codec::zstd)
    return unpack_zstd(packed, out, size);
  if (codec == link_codec::lz4)
    return LZ4_decompress_safe(packed.data(), out,
                               static_cast<int>(packed.size()),
                               static_cast<int>(size))
           == static_cast<int>(size);
  return false;
}

} // namespace tributary
