#pragma once

/// Messages of blocks, of samples or of points. For sources of the store only:
/// it sees generated code.

#include <cstring>
#include <vector>

#include <capnp/serialize.h>

#include "schema/store.capnp.h"
#include "store/block_payload.hpp"

namespace tributary {

/// The payload of a block, not unpacked; lives as long as the message.
inline packed_payload payload_in(wire::Block::Reader from) {
  auto data = from.getPayload();
  return {from.getCodec(),
          from.getRawBytes(),
          from.getChecksum(),
          {reinterpret_cast<const char*>(data.begin()), data.size()}};
}

inline void put_payload(wire::Block::Builder to, const packed_payload& from) {
  to.setCodec(from.codec);
  to.setRawBytes(from.raw_bytes);
  to.setChecksum(from.checksum);
  to.setPayload(kj::arrayPtr(
      reinterpret_cast<const kj::byte*>(from.bytes.data()), from.bytes.size()));
}

/// Calls `f` with the root of a block in `sealed`, of any alignment. Yields
/// what `f` does, or `corrupt(what)` where there is no whole message.
template <class Error, class F>
auto with_block(std::string_view sealed, Error corrupt, F f)
    -> decltype(f(std::declval<wire::Block::Reader>())) {
  if (sealed.empty() || sealed.size() % 8 != 0)
    return corrupt("size is not whole words");
  std::vector<uint64_t> copy;
  auto begin = reinterpret_cast<const capnp::word*>(sealed.data());
  if (reinterpret_cast<uintptr_t>(sealed.data()) % 8 != 0) {
    copy.resize(sealed.size() / 8);
    memcpy(copy.data(), sealed.data(), copy.size() * 8);
    begin = reinterpret_cast<const capnp::word*>(copy.data());
  }
  try {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = sealed.size() / 8 * 2 + 64;
    options.nestingLimit = 4;
    capnp::FlatArrayMessageReader message{
        kj::arrayPtr(begin, sealed.size() / 8), options};
    if (message.getEnd() != begin + sealed.size() / 8)
      return corrupt("bytes behind the end");
    return f(message.getRoot<wire::Block>());
  } catch (const kj::Exception& e) {
    return corrupt(e.getDescription().cStr());
  }
}

} // namespace tributary
