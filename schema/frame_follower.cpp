#include "schema/frame_follower.hpp"

#include <cstring>

namespace tributary {

namespace {

constexpr size_t head_bytes = sizeof(frame_head);

/// Zeros behind a payload, to whole words.
size_t padding_of(size_t payload_bytes) noexcept {
  return (8 - payload_bytes % 8) % 8;
}

} // namespace

frame_head head_of(const frame_header& header, uint32_t checksum,
                   size_t payload_bytes) noexcept {
  constexpr uint64_t root = uint64_t{4} << 32 | uint64_t{1} << 48;
  constexpr uint64_t list_of_bytes = 1 | uint64_t{2} << 32;
  auto words = head_bytes / 8 + (payload_bytes + 7) / 8;
  return {uint64_t{words - 1} << 32,
          root,
          static_cast<uint64_t>(header.tick),
          static_cast<uint64_t>(header.base_tick),
          header.epoch | static_cast<uint64_t>(header.columns) << 32,
          header.part | static_cast<uint64_t>(header.flags) << 16
              | static_cast<uint64_t>(checksum) << 32,
          list_of_bytes | static_cast<uint64_t>(payload_bytes) << 35};
}

frame_header frame_follower::next(const last_frame& last, bool is_key,
                                  uint16_t flags) noexcept {
  frame_header result;
  result.tick = last.tick + 1;
  result.base_tick = is_key ? 0 : last.tick;
  result.epoch = last.epoch;
  result.columns = last.columns;
  result.flags = flags;
  return result;
}

std::optional<lean_frame>
frame_follower::lean(const link_frame& message) const {
  auto last = channels_.find(message.channel);
  auto sealed = message.frame->sealed();
  auto& header = message.frame->header();
  if (last == channels_.end() || message.number != number_ + 1
      || header.flags > flags_max || sealed.size() < head_bytes)
    return {};
  lean_frame result;
  result.channel = message.channel;
  result.is_key = header.is_key();
  result.flags = header.flags;
  result.payload = message.frame->payload();
  memcpy(&result.checksum, sealed.data() + 5 * 8 + 4, 4);
  // The other side makes these bytes; a frame that lies otherwise goes whole.
  auto head = head_of(next(last->second, result.is_key, result.flags),
                      result.checksum, result.payload.size());
  constexpr char zeros[8] = {};
  auto padding = padding_of(result.payload.size());
  auto same
      = sealed.size() == head_bytes + result.payload.size() + padding
        && memcmp(sealed.data(), head.data(), head_bytes) == 0
        && result.payload.data() == sealed.data() + head_bytes
        && memcmp(sealed.data() + sealed.size() - padding, zeros, padding) == 0;
  return same ? std::optional<lean_frame>{result} : std::nullopt;
}

caf::expected<link_frame>
frame_follower::restore(const lean_frame& from) const {
  auto last = channels_.find(from.channel);
  if (last == channels_.end())
    return make_error(ec::corrupt, "packed run: a frame follows none");
  auto head = head_of(next(last->second, from.is_key, from.flags),
                      from.checksum, from.payload.size());
  std::string sealed(
      head_bytes + from.payload.size() + padding_of(from.payload.size()), '\0');
  memcpy(&sealed[0], head.data(), head_bytes);
  from.payload.copy(&sealed[head_bytes], from.payload.size());
  auto frame = frame::open(sealed);
  if (!frame)
    return std::move(frame.error());
  return link_frame{from.channel, number_ + 1, std::move(*frame)};
}

void frame_follower::passed(const link_frame& message) {
  number_ = message.number;
  auto& header = message.frame->header();
  if (header.part != 0
      || (channels_.size() >= channels_max
          && channels_.count(message.channel) == 0))
    return;
  channels_[message.channel] = {header.tick, header.epoch, header.columns};
}

} // namespace tributary
