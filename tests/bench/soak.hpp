#pragma once

/// A long life of a store in a short time.

namespace tributary::bench {

/// Writes the synthetic pattern for 200 hosts of 1,000 metrics until
/// `written_gib` of tier 0 were made, two thirds of which are kept by size;
/// each host is away for one window of eight and hands it in as history. A
/// query of an hour runs every ten seconds, one of six hours every minute, a
/// reader holds its snapshot for five commits every ten minutes. Prints, forty
/// times on the way, size of the file, what of it is in use, free pages, and
/// since the last time commits and queries.
/// @param speed seconds of data a second of wall time at most; 0: as fast as it
/// goes.
void run_soak(unsigned written_gib, unsigned speed);

} // namespace tributary::bench
