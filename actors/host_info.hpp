#pragma once

/// What a node tells about the machine that it runs on.

#include <string>
#include <utility>
#include <vector>

namespace tributary {

/// `os_name`, `os_version`, `kernel_name`, `kernel_version`, `architecture`,
/// `cores_total`, `ram_total` (bytes); what can't be found out is left out.
std::vector<std::pair<std::string, std::string>> read_host_info();

/// The kernel's name for this machine, up to the first dot, with `_` for what a
/// name in an address can't have; `localhost` where it has none.
std::string machine_hostname();

} // namespace tributary
