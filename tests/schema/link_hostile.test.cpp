#include "schema/link.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstring>

#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"
#include "tests/schema/random_seed.hpp"

/// What a stranger may send instead of a message.

using namespace tributary;

namespace {

std::string refusal_of(std::string_view body) {
  auto x = open_message(body);
  return x ? "none" : to_text(x.error());
}

std::string words(std::initializer_list<uint64_t> xs) {
  return {reinterpret_cast<const char*>(xs.begin()), xs.size() * 8};
}

/// `body` with the one word `from` in it changed to `to`.
std::string changed(std::string body, int64_t from, int64_t to) {
  size_t found = 0;
  for (size_t at = 0; at < body.size(); at += 8)
    if (memcmp(&body[at], &from, 8) == 0) {
      memcpy(&body[at], &to, 8);
      ++found;
    }
  REQUIRE(found == 1);
  return body;
}

/// A struct pointer over `offset` words to `data` words and `pointers`.
uint64_t struct_pointer(uint64_t offset, uint64_t data, uint64_t pointers) {
  return offset << 2 | data << 32 | pointers << 48;
}

/// A list pointer to `count` elements of size class `size` (7: composite).
uint64_t list_pointer(uint64_t offset, uint64_t size, uint64_t count) {
  return 1 | offset << 2 | size << 32 | count << 35;
}

std::string with_table(const std::string& segment) {
  return words({uint64_t{segment.size() / 8} << 32}) + segment;
}

/// A Message of union tag `which` whose struct has one pointer `first`, with
/// `rest` right behind it. Its own numbers are all 0.
std::string message_of(uint64_t which, uint64_t first,
                       const std::string& rest) {
  return with_table(
      words({struct_pointer(0, 1, 1), which, struct_pointer(0, 1, 1), 1, first})
      + rest);
}

} // namespace

TEST_CASE("every truncation of every message is refused", "[schema]") {
  for (auto& x : examples::messages()) {
    auto body = examples::body_of(x.message);
    for (size_t n = 0; n < body.size(); ++n) {
      INFO(x.name << " cut to " << n);
      auto refusal = refusal_of(std::string_view{body}.substr(0, n));
      CHECK_THAT(refusal, Catch::StartsWith("corrupt: link: "));
    }
  }
}

TEST_CASE("bytes behind a message are refused", "[schema]") {
  for (auto& x : examples::messages()) {
    auto body = examples::body_of(x.message);
    CHECK(refusal_of(body + "x") == "corrupt: link: body is not whole words");
    CHECK(refusal_of(body + std::string(8, '\0'))
          == "corrupt: link: bytes behind the end");
  }
}

TEST_CASE("no flipped bit of a message does harm", "[schema]") {
  for (auto& x : examples::messages()) {
    auto body = examples::body_of(x.message);
    for (size_t i = 0; i < body.size() * 8; ++i) {
      auto copy = body;
      copy[i / 8] = static_cast<char>(copy[i / 8] ^ (1 << (i % 8)));
      auto read = open_message(copy);
      if (!read)
        continue;
      // What was accepted can be sent on.
      auto again = open_message(examples::body_of(*read));
      REQUIRE(again);
      CHECK(describe(*again) == describe(*read));
    }
  }
}

TEST_CASE("hostile segment tables are refused", "[schema]") {
  for (uint64_t table : {uint64_t{0xffffffff}, uint64_t{0xffffffffffffffff},
                         uint64_t{0xffffffff00000000}, uint64_t{1},
                         uint64_t{0x7fffffff}, uint64_t{0x1ffffffff}}) {
    CHECK(refusal_of(words({table})) != "none");
    CHECK(refusal_of(words({table, 0, 0, 0})) != "none");
    CHECK(refusal_of(words({table, ~uint64_t{0}, ~uint64_t{0}})) != "none");
  }
}

TEST_CASE("pointers out of bounds and in circles are refused", "[schema]") {
  // The root points beyond the end, before the beginning, to itself.
  CHECK(refusal_of(with_table(words({struct_pointer(9, 1, 1)}))) != "none");
  CHECK(refusal_of(with_table(words({struct_pointer(0x1fffffff, 1, 1), 0})))
        != "none");
  CHECK(refusal_of(with_table(words({0xfffffff8 | uint64_t{1} << 48})))
        != "none");
  // A far pointer to itself; one to a segment that is not there.
  CHECK(refusal_of(with_table(words({2}))) != "none");
  CHECK(refusal_of(with_table(words({2 | uint64_t{5} << 32}))) != "none");
  // A double-far pointer to itself.
  CHECK(refusal_of(with_table(words({6, 6}))) != "none");
  // A capability where data is due.
  CHECK(refusal_of(with_table(words({3}))) != "none");
}

TEST_CASE("a list of countless empty things costs nothing", "[schema]") {
  constexpr uint64_t host_accept = 4;
  constexpr uint64_t countless = (1u << 29) - 1;
  auto start = std::chrono::steady_clock::now();
  // Void elements; composite elements of no words.
  CHECK(refusal_of(message_of(host_accept, list_pointer(0, 0, countless), ""))
        != "none");
  CHECK(refusal_of(message_of(host_accept, list_pointer(0, 7, 0),
                              words({countless << 2})))
        != "none");
  // Deep in a roster: charts of no words.
  constexpr uint64_t roster = 7;
  CHECK(
      refusal_of(message_of(roster, struct_pointer(0, 1, 1),
                            words({7, list_pointer(0, 7, 0), countless << 2})))
      != "none");
  auto spent = std::chrono::steady_clock::now() - start;
  CHECK(spent < std::chrono::seconds{5});
}

TEST_CASE("a message that is newer than this program is refused by name",
          "[schema]") {
  for (uint64_t which : {16u, 24u, 65535u})
    CHECK(refusal_of(message_of(which, 0, ""))
          == "corrupt: link: unknown message");
}

TEST_CASE("an unknown durability is refused", "[schema]") {
  link_welcome x;
  x.durability = static_cast<ack_durability>(3);
  CHECK(refusal_of(examples::body_of(x))
        == "corrupt: link: unknown durability");
}

TEST_CASE("a path of none or too many nodes is refused", "[schema]") {
  link_host_open x{1, examples::host(), {}, false, true, {}};
  CHECK(refusal_of(examples::body_of(x))
        == "corrupt: link: hostOpen breaks a bound");
  x.path.assign(64, x.host.id);
  CHECK(refusal_of(examples::body_of(x)) == "none");
  x.path.push_back(x.host.id);
  CHECK(refusal_of(examples::body_of(x))
        == "corrupt: link: hostOpen breaks a bound");
}

TEST_CASE("a roster of no epoch is refused", "[schema]") {
  CHECK(refusal_of(examples::body_of(link_roster{1, {0, 0, {}}}))
        == "corrupt: link: roster breaks a bound");
}

TEST_CASE("a block's group is below its count", "[schema]") {
  auto refusal = [](uint16_t group, uint16_t count) {
    return refusal_of(examples::body_of(link_block{1, 1, group, count, "x"}));
  };
  CHECK(refusal(0, 1) == "none");
  CHECK(refusal(link_groups_max - 1, link_groups_max) == "none");
  for (auto& bad : std::vector<std::pair<uint16_t, uint16_t>>{
           {0, 0}, {1, 1}, {0, link_groups_max + 1}, {65535, 65535}})
    CHECK(refusal(bad.first, bad.second)
          == "corrupt: link: block group out of bounds");
}

TEST_CASE("a tick that is none can't be asked for", "[schema]") {
  auto refusal = [](tick t) {
    return refusal_of(examples::body_of(link_need_key{1, t}));
  };
  CHECK(refusal(1) == "none");
  CHECK(refusal(tick_max) == "none");
  for (tick t : {tick{0}, tick{-1}, INT64_MIN, tick_max + 1, INT64_MAX})
    CHECK(refusal(t) == "corrupt: link: needKey tick out of bounds");
}

TEST_CASE("coverage of a peer is ascending, disjoint and within bounds",
          "[schema]") {
  link_host_accept x;
  x.coverage.add({1001, 1002, 5});
  x.coverage.add({2001, 2002, 6});
  auto body = examples::body_of(x);
  CHECK(refusal_of(body) == "none");
  constexpr auto refusal
      = "corrupt: link: hostAccept coverage is out of order or bounds";
  CHECK(refusal_of(changed(body, 2001, 1002)) == refusal); // overlaps
  CHECK(refusal_of(changed(body, 2002, 2000)) == refusal); // is empty
  CHECK(refusal_of(changed(body, 1001, 0)) == refusal);
  CHECK(refusal_of(changed(body, 1001, INT64_MIN)) == refusal);
  CHECK(refusal_of(changed(body, 1002, 3000)) == refusal); // ill order
  CHECK(refusal_of(changed(body, 2002, tick_max + 1)) == refusal);
  CHECK(refusal_of(changed(body, 2002, INT64_MAX)) == refusal);
  CHECK(refusal_of(changed(body, 2002, tick_max)) == "none");
  CHECK(refusal_of(changed(body, 6, 0)) == refusal);
}

TEST_CASE("what is wanted of the past begins at a tick", "[schema]") {
  auto refusal = [](tick t) {
    return refusal_of(examples::body_of(link_host_accept{1, {}, t}));
  };
  CHECK(refusal(0) == "none");
  CHECK(refusal(tick_max) == "none");
  for (tick t : {tick{-1}, INT64_MIN, tick_max + 1, INT64_MAX})
    CHECK(refusal(t)
          == "corrupt: link: hostAccept wantedSince is out of bounds");
}

TEST_CASE("a damaged frame in a message is refused as a frame", "[schema]") {
  auto rows = examples::sealed_rows();
  auto body = examples::body_of(link_frame{1, 2, rows[0].frame});
  // The payload is what the message ends with.
  body[body.size() - 9] = static_cast<char>(body[body.size() - 9] ^ 1);
  CHECK(refusal_of(body) == "corrupt: frame: checksum differs");
}

TEST_CASE("random words are refused or read", "[schema][random]") {
  auto seed = random_seed("link, random words");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 2000; ++round) {
    std::string segment;
    for (auto n = 1 + below(engine, 64); n > 0; --n) {
      auto word = engine();
      if (below(engine, 2) == 0) // small numbers make likelier pointers
        word &= 0x00000003'000000ff;
      segment.append(reinterpret_cast<const char*>(&word), 8);
    }
    auto read = open_message(with_table(segment));
    if (read)
      CHECK(open_message(examples::body_of(*read)));
  }
}
