#pragma once

/// What nodes above may ask. Pure.

#include <cstdint>

#include "schema/link.hpp"

namespace tributary {

/// Which requests of nodes above are answered or passed on.
enum class request_rule : uint8_t {
  no = 0,
  /// Commands of the shell that change nothing.
  introspect = 1,
  /// Values of charts.
  query = 2,
  /// Both.
  yes = 3,
};

/// The word in files, for example `introspect`.
const char* to_string(request_rule x) noexcept;

/// Whether a request of that kind is answered or passed on.
bool allows(request_rule rule, request_kind kind) noexcept;

} // namespace tributary
