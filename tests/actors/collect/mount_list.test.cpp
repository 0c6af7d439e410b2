#include "actors/collect/mount_list.hpp"

#include <fstream>
#include <iterator>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

std::vector<mounted_file_system> mounts_of(const std::string& name) {
  std::ifstream in{capture(name) + "/proc/self/mountinfo", std::ios::binary};
  return list_mounts({std::string{std::istreambuf_iterator<char>{in}, {}}});
}

std::vector<std::string> points(const std::vector<mounted_file_system>& all) {
  std::vector<std::string> result;
  for (auto& x : all)
    result.push_back(x.point + (x.may_hang ? " (may hang)" : ""));
  return result;
}

} // namespace

TEST_CASE("of a virtual machine's mounts three are worth a chart",
          "[collect]") {
  CHECK(points(mounts_of("linux-6.18-vm"))
        == std::vector<std::string>{"/dev", "/", "/dev/shm"});
}

TEST_CASE("a server's mounts are chosen by what they are", "[collect]") {
  // Not the second subvolume, the bind mount, images, containers, sessions;
  // what lies below an NFS mount may hang as that may.
  CHECK(points(mounts_of("linux-5.10-server"))
        == std::vector<std::string>{"/dev", "/", "/boot", "/srv/data",
                                    "/var/with blank", "/mnt/nfs (may hang)",
                                    "/mnt/nfs/scratch (may hang)",
                                    "/home/a/remote (may hang)", "/dev/shm"});
  auto all = mounts_of("linux-5.10-server");
  CHECK(all[1].type == "ext4");
  CHECK(all[1].device == "8:2");
  // The later of two on one point is the one that is seen.
  CHECK(all.back().device == "0:55");
}

TEST_CASE("malformed mounts are skipped", "[collect]") {
  auto all = mounts_of("hostile");
  REQUIRE(all.size() == 4);
  CHECK(all[0].point == "/a\\04");
  CHECK(all[1].point == "/\xff\xfe\\777");
  CHECK(mounts_of("binary").empty());
  CHECK(list_mounts("").empty());
}

TEST_CASE("mounts beyond the bound are left out", "[collect]") {
  std::string text;
  for (size_t i = 0; i < mount_count_max + 50; ++i)
    text += "1 1 0:" + std::to_string(i) + " / /m" + std::to_string(i)
            + " rw - tmpfs tmpfs rw\n";
  CHECK(list_mounts(text).size() == mount_count_max);
}
