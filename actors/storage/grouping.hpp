#pragma once

/// How the ticks of one row of an answer become one value.

#include <cstdint>

namespace tributary {

enum class grouping : uint8_t { average, min, max, sum };

/// The name as it stands in the API, for example `average`.
const char* to_string(grouping x) noexcept;

} // namespace tributary
