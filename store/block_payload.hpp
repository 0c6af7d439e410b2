#pragma once

/// Payloads of blocks as they rest and travel, and back: zstd and checksum. A
/// large one is packed in parts, so that who wants little of it unpacks little.
/// What lies within is no matter here.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "schema/error.hpp"
#include "schema/types.hpp"
#include "store/payload_cache.hpp"

namespace tributary {

/// Columns as version 1 had them are still read; what is sealed has the later
/// numbers, which an older program refuses.
enum block_codec : uint8_t {
  codec_stored_v1 = 0,
  codec_zstd_v1 = 1,
  codec_stored = 2,
  codec_zstd = 3,
  codec_parts = 4,
};

/// A payload of twice as much or more in which zstd finds little becomes parts
/// of about this size; why is in decision 0021.
constexpr size_t part_raw_bytes = 12u << 10;

/// A payload without the block around it.
struct packed_payload {
  uint8_t codec = codec_stored;
  /// Bytes of the payload once it is unpacked.
  uint32_t raw_bytes = 0;
  uint32_t checksum = 0;
  std::string_view bytes;
};

/// Packs `raw`. The bytes of the result are those of `raw` or of `buffer`, and
/// live as long as they do. Equal input gives equal bytes with the same zstd.
packed_payload pack_payload(std::string_view raw, tick start,
                            std::string& buffer);

/// The same, in parts where that costs little.
/// @param ends where it may be cut, ascending; the last one is its size.
packed_payload pack_parts(std::string_view raw,
                          const std::vector<uint32_t>& ends, tick start,
                          std::string& buffer);

/// One part; a payload that is not in parts is one.
struct payload_part {
  /// Where it belongs in the payload.
  size_t raw_begin = 0;
  size_t raw_bytes = 0;
  /// As it is where this is no shorter.
  std::string_view packed;
};

/// Checks a payload and finds its parts: at least one, in their order, without
/// gaps. They live as long as its bytes. Yields `ec::corrupt`.
caf::expected<std::vector<payload_part>> parts_of(const packed_payload& from,
                                                  tick start);

/// Unpacks a part to the `raw_bytes` at `to`. Yields `ec::corrupt`.
caf::error unpack_part(const payload_part& from, char* to);

/// The same through a cache: what is in it was checked when it was kept.
caf::expected<std::shared_ptr<const std::string>>
cached_part(const payload_part& from, payload_cache& cache);

/// Checks a payload and unpacks all of it into `to`. Yields `ec::corrupt`.
caf::error unpack_payload(const packed_payload& from, tick start,
                          std::string& to);

/// `ec::corrupt` of a block, with what is wrong.
caf::error corrupt_block(const char* what);

} // namespace tributary
