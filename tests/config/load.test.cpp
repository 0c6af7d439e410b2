#include "config/load.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

constexpr auto key = "11111111-2222-3333-4444-555555555555";

/// A configuration directory that goes away with the test.
class config_directory {
public:
  config_directory() {
    std::string pattern
        = std::filesystem::temp_directory_path() / "tributary-config-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()));
    path_ = pattern;
  }

  ~config_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  config_directory(const config_directory&) = delete;
  config_directory& operator=(const config_directory&) = delete;

  void write(const char* name, std::string_view text) const {
    std::ofstream{path_ + "/" + name, std::ios::binary} << text;
  }

  command_line flags() const {
    command_line result;
    result.config_dir = path_;
    return result;
  }

  const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

} // namespace

TEST_CASE("missing files mean defaults", "[config]") {
  config_directory dir;
  auto x = load_configuration(dir.flags());
  CHECK(to_text(x.faults) == "");
  CHECK(x.options.directories.config == dir.path());
  CHECK(x.options.directories.data == "/var/lib/tributary");
  CHECK(x.options.web.port == 19999);
}

TEST_CASE("a named directory that is missing is a fault", "[config]") {
  command_line flags;
  flags.config_dir = "/nonexistent/tributary";
  CHECK(to_text(load_configuration(flags).faults)
        == "/nonexistent/tributary: there is no such directory\n");
}

TEST_CASE("files, settings and flags go one over the other", "[config]") {
  config_directory dir;
  dir.write("tributary.conf", "[web]\n  default port = 1\n"
                              "[directories]\n  data = /file\n");
  dir.write("stream.conf", "[stream]\n  link port = 4\n");
  auto flags = dir.flags();
  flags.settings
      = {{"web", "default_port", "2"}, {"stream", "enabled", "yes"},
         {"stream", "api key", key},   {"stream", "destination", " parent "},
         {key, "type", "api"},         {"stream", "link port", "5"}};
  flags.http_port = 3;
  flags.data_dir = "/flag";
  flags.run_dir = "/run/flag";
  flags.hostname = "box";
  auto x = load_configuration(flags);
  CHECK(to_text(x.faults) == "");
  CHECK(x.options.web.port == 3);
  CHECK(x.options.receiver.port == 5);
  CHECK(x.options.directories.data == "/flag");
  CHECK(x.options.directories.run == "/run/flag");
  CHECK(x.options.global.hostname == std::string{"box"});
  CHECK(x.options.sender.enabled);
  CHECK(x.options.sender.destinations.at(0).host == "parent");
  CHECK(x.options.receiver.api_keys.size() == 1);
}

TEST_CASE("the last of two equal settings holds", "[config]") {
  config_directory dir;
  auto flags = dir.flags();
  flags.settings = {{"db", "mode", "ram"}, {"db", "db", "none"}};
  auto x = load_configuration(flags);
  CHECK(to_text(x.faults) == "");
  CHECK(x.options.db.mode == db_mode::none);
}

TEST_CASE("all faults of all files and flags come at once", "[config]") {
  config_directory dir;
  dir.write("tributary.conf", "[web]\nmode = maybe\nnonsense\n[db]\nx y = 1\n");
  dir.write("stream.conf", "[stream]\nenabled = yes\n");
  auto flags = dir.flags();
  flags.settings = {{"db", "window", "1s"}, {key, "typ", "api"}};
  flags.hostname = "a b";
  auto x = load_configuration(flags);
  auto main = dir.path() + "/tributary.conf";
  auto stream = dir.path() + "/stream.conf";
  CHECK(
      to_text(x.faults)
      == main + ":2: [web] mode: 'maybe' is not one of: static-threaded, none\n"
             + main + ":3: 'nonsense' is no '[section]' and no 'key = value'\n"
             + main + ":5: [db] there is no option 'x y'\n" + stream
             + ":2: [stream] enabled: streaming needs 'destination', which is "
               "empty\n"
             + stream
             + ":2: [stream] enabled: streaming needs 'api key', which is "
               "empty\n"
               "--set db.window: [db] window: '1s' is not a multiple of 1m\n"
               "--hostname: [global] hostname: 'a b' is not a name of letters, "
               "digits, '.', '_' and '-'\n"
               "--set 11111111....typ: there is no option 'typ'; did you mean "
               "'type'?\n");
}

TEST_CASE("a setting can't smuggle in a second line", "[config]") {
  config_directory dir;
  auto flags = dir.flags();
  flags.settings = {{"web", "mode", "none\n[stream]"}};
  auto x = load_configuration(flags);
  REQUIRE(x.faults.size() == 1);
  CHECK(x.faults[0].message
        == "--set holds control characters or is not UTF-8");
}

TEST_CASE("keys that others can read are worth a word", "[config]") {
  config_directory directory;
  directory.write("stream.conf", std::string{"["} + key + "]\nenabled = yes\n");
  auto path = directory.path() + "/stream.conf";
  using std::filesystem::perms;
  auto notices = [&](perms mode) {
    std::filesystem::permissions(path, mode);
    auto conf = load_configuration(directory.flags());
    CHECK(conf.faults.empty());
    return to_text(conf.notices);
  };
  auto own = perms::owner_read | perms::owner_write;
  CHECK(notices(own | perms::others_read).find(path) == 0);
  CHECK_FALSE(notices(own | perms::group_read).empty());
  CHECK(notices(own).empty());
  directory.write("stream.conf", "[stream]\nenabled = no\n");
  CHECK(notices(own | perms::others_read).empty());
}

TEST_CASE("what is not a file is a fault", "[config]") {
  config_directory dir;
  std::filesystem::create_directory(dir.path() + "/stream.conf");
  CHECK(to_text(load_configuration(dir.flags()).faults)
        == dir.path() + "/stream.conf: this is not a file\n");
}

TEST_CASE("a file that is too large is a fault", "[config]") {
  config_directory dir;
  dir.write("tributary.conf", std::string(ini_file_bytes_max + 1, '\n'));
  auto x = load_configuration(dir.flags());
  REQUIRE(x.faults.size() == 1);
  CHECK(x.faults[0].line == 0);
}
