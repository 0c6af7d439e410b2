#pragma once

/// What the configuration can say and this version can't do: refused at start
/// by name, never ignored.

#include "config/option_reader.hpp"

namespace tributary {

/// Appends a fault for each such option of `conf`.
void add_limits_of_version(configuration& conf);

} // namespace tributary
