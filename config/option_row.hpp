#pragma once

/// How the rows of the option table are made.

#include <string>
#include <string_view>
#include <vector>

#include "config/option_kind.hpp"
#include "config/option_table.hpp"

namespace tributary {

/// How long a tier may be told to be kept, seconds.
inline constexpr duration_kind<uint64_t> tier_time{1000, 3600,
                                                   3650ull * 86'400};

/// A row whose field is what `access` makes of a target.
template <class Target, class Kind, class Access>
option_row<Target> make_row(option_name name,
                            const std::vector<option_name>& others, Kind kind,
                            Access access, const std::string& text) {
  option_row<Target> result;
  result.name = name;
  result.alternatives = others;
  result.text = text;
  result.bounds = kind.bounds();
  result.read = [kind, access](Target& target, std::string_view from) {
    auto x = kind.read(from);
    if (!x)
      return std::move(x.error());
    access(target) = std::move(*x);
    return caf::error{};
  };
  result.write = [kind, access](const Target& target) {
    return kind.write(access(target));
  };
  return result;
}

/// Appends what TLS of links can be told, all in `[stream]`.
void add_tls_rows(std::vector<option_row<node_options>>& to);

} // namespace tributary
