#pragma once

/// Durations, sizes and booleans as people write them, both ways. Pure text.

#include <cstdint>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace tributary {

/// Reads `yes no true false on off 1 0`, lower case as Netdata. Yields
/// `ec::bad_configuration`.
caf::expected<bool> parse_boolean(std::string_view text);

/// Reads a duration in ms: a plain number of seconds, or numbers with `ms`,
/// `s`, `m`, `h`, `d` in any mix such as `1h30m`. Never negative. Yields
/// `ec::bad_configuration`.
caf::expected<int64_t> parse_duration_ms(std::string_view text);

/// The shortest mix of units that `parse_duration_ms` reads as `duration_ms`,
/// which is not negative.
std::string duration_text(int64_t duration_ms);

/// Reads a size in MiB: a plain number of MiB, or a number with `KiB`, `MiB`,
/// `GiB` or `TiB` that comes to whole MiB. Yields `ec::bad_configuration`.
caf::expected<uint64_t> parse_size_mib(std::string_view text);

/// The shortest form that `parse_size_mib` reads as `size_mib`.
std::string size_text(uint64_t size_mib);

/// Reads a whole decimal number without sign. Yields `ec::bad_configuration`.
caf::expected<uint64_t> parse_number(std::string_view text);

} // namespace tributary
