#include "actors/http/routes.hpp"

#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "actors/http/embedded_files.hpp"
#include "schema/error.hpp"

using namespace tributary;

namespace {

ec refusal_of(std::string_view path) {
  auto result = route_of(path);
  return result ? ec::none : code_of(result.error());
}

} // namespace

TEST_CASE("every path of the API has its resource", "[http]") {
  struct {
    const char* path;
    resource expected;
  } rows[] = {
      {"/", resource::page},
      {"/index.html", resource::page},
      {"/health", resource::health},
      {"/ready", resource::ready},
      {"/api/v1/info", resource::info},
      {"/api/v1/charts", resource::charts},
      {"/metrics", resource::metrics},
      {"/api/v1/chart", resource::chart},
      {"/api/v1/data", resource::data},
      {"/api/v1/allmetrics", resource::all_metrics},
      {"/api/v1/openapi.yaml", resource::description},
      {"/api/v1/live", resource::live},
  };
  for (auto& row : rows) {
    INFO(row.path);
    auto bare = route_of(row.path);
    REQUIRE(bare);
    CHECK(bare->resource == row.expected);
    CHECK(bare->host.empty());
    auto prefixed = route_of(std::string{"/host/web 1"} + row.path);
    REQUIRE(prefixed);
    CHECK(prefixed->resource == row.expected);
    CHECK(prefixed->host == "web 1");
  }
}

TEST_CASE("the description names the routed paths and no others", "[http]") {
  std::set<std::string> described;
  std::istringstream lines{std::string{api_description()}};
  for (std::string line; std::getline(lines, line);)
    if (line.substr(0, 3) == "  /" && line.back() == ':')
      described.insert(line.substr(2, line.size() - 3));
  std::set<std::string> routed;
  for (auto path : routed_paths())
    if (path != "/" && path != "/index.html") // the page is for people
      routed.emplace(path);
  CHECK(described == routed);
}

TEST_CASE("other paths are files of the dashboard", "[http]") {
  auto bare = route_of("/assets/index-1a2b.js");
  REQUIRE(bare);
  CHECK(bare->resource == resource::asset);
  CHECK(bare->asset == "assets/index-1a2b.js");
  auto prefixed = route_of("/host/a/favicon.svg");
  REQUIRE(prefixed);
  CHECK(prefixed->asset == "favicon.svg");
  CHECK(prefixed->host == "a");
}

TEST_CASE("a host without a slash is redirected, encoded", "[http]") {
  auto plain = route_of("/host/web-1.example");
  REQUIRE(plain);
  CHECK(plain->resource == resource::redirect);
  CHECK(plain->redirect == "/host/web-1.example/");
  auto odd = route_of("/host/a b\xc3\xa4?");
  REQUIRE(odd);
  CHECK(odd->redirect == "/host/a%20b%C3%A4%3F/");
}

TEST_CASE("paths that could escape are refused", "[http]") {
  for (auto path :
       {"", "x", "/..", "/../etc/passwd", "/a/../b", "/a/..", "/./a",
        "/host/../x", "/host/..", "/a\\..\\b", "/a\nb", "/a\x7f"}) {
    INFO(path);
    CHECK(refusal_of(path) == ec::bad_request);
  }
  CHECK(refusal_of(std::string_view{"/a\0b", 4}) == ec::bad_request);
  CHECK(refusal_of("/..a/b..") == ec::none);
}

TEST_CASE("unknown paths of the API and nested hosts are not found", "[http]") {
  for (auto path :
       {"/api", "/api/", "/api/v1/infos", "/api/v1/info/", "/api/v2/info",
        "/host/", "/host//", "/host/a/host/b/", "/host/a/host", "/assets/"}) {
    INFO(path);
    CHECK(refusal_of(path) == ec::not_found);
  }
}

TEST_CASE("other origins may read the API only", "[http]") {
  CHECK(is_api_path("/api/v1/info"));
  CHECK(is_api_path("/host/a/api/v1/info"));
  CHECK_FALSE(is_api_path("/"));
  CHECK_FALSE(is_api_path("/apis"));
  CHECK_FALSE(is_api_path("/host/api/"));
  CHECK_FALSE(is_api_path("/host/a"));
}
