#include "actors/storage/memory_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/error.hpp"

using namespace tributary;

namespace {

const guid node = guid::from_words(1, 2);

struct base_folder {
  base_folder() {
    REQUIRE(mkdtemp(path.data()) != nullptr);
  }

  ~base_folder() {
    rmdir(path.c_str());
  }

  std::string path = "/tmp/tributary-memory-XXXXXX";
};

bool exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

} // namespace

TEST_CASE("a folder in memory goes with its owner", "[actors]") {
  base_folder base;
  std::string path;
  {
    auto folder = memory_folder::open(node, base.path);
    REQUIRE(folder);
    path = folder->store_path();
    std::ofstream{path} << "x";
    CHECK(exists(path));
    std::ifstream again{path};
    CHECK(again.get() == 'x');
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK(status.st_nlink == 0); // a kill frees it too
  }
  CHECK(!exists(path));
  CHECK(rmdir(base.path.c_str()) == 0);
  CHECK(mkdir(base.path.c_str(), 0700) == 0);
}

TEST_CASE("a folder in memory has one owner, who finds it empty", "[actors]") {
  base_folder base;
  auto path = base.path + "/tributary-" + to_string(node);
  REQUIRE(mkdir(path.c_str(), 0700) == 0);
  std::ofstream{path + "/store.mdb"} << "of a node that was killed";
  auto folder = memory_folder::open(node, base.path);
  REQUIRE(folder);
  CHECK(std::ifstream{folder->store_path()}.get() == EOF);
  std::ofstream{folder->store_path()} << "x";
  auto second = memory_folder::open(node, base.path);
  REQUIRE(!second);
  CHECK(code_of(second.error()) == ec::already_running);
  CHECK(std::ifstream{folder->store_path()}.get() == 'x');
}

TEST_CASE("a folder in memory that others can use is not used", "[actors]") {
  base_folder base;
  auto path = base.path + "/tributary-" + to_string(node);
  REQUIRE(mkdir(path.c_str(), 0700) == 0);
  REQUIRE(chmod(path.c_str(), 0777) == 0);
  auto folder = memory_folder::open(node, base.path);
  REQUIRE(!folder);
  CHECK(code_of(folder.error()) == ec::file_unusable);
  CHECK(rmdir(path.c_str()) == 0);
  auto nowhere = memory_folder::open(node, base.path + "/nowhere");
  REQUIRE(!nowhere);
  CHECK(code_of(nowhere.error()) == ec::file_unusable);
}

TEST_CASE("a store in memory takes half of what is free at most", "[actors]") {
  base_folder base;
  auto folder = memory_folder::open(node, base.path);
  REQUIRE(folder);
  CHECK(*folder->room_mib(64) == 64);
  auto all = folder->room_mib(UINT64_MAX);
  REQUIRE(all);
  CHECK(*all < uint64_t{1} << 40);
}
