#pragma once

/// What may pack the live lane of a link; see link.capnp. The child offers, the
/// parent chooses.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary {

/// Numbers as in link.capnp.
enum class link_codec : uint16_t { none = 0, lz4 = 1, zstd = 2 };

/// The word in files and lists: `none`, `lz4` or `zstd`.
const char* to_string(link_codec x) noexcept;

/// The codecs that pack, those that pack tighter first.
constexpr std::array<link_codec, 2> packing_codecs{link_codec::zstd,
                                                   link_codec::lz4};

/// One of `packing_codecs` by its word.
std::optional<link_codec> codec_of(std::string_view word) noexcept;

} // namespace tributary
