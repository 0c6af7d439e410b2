#include "actors/storage/host_sources.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

/// Of a node, with a key; all of one actor, so that the last one is there.
host_sources::entry source(uint64_t node, bool online, uint32_t key_mark) {
  host_sources::entry result;
  result.path = {guid::from_words(1, 1), guid::from_words(1, node)};
  result.presence.online = online;
  result.key_mark = key_mark;
  return result;
}

} // namespace

TEST_CASE("a host goes by the key of who has it live", "[actors]") {
  host_sources x;
  CHECK(x.key_mark(0) == 0);
  CHECK(x.key_mark(5) == 5); // nobody has it
  x.add(source(2, true, 5));
  CHECK(x.key_mark(0) == 5);
  CHECK(x.key_mark(5) == 5);
  CHECK(x.key_mark(6) == 5); // nobody has it live with that one
}

TEST_CASE("the past of a host goes where it went when it was live",
          "[actors]") {
  host_sources x;
  x.add(source(2, false, 6));
  CHECK(x.key_mark(5) == 5);
  CHECK(x.key_mark(0) == 6); // it never was
}
