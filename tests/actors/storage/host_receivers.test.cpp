#include "actors/storage/host_receivers.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

const guid p = guid::from_words(1, 1);
const guid q = guid::from_words(1, 2);

} // namespace

TEST_CASE("who takes a host is known as links tell", "[actors]") {
  host_receivers x;
  x.take(7, 1); // no link was begun
  CHECK(x.of(1).empty());
  CHECK(x.begin_link(7, p).empty());
  CHECK(x.of(1).empty());
  x.take(7, 1);
  x.take(7, 2);
  CHECK(x.of(1) == std::vector<guid>{p});
  CHECK(x.begin_link(8, q).empty());
  x.take(8, 1);
  CHECK(x.of(1) == std::vector<guid>{p, q});
  x.leave(7, 1);
  CHECK(x.of(1) == std::vector<guid>{q});
  CHECK(x.of(2) == std::vector<guid>{p});
}

TEST_CASE("another link of an uplink has to tell anew", "[actors]") {
  host_receivers x;
  x.begin_link(7, p);
  x.take(7, 1);
  x.take(7, 2);
  CHECK(x.begin_link(7, q) == std::set<host_number>{1, 2});
  CHECK(x.of(1).empty());
  x.take(7, 1);
  CHECK(x.of(1) == std::vector<guid>{q});
  x.forget(1);
  CHECK(x.of(1).empty());
  x.take(7, 2);
  CHECK(x.end_link(7) == std::set<host_number>{2});
  CHECK(x.of(2).empty());
  CHECK(x.end_link(9).empty());
  x.take(7, 2);
  x.forget_hosts();
  CHECK(x.of(2).empty());
  x.take(7, 2);
  // A node has one link of ours: with another uplink it is to tell anew.
  CHECK(x.knows(7));
  CHECK(x.begin_link(8, q) == std::set<host_number>{2});
  CHECK_FALSE(x.knows(7));
  x.take(7, 2);
  CHECK(x.of(2).empty());
  CHECK(x.begin_link(7, p).empty());
  x.take(7, 2);
  CHECK(x.end(7) == std::set<host_number>{2});
  CHECK(x.end(7).empty());
  CHECK(x.of(2).empty());
}
