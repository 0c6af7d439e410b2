#include "actors/link/message_splitter.hpp"

#include <cstring>

#include <catch2/catch.hpp>

#include "schema/error.hpp"
#include "schema/link.hpp"
#include "schema/link_run.hpp"

using namespace tributary;

namespace {

std::string framed(const link_message& message) {
  std::string result;
  put_message(result, message);
  return result;
}

/// A length word and that many bytes.
std::string raw(uint32_t length, uint32_t zero = 0) {
  std::string result(8 + length, 'x');
  memcpy(&result[0], &length, 4);
  memcpy(&result[4], &zero, 4);
  return result;
}

std::string greeting() {
  return std::string{link_preface};
}

} // namespace

TEST_CASE("bytes come out as whole bodies wherever they are cut", "[actors]") {
  auto first = framed(link_ping{1});
  auto second = framed(link_bye{link_reason::shutdown});
  auto all = greeting() + first + second;
  for (size_t piece = 1; piece <= all.size(); ++piece) {
    message_splitter splitter;
    splitter.trust();
    std::vector<std::string> bodies;
    for (size_t at = 0; at < all.size(); at += piece)
      REQUIRE_FALSE(splitter.feed(all.substr(at, piece), bodies));
    REQUIRE(bodies.size() == 2);
    CHECK(bodies[0] == first.substr(link_header_bytes));
    CHECK(bodies[1] == second.substr(link_header_bytes));
    CHECK(splitter.buffered() == 0);
  }
}

TEST_CASE("a packed run comes between messages, of any length", "[actors]") {
  auto ping = framed(link_ping{1});
  auto run = raw(13, 99);
  auto all = greeting() + ping + run + ping;
  for (size_t piece = 1; piece <= all.size(); ++piece) {
    message_splitter splitter;
    splitter.trust();
    std::vector<std::string> bodies;
    for (size_t at = 0; at < all.size(); at += piece)
      REQUIRE_FALSE(splitter.feed(all.substr(at, piece), bodies));
    REQUIRE(bodies.size() == 3);
    CHECK_FALSE(is_run(bodies[0]));
    CHECK(link_bytes_of(bodies[0]) == ping.size());
    REQUIRE(is_run(bodies[1]));
    CHECK(link_bytes_of(bodies[1]) == run.size());
    CHECK(bodies[1].substr(4) == run.substr(4));
    CHECK(splitter.buffered() == 0);
  }
}

TEST_CASE("a run is capped, and none comes before trust", "[actors]") {
  std::vector<std::string> bodies;
  message_splitter stranger;
  CHECK(code_of(stranger.feed(greeting() + raw(13, 99), bodies))
        == ec::corrupt);
  message_splitter peer;
  peer.trust();
  uint32_t words[] = {static_cast<uint32_t>(link_run_bytes_max), 1};
  std::string head(8, '\0');
  memcpy(&head[0], words, 8);
  CHECK_FALSE(peer.feed(greeting() + head, bodies));
  message_splitter other;
  other.trust();
  ++words[0];
  memcpy(&head[0], words, 8);
  CHECK(code_of(other.feed(greeting() + head, bodies)) == ec::too_large);
  message_splitter empty;
  empty.trust();
  CHECK(code_of(empty.feed(greeting() + raw(0, 1), bodies)) == ec::corrupt);
  CHECK(bodies.empty());
}

TEST_CASE("before trust one body is taken and the rest waits", "[actors]") {
  message_splitter splitter;
  std::vector<std::string> bodies;
  REQUIRE_FALSE(splitter.feed(greeting() + raw(16) + raw(24), bodies));
  CHECK(bodies.size() == 1);
  CHECK(splitter.buffered() == 32);
  splitter.trust();
  REQUIRE_FALSE(splitter.feed({}, bodies));
  REQUIRE(bodies.size() == 2);
  CHECK(bodies[1].size() == 24);
}

TEST_CASE("a stranger's message is capped, a peer's may be long", "[actors]") {
  constexpr auto longer = static_cast<uint32_t>(link_hello_bytes_max) + 8;
  std::vector<std::string> bodies;
  message_splitter stranger;
  // The length alone tells; its bytes need not come.
  auto head = raw(longer).substr(0, link_header_bytes);
  CHECK(code_of(stranger.feed(greeting() + head, bodies)) == ec::too_large);
  message_splitter peer;
  peer.trust();
  REQUIRE_FALSE(peer.feed(greeting() + raw(longer), bodies));
  CHECK(bodies.size() == 1);
  auto over = static_cast<uint32_t>(link_message_bytes_max) + 8;
  uint32_t words[2] = {over - over % 8 + 8, 0};
  std::string too_long(8, '\0');
  memcpy(&too_long[0], words, 8);
  CHECK(code_of(peer.feed(too_long, bodies)) == ec::too_large);
}

TEST_CASE("a stranger can't fill the buffer behind a hello", "[actors]") {
  message_splitter splitter;
  std::vector<std::string> bodies;
  REQUIRE_FALSE(splitter.feed(greeting() + raw(16), bodies));
  std::string flood(4096, 'x');
  caf::error error;
  for (int i = 0; i < 100 && !error; ++i)
    error = splitter.feed(flood, bodies);
  CHECK(code_of(error) == ec::too_large);
  CHECK(splitter.buffered() < 2 * link_hello_bytes_max);
  CHECK(bodies.size() == 1);
}

TEST_CASE("what speaks another protocol is told from a link", "[actors]") {
  std::vector<std::string> bodies;
  message_splitter web;
  auto error = web.feed("HTTP/1.1 400 Bad Request\r\n", bodies);
  CHECK(code_of(error) == ec::not_a_link);
  CHECK(to_text(error).find("web") != std::string::npos);
  message_splitter noise;
  CHECK(code_of(noise.feed("\x16\x03\x01", bodies)) == ec::not_a_link);
  message_splitter version_two;
  auto other = greeting();
  other.back() = 2;
  CHECK(code_of(version_two.feed(other, bodies)) == ec::not_a_link);
  // The first byte alone may still become a link.
  message_splitter slow;
  CHECK_FALSE(slow.feed(greeting().substr(0, 1), bodies));
  CHECK(bodies.empty());
}

TEST_CASE("a malformed length word ends the connection", "[actors]") {
  std::vector<std::string> bodies;
  for (auto& bytes : {raw(0), raw(12)}) {
    message_splitter splitter;
    splitter.trust();
    CHECK(code_of(splitter.feed(greeting() + bytes, bodies)) == ec::corrupt);
  }
  CHECK(bodies.empty());
}
