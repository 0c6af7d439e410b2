#include "actors/http/assets.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace tributary;

namespace fs = std::filesystem;

namespace {

const std::vector<embedded_file> files = {
    {"index.html", "<p>page</p>"},
    {"assets/index-1a.js", "run()"},
};

std::string field(const http_response& from, const std::string& name) {
  for (auto& [key, value] : from.headers)
    if (key == name)
      return value;
  return "";
}

/// A folder of its own, removed at the end.
struct temporary_folder {
  temporary_folder() {
    std::string name = fs::temp_directory_path() / "tributary-assets-XXXXXX";
    path = mkdtemp(name.data());
  }

  ~temporary_folder() {
    fs::remove_all(path);
  }

  void write(const fs::path& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream{path / name} << text;
  }

  fs::path path;
};

} // namespace

TEST_CASE("embedded files are served with type, tag and age", "[http]") {
  asset_store store{files};
  auto page = store.answer("index.html", "");
  CHECK(page.status == 200);
  CHECK(page.body == "<p>page</p>");
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(field(page, "Cache-Control") == "no-cache");
  auto script = store.answer("assets/index-1a.js", "");
  CHECK(script.content_type == "text/javascript; charset=utf-8");
  CHECK(field(script, "Cache-Control").find("immutable") != std::string::npos);
  CHECK(field(script, "ETag") != field(page, "ETag"));
  CHECK(store.answer("assets/none.js", "").status == 404);
}

TEST_CASE("a client that has the file gets 304", "[http]") {
  asset_store store{files};
  auto tag = field(store.answer("index.html", ""), "ETag");
  REQUIRE(tag.size() > 2);
  for (auto known : {tag, "\"x\", W/" + tag, std::string{"*"}}) {
    auto x = store.answer("index.html", known);
    CHECK(x.status == 304);
    CHECK(x.body.empty());
    CHECK(field(x, "ETag") == tag);
  }
  CHECK(store.answer("index.html", "\"other\"").status == 200);
}

TEST_CASE("a compressed file is another representation", "[http]") {
  std::string script(5000, 'x');
  asset_store store{{{"assets/a.js", script}, {"assets/a.png", script}}};
  auto plain = store.answer("assets/a.js", "", "br");
  auto packed = store.answer("assets/a.js", "", "gzip");
  CHECK(plain.body == script);
  CHECK(field(plain, "Content-Encoding").empty());
  CHECK(packed.body.size() < 100);
  CHECK(field(packed, "Content-Encoding") == "gzip");
  CHECK(field(packed, "Vary") == "Accept-Encoding");
  CHECK(field(packed, "ETag") == "W/" + field(plain, "ETag"));
  auto known = store.answer("assets/a.js", field(packed, "ETag"), "gzip");
  CHECK(known.status == 304);
  CHECK(known.body.empty());
  CHECK(store.answer("assets/a.js", field(packed, "ETag"), "").status == 304);
  CHECK(store.answer("assets/a.png", "", "gzip").body == script);
}

TEST_CASE("without a dashboard a page says so", "[http]") {
  asset_store store{std::vector<embedded_file>{}};
  auto page = store.answer("index.html", "");
  CHECK(page.status == 200);
  CHECK(page.body.find("was not built") != std::string::npos);
  CHECK(page.body.find("<script") == std::string::npos);
}

TEST_CASE("a folder replaces what is embedded", "[http]") {
  temporary_folder folder;
  folder.write("index.html", "new");
  folder.write("assets/a.css", "p{}");
  asset_store store{folder.path, files};
  CHECK(store.answer("index.html", "").body == "new");
  CHECK(store.answer("assets/a.css", "").content_type
        == "text/css; charset=utf-8");
  CHECK(store.answer("assets/index-1a.js", "").status == 404);
  CHECK(store.answer("assets", "").status == 404);
  folder.write("index.html", "newer");
  CHECK(store.answer("index.html", "").body == "newer");
}

TEST_CASE("nothing outside the folder is served", "[http]") {
  temporary_folder outside;
  outside.write("secret.txt", "secret");
  temporary_folder folder;
  folder.write("sub/a.txt", "a");
  fs::create_symlink(outside.path / "secret.txt", folder.path / "link.txt");
  fs::create_directory_symlink(outside.path, folder.path / "linked");
  fs::create_symlink(folder.path / "sub/a.txt", folder.path / "inner.txt");
  asset_store store{folder.path, files};
  auto name = outside.path.filename().string();
  for (auto& path :
       {"../" + name + "/secret.txt", "sub/../../" + name + "/secret.txt",
        (outside.path / "secret.txt").string(), std::string{"link.txt"},
        std::string{"linked/secret.txt"}, std::string{}}) {
    INFO(path);
    CHECK(store.answer(path, "").status == 404);
  }
  CHECK(store.answer("inner.txt", "").body == "a");
}
