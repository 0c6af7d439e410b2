#include "actors/link/drain_desk.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

using names = std::vector<std::string>;

TEST_CASE("a drain ends when all have left or stay", "[actors]") {
  drain_desk desk;
  CHECK(desk.joined(1, "leaf"));
  CHECK(desk.joined(2, "relay"));
  CHECK(desk.joined(3, "alone"));
  CHECK_FALSE(desk.state().is_on);
  desk.begin();
  CHECK(desk.is_on());
  CHECK(desk.state().leaving == names{"alone", "leaf", "relay"});
  desk.stays(3, true);
  desk.gone(1);
  CHECK(desk.state().leaving == names{"relay"});
  CHECK(desk.state().staying == names{"alone"});
  CHECK(desk.state().left == 1);
  desk.stays(3, false);
  CHECK(desk.state().leaving == names{"alone", "relay"});
  desk.begin(); // once more is nothing
  CHECK(desk.state().left == 1);
  desk.gone(2);
  desk.gone(2);
  CHECK(desk.state().left == 2);
}

TEST_CASE("nobody joins a node that is drained", "[actors]") {
  drain_desk desk;
  desk.begin();
  CHECK_FALSE(desk.joined(1, "leaf"));
  CHECK(desk.state().leaving.empty());
  desk.end();
  CHECK(desk.joined(1, "leaf"));
  desk.begin();
  CHECK(desk.state().left == 0);
  CHECK(desk.state().leaving == names{"leaf"});
}
