#pragma once

namespace tributary::bench {

/// CPU of frames that come for a window that is a block already, and of parts
/// of its ticks. The same calls as ingest and writer make.
/// @param frames up to a window of 600.
void print_late_figures(unsigned frames);

} // namespace tributary::bench
