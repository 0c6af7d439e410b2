#include "actors/collect/kernel_text.hpp"

#include <limits>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

constexpr auto largest = std::numeric_limits<int64_t>::max();
constexpr std::optional<int64_t> none;

} // namespace

TEST_CASE("only complete lines are lines", "[collect]") {
  line_reader lines{"a\n\nb b\ncut"};
  CHECK(lines.next() == std::string_view{"a"});
  CHECK(lines.next() == std::string_view{""});
  CHECK(lines.next() == std::string_view{"b b"});
  CHECK(!lines.next());
  CHECK(!lines.next());
  CHECK(!line_reader{""}.next());
}

TEST_CASE("words are what blanks and tabs separate", "[collect]") {
  word_reader words{"  a\t bc 7 8 x"};
  CHECK(words.next() == std::string_view{"a"});
  CHECK(words.next() == std::string_view{"bc"});
  CHECK(words.next_count() == 7);
  words.skip(1);
  CHECK(words.next_count() == none);
  CHECK(!words.next());
  words.skip(1000);
  CHECK(!words.next_count());
}

TEST_CASE("a count is digits that fit and nothing else", "[collect]") {
  CHECK(parse_count("0") == 0);
  CHECK(parse_count("007") == 7);
  CHECK(parse_count("9223372036854775807") == largest);
  for (auto word : {"", "-1", "-0", "+1", " 1", "1 ", "1x", "x", "1.0", "0x1",
                    "9223372036854775808", "99999999999999999999999"})
    CHECK(parse_count(word) == none);
}

TEST_CASE("decimal fractions become thousandths", "[collect]") {
  CHECK(parse_thousandths("0.08") == 80);
  CHECK(parse_thousandths("112.07") == 112070);
  CHECK(parse_thousandths("3") == 3000);
  CHECK(parse_thousandths("1.2") == 1200);
  CHECK(parse_thousandths("1.23456") == 1234);
  CHECK(parse_thousandths("9223372036854775.807") == largest);
  for (auto word : {"", ".", "1.", ".5", "-0.5", "1.-5", "1,5", "1.5.5", "nan",
                    "inf", "9223372036854775.808", "9223372036854776"})
    CHECK(parse_thousandths(word) == none);
}

TEST_CASE("sums and differences that can't be are none", "[collect]") {
  CHECK(checked_sum(1, 2) == 3);
  CHECK(checked_sum(largest, 1) == none);
  CHECK(checked_sum(none, 1) == none);
  CHECK(checked_sum(1, none) == none);
  CHECK(checked_difference(3, 2) == 1);
  CHECK(checked_difference(2, 2) == 0);
  CHECK(checked_difference(2, 3) == none);
  CHECK(checked_difference(none, 1) == none);
  CHECK(checked_difference(1, none) == none);
}

TEST_CASE("hexadecimal numbers have no prefix and no sign", "[collect]") {
  CHECK(parse_hex("0000ff1A") == 0xff1a);
  CHECK(parse_hex("7fffffffffffffff") == std::numeric_limits<int64_t>::max());
  for (auto word : {"", "0x1", "-1", "+1", "g", "1 ", "8000000000000000"})
    CHECK(parse_hex(word) == std::nullopt);
}
