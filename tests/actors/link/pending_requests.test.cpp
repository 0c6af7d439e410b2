#include "actors/link/pending_requests.hpp"

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

link_reply piece(uint64_t id, std::string text, bool more = false) {
  return {id, more, std::move(text)};
}

/// The answer that the piece ended; `-` when it ended nothing.
std::string taken(pending_requests& from, link_reply x) {
  auto progress = from.take(std::move(x));
  if (!progress)
    return to_text(progress.error());
  if (progress->ended.empty())
    return "-";
  auto& end = progress->ended.front();
  return std::to_string(end.id) + ' '
         + (end.answer ? *end.answer : to_text(end.answer.error()));
}

} // namespace

TEST_CASE("requests are numbered from 1 and answered in any order",
          "[actors]") {
  pending_requests on;
  CHECK(*on.open(100) == 1);
  CHECK(*on.open(100) == 2);
  CHECK(taken(on, piece(2, "two")) == "2 two");
  CHECK(taken(on, piece(1, "one")) == "1 one");
  CHECK(on.size() == 0);
  CHECK(*on.open(100) == 3);
}

TEST_CASE("pieces of several replies come between each other", "[actors]") {
  pending_requests on;
  on.open(100);
  on.open(100);
  CHECK(taken(on, piece(1, "a", true)) == "-");
  CHECK(taken(on, piece(2, "x", true)) == "-");
  CHECK(taken(on, piece(1, "b")) == "1 ab");
  CHECK(taken(on, piece(2, "y")) == "2 xy");
}

TEST_CASE("only so many requests wait on a link", "[actors]") {
  pending_requests on;
  for (size_t i = 0; i < requests_max; ++i)
    REQUIRE(on.open(100));
  auto refused = on.open(100);
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == ec::busy);
  CHECK(taken(on, piece(1, "one")) == "1 one");
  CHECK(*on.open(100) == requests_max + 1);
}

TEST_CASE("a request ends at its deadline and not before", "[actors]") {
  pending_requests on;
  on.open(100);
  on.open(90);
  on.open(200);
  CHECK(on.expire(89).empty());
  CHECK(on.expire(100) == std::vector<uint64_t>{1, 2});
  CHECK(on.expire(199).empty());
  CHECK(on.size() == 1);
  // What comes late is left, whole or not.
  CHECK(taken(on, piece(1, "late")) == "-");
  CHECK(taken(on, piece(2, "late", true)) == "-");
  CHECK(on.expire(200) == std::vector<uint64_t>{3});
}

TEST_CASE("what comes late is told, and bounded by what was under way",
          "[actors]") {
  pending_requests on;
  on.open(100);
  on.open(200);
  on.expire(100);
  for (size_t i = 0; i < reply_pieces_max; ++i) {
    auto late = on.take(piece(1, "x", true));
    REQUIRE(late);
    CHECK(late->is_late);
    CHECK_FALSE(late->is_unwanted); // it has been told
  }
  CHECK(taken(on, piece(1, "x"))
        == "corrupt: replies to a request that was given up");
  CHECK_FALSE(on.take(piece(2, "x"))->is_late);
}

TEST_CASE("a reply in crumbs ends", "[actors]") {
  pending_requests on;
  on.open(100);
  for (size_t i = 0; i < reply_bytes_max / reply_piece_bytes_max; ++i)
    REQUIRE(taken(on, piece(1, "x", true)) == "-");
  auto over = on.take(piece(1, "x", true));
  REQUIRE(over);
  CHECK(over->is_unwanted);
  CHECK(code_of(over->ended.at(0).answer.error()) == ec::too_large);
}

TEST_CASE("the end of a link ends all that waits", "[actors]") {
  pending_requests on;
  on.open(100);
  on.open(100);
  on.take(piece(1, "half", true));
  CHECK(on.end() == std::vector<uint64_t>{1, 2});
  CHECK(on.end().empty());
  CHECK(on.size() == 0);
}

TEST_CASE("a reply that nobody asked for is not believed", "[actors]") {
  pending_requests on;
  on.open(100);
  for (uint64_t id : {uint64_t{0}, uint64_t{2}, UINT64_MAX})
    CHECK(taken(on, piece(id, "x"))
          == "corrupt: a reply to a request that was never sent");
  CHECK(taken(on, piece(1, "x")) == "1 x");
}

TEST_CASE("a reply that is too long ends alone", "[actors]") {
  pending_requests on;
  on.open(100);
  on.open(100);
  std::string full(reply_piece_bytes_max, 'x');
  for (size_t i = 0; i < reply_bytes_max / full.size(); ++i)
    REQUIRE(taken(on, piece(1, full, true)) == "-");
  auto over = on.take(piece(1, "x", true));
  REQUIRE(over);
  CHECK(over->is_unwanted);
  REQUIRE(over->ended.size() == 1);
  CHECK(code_of(over->ended.front().answer.error()) == ec::too_large);
  CHECK(taken(on, piece(1, "x", true)) == "-");
  CHECK(taken(on, piece(2, "two")) == "2 two");
}

TEST_CASE("a reply of exactly the most that one may have is taken",
          "[actors]") {
  pending_requests on;
  on.open(100);
  std::string full(reply_piece_bytes_max, 'x');
  auto pieces = reply_bytes_max / full.size();
  for (size_t i = 0; i + 1 < pieces; ++i)
    on.take(piece(1, full, true));
  auto last = on.take(piece(1, full));
  REQUIRE(last);
  REQUIRE(last->ended.size() == 1);
  CHECK(last->ended.front().answer->size() == reply_bytes_max);
}
