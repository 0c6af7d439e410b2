#include "actors/http/scrape_memory.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("a client gets what came since it asked last", "[http]") {
  scrape_memory memory;
  CHECK(memory.seconds_since("a", 1000) == 1);
  CHECK(memory.seconds_since("a", 1015) == 15);
  CHECK(memory.seconds_since("b", 1016) == 1);
  CHECK(memory.seconds_since("a", 1030) == 15);
  CHECK(memory.seconds_since("a", 1030) == 1);
  CHECK(memory.seconds_since("a", 9999) == scrape_memory::seconds_max);
  CHECK(memory.seconds_since("a", 5) == 1); // the clock went back
}

TEST_CASE("the client that asked least recently is forgotten", "[http]") {
  scrape_memory memory;
  memory.seconds_since("first", 1);
  for (size_t i = 1; i < scrape_memory::clients_max; ++i)
    memory.seconds_since(std::to_string(i), 100);
  CHECK(memory.seconds_since("first", 101) == 100);
  memory.seconds_since("one more", 102);
  CHECK(memory.seconds_since("first", 103) == 2);
  CHECK(memory.seconds_since("one more", 103) == 1);
}
