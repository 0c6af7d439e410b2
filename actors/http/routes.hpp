#pragma once

/// Says what a path of docs/http.md means. Pure; whether the named host or
/// asset exists is for others to find out.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace tributary {

enum class resource : uint8_t {
  /// The dashboard itself, `index.html`.
  page,
  /// A file of the dashboard, named by `route::asset`.
  asset,
  info,
  charts,
  chart,
  data,
  live,
  all_metrics,
  /// The description of the API.
  description,
  /// What the node counts about itself.
  metrics,
  health,
  ready,
  /// The answer is a redirect to `route::redirect`.
  redirect,
};

struct route {
  tributary::resource resource = resource::page;
  /// Hostname or GUID of the `/host/<host>/` prefix; empty without a prefix.
  std::string host;
  /// Path in the bundle without a leading slash, for example
  /// `assets/index-1a2b.js`; empty unless `resource` is `asset`.
  std::string asset;
  /// Percent-encoded path without a query; empty unless `resource` is
  /// `redirect`.
  std::string redirect;
};

/// Routes a path that was percent-decoded once. Yields `ec::bad_request` for a
/// path with a `.` or `..` segment, a backslash or a control character, and
/// `ec::not_found` for an unknown path below `/api/` or `/host/`.
caf::expected<route> route_of(std::string_view path);

/// Every path but those of the dashboard's files, without a host prefix.
std::vector<std::string_view> routed_paths();

/// Whether the path, with or without a host prefix, lies below `/api/`, which
/// pages of other origins may read.
bool is_api_path(std::string_view path) noexcept;

} // namespace tributary
