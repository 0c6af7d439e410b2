#pragma once

/// Reads the configuration that a command line asks for: the files of the
/// configuration directory, `--set` over them, the other flags over all. Called
/// at start and again on reload.

#include "config/command_line.hpp"
#include "config/option_reader.hpp"

namespace tributary {

/// Never fails as a whole: all faults of all files and flags are in the result,
/// by file and line, and only without any may its options be used (else exit
/// code 78, or stay with the old ones). A missing file means defaults; a
/// missing directory does too, unless `--config-dir` named it.
configuration load_configuration(const command_line& flags);

} // namespace tributary
