#include "actors/http/exchange.hpp"

#include "actors/http/api_render.hpp"
#include "actors/http/content_coding.hpp"

namespace tributary {

namespace {

/// A line break inside a one-line field would start a field of its own.
void append_field(std::string& out, std::string_view name,
                  std::string_view value) {
  if (value.empty())
    return;
  out += name;
  for (char c : value)
    if (c != '\r' && c != '\n' && c != '\0')
      out += c;
  out += '\n';
}

} // namespace

std::string to_event_text(std::string_view event, std::string_view id,
                          std::string_view data) {
  std::string result;
  result.reserve(event.size() + id.size() + data.size() + 32);
  append_field(result, "event: ", event);
  append_field(result, "id: ", id);
  for (;;) {
    auto end = data.find_first_of("\r\n");
    result += "data: ";
    result += data.substr(0, end);
    result += '\n';
    if (end == std::string_view::npos)
      break;
    bool pair = data.substr(end, 2) == "\r\n";
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  result += '\n';
  return result;
}

event_stream::event_stream(std::shared_ptr<stream_sink> sink)
    : sink_(std::move(sink)) {}

bool event_stream::send(std::string_view event, std::string_view id,
                        std::string_view data) {
  return sink_ && !sink_->closed()
         && sink_->send(to_event_text(event, id, data));
}

bool event_stream::closed() const noexcept {
  return !sink_ || sink_->closed();
}

exchange::exchange(http_request request, std::unique_ptr<exchange_sink> sink)
    : request_(std::move(request)), sink_(std::move(sink)) {}

exchange::~exchange() {
  if (!answered_)
    respond(error_response(503, ec::busy, "nobody answered this request"));
}

void exchange::respond(http_response response) {
  if (answered_.exchange(true))
    return;
  encode(response, request_.accept_encoding);
  sink_->answer(std::move(response));
}

event_stream exchange::open_stream() {
  if (answered_.exchange(true))
    return {};
  return event_stream{sink_->open_stream()};
}

} // namespace tributary
