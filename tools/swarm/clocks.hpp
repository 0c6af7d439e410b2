#pragma once

/// The clock of a load: what its ticks are of.

namespace tributary::load {

/// Wall clock, milliseconds since the unix epoch with fractions.
double now_ms();

} // namespace tributary::load
