#pragma once

/// What options say together: faults of options that are right one by one.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.hpp"
#include "config/options.hpp"

namespace tributary {

/// Where an option was set last.
struct option_place {
  std::string file;
  size_t line = 0;
  /// It was set to nothing.
  bool is_empty = false;
};

/// By section and key, GUIDs in lower case; none where the option was not set.
using find_place = std::function<std::optional<option_place>(std::string_view,
                                                             std::string_view)>;

/// What does not go together, each at one of the options that it is about.
std::vector<fault> check_options(const node_options& options,
                                 const find_place& place_of);

} // namespace tributary
