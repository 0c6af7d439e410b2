#pragma once

/// Valid inputs that mutations start from. A fuzz target may define it; the
/// driver does without where it does not.

#include <string>
#include <vector>

namespace tributary {

std::vector<std::string> fuzz_seeds();

} // namespace tributary
