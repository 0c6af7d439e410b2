#include "schema/frame.hpp"

#include <catch2/catch.hpp>

#include <cstring>

#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"

using namespace tributary;

namespace {

// Where a sealed frame has its fields: one word of segment table, the root
// pointer, four words of numbers, the pointer to the payload, the payload.
constexpr size_t tick_at = 16;
constexpr size_t epoch_at = 32;
constexpr size_t part_at = 40;
constexpr size_t checksum_at = 44;
constexpr size_t payload_at = 56;

frame_header good_header() {
  frame_header result;
  result.tick = 1000;
  result.base_tick = 999;
  result.epoch = 3;
  result.columns = 64;
  return result;
}

const std::string good_payload = "sixteen bytes ok";

std::string sealed_of(const frame_header& header) {
  return std::string{frame::seal(header, good_payload)->sealed()};
}

std::string refusal_of(std::string_view sealed) {
  auto x = frame::open(sealed);
  return x ? "none" : to_text(x.error());
}

template <class F>
std::string refusal_of_header(F change) {
  auto header = good_header();
  change(header);
  return refusal_of(sealed_of(header));
}

std::string flipped(std::string sealed, size_t byte, int bit) {
  sealed[byte] = static_cast<char>(sealed[byte] ^ (1 << bit));
  return sealed;
}

} // namespace

TEST_CASE("a frame opens to what was sealed", "[schema]") {
  auto header = good_header();
  header.flags = 7;
  for (size_t size : {0, 1, 7, 8, 9, 4096, 100'001}) {
    std::string payload(size, 'p');
    auto made = frame::seal(header, payload);
    CHECK(made->payload() == payload);
    CHECK(made->sealed().size() % 8 == 0);
    auto read = frame::open(made->sealed());
    REQUIRE(read);
    CHECK(describe((*read)->header()) == describe(header));
    CHECK((*read)->payload() == payload);
    CHECK((*read)->sealed() == made->sealed());
  }
}

TEST_CASE("a frame opens at any alignment and is aligned itself", "[schema]") {
  auto sealed = sealed_of(good_header());
  std::vector<char> buffer(sealed.size() + 16);
  for (size_t offset = 0; offset < 16; ++offset) {
    memcpy(buffer.data() + offset, sealed.data(), sealed.size());
    auto read = frame::open({buffer.data() + offset, sealed.size()});
    REQUIRE(read);
    CHECK((*read)->payload() == good_payload);
    auto address = reinterpret_cast<uintptr_t>((*read)->payload().data());
    CHECK(address % 8 == 0);
  }
}

TEST_CASE("a frame outlives the bytes it was opened from", "[schema]") {
  auto sealed = sealed_of(good_header());
  auto read = frame::open(sealed);
  sealed.assign(sealed.size(), 'x');
  REQUIRE(read);
  CHECK((*read)->payload() == good_payload);
}

TEST_CASE("every truncation of a frame is refused", "[schema]") {
  auto sealed = sealed_of(good_header());
  for (size_t n = 0; n < sealed.size(); ++n) {
    auto refusal = refusal_of(std::string_view{sealed}.substr(0, n));
    CHECK_THAT(refusal, Catch::StartsWith("corrupt: frame: "));
    if (n % 8 != 0 || n == 0)
      CHECK(refusal == "corrupt: frame: size is not whole words");
  }
}

TEST_CASE("bytes behind a frame are refused", "[schema]") {
  CHECK(refusal_of(sealed_of(good_header()) + std::string(8, '\0'))
        == "corrupt: frame: bytes behind the end");
}

TEST_CASE("a header out of bounds is refused by name", "[schema]") {
  CHECK(refusal_of_header([](auto&) {}) == "none");
  auto tick_of = [](tick t) {
    return [t](frame_header& x) {
      x.tick = t;
    };
  };
  CHECK(refusal_of_header(tick_of(0))
        == "corrupt: frame: tick is not positive");
  CHECK(refusal_of_header(tick_of(INT64_MIN))
        == "corrupt: frame: tick is not positive");
  CHECK(refusal_of_header(tick_of(INT64_MAX))
        == "corrupt: frame: tick is beyond the last");
  CHECK(refusal_of_header(tick_of(tick_max)) == "none");
  CHECK(refusal_of_header([](auto& x) { x.epoch = 0; })
        == "corrupt: frame: epoch is 0");
  CHECK(refusal_of_header([](auto& x) { x.part = 1; })
        == "corrupt: frame: a late part has a base");
  CHECK(refusal_of_header([](auto& x) { x.flags = 16; })
        == "corrupt: frame: unknown flag");
  CHECK(refusal_of_header([](auto& x) { x.flags = 0x8001; })
        == "corrupt: frame: unknown flag");
}

TEST_CASE("a base that is not before its tick is refused", "[schema]") {
  for (tick base : {tick{1000}, tick{1001}, tick{-1}, tick{INT64_MIN}})
    CHECK(refusal_of_header([=](auto& x) { x.base_tick = base; })
          == "corrupt: frame: base tick is not before the tick");
}

TEST_CASE("a column count out of bounds is refused", "[schema]") {
  for (uint32_t columns : {0u, host_columns_max + 1, UINT32_MAX})
    CHECK(refusal_of_header([=](auto& x) { x.columns = columns; })
          == "corrupt: frame: column count out of bounds");
  CHECK(refusal_of_header([](auto& x) { x.columns = host_columns_max; })
        == "none");
}

TEST_CASE("a flipped bit of the payload fails the checksum", "[schema]") {
  auto sealed = sealed_of(good_header());
  REQUIRE(sealed.substr(payload_at) == good_payload);
  for (size_t byte = payload_at; byte < sealed.size(); ++byte)
    for (int bit = 0; bit < 8; ++bit)
      CHECK(refusal_of(flipped(sealed, byte, bit))
            == "corrupt: frame: checksum differs");
}

TEST_CASE("a flipped bit of identity or checksum is refused", "[schema]") {
  auto sealed = sealed_of(good_header());
  for (auto at : {tick_at, epoch_at, part_at, checksum_at})
    for (size_t byte = at; byte < at + 2; ++byte)
      for (int bit = 0; bit < 8; ++bit)
        CHECK_THAT(refusal_of(flipped(sealed, byte, bit)),
                   Catch::StartsWith("corrupt: frame: "));
}

TEST_CASE("no flipped bit changes what a frame says it is", "[schema]") {
  auto sealed = sealed_of(good_header());
  for (size_t byte = 0; byte < sealed.size(); ++byte)
    for (int bit = 0; bit < 8; ++bit) {
      auto x = frame::open(flipped(sealed, byte, bit));
      if (!x)
        continue;
      CHECK((*x)->header().tick == 1000);
      CHECK((*x)->header().epoch == 3);
      CHECK((*x)->header().part == 0);
      CHECK((*x)->payload() == good_payload);
    }
}

TEST_CASE("a frame of more bytes than any host's is too large", "[schema]") {
  std::string bytes(frame::sealed_bytes_max + 8, '\0');
  auto x = frame::open(bytes);
  REQUIRE_FALSE(x);
  CHECK(code_of(x.error()) == ec::too_large);
  x = frame::open(std::string_view{bytes}.substr(8));
  REQUIRE_FALSE(x);
  CHECK(code_of(x.error()) == ec::corrupt);
}
