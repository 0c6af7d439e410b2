#include "actors/link/reply_lane.hpp"

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

std::shared_ptr<const std::string> bytes(size_t count, char what = 'x') {
  return std::make_shared<const std::string>(count, what);
}

/// The request that the next piece belongs to; 0: nothing is sent.
uint64_t sent(reply_lane& from) {
  auto piece = from.next();
  return piece ? piece->id : 0;
}

/// An answer of so many pieces.
std::shared_ptr<const std::string> pieces(size_t count) {
  return bytes(count * reply_piece_bytes_max);
}

} // namespace

TEST_CASE("a short answer is one piece", "[actors]") {
  reply_lane on;
  REQUIRE_FALSE(on.begin(7, 100));
  CHECK_FALSE(on.next());
  CHECK(on.answer(7, bytes(3)));
  auto piece = on.next();
  REQUIRE(piece);
  CHECK(piece->id == 7);
  CHECK(piece->piece == "xxx");
  CHECK_FALSE(piece->more);
  CHECK(on.size() == 0);
  CHECK_FALSE(on.next());
}

TEST_CASE("the pieces of a long answer make it again", "[actors]") {
  reply_lane on;
  on.begin(1, 100);
  auto whole = std::make_shared<std::string>();
  for (size_t i = 0; whole->size() < 5 * reply_piece_bytes_max / 2; ++i)
    *whole += std::to_string(i);
  on.answer(1, whole);
  std::string got;
  for (auto more = true; more; on.taken()) {
    auto piece = on.next();
    REQUIRE(piece);
    CHECK(piece->piece.size() <= reply_piece_bytes_max);
    got += piece->piece;
    more = piece->more;
  }
  CHECK(got == *whole);
}

TEST_CASE("few pieces are under way, whatever waits", "[actors]") {
  reply_lane on;
  for (uint64_t id = 1; id <= 3; ++id) {
    on.begin(id, 100);
    on.answer(id, pieces(4));
  }
  for (size_t i = 0; i < reply_pieces_max; ++i)
    CHECK(sent(on) != 0);
  CHECK(sent(on) == 0);
  on.taken();
  CHECK(sent(on) != 0);
  CHECK(sent(on) == 0);
}

TEST_CASE("answers take turns, so that a short one passes a long one",
          "[actors]") {
  reply_lane on;
  on.begin(1, 100);
  on.begin(2, 100);
  on.answer(1, pieces(100));
  CHECK(sent(on) == 1);
  on.answer(2, bytes(10));
  on.taken();
  CHECK(sent(on) == 2);
  on.taken();
  CHECK(sent(on) == 1);
}

TEST_CASE("a parent that takes what was never sent gains nothing", "[actors]") {
  reply_lane on;
  for (int i = 0; i < 10; ++i)
    on.taken();
  on.begin(1, 100);
  on.answer(1, pieces(9));
  for (size_t i = 0; i < reply_pieces_max; ++i)
    CHECK(sent(on) == 1);
  CHECK(sent(on) == 0);
}

TEST_CASE("too many requests, and one that comes twice, are refused",
          "[actors]") {
  reply_lane on;
  for (uint64_t id = 1; id <= requests_max; ++id)
    REQUIRE_FALSE(on.begin(id, 100));
  CHECK(code_of(on.begin(1, 100)) == ec::duplicate);
  CHECK(code_of(on.begin(99, 100)) == ec::too_large);
  on.cancel(1);
  CHECK_FALSE(on.begin(99, 100));
}

TEST_CASE("what nobody waits for is dropped, sent or not", "[actors]") {
  reply_lane on;
  on.begin(1, 100);
  on.begin(2, 200);
  on.begin(3, 300);
  on.answer(1, pieces(5));
  CHECK(sent(on) == 1);
  on.expire(99);
  CHECK(on.size() == 3);
  on.expire(100);
  CHECK(on.size() == 2);
  on.cancel(2);
  CHECK(on.answer(2, bytes(5))); // late
  CHECK(sent(on) == 0);
  on.answer(3, bytes(5));
  CHECK(sent(on) == 3);
  CHECK(on.size() == 0);
}

TEST_CASE("long answers are bounded together; a refusal finds room",
          "[actors]") {
  reply_lane on;
  for (uint64_t id = 1; id <= 4; ++id)
    on.begin(id, 100);
  CHECK(on.answer(1, bytes(reply_bytes_max)));
  CHECK(on.answer(2, bytes(reply_bytes_max)));
  CHECK_FALSE(on.answer(3, bytes(reply_lane::refusal_bytes_max + 1)));
  CHECK(on.answer(3, bytes(reply_lane::refusal_bytes_max)));
  CHECK(on.size() == 4);
}

TEST_CASE("only the first answer to a request counts", "[actors]") {
  reply_lane on;
  on.begin(1, 100);
  on.answer(1, bytes(2, 'a'));
  on.answer(1, bytes(2, 'b'));
  auto piece = on.next();
  REQUIRE(piece);
  CHECK(piece->piece == "aa");
  CHECK_FALSE(on.next());
}
