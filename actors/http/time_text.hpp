#pragma once

/// Dates as text, in UTC. Pure.

#include <cstddef>

#include "schema/types.hpp"

namespace tributary {

/// The longest text of a date, with room to spare.
constexpr size_t date_chars_max = 48;

/// Writes `2026-11-27T02:26:59Z` (RFC 3339) to a buffer of at least
/// `date_chars_max` bytes at `to`; where it ends.
/// @param at unix seconds, from 0 to `tick_max`.
char* write_rfc3339(char* to, tick at);

/// The same as Google's charts read it, months from 0:
/// `Date(2026,10,27,2,26,59)`.
char* write_google_date(char* to, tick at);

} // namespace tributary
