#include "actors/http/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "actors/http/target.hpp"

namespace tributary {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

using beast::error_code;
using beast_text = beast::string_view;

std::string_view view(beast_text text) {
  return {text.data(), text.size()};
}

/// Chunk heads and trailers count beside the body. Beast bounds each of them,
/// but not their number.
constexpr size_t body_overhead_factor = 2;

http_refusal refusal_of(const error_code& what) {
  if (what == http::error::header_limit)
    return {431, ec::too_large, "the request head is too large"};
  if (what == http::error::body_limit)
    return {413, ec::too_large, "the request body is too large"};
  return {400, ec::bad_request, "malformed request: " + what.message()};
}

} // namespace

/// Keeps the few fields that answers depend on, throws the body away.
class request_parser::beast_parser final : public http::basic_parser<true> {
public:
  explicit beast_parser(const http_limits& limits) : limits_(limits) {
    header_limit(static_cast<uint32_t>(limits.head_bytes));
    body_limit(uint64_t{limits.body_bytes});
  }

  outcome feed_all(std::string_view bytes) {
    outcome result;
    while (result.verdict == verdict::need_more
           && result.consumed < bytes.size()) {
      auto taken = step(bytes.substr(result.consumed), result.verdict);
      result.consumed += taken;
      if (taken == 0)
        break;
    }
    if (result.verdict == verdict::need_more
        && too_much(bytes.size() - result.consumed))
      result.verdict = verdict::refused;
    return result;
  }

  http_request request;
  http_refusal refusal;
  size_t head_bytes = 0;
  bool touched = false;
  bool is_head = false;
  bool is_old = false;

private:
  size_t step(std::string_view bytes, verdict& result) {
    bool in_head = !is_header_done();
    error_code fault;
    auto taken = put({bytes.data(), bytes.size()}, fault);
    touched = true;
    (in_head ? head_bytes : body_bytes_) += taken;
    if (fault && fault != http::error::need_more) {
      refusal = refusal_of(fault);
      result = verdict::refused;
    } else if (in_head && is_header_done() && !check_head()) {
      result = verdict::refused;
    } else if (is_done()) {
      result = verdict::complete;
    }
    return taken;
  }

  /// Beast's own bound starts anew with every header line that it consumes.
  bool too_much(size_t waiting) {
    if (!is_header_done()) {
      if (head_bytes + waiting <= limits_.head_bytes)
        return false;
      refusal = refusal_of(http::error::header_limit);
      return true;
    }
    if (body_bytes_ + waiting <= body_overhead_factor * limits_.body_bytes
        && waiting <= limits_.head_bytes)
      return false;
    refusal = refusal_of(http::error::body_limit);
    return true;
  }

  bool refuse(int status, std::string message) {
    refusal = {status, status == 431 ? ec::too_large : ec::bad_request,
               std::move(message)};
    return false;
  }

  bool check_head() {
    if (head_bytes > limits_.head_bytes)
      return refuse(431, "the request head is too large");
    if (has_transfer_encoding_ && (is_old || !chunked()))
      return refuse(400, "this transfer encoding is not understood");
    if (host_count_ > 1 || (host_count_ == 0 && !is_old))
      return refuse(400, "a request has one Host field");
    if (!known_method_)
      return refuse(405, "only GET, HEAD and OPTIONS are answered");
    if (has_expectation_ && !is_done())
      return refuse(417, "send no body, no path takes one");
    auto target = tributary::parse_target(target_);
    if (!target) {
      refusal = {400, ec::bad_request, to_text(target.error())};
      return false;
    }
    request.path = std::move(target->path);
    request.parameters = std::move(target->parameters);
    return true;
  }

  void on_request_impl(http::verb method, beast_text, beast_text target,
                       int version, error_code&) override {
    is_head = method == http::verb::head;
    auto is_options = method == http::verb::options;
    known_method_ = is_head || is_options || method == http::verb::get;
    is_old = version < 11;
    request.method = is_head      ? http_method::head
                     : is_options ? http_method::options
                                  : http_method::get;
    target_ = view(target);
  }

  void on_field_impl(http::field name, beast_text name_text, beast_text value,
                     error_code&) override {
    // Trailers arrive here too; they may not change what was checked.
    if (in_body_)
      return;
    switch (name) {
    case http::field::host:
      ++host_count_;
      request.host = view(value);
      break;
    case http::field::transfer_encoding:
      has_transfer_encoding_ = true;
      break;
    case http::field::expect:
      has_expectation_ = true;
      break;
    case http::field::if_none_match:
      request.if_none_match += request.if_none_match.empty() ? "" : ", ";
      request.if_none_match += view(value);
      break;
    case http::field::accept_encoding:
      request.accept_encoding += request.accept_encoding.empty() ? "" : ",";
      request.accept_encoding += view(value);
      break;
    case http::field::authorization:
      request.authorization = view(value);
      break;
    default:
      // Younger than Beast's list.
      if (beast::iequals(name_text, "Last-Event-ID"))
        request.last_event_id = view(value);
      break;
    }
  }

  void on_header_impl(error_code&) override {
    in_body_ = true;
  }

  size_t on_body_impl(beast_text body, error_code&) override {
    return body.size();
  }

  size_t on_chunk_body_impl(uint64_t, beast_text body, error_code&) override {
    return body.size();
  }

  void on_response_impl(int, beast_text, int, error_code&) override {}

  void on_body_init_impl(const boost::optional<uint64_t>&,
                         error_code&) override {}

  void on_chunk_header_impl(uint64_t, beast_text, error_code&) override {}

  void on_finish_impl(error_code&) override {}

  http_limits limits_;
  std::string target_;
  size_t body_bytes_ = 0;
  size_t host_count_ = 0;
  bool known_method_ = false;
  bool has_transfer_encoding_ = false;
  bool has_expectation_ = false;
  bool in_body_ = false;
};

request_parser::request_parser(const http_limits& limits)
    : parser_(std::make_unique<beast_parser>(limits)) {}

request_parser::~request_parser() = default;

request_parser::outcome request_parser::feed(std::string_view bytes) {
  return parser_->feed_all(bytes);
}

bool request_parser::untouched() const noexcept {
  return !parser_->touched;
}

bool request_parser::head_done() const noexcept {
  return parser_->is_header_done();
}

bool request_parser::is_head() const noexcept {
  return parser_->is_head;
}

bool request_parser::is_old() const noexcept {
  return parser_->is_old;
}

bool request_parser::keep_alive() const noexcept {
  return parser_->keep_alive();
}

http_request request_parser::take_request() {
  return std::move(parser_->request);
}

const http_refusal& request_parser::refusal() const noexcept {
  return parser_->refusal;
}

} // namespace tributary
