#include "config/request_rule.hpp"

#include <cstddef>

namespace tributary {

const char* to_string(request_rule x) noexcept {
  static constexpr const char* names[] = {"no", "introspect", "query", "yes"};
  return names[static_cast<size_t>(x)];
}

bool allows(request_rule rule, request_kind kind) noexcept {
  return rule == request_rule::yes
         || rule
                == (kind == request_kind::query ? request_rule::query
                                                : request_rule::introspect);
}

} // namespace tributary
