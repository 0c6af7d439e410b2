#include "actors/http/routes.hpp"

#include <algorithm>
#include <utility>

#include "actors/http/target.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr std::string_view host_prefix = "/host/";
constexpr std::string_view api_prefix = "/api/";

constexpr std::pair<std::string_view, resource> fixed_paths[] = {
    {"/", resource::page},
    {"/index.html", resource::page},
    {"/health", resource::health},
    {"/ready", resource::ready},
    {"/api/v1/info", resource::info},
    {"/metrics", resource::metrics},
    {"/api/v1/info", resource::info},
    {"/api/v1/charts", resource::charts},
    {"/api/v1/chart", resource::chart},
    {"/api/v1/data", resource::data},
    {"/api/v1/live", resource::live},
    {"/api/v1/allmetrics", resource::all_metrics},
    {"/api/v1/openapi.yaml", resource::description},
};

bool starts_with(std::string_view text, std::string_view prefix) noexcept {
  return text.substr(0, prefix.size()) == prefix;
}

/// Refused as a whole, rather than cleaned up: no client of ours sends these,
/// and what is never resolved cannot escape.
bool is_suspicious(std::string_view path) {
  for (char c : path)
    if (c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return true;
  while (!path.empty()) {
    path.remove_prefix(1);
    auto segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..")
      return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

caf::error unknown_path(std::string_view path) {
  return make_error(ec::not_found, "no such path: " + std::string{path});
}

/// @param rest what follows the host prefix; starts with `/`.
/// @param whole the path as the client gave it.
caf::expected<route> route_rest(std::string_view rest, std::string_view whole) {
  route result;
  auto hit = std::find_if(std::begin(fixed_paths), std::end(fixed_paths),
                          [=](const auto& x) { return x.first == rest; });
  if (hit != std::end(fixed_paths)) {
    result.resource = hit->second;
    return result;
  }
  bool nested = rest == "/host" || starts_with(rest, host_prefix);
  if (nested || rest == "/api" || starts_with(rest, api_prefix)
      || rest.back() == '/')
    return unknown_path(whole);
  result.resource = resource::asset;
  result.asset = rest.substr(1);
  return result;
}

} // namespace

caf::expected<route> route_of(std::string_view path) {
  if (path.empty() || path.front() != '/' || is_suspicious(path))
    return make_error(ec::bad_request, "the path is malformed");
  if (!starts_with(path, host_prefix))
    return route_rest(path, path);
  auto after = path.substr(host_prefix.size());
  auto host = after.substr(0, after.find('/'));
  if (host.empty())
    return unknown_path(path);
  if (host.size() == after.size()) {
    route result;
    result.resource = resource::redirect;
    result.host = host;
    result.redirect = std::string{host_prefix} + percent_encode(host) + '/';
    return result;
  }
  auto result = route_rest(after.substr(host.size()), path);
  if (result)
    result->host = host;
  return result;
}

std::vector<std::string_view> routed_paths() {
  std::vector<std::string_view> result;
  for (auto& x : fixed_paths)
    result.push_back(x.first);
  return result;
}

bool is_api_path(std::string_view path) noexcept {
  if (starts_with(path, host_prefix)) {
    auto slash = path.find('/', host_prefix.size());
    path.remove_prefix(std::min(slash, path.size()));
  }
  return starts_with(path, api_prefix);
}

} // namespace tributary
