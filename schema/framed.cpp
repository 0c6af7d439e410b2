#include "schema/framed.hpp"

#include <cstring>
#include <vector>

#include <capnp/serialize.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr size_t header_bytes = 8;

caf::error broken(const char* place, const char* what) {
  return make_error(ec::corrupt, std::string{place} + ": " + what);
}

} // namespace

void put_framed(std::string& out, capnp::MessageBuilder& message) {
  auto segments = message.getSegmentsForOutput();
  auto body_bytes = capnp::computeSerializedSizeInWords(segments) * 8;
  auto at = out.size();
  out.resize(at + header_bytes + body_bytes);
  auto length = static_cast<uint32_t>(body_bytes);
  memcpy(&out[at], &length, 4);
  memset(&out[at + 4], 0, 4);
  kj::ArrayOutputStream stream{kj::arrayPtr(
      reinterpret_cast<kj::byte*>(&out[at + header_bytes]), body_bytes)};
  capnp::writeMessage(stream, segments);
}

caf::error
with_framed(std::string_view body, unsigned nesting_max, const char* place,
            const std::function<caf::error(capnp::MessageReader&)>& use) {
  if (body.size() % 8 != 0 || body.empty())
    return broken(place, "body is not whole words");
  // A fresh copy is 8-aligned whatever the buffer it came in was.
  std::vector<uint64_t> words(body.size() / 8);
  memcpy(words.data(), body.data(), body.size());
  try {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = words.size() * 2 + 64;
    options.nestingLimit = static_cast<int>(nesting_max);
    capnp::FlatArrayMessageReader message{
        kj::arrayPtr(reinterpret_cast<const capnp::word*>(words.data()),
                     words.size()),
        options};
    if (message.getEnd()
        != reinterpret_cast<const capnp::word*>(words.data()) + words.size())
      return broken(place, "bytes behind the end");
    return use(message);
  } catch (const kj::Exception& e) {
    return broken(place, e.getDescription().cStr());
  }
}

} // namespace tributary
