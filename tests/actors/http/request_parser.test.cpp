#include "actors/http/request_parser.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace tributary;
using verdict = request_parser::verdict;

namespace {

/// Feeds `bytes` in pieces as a connection would.
verdict feed(request_parser& parser, std::string_view bytes, size_t piece) {
  std::string input;
  auto last = verdict::need_more;
  while (last == verdict::need_more && !bytes.empty()) {
    auto size = std::min(piece, bytes.size());
    input += bytes.substr(0, size);
    bytes.remove_prefix(size);
    auto outcome = parser.feed(input);
    REQUIRE(outcome.consumed <= input.size());
    input.erase(0, outcome.consumed);
    last = outcome.verdict;
  }
  return last;
}

} // namespace

TEST_CASE("a request may arrive in any pieces", "[http]") {
  std::string bytes = "GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\n"
                      "If-None-Match: \"1\"\r\nIf-None-Match: \"2\"\r\n"
                      "Authorization: Bearer x\r\n\r\n";
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    request_parser parser{http_limits{}};
    CHECK(parser.untouched());
    REQUIRE(feed(parser, bytes, piece) == verdict::complete);
    CHECK(parser.keep_alive());
    auto request = parser.take_request();
    CHECK(request.path == "/a b");
    CHECK(request.host == "h");
    CHECK(request.if_none_match == "\"1\", \"2\"");
    CHECK(request.authorization == "Bearer x");
    REQUIRE(request.parameters.size() == 1);
  }
}

TEST_CASE("the head's bound holds however it arrives", "[http]") {
  std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 3000; ++i)
    bytes += "A: b\r\n";
  for (size_t piece : {1, 6, 7, 4096, 100'000}) {
    INFO(piece);
    request_parser parser{http_limits{}};
    REQUIRE(feed(parser, bytes, piece) == verdict::refused);
    CHECK(parser.refusal().status == 431);
  }
}

TEST_CASE("a refused HEAD is known as one", "[http]") {
  request_parser parser{http_limits{}};
  std::string bytes = "HEAD /%zz HTTP/1.1\r\nHost: h\r\n\r\n";
  REQUIRE(feed(parser, bytes, bytes.size()) == verdict::refused);
  CHECK(parser.is_head());
  CHECK(parser.refusal().status == 400);
}

TEST_CASE("mutated requests do no harm", "[http]") {
  auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  std::string good = "GET /host/a/api/v1/data?chart=x HTTP/1.1\r\nHost: h\r\n"
                     "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                     "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (auto changes = random() % 4; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0)
      bytes.erase(random() % bytes.size(), random() % 8);
    request_parser parser{http_limits{}};
    feed(parser, bytes, 1 + random() % 40);
  }
  SUCCEED();
}
