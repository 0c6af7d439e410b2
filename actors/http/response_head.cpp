#include "actors/http/response_head.hpp"

#include <array>
#include <cstdio>

#include "actors/http/routes.hpp"

namespace tributary {

namespace {

/// Styles may be inline, for a framework writes them into its markup; scripts
/// may not. `data:` is what a bundler makes of small pictures.
constexpr std::string_view security_fields
    = "X-Content-Type-Options: nosniff\r\n"
      "Referrer-Policy: same-origin\r\n"
      "Content-Security-Policy: default-src 'self'; "
      "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
      "font-src 'self' data:; object-src 'none'; base-uri 'none'; "
      "form-action 'self'; frame-ancestors 'self'\r\n";

const char* reason_of(int status) noexcept {
  switch (status) {
  case 200:
    return "OK";
  case 204:
    return "No Content";
  case 301:
    return "Moved Permanently";
  case 302:
    return "Found";
  case 304:
    return "Not Modified";
  case 307:
    return "Temporary Redirect";
  case 308:
    return "Permanent Redirect";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 413:
    return "Content Too Large";
  case 417:
    return "Expectation Failed";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  default:
    return "";
  }
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  // A line break would start a field of its own.
  for (char c : value)
    if (c != '\r' && c != '\n' && c != '\0')
      out += c;
  out += "\r\n";
}

/// RFC 9110, 5.6.7; by hand because `strftime` writes the locale's names.
void append_date(std::string& out, std::time_t now) {
  constexpr const char* days[]
      = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm x{};
  gmtime_r(&now, &x);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days[x.tm_wday], x.tm_mday, months[x.tm_mon], x.tm_year + 1900,
                x.tm_hour, x.tm_min, x.tm_sec);
  append(out, "Date", text.data());
}

void append_common(std::string& out, const response_context& context) {
  append_date(out, context.now);
  append(out, "Server", "tributary");
  out += security_fields;
  if (is_api_path(context.path))
    append(out, "Access-Control-Allow-Origin", "*");
  if (context.fate == connection_fate::close)
    append(out, "Connection", "close");
  if (context.fate == connection_fate::keep_old)
    append(out, "Connection", "keep-alive");
}

} // namespace

std::string response_head(const http_response& response,
                          const response_context& context) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' '
                    + reason_of(response.status) + "\r\n";
  append_common(out, context);
  bool cache_is_told = false;
  for (auto& [name, value] : response.headers) {
    append(out, name, value);
    cache_is_told = cache_is_told || name == "Cache-Control";
  }
  if (!cache_is_told)
    append(out, "Cache-Control", "no-store");
  if (response.status == 405)
    append(out, "Allow", "GET, HEAD, OPTIONS");
  if (response.status != 304 && response.status != 204) {
    append(out, "Content-Type", response.content_type);
    append(out, "Content-Length", std::to_string(response.body.size()));
  }
  out += "\r\n";
  return out;
}

std::string stream_head(const response_context& context) {
  std::string out = "HTTP/1.1 200 OK\r\n";
  append_common(out, context);
  append(out, "Content-Type", "text/event-stream");
  append(out, "Cache-Control", "no-store");
  // Asks nginx not to hold events back.
  append(out, "X-Accel-Buffering", "no");
  out += "\r\n";
  return out;
}

} // namespace tributary
