#pragma once

/// Payloads of blocks as they rest and travel, and back: zstd and checksum.
/// What lies within is no matter here.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

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
};

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

/// Checks a payload and unpacks it into `to`. Yields `ec::corrupt`.
caf::error unpack_payload(const packed_payload& from, tick start,
                          std::string& to);

/// The same through a cache: what is in it was checked when it was kept.
caf::expected<std::shared_ptr<const std::string>>
cached_payload(const packed_payload& from, tick start, payload_cache& cache);

/// `ec::corrupt` of a block, with what is wrong.
caf::error corrupt_block(const char* what);

} // namespace tributary
