#pragma once

/// What must hold in a simulated cluster. Each check yields what it found
/// wrong, in words; empty is good.

#include <string>
#include <vector>

#include "tests/support/sim_cluster.hpp"

namespace tributary {

using sim_findings = std::vector<std::string>;

/// Every value that the node has of the host is what the origin read, and no
/// tick is there that was never sealed.
sim_findings check_values(sim_cluster& cluster, const std::string& node,
                          const std::string& host);

/// What the node acknowledged is there.
sim_findings check_promises(sim_cluster& cluster, const std::string& node);

/// All that `below` has of the host is at `above` with equal values.
sim_findings check_arrived(sim_cluster& cluster, const std::string& below,
                           const std::string& above, const std::string& host);

/// Whether two nodes have the same of the host, neither more than the other.
sim_findings check_equal(sim_cluster& cluster, const std::string& below,
                         const std::string& above, const std::string& host);

/// All of the above for every running node, every host and each node's first
/// parent.
sim_findings check_cluster(sim_cluster& cluster);

/// The stopped node's store owes nobody anything.
sim_findings check_debts(sim_cluster& cluster, const std::string& node);

/// Settles, checks the cluster, stops all nodes, leaves first, and checks
/// debts; adds the faults of the cluster itself.
sim_findings settle_and_check(sim_cluster& cluster);

/// TRIBUTARY_SEED alone where it is set; else `first` and so many that follow
/// it, at most `count_max`: TRIBUTARY_SEEDS, or `usual` where that is not set.
std::vector<uint64_t> seeds_from(uint64_t first, uint64_t usual,
                                 uint64_t count_max = ~uint64_t{0});

std::string joined(const sim_findings& findings);

/// Ends the test unless that finds nothing.
void require_good(sim_cluster& cluster);

/// `leaf` streams to `relay`, which streams to `top`.
void add_chain(sim_cluster& cluster, sim_plan relay = {{"top"}});

} // namespace tributary
