#include "actors/http/assets.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "actors/http/api_render.hpp"
#include "actors/http/content_coding.hpp"
#include "actors/http/entity_tag.hpp"
#include "actors/http/routes.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view page_path = "index.html";

constexpr std::string_view missing_page
    = "<!doctype html>\n"
      "<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>Tributary</title></head><body>\n"
      "<h1>Tributary</h1>\n"
      "<p>This node works, but its dashboard was not built: "
      "<code>web/dist</code>"
      " was empty when the program was made, or the folder that replaces it has"
      " no <code>index.html</code>.</p>\n"
      "<p>The API answers all the same: "
      "<a href=\"api/v1/info\">info</a>, <a href=\"api/v1/charts\">charts</a>."
      "</p>\n</body></html>\n";

constexpr std::pair<std::string_view, std::string_view> content_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".yaml", "application/yaml"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
};

/// The bundler puts a hash of the content into the names below `assets/`.
const char* cache_rule_of(std::string_view path) {
  constexpr std::string_view hashed = "assets/";
  return path.substr(0, hashed.size()) == hashed
             ? "public, max-age=31536000, immutable"
             : "no-cache";
}

struct file_answer {
  std::string_view path;
  std::string_view bytes;
  std::string etag;
  const char* cache_rule;
};

http_response to_response(const file_answer& from,
                          std::string_view if_none_match) {
  http_response result;
  result.content_type = content_type_of(from.path);
  result.headers.emplace_back("ETag", from.etag);
  result.headers.emplace_back("Cache-Control", from.cache_rule);
  if (has_tag(if_none_match, from.etag))
    result.status = 304;
  else
    result.body = from.bytes;
  return result;
}

http_response missing(std::string_view path) {
  if (path != page_path)
    return error_response(404, ec::not_found,
                          "no such file: " + std::string{path});
  http_response result;
  result.content_type = content_type_of(page_path);
  result.body = missing_page;
  return result;
}

/// The file in gzip's format; empty where that does not pay.
std::string packed(const embedded_file& x) {
  constexpr int smallest = 9;
  if (x.bytes.size() < gzip_bytes_min
      || !is_compressible(content_type_of(x.path)))
    return {};
  auto result = gzip(x.bytes, smallest);
  return result.size() < x.bytes.size() ? result : std::string{};
}

/// Whether `inner` lies below `outer`; both without links and dots.
bool is_below(const fs::path& inner, const fs::path& outer) {
  auto i = inner.begin();
  for (auto& part : outer) {
    if (i == inner.end() || *i != part)
      return false;
    ++i;
  }
  return true;
}

} // namespace

std::string_view content_type_of(std::string_view path) noexcept {
  auto dot = path.rfind('.');
  if (dot != std::string_view::npos)
    for (auto& [ending, type] : content_types)
      if (path.substr(dot) == ending)
        return type;
  return "application/octet-stream";
}

asset_store::asset_store(const std::vector<embedded_file>& files) {
  for (auto& x : files)
    entries_.emplace(x.path, entry{x.bytes, entity_tag_of(x.bytes), packed(x)});
}

asset_store::asset_store(std::string folder,
                         const std::vector<embedded_file>& files)
    : asset_store(folder.empty() ? files : std::vector<embedded_file>{}) {
  folder_ = std::move(folder);
}

http_response asset_store::answer(std::string_view path,
                                  std::string_view if_none_match,
                                  std::string_view accept_encoding) const {
  if (!folder_.empty())
    return from_folder(path, if_none_match);
  auto hit = entries_.find(std::string{path});
  if (hit == entries_.end())
    return missing(path);
  auto& [bytes, etag, packed] = hit->second;
  if (packed.empty() || !accepts_gzip(accept_encoding))
    return to_response({path, bytes, etag, cache_rule_of(path)}, if_none_match);
  // Another tag for other bytes, equal in a weak comparison.
  auto result = to_response({path, packed, "W/" + etag, cache_rule_of(path)},
                            if_none_match);
  if (result.status == 200) {
    result.headers.emplace_back("Content-Encoding", "gzip");
    result.headers.emplace_back("Vary", "Accept-Encoding");
  }
  return result;
}

caf::expected<std::string> asset_store::read(std::string_view path) const {
  auto unusable = [&] {
    return make_error(ec::file_unusable, std::string{path});
  };
  // The router refuses these too, but a file name is checked where it is used.
  if (!route_of('/' + std::string{path}))
    return unusable();
  std::error_code fault;
  auto root = fs::canonical(folder_, fault);
  if (fault)
    return unusable();
  auto file = fs::canonical(root / std::string{path}, fault);
  if (fault || !is_below(file, root) || !fs::is_regular_file(file, fault)
      || fs::file_size(file, fault) > file_bytes_max || fault)
    return unusable();
  std::ifstream in{file, std::ios::binary};
  std::string result{std::istreambuf_iterator<char>{in}, {}};
  if (!in)
    return unusable();
  return result;
}

http_response asset_store::from_folder(std::string_view path,
                                       std::string_view if_none_match) const {
  auto bytes = read(path);
  if (!bytes)
    return missing(path);
  auto etag = entity_tag_of(*bytes);
  // Whoever works on the dashboard wants to see what they have just changed.
  return to_response({path, *bytes, etag, "no-cache"}, if_none_match);
}

} // namespace tributary
