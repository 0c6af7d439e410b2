#include "actors/link/wire_guard.hpp"

#include <algorithm>

#include "actors/link/message_splitter.hpp"
#include "schema/error.hpp"
#include "schema/link.hpp"

namespace tributary {

namespace {

/// Records of TLS begin with their kind, their version and their length.
constexpr char handshake_record = 0x16;
constexpr char alert_record = 0x15;
constexpr size_t record_header_bytes = 5;
constexpr size_t record_bytes_max = 16u << 10;

caf::error failed(std::string words) {
  return make_error(ec::tls_failed, std::move(words));
}

bool begins_link(std::string_view bytes) {
  auto count = std::min(bytes.size(), link_preface.size());
  return bytes.substr(0, count) == link_preface.substr(0, count);
}

} // namespace

wire_guard::wire_guard(peer_security wanted)
    : step_(step::connecting), wanted_(std::move(wanted)) {
  // nop
}

wire_guard::wire_guard(port_security offered)
    : step_(step::listening), offered_(std::move(offered)) {
  // nop
}

caf::error wire_guard::connect(std::vector<char>& out) {
  if (step_ != step::connecting)
    return {};
  step_ = step::shaking;
  stream_ = tls_stream::connecting(wanted_.context, wanted_.host, wanted_.peer);
  std::string plain;
  return stream_->receive({}, plain, out);
}

caf::error wire_guard::receive(std::string_view bytes, std::string& plain,
                               std::vector<char>& out) {
  switch (step_) {
  case step::connecting:
    break;
  case step::listening:
    first_bytes_ += bytes;
    return listen(plain, out);
  case step::waiting:
    first_bytes_ += bytes;
    break;
  case step::plain:
    plain += bytes;
    break;
  case step::shaking:
    if (auto error = check_answer(bytes))
      return error;
    return shake(bytes, plain, out);
  case step::open:
    return stream_->receive(bytes, plain, out);
  }
  return {};
}

caf::error wire_guard::listen(std::string& plain, std::vector<char>& out) {
  if (first_bytes_.empty())
    return {};
  if (first_bytes_.front() != handshake_record) {
    if (offered_.policy == tls_policy::force)
      return refuse_plain(out);
    step_ = step::plain;
    plain += first_bytes_;
    first_bytes_ = {};
    return {};
  }
  if (first_bytes_.size() < record_header_bytes)
    return {};
  auto length = (static_cast<uint8_t>(first_bytes_[3]) << 8)
                | static_cast<uint8_t>(first_bytes_[4]);
  if (first_bytes_[1] != 3 || length == 0
      || static_cast<size_t>(length) > record_bytes_max)
    return failed("neither a link nor TLS");
  // Until a whole hello is here a stranger costs its bytes and nothing else.
  if (first_bytes_.size() >= record_header_bytes + length)
    step_ = step::waiting;
  return {};
}

caf::error wire_guard::refuse_plain(std::vector<char>& out) const {
  if (!begins_link(first_bytes_))
    return failed("neither a link nor TLS");
  // A child that came plainly has shown its key already: all that can be done
  // is to tell it.
  std::string answer{link_preface};
  put_message(answer, link_refuse{link_reason::tls_wanted, {}});
  out.insert(out.end(), answer.begin(), answer.end());
  return failed("a plain link, and this port takes TLS only");
}

/// The first word of the parent, while nothing of it is known.
caf::error wire_guard::check_answer(std::string_view bytes) {
  if (answered_ || bytes.empty() || wanted_.context == nullptr)
    return {};
  answered_ = true;
  if (bytes.front() == handshake_record || bytes.front() == alert_record)
    return {};
  if (begins_link(bytes))
    return failed("the parent's port speaks plain links: take ':SSL' off the "
                  "destination, or have 'link ssl' there");
  return failed("the parent's port does not speak TLS: "
                + words_for_stranger(bytes));
}

caf::error wire_guard::begin(std::string& plain, std::vector<char>& out) {
  if (step_ != step::waiting)
    return {};
  step_ = step::shaking;
  stream_ = tls_stream::accepting(offered_.context);
  auto bytes = std::exchange(first_bytes_, {});
  return shake(bytes, plain, out);
}

caf::error wire_guard::shake(std::string_view bytes, std::string& plain,
                             std::vector<char>& out) {
  auto error = stream_->receive(bytes, plain, out);
  if (!stream_->established() || error)
    return error;
  step_ = step::open;
  auto kept = std::exchange(kept_, {});
  return stream_->send(kept, out);
}

caf::error wire_guard::send(std::string_view plain, std::vector<char>& out) {
  if (step_ == step::plain) {
    out.insert(out.end(), plain.begin(), plain.end());
    return {};
  }
  if (step_ == step::open)
    return stream_->send(plain, out);
  if (kept_.size() + plain.size() > kept_bytes_max)
    return make_error(ec::too_large, "more than a hello before there is a "
                                     "TLS connection");
  kept_ += plain;
  return {};
}

void wire_guard::close(std::vector<char>& out) {
  if (step_ == step::open)
    stream_->close(out);
}

std::shared_ptr<const wire_security> wire_guard::security() const {
  if (step_ != step::open)
    return nullptr;
  return std::make_shared<const wire_security>(stream_->security());
}

std::string wire_guard::words_of_end() const {
  if (settled())
    return {};
  if (wanted_.context == nullptr)
    return "closed by the peer before it had greeted";
  return answered_ ? "the parent closed the connection in the TLS handshake"
                   : "the parent closed the connection without a word of TLS: "
                     "does its port take TLS ('link ssl')?";
}

} // namespace tributary
