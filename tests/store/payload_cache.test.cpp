#include "store/payload_cache.hpp"

#include <catch2/catch.hpp>

#include "tests/store/store_examples.hpp"

using namespace tributary;
using namespace tributary::examples;

namespace {

content_hash name(uint64_t number) {
  return {number, number * 7};
}

std::shared_ptr<const std::string> payload(size_t bytes) {
  return std::make_shared<const std::string>(bytes, 'x');
}

} // namespace

TEST_CASE("payloads are kept until newer ones need their room", "[store]") {
  payload_cache cache{100};
  auto first = payload(40);
  cache.keep(name(1), first);
  cache.keep(name(2), payload(40));
  cache.keep(name(1), payload(40));
  CHECK(cache.find(name(1)) == first);
  CHECK(cache.bytes() == 80);
  cache.keep(name(3), payload(40));
  CHECK_FALSE(cache.find(name(1)));
  CHECK(cache.find(name(2)));
  CHECK(cache.find(name(3)));
  CHECK(cache.bytes() == 80);
  cache.keep(name(4), payload(101));
  CHECK_FALSE(cache.find(name(4)));
  CHECK(cache.bytes() == 80);
  cache.keep(name(5), payload(100));
  CHECK(cache.bytes() == 100);
  CHECK_FALSE(cache.find(name(3)));
}

TEST_CASE("a block reads the same from the cache", "[store]") {
  auto host = make_host(1, 60);
  auto one = make_window(host, 6000, "a", 1, {{0, 5}, {7, -9}});
  auto two = make_window(host, 6000, "a", 1, {{0, 5}, {7, 9}});
  payload_cache cache{1 << 20};
  for (int round = 0; round < 2; ++round)
    for (auto window : {&one, &two}) {
      auto group = seal_window(*window, 16).at(0);
      auto columns = open_layout(group.layout);
      REQUIRE(columns);
      window_table cached{6000, 60};
      window_table plain{6000, 60};
      REQUIRE_FALSE(open_block(group.block, *columns, cached, "a", &cache));
      REQUIRE_FALSE(open_block(group.block, *columns, plain, "a"));
      CHECK(cells_of(cached) == cells_of(plain));
      CHECK(cells_of(cached) == cells_of(*window));
      CHECK(cache.bytes() > 0);
    }
}

TEST_CASE("the cache hides no damage", "[store]") {
  auto host = make_host(1, 60);
  auto window = make_window(host, 6000, "a", 1, {{0, 5}, {7, -9}});
  auto group = seal_window(window, 16).at(0);
  auto columns = open_layout(group.layout);
  REQUIRE(columns);
  payload_cache cache{1 << 20};
  window_table first{6000, 60};
  REQUIRE_FALSE(open_block(group.block, *columns, first, {}, &cache));
  size_t refused = 0;
  for (size_t i = 0; i < group.block.size(); ++i) {
    INFO("byte " << i);
    auto damaged = group.block;
    damaged[i] ^= 1;
    window_table plain{6000, 60};
    window_table cached{6000, 60};
    auto plain_error = open_block(damaged, *columns, plain);
    auto error = open_block(damaged, *columns, cached, {}, &cache);
    refused += error ? 1 : 0;
    CHECK(code_of(error) == code_of(plain_error));
    CHECK(cells_of(cached) == cells_of(plain));
  }
  CHECK(refused > 20);
}
