#include "schema/run_packer.hpp"

#include <cstring>

#include "schema/byte_codec.hpp"

namespace tributary {

namespace {

/// Head, checksum and length of a lean frame at most.
constexpr size_t lean_bytes_max = 6 + 4 + 4;

void put_number(std::string& out, uint64_t x) {
  for (; x >= 128; x >>= 7)
    out.push_back(static_cast<char>(x | 128));
  out.push_back(static_cast<char>(x));
}

void put_lean(std::string& out, const lean_frame& x) {
  put_number(out, (uint64_t{x.channel} + 1) << 5 | uint64_t{x.is_key} << 4
                      | x.flags);
  out.append(reinterpret_cast<const char*>(&x.checksum), sizeof(x.checksum));
  put_number(out, x.payload.size());
  out.append(x.payload);
}

} // namespace

void run_packer::add(const link_message& message) {
  if (codec_ == link_codec::none)
    put_message(out_, message);
  else if (auto x = std::get_if<link_frame>(&message))
    add_frame(*x);
  else
    add_whole(message);
}

void run_packer::add_frame(const link_frame& message) {
  auto lean = follower_.lean(message);
  if (lean && lean->payload.size() + lean_bytes_max <= run_bytes_max_) {
    if (run_.size() + lean->payload.size() + lean_bytes_max > run_bytes_max_)
      close_run();
    put_lean(run_, *lean);
    plain_bytes_ += message.frame->sealed().size() + frame_message_bytes;
  } else {
    add_whole(message);
  }
  follower_.passed(message);
}

void run_packer::add_whole(const link_message& message) {
  std::string framed;
  put_message(framed, message);
  if (run_.size() + 1 + framed.size() > run_bytes_max_)
    close_run();
  if (1 + framed.size() > run_bytes_max_) {
    out_ += framed;
    return;
  }
  run_.push_back('\0');
  run_ += framed;
  plain_bytes_ += framed.size();
}

void run_packer::close_run() {
  if (run_.empty())
    return;
  auto at = out_.size();
  out_.resize(at + link_header_bytes);
  auto is_packed = pack_bytes(codec_, effort_, run_, out_);
  if (is_packed
      && (out_.size() - at - link_header_bytes) * link_run_ratio_max
             < run_.size()) {
    // Nobody would believe it.
    out_.resize(at + link_header_bytes);
    is_packed = false;
  }
  if (!is_packed)
    out_ += run_;
  const uint32_t head[]
      = {static_cast<uint32_t>(out_.size() - at - link_header_bytes),
         static_cast<uint32_t>(run_.size())};
  memcpy(&out_[at], head, sizeof(head));
  saved_bytes_ += static_cast<int64_t>(plain_bytes_)
                  - static_cast<int64_t>(out_.size() - at);
  run_.clear();
  plain_bytes_ = 0;
}

std::string run_packer::take() {
  close_run();
  std::string result;
  result.swap(out_);
  return result;
}

} // namespace tributary
