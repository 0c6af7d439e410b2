#pragma once

/// Prints options as INI text that reads back as the same options. Holds the
/// API keys in clear: for who may read `stream.conf` anyway.

#include <string>

#include "config/option_table.hpp"
#include "config/options.hpp"

namespace tributary {

/// The effective configuration of both files, each option with its words,
/// and its default where it differs. For `--dump-config`.
std::string dump_options(const node_options& options);

/// The annotated stock file: the same with all options commented out and at
/// their defaults; `stream.conf` with an example of each GUID section. A line
/// that starts with `#` and no space after it is an option.
std::string stock_file(config_file which);

} // namespace tributary
