#include "actors/collect/kernel_files.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("a file is read whole, whatever its size", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  // Around the sizes at which the buffer grows, and an empty one in between.
  for (size_t size : {0, 1, 8191, 8192, 8193, 16384, 100'000, 0, 5}) {
    std::string text(size, 'x');
    if (size > 0)
      text.back() = 'y';
    root.write("/proc/stat", text);
    auto found = files.read("/proc/stat");
    REQUIRE(found);
    CHECK(*found == text);
  }
}

TEST_CASE("NUL bytes are part of a file", "[collect]") {
  temporary_root root;
  std::string text{"a\0b\n", 4};
  root.write("/proc/stat", text);
  kernel_files files{root.path()};
  CHECK(*files.read("/proc/stat") == text);
}

TEST_CASE("a file that can't be read is named with its fault", "[collect]") {
  temporary_root root;
  root.write("/proc/stat", "x\n");
  kernel_files files{root.path()};
  SECTION("missing") {
    auto found = files.read("/proc/nothing");
    REQUIRE(!found);
    CHECK(code_of(found.error()) == ec::file_unusable);
    CHECK(to_text(found.error())
          == "file_unusable: " + root.path()
                 + "/proc/nothing: No such file or directory");
  }
  SECTION("a folder") {
    auto found = files.read("/proc");
    REQUIRE(!found);
    CHECK(code_of(found.error()) == ec::file_unusable);
  }
  SECTION("and the next read works") {
    CHECK(!files.read("/proc/nothing"));
    CHECK(*files.read("/proc/stat") == "x\n");
  }
}

TEST_CASE("a file beyond the cap is refused", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  root.write("/proc/stat", std::string(kernel_files::file_bytes_max, 'x'));
  CHECK(files.read("/proc/stat")->size() == kernel_files::file_bytes_max);
  root.write("/proc/stat", std::string(kernel_files::file_bytes_max + 1, 'x'));
  auto found = files.read("/proc/stat");
  REQUIRE(!found);
  CHECK(code_of(found.error()) == ec::too_large);
  root.write("/proc/stat", "fine\n");
  CHECK(*files.read("/proc/stat") == "fine\n");
}

TEST_CASE("without a root the real files are read", "[collect]") {
  kernel_files files;
  auto found = files.read("/proc/self/stat");
  REQUIRE(found);
  CHECK(found->back() == '\n');
}

TEST_CASE("a file that need not be there may be missing", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  auto text = files.read_if_there("/proc/pressure/cpu");
  REQUIRE(text);
  CHECK(text->data() == nullptr);
  root.write("/proc/pressure/cpu", "");
  text = files.read_if_there("/proc/pressure/cpu");
  REQUIRE(text);
  CHECK(text->data() != nullptr);
  CHECK(text->empty());
  root.write("/proc/pressure/cpu", "x");
  CHECK(files.read_if_there("/proc/pressure/cpu") == "x");
  // A folder can't be read, and that is another matter.
  CHECK(code_of(files.read_if_there("/proc/pressure").error())
        == ec::file_unusable);
}

TEST_CASE("an attribute is read or not, without words", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  CHECK(!files.peek("/sys/class/net/lo/speed"));
  root.write("/sys/class/net/lo/speed", "10\n");
  CHECK(files.peek("/sys/class/net/lo/speed") == "10\n");
  CHECK(!files.peek("/sys/class/net/lo"));
}
