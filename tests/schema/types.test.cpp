#include "schema/types.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace tributary;

TEST_CASE("a guid is written as a lower-case UUID and read back", "[schema]") {
  auto text = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff";
  auto x = guid::parse(text);
  REQUIRE(x);
  CHECK(to_string(*x) == text);
  CHECK(guid::parse("0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF") == x);
  CHECK(x->bytes[0] == 0x0f);
  CHECK(x->bytes[15] == 0xff);
}

TEST_CASE("a text that is no UUID names nobody", "[schema]") {
  std::string good = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff";
  CHECK_FALSE(guid::parse(""));
  CHECK_FALSE(guid::parse(good + "0"));
  CHECK_FALSE(guid::parse(good.substr(1)));
  CHECK_FALSE(guid::parse("{" + good + "}"));
  for (size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = bad[i] == '-' ? '0' : 'g';
    CHECK_FALSE(guid::parse(bad));
    bad[i] = '\0';
    CHECK_FALSE(guid::parse(bad));
  }
}

TEST_CASE("a guid's words are big-endian halves", "[schema]") {
  auto x = *guid::parse("0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff");
  CHECK(x.high() == 0x0f1e2d3c4b5a4978);
  CHECK(x.low() == 0x8695a4b3c2d1e0ff);
  CHECK(guid::from_words(x.high(), x.low()) == x);
}

TEST_CASE("only the guid of zeros is empty", "[schema]") {
  CHECK(guid{}.empty());
  CHECK(guid::from_words(0, 0).empty());
  CHECK_FALSE(guid::from_words(0, 1).empty());
  CHECK_FALSE(guid::from_words(uint64_t{1} << 63, 0).empty());
}

TEST_CASE("guids sort as their texts do", "[schema]") {
  auto low = guid::from_words(1, ~uint64_t{0});
  auto high = guid::from_words(2, 0);
  CHECK(low < high);
  CHECK(to_string(low) < to_string(high));
  CHECK(low != high);
}

TEST_CASE("random guids are of version 4 and differ", "[schema]") {
  std::set<guid> seen;
  for (int i = 0; i < 100; ++i) {
    auto x = random_guid();
    CHECK(to_string(x)[14] == '4');
    CHECK((x.bytes[8] & 0xc0) == 0x80);
    seen.insert(x);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("a content hash is XXH3-128 of the bytes", "[schema]") {
  // The value that xxhsum -H2 prints for no input.
  CHECK(hash_of("", 0) == content_hash{0x99aa06d3014798d8, 0x6001c324468d497f});
  CHECK(hash_of("a", 1) != hash_of("b", 1));
  CHECK(hash_of("ab", 1) == hash_of("ac", 1));
}
