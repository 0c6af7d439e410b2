#pragma once

/// One client's connection: reads requests, hands out exchanges, writes the
/// answers in order. Lives on the loop's thread; only what an exchange or a
/// stream posts comes from elsewhere. Knows no networking type.
///
///           head whole            answered            written, kept open
///  reading ───────────► answering ────────► writing ───────────────► reading
///     │ refused             │ stream opened    │ written, to close
///     ├──────► writing      └──► streaming ────┴──► lingering ──► closed
///     └ too late, client gone: closed

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/http/exchange.hpp"
#include "actors/http/limits.hpp"
#include "actors/http/request_parser.hpp"
#include "actors/http/response_head.hpp"
#include "actors/http/stream_channel.hpp"
#include "actors/http/transport.hpp"

namespace tributary {

class http_connection;

/// What the connections of one server share; outlives them.
struct connection_context {
  http_limits limits;
  /// Named to clients that wanted the link port.
  uint16_t link_port = 0;
  std::function<void(std::shared_ptr<exchange>)> handle;
  std::shared_ptr<http_loop> loop;
  /// Called when a connection has closed; drops the server's reference.
  std::function<void(http_connection&)> ended;
  /// No request is begun any more.
  bool draining = false;
};

class http_connection : public std::enable_shared_from_this<http_connection> {
public:
  http_connection(std::unique_ptr<http_transport> transport,
                  connection_context& context);

  /// Begins to read.
  void start();

  /// Closes now, unless an answer is due or being written; streams end.
  void drain();

  /// Closes now.
  void close();

  /// The answer to request `request_seq`; ignored when that was answered.
  void on_answer(uint64_t request_seq, http_response response);

  /// Turns the connection into a stream, with the same condition.
  void on_stream(uint64_t request_seq, std::shared_ptr<stream_channel> channel);

  /// The channel has events or has ended.
  void on_wake();

private:
  enum class phase : uint8_t {
    reading,
    answering,
    writing,
    streaming,
    lingering,
    closed,
  };

  using event = void (http_connection::*)();

  void arm(std::chrono::milliseconds after, event ring);
  void read();
  void on_read(bool ok, size_t bytes);
  void on_bytes(std::string_view bytes);
  void advance();
  void skip_blank_lines();
  void await_more();
  bool is_foreign_so_far() const noexcept;
  void turn_away();
  void on_late_head();
  void on_late_answer();
  void begin_request();
  void refuse(const http_refusal& why);
  void write_response(http_response response);
  void write(std::string_view body);
  void on_written(bool ok);
  void begin_next();
  void linger();
  void flush();
  void send_comment();
  void on_events_written(bool ok);
  response_context head_context() const;

  const std::unique_ptr<http_transport> transport_;
  connection_context& context_;
  phase phase_ = phase::reading;
  bool read_pending_ = false;
  bool write_pending_ = false;
  std::vector<char> chunk_;
  /// Bytes that no request has consumed yet.
  std::string input_;
  std::unique_ptr<request_parser> parser_;
  bool body_awaited_ = false;
  /// Between two requests, not a byte of the next one seen.
  bool idle_ = false;
  /// Of the request in hand.
  uint64_t request_seq_ = 0;
  std::string path_;
  bool is_head_ = false;
  connection_fate fate_ = connection_fate::close;
  /// What is being written.
  std::string head_;
  std::string body_;
  std::shared_ptr<stream_channel> channel_;
};

} // namespace tributary
