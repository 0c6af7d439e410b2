#pragma once

/// What a parent needs to hold the metrics of its children.

namespace tributary::bench {

/// Starts a node, gives it the history of 100 children of 1,000 metrics, so
/// that its open windows are as full as after hours, and prints
/// `ram_bytes_per_metric`: RssAnon and RssShmem over the idle node.
void print_parent_memory();

} // namespace tributary::bench
