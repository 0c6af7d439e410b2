#include "actors/node_identity.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "schema/error.hpp"

using namespace tributary;

TEST_CASE("the epoch of the own host outlives a store in RAM", "[actors]") {
  std::string folder = "/tmp/tributary-identity-XXXXXX";
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  auto path = folder + "/node.epoch";
  CHECK(*load_node_epoch(path) == 0);
  REQUIRE(!keep_node_epoch(path, 41));
  CHECK(*load_node_epoch(path) == 41);
  REQUIRE(!keep_node_epoch(path, 4'000'000'000));
  CHECK(*load_node_epoch(path) == 4'000'000'000);
  // Lives follow the number: the last one that there can be is no use.
  for (auto text : {"words", "", "-1", "4294967295", "99999999999999999999"}) {
    std::ofstream{path} << text;
    auto broken = load_node_epoch(path);
    REQUIRE(!broken);
    CHECK(code_of(broken.error()) == ec::file_unusable);
  }
  remove(path.c_str());
  CHECK(keep_node_epoch(folder + "/nowhere/node.epoch", 1));
  rmdir(folder.c_str());
}
