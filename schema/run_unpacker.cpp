#include "schema/run_unpacker.hpp"

#include <cstring>
#include <limits>

#include "schema/byte_codec.hpp"

namespace tributary {

namespace {

caf::error broken(const char* what) {
  return make_error(ec::corrupt, std::string{"packed run: "} + what);
}

/// Reads a number of at most 63 bits as it is put by the packer: no longer than
/// it has to be. False at the end of input.
bool get_number(std::string_view& from, uint64_t& x) {
  x = 0;
  for (unsigned shift = 0; shift < 63 && !from.empty(); shift += 7) {
    auto byte = static_cast<uint8_t>(from.front());
    from.remove_prefix(1);
    x |= uint64_t{byte & 127u} << shift;
    if (byte < 128)
      return byte != 0 || shift == 0;
  }
  return false;
}

/// Why a run of so many bytes can't come to `raw_bytes`; none where it can.
caf::error check_sizes(size_t bytes, size_t raw_bytes) {
  auto words = "packed run: " + std::to_string(bytes) + " bytes that unpack to "
               + std::to_string(raw_bytes);
  if (raw_bytes > link_run_bytes_max)
    return make_error(ec::too_large, words);
  if (raw_bytes > bytes * link_run_ratio_max)
    return make_error(ec::too_large, words + ", a bomb");
  if (bytes == 0 || raw_bytes < bytes)
    return make_error(ec::corrupt, words);
  return {};
}

/// Of one run at a time, on each thread that unpacks; at most
/// `link_run_bytes_max`.
std::string& scratch_of_thread() {
  thread_local std::string result;
  return result;
}

} // namespace

caf::error run_unpacker::unpack(std::string_view body, const sink& use) {
  if (!is_run(body) || codec_ == link_codec::none)
    return broken("it was not agreed on");
  uint32_t raw_bytes = 0;
  memcpy(&raw_bytes, body.data() + sizeof(run_mark), sizeof(raw_bytes));
  auto data = body.substr(link_header_bytes);
  if (auto error = check_sizes(data.size(), raw_bytes))
    return error;
  saved_bytes_ -= static_cast<int64_t>(body.size());
  if (raw_bytes == data.size())
    return take_messages(data, use);
  auto& run = scratch_of_thread();
  run.resize(raw_bytes);
  if (!unpack_bytes(codec_, data, &run[0], raw_bytes))
    return broken((std::string{"damaged "} + to_string(codec_)).c_str());
  return take_messages(run, use);
}

caf::error run_unpacker::take_messages(std::string_view run, const sink& use) {
  while (!run.empty()) {
    uint64_t head = 0;
    if (!get_number(run, head))
      return broken("it ends within a number");
    auto error = head == 0 ? take_whole(run, use) : take_lean(head, run, use);
    if (error)
      return error;
  }
  return {};
}

caf::error run_unpacker::take_whole(std::string_view& run, const sink& use) {
  uint32_t head[2] = {};
  if (run.size() < sizeof(head))
    return broken("it ends within a message");
  memcpy(head, run.data(), sizeof(head));
  run.remove_prefix(sizeof(head));
  if (head[1] != 0 || head[0] > run.size())
    return broken("it ends within a message");
  auto message = open_message(run.substr(0, head[0]));
  if (!message)
    return std::move(message.error());
  run.remove_prefix(head[0]);
  auto frame = std::get_if<link_frame>(&*message);
  if (frame != nullptr)
    follower_.passed(*frame);
  else if (!std::holds_alternative<link_roster>(*message))
    return broken("it holds what travels outside of runs");
  saved_bytes_ += static_cast<int64_t>(link_header_bytes + head[0]);
  return use(*message);
}

caf::error run_unpacker::take_lean(uint64_t head, std::string_view& run,
                                   const sink& use) {
  lean_frame lean;
  auto channel = (head >> 5) - 1;
  if (head >> 5 == 0 || channel > std::numeric_limits<uint32_t>::max())
    return broken("there is no such channel");
  lean.channel = static_cast<uint32_t>(channel);
  lean.is_key = (head >> 4 & 1) != 0;
  lean.flags = head & frame_follower::flags_max;
  uint64_t payload_bytes = 0;
  if (run.size() < sizeof(lean.checksum))
    return broken("it ends within a frame");
  memcpy(&lean.checksum, run.data(), sizeof(lean.checksum));
  run.remove_prefix(sizeof(lean.checksum));
  if (!get_number(run, payload_bytes) || payload_bytes > run.size())
    return broken("it ends within a frame");
  lean.payload = run.substr(0, payload_bytes);
  run.remove_prefix(payload_bytes);
  auto frame = follower_.restore(lean);
  if (!frame)
    return std::move(frame.error());
  follower_.passed(*frame);
  saved_bytes_ += static_cast<int64_t>(frame->frame->sealed().size()
                                       + frame_message_bytes);
  link_message message{std::move(*frame)};
  return use(message);
}

} // namespace tributary
