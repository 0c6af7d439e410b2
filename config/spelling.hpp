#pragma once

/// Finds what somebody meant who wrote a name a little wrong.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

/// Insertions, deletions, replacements and swaps of neighbours that make `y`
/// of `x` (optimal string alignment); spaces, `_` and `-` count as equal, and
/// so do upper and lower case.
size_t edit_distance(std::string_view x, std::string_view y);

/// The one of `names` that is nearest to `name`, the first of several; none
/// when the nearest is so far that a hint would mislead (more than a third of
/// the letters) or `name` is longer than any name of ours.
std::optional<std::string_view>
nearest_name(std::string_view name, const std::vector<std::string_view>& names);

/// `; did you mean 'x'?`, or empty when nothing is near.
std::string spelling_hint(std::string_view name,
                          const std::vector<std::string_view>& names);

} // namespace tributary
