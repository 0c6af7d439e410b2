#include "schema/link_codec.hpp"

namespace tributary {

const char* to_string(link_codec x) noexcept {
  switch (x) {
  case link_codec::none:
    return "none";
  case link_codec::lz4:
    return "lz4";
  case link_codec::zstd:
    return "zstd";
  }
  return "unknown";
}

std::optional<link_codec> codec_of(std::string_view word) noexcept {
  for (auto x : packing_codecs)
    if (word == to_string(x))
      return x;
  return {};
}

} // namespace tributary
