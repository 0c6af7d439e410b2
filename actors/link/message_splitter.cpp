#include "actors/link/message_splitter.hpp"

#include <algorithm>
#include <cstring>

#include "schema/error.hpp"
#include "schema/link.hpp"
#include "schema/link_run.hpp"

namespace tributary {

namespace {

/// A ClientHello of any version begins so.
bool begins_tls(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x16 && bytes[1] == 3;
}

} // namespace

std::string words_for_stranger(std::string_view answer) {
  // A web port of ours names the port of links; see actors/http/connection.
  constexpr std::string_view own_web_port{
      "This is the web port of a Tributary node."};
  constexpr size_t line_bytes_max = 100;
  auto line = answer.substr(0, std::min(answer.find('\n'), line_bytes_max));
  auto printable = std::all_of(line.begin(), line.end(),
                               [](char x) { return x >= ' ' && x <= '~'; });
  if (line.substr(0, own_web_port.size()) == own_web_port && printable)
    return std::string{line};
  if (answer.substr(0, 5) == "HTTP/")
    return "a web server answered: is this the web port? links have their own "
           "(default 19998)";
  if (begins_tls(answer))
    return "it speaks TLS, and this port takes none ('link ssl')";
  return "not a Tributary link";
}

caf::error message_splitter::feed(std::string_view bytes,
                                  std::vector<std::string>& bodies) {
  if (at_ > 0 && at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  } else if (at_ > link_hello_bytes_max) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_.append(bytes);
  if (!trusted_
      && buffered()
             > link_hello_bytes_max + link_header_bytes + link_preface.size())
    return make_error(ec::too_large, "more than one hello before it was "
                                     "answered");
  if (auto error = take_preface())
    return error;
  return greeted_ ? take_bodies(bodies) : caf::error{};
}

caf::error message_splitter::take_preface() {
  if (greeted_)
    return {};
  auto count = std::min(buffered(), link_preface.size());
  if (std::string_view{buffer_}.substr(at_, count)
      != link_preface.substr(0, count))
    return make_error(
        ec::not_a_link,
        words_for_stranger(std::string_view{buffer_}.substr(at_)));
  if (count < link_preface.size())
    return {};
  at_ += count;
  greeted_ = true;
  return {};
}

caf::error message_splitter::take_bodies(std::vector<std::string>& bodies) {
  while (trusted_ || !hello_taken_) {
    if (buffered() < link_header_bytes)
      return {};
    uint32_t head[2];
    memcpy(head, &buffer_[at_], sizeof(head));
    auto length = head[0];
    auto packed = trusted_ && head[1] != 0;
    auto cap = packed     ? link_run_bytes_max
               : trusted_ ? link_message_bytes_max
                          : link_hello_bytes_max;
    if (length > cap)
      return make_error(ec::too_large,
                        "message of " + std::to_string(length) + " bytes");
    if (length == 0 || (!packed && (head[1] != 0 || length % 8 != 0)))
      return make_error(ec::corrupt, "malformed message length");
    if (buffered() < link_header_bytes + length)
      return {};
    if (packed)
      bodies.push_back(run_body(head, std::string_view{buffer_}.substr(
                                          at_ + link_header_bytes, length)));
    else
      bodies.emplace_back(buffer_, at_ + link_header_bytes, length);
    at_ += link_header_bytes + length;
    hello_taken_ = true;
  }
  return {};
}

} // namespace tributary
