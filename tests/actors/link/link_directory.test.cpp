#include "actors/link/link_directory.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

link_status status(uint64_t id, const char* peer, const char* state,
                   unix_ms now) {
  link_status result;
  result.id = id;
  result.peer = peer;
  result.address = "10.0.0.7";
  result.node = guid::from_words(7, id);
  result.state = state;
  result.up = result.state == "open";
  result.updated_ms = now;
  return result;
}

std::vector<std::string> peers(const link_directory& of) {
  std::vector<std::string> result;
  for (auto& x : of.list())
    result.push_back(x.peer + " " + x.state);
  return result;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("a state knows since when it lasts", "[actors]") {
  link_directory links;
  links.put(status(1, "leaf", "greeting", 1000));
  links.put(status(1, "leaf", "open", 2000));
  links.put(status(1, "leaf", "open", 3000));
  auto now = links.list();
  REQUIRE(now.size() == 1);
  CHECK(now[0].since_ms == 2000);
  CHECK(now[0].updated_ms == 3000);
}

TEST_CASE("parents stand before children, each by name", "[actors]") {
  link_directory links;
  links.put(status(1, "leaf-b", "open", 1));
  links.put(status(2, "leaf-a", "open", 1));
  auto up = status(3, "top", "open", 1);
  up.side = link_side::to_parent;
  links.put(up);
  CHECK(peers(links) == strings{"top open", "leaf-a open", "leaf-b open"});
}

TEST_CASE("a link that ended is told until its peer is back", "[actors]") {
  link_directory links;
  links.put(status(1, "leaf", "open", 1000));
  links.end(1, "silent", 5000);
  links.end(1, "again", 6000);
  auto ended = links.list();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].reason == "silent");
  CHECK(!ended[0].up);
  CHECK(ended[0].since_ms == 5000);

  auto back = status(2, "leaf", "greeting", 7000);
  back.node = guid{};
  links.put(back);
  CHECK(links.list().size() == 2);
  back.node = ended[0].node;
  back.state = "open";
  back.up = true;
  links.put(back);
  CHECK(peers(links) == strings{"leaf open"});
}

TEST_CASE("strangers push out the oldest of those that ended", "[actors]") {
  link_directory links;
  for (uint64_t i = 1; i <= link_directory::ended_max + 5; ++i) {
    auto one = status(i, "", "greeting", 1);
    one.node = guid{};
    one.address = "10.0.0." + std::to_string(i);
    links.put(one);
    links.end(i, "no hello in time", 2);
  }
  auto list = links.list();
  REQUIRE(list.size() == link_directory::ended_max);
  CHECK(list.front().address
        == "10.0.0." + std::to_string(link_directory::ended_max + 5));
  CHECK(list.back().address == "10.0.0.6");
}

TEST_CASE("lag is counted from the newest durable tick", "[actors]") {
  auto x = status(1, "leaf", "open", 100'500);
  CHECK(x.lag_ms() == 0);
  CHECK(x.lag_ticks() == 0);
  x.newest = 100;
  x.acked = 97;
  CHECK(x.lag_ticks() == 3);
  CHECK(x.lag_ms() == 3500);
  x.acked = 200; // a clock that is ahead
  CHECK(x.lag_ticks() == 0);
  CHECK(x.lag_ms() == 0);
}
