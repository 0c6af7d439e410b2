#include "actors/http/connection.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include "actors/http/api_render.hpp"

namespace tributary {

namespace {

/// One read; a request of a browser fits.
constexpr size_t chunk_bytes = 4096;

/// How a Netdata child and a Tributary uplink begin to speak.
constexpr std::string_view foreign_greetings[] = {"STREAM ", "TRBL"};

/// Posts what an exchange does to its connection. Holds no connection: the
/// last reference must not be dropped on another thread.
class connection_sink final : public exchange_sink {
public:
  connection_sink(const std::shared_ptr<http_connection>& to,
                  const connection_context& context, uint64_t request_seq)
      : to_(to),
        loop_(context.loop),
        events_max_(context.limits.stream_events),
        request_seq_(request_seq) {}

  void answer(http_response response) override {
    loop_->post([to = to_, seq = request_seq_,
                 response = std::move(response)]() mutable {
      if (auto connection = to.lock())
        connection->on_answer(seq, std::move(response));
    });
  }

  std::shared_ptr<stream_sink> open_stream() override {
    auto wake = [to = to_, loop = loop_] {
      loop->post([to] {
        if (auto connection = to.lock())
          connection->on_wake();
      });
    };
    auto channel = std::make_shared<stream_channel>(events_max_, wake);
    auto open = [to = to_, seq = request_seq_, channel] {
      if (auto connection = to.lock())
        connection->on_stream(seq, channel);
      else
        channel->end(stream_channel::ending::disconnected);
    };
    if (!loop_->post(open))
      channel->end(stream_channel::ending::disconnected);
    return std::make_shared<channel_sink>(std::move(channel));
  }

private:
  std::weak_ptr<http_connection> to_;
  std::shared_ptr<http_loop> loop_;
  size_t events_max_;
  uint64_t request_seq_;
};

} // namespace

http_connection::http_connection(std::unique_ptr<http_transport> transport,
                                 connection_context& context)
    : transport_(std::move(transport)),
      context_(context),
      chunk_(chunk_bytes),
      parser_(std::make_unique<request_parser>(context.limits)) {}

void http_connection::start() {
  arm(context_.limits.head_deadline, &http_connection::on_late_head);
  transport_->handshake([self = shared_from_this()](bool ok) {
    if (ok)
      self->read();
    else
      self->close();
  });
}

void http_connection::drain() {
  if (phase_ == phase::streaming)
    channel_->end(stream_channel::ending::finished);
  else if (phase_ != phase::answering && phase_ != phase::writing)
    close();
}

void http_connection::close() {
  if (std::exchange(phase_, phase::closed) == phase::closed)
    return;
  transport_->close();
  if (channel_)
    channel_->end(stream_channel::ending::disconnected);
  // The server drops its reference, which may be the last but this one.
  auto self = shared_from_this();
  context_.ended(*this);
}

void http_connection::arm(std::chrono::milliseconds after, event ring) {
  transport_->arm(after, [weak = weak_from_this(), ring] {
    if (auto self = weak.lock())
      (self.get()->*ring)();
  });
}

// -- reading ------------------------------------------------------------------

void http_connection::read() {
  if (phase_ == phase::closed || std::exchange(read_pending_, true))
    return;
  transport_->read(chunk_.data(), chunk_.size(),
                   [self = shared_from_this()](bool ok, size_t bytes) {
                     self->on_read(ok, bytes);
                   });
}

void http_connection::on_read(bool ok, size_t bytes) {
  read_pending_ = false;
  if (phase_ == phase::closed)
    return;
  if (!ok)
    close();
  else if (phase_ == phase::reading)
    on_bytes({chunk_.data(), bytes});
  else // A stream's client has nothing to say, a refused one is not heard.
    read();
}

void http_connection::on_bytes(std::string_view bytes) {
  // The first head's time runs since the connection was accepted.
  if (std::exchange(idle_, false))
    arm(context_.limits.head_deadline, &http_connection::on_late_head);
  input_ += bytes;
  advance();
}

void http_connection::advance() {
  if (parser_->untouched()) {
    skip_blank_lines();
    if (is_foreign_so_far()) {
      turn_away();
      return;
    }
  }
  auto outcome = parser_->feed(input_);
  input_.erase(0, outcome.consumed);
  switch (outcome.verdict) {
  case request_parser::verdict::need_more:
    await_more();
    break;
  case request_parser::verdict::complete:
    begin_request();
    break;
  case request_parser::verdict::refused:
    refuse(parser_->refusal());
    break;
  }
}

/// Old clients send a line break too many after a body (RFC 9112, 2.2).
void http_connection::skip_blank_lines() {
  auto begin = std::min(input_.find_first_not_of("\r\n"), input_.size());
  input_.erase(0, begin);
}

void http_connection::await_more() {
  if (parser_->head_done() && !std::exchange(body_awaited_, true))
    arm(context_.limits.write, &http_connection::close);
  read();
}

/// Whether the input is, or may yet become, the greeting of a protocol that
/// does not belong here. Such bytes must not reach the HTTP parser.
bool http_connection::is_foreign_so_far() const noexcept {
  if (input_.empty())
    return false;
  return std::any_of(std::begin(foreign_greetings), std::end(foreign_greetings),
                     [this](auto greeting) {
                       auto size = std::min(greeting.size(), input_.size());
                       return input_.compare(0, size, greeting, 0, size) == 0;
                     });
}

/// A Netdata child and an uplink both log what they get, so that the operator
/// reads it there.
void http_connection::turn_away() {
  auto whole = [this](auto greeting) {
    return input_.compare(0, greeting.size(), greeting) == 0;
  };
  if (std::none_of(std::begin(foreign_greetings), std::end(foreign_greetings),
                   whole)) {
    read();
    return;
  }
  head_.clear();
  body_ = "This is the web port of a Tributary node. Nodes link to port "
          + std::to_string(context_.link_port) + ".\n";
  fate_ = connection_fate::close;
  write(body_);
}

void http_connection::on_late_head() {
  bool silent = input_.empty() && parser_->untouched();
  if (silent)
    close();
  else
    refuse({408, ec::timed_out, "the request head took too long"});
}

// -- answering ----------------------------------------------------------------

void http_connection::begin_request() {
  phase_ = phase::answering;
  ++request_seq_;
  is_head_ = parser_->is_head();
  fate_ = connection_fate::close;
  if (parser_->keep_alive())
    fate_
        = parser_->is_old() ? connection_fate::keep_old : connection_fate::keep;
  auto request = parser_->take_request();
  request.peer_address = transport_->peer_address();
  path_ = request.path;
  parser_ = std::make_unique<request_parser>(context_.limits);
  body_awaited_ = false;
  arm(context_.limits.answer, &http_connection::on_late_answer);
  auto self = shared_from_this();
  context_.handle(std::make_shared<exchange>(
      std::move(request),
      std::make_unique<connection_sink>(self, context_, request_seq_)));
}

void http_connection::on_late_answer() {
  on_answer(request_seq_,
            error_response(503, ec::timed_out, "the answer took too long"));
}

void http_connection::on_answer(uint64_t request_seq, http_response response) {
  if (phase_ == phase::answering && request_seq == request_seq_)
    write_response(std::move(response));
}

void http_connection::refuse(const http_refusal& why) {
  is_head_ = parser_->is_head();
  fate_ = connection_fate::close;
  path_.clear();
  write_response(error_response(why.status, why.code, why.message));
}

response_context http_connection::head_context() const {
  auto fate = context_.draining ? connection_fate::close : fate_;
  return {fate, path_, std::time(nullptr)};
}

void http_connection::write_response(http_response response) {
  head_ = response_head(response, head_context());
  body_ = std::move(response.body);
  write(is_head_ || response.status == 304 ? std::string_view{} : body_);
}

void http_connection::write(std::string_view body) {
  phase_ = phase::writing;
  arm(context_.limits.write, &http_connection::close);
  transport_->write(head_, body, [self = shared_from_this()](bool ok, size_t) {
    self->on_written(ok);
  });
}

void http_connection::on_written(bool ok) {
  if (phase_ == phase::closed)
    return;
  if (!ok)
    close();
  else if (fate_ == connection_fate::close || context_.draining)
    linger();
  else
    begin_next();
}

void http_connection::begin_next() {
  phase_ = phase::reading;
  // A large answer's memory is not kept for the next one.
  body_ = std::string{};
  skip_blank_lines();
  if (input_.empty()) {
    idle_ = true;
    arm(context_.limits.idle, &http_connection::close);
    read();
    return;
  }
  arm(context_.limits.head_deadline, &http_connection::on_late_head);
  advance();
}

/// Closing with unread bytes makes the kernel send a reset, which can take the
/// answer away from a client that has not read it yet.
void http_connection::linger() {
  phase_ = phase::lingering;
  transport_->shutdown_write();
  arm(context_.limits.linger, &http_connection::close);
  read();
}

// -- streaming ----------------------------------------------------------------

void http_connection::on_stream(uint64_t request_seq,
                                std::shared_ptr<stream_channel> channel) {
  if (phase_ != phase::answering || request_seq != request_seq_) {
    channel->end(stream_channel::ending::disconnected);
    return;
  }
  fate_ = connection_fate::close;
  head_ = stream_head(head_context());
  if (is_head_) {
    channel->end(stream_channel::ending::disconnected);
    write({});
    return;
  }
  phase_ = phase::streaming;
  channel_ = std::move(channel);
  body_.clear();
  flush();
  // Only to see the client leave.
  read();
}

void http_connection::on_wake() {
  if (phase_ != phase::streaming)
    return;
  if (channel_->ended() == stream_channel::ending::overflowed)
    close();
  else
    flush();
}

/// Writes the stream's head, which is there once, and what is queued.
void http_connection::flush() {
  if (write_pending_)
    return;
  // Asked before the queue is emptied: nothing is queued after the end.
  bool ended = channel_->ended() != stream_channel::ending::none;
  body_ = channel_->take();
  if (head_.empty() && body_.empty()) {
    if (ended || context_.draining)
      linger();
    else
      arm(context_.limits.silence, &http_connection::send_comment);
    return;
  }
  write_pending_ = true;
  arm(context_.limits.write, &http_connection::close);
  transport_->write(head_, body_, [self = shared_from_this()](bool ok, size_t) {
    self->on_events_written(ok);
  });
}

void http_connection::send_comment() {
  if (phase_ != phase::streaming || write_pending_)
    return;
  head_ = ": still here\n\n";
  flush();
}

void http_connection::on_events_written(bool ok) {
  write_pending_ = false;
  if (phase_ != phase::streaming)
    return;
  if (!ok) {
    close();
    return;
  }
  head_.clear();
  channel_->written();
  flush();
}

} // namespace tributary
