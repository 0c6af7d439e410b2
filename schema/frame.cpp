#include "schema/frame.hpp"

#include <cstring>

#include <capnp/serialize.h>
#include <xxhash.h>

#include "schema/frame.capnp.h"
#include "schema/roster.hpp"

namespace tributary {

namespace {

constexpr uint16_t known_flags
    = frame_has_presence | frame_has_estimated | frame_has_raw | frame_is_v2;

/// Over the payload, seeded with a hash of every header field, so that no bit
/// of a frame can flip unseen.
uint32_t checksum_of(const frame_header& header, std::string_view payload) {
  const uint64_t fields[]
      = {static_cast<uint64_t>(header.tick),
         static_cast<uint64_t>(header.base_tick),
         static_cast<uint64_t>(header.epoch) << 32 | header.columns,
         static_cast<uint64_t>(header.part) << 16 | header.flags};
  auto seed = XXH3_64bits(fields, sizeof(fields));
  return static_cast<uint32_t>(
      XXH3_64bits_withSeed(payload.data(), payload.size(), seed));
}

frame_header header_of(wire::Frame::Reader reader) {
  frame_header result;
  result.tick = reader.getTick();
  result.base_tick = reader.getBaseTick();
  result.epoch = reader.getEpoch();
  result.columns = reader.getColumns();
  result.part = reader.getPart();
  result.flags = reader.getFlags();
  return result;
}

const char* fault_of(const frame_header& header) {
  if (header.tick <= 0)
    return "frame: tick is not positive";
  if (header.tick > tick_max)
    return "frame: tick is beyond the last";
  if (header.base_tick < 0 || header.base_tick >= header.tick)
    return "frame: base tick is not before the tick";
  if (header.epoch == 0)
    return "frame: epoch is 0";
  if (header.columns == 0 || header.columns > host_columns_max)
    return "frame: column count out of bounds";
  if (header.part != 0 && !header.is_key())
    return "frame: a late part has a base";
  if ((header.flags & ~known_flags) != 0)
    return "frame: unknown flag";
  return nullptr;
}

} // namespace

caf::expected<frame_ptr> frame::open(std::string_view sealed) {
  if (sealed.size() > sealed_bytes_max)
    return make_error(ec::too_large,
                      "frame of " + std::to_string(sealed.size()) + " bytes");
  if (sealed.size() % 8 != 0 || sealed.empty())
    return make_error(ec::corrupt, "frame: size is not whole words");
  std::shared_ptr<frame> result{new frame};
  result->words_.resize(sealed.size() / 8);
  memcpy(result->words_.data(), sealed.data(), sealed.size());
  try {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = result->words_.size() + 64;
    options.nestingLimit = 4;
    capnp::FlatArrayMessageReader message{
        kj::arrayPtr(
            reinterpret_cast<const capnp::word*>(result->words_.data()),
            result->words_.size()),
        options};
    auto end = reinterpret_cast<const capnp::word*>(result->words_.data())
               + result->words_.size();
    if (message.getEnd() != end)
      return make_error(ec::corrupt, "frame: bytes behind the end");
    auto reader = message.getRoot<wire::Frame>();
    result->header_ = header_of(reader);
    if (auto fault = fault_of(result->header_))
      return make_error(ec::corrupt, fault);
    auto payload = reader.getPayload();
    result->payload_
        = {reinterpret_cast<const char*>(payload.begin()), payload.size()};
    if (reader.getChecksum() != checksum_of(result->header_, result->payload_))
      return make_error(ec::corrupt, "frame: checksum differs");
  } catch (const kj::Exception& e) {
    return make_error(ec::corrupt,
                      std::string{"frame: "} + e.getDescription().cStr());
  }
  return frame_ptr{std::move(result)};
}

frame_ptr frame::seal(const frame_header& header, std::string_view payload) {
  constexpr size_t overhead_words = 16;
  std::shared_ptr<frame> result{new frame};
  capnp::MallocMessageBuilder message{
      static_cast<kj::uint>(payload.size() / 8 + overhead_words)};
  auto builder = message.initRoot<wire::Frame>();
  builder.setTick(header.tick);
  builder.setBaseTick(header.base_tick);
  builder.setEpoch(header.epoch);
  builder.setColumns(header.columns);
  builder.setPart(header.part);
  builder.setFlags(header.flags);
  builder.setChecksum(checksum_of(header, payload));
  builder.setPayload(kj::arrayPtr(
      reinterpret_cast<const kj::byte*>(payload.data()), payload.size()));
  auto flat = capnp::messageToFlatArray(message);
  result->header_ = header;
  result->words_.resize(flat.size());
  memcpy(result->words_.data(), flat.begin(), flat.size() * 8);
  auto data = builder.asReader().getPayload();
  // The one segment is copied as a whole behind the segment table of one word.
  auto segment = message.getSegmentsForOutput()[0];
  auto offset = reinterpret_cast<const char*>(data.begin())
                - reinterpret_cast<const char*>(segment.begin());
  result->payload_ = {result->sealed().data() + 8 + offset, data.size()};
  return result;
}

} // namespace tributary
