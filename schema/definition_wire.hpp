#pragma once

/// Definitions to and from Cap'n Proto readers and builders, for the wrappers
/// in `schema` and `store` that nest them in other messages. Not for anybody
/// else.

#include <optional>
#include <vector>

#include "schema/coverage.hpp"
#include "schema/definition.hpp"
#include "schema/frame.capnp.h"

namespace tributary {

void write_charts(const std::vector<chart_ptr>& charts,
                  capnp::List<wire::Chart>::Builder to);

/// None when a bound is broken.
std::optional<std::vector<chart_ptr>>
read_charts(capnp::List<wire::Chart>::Reader from);

void write_host(const host_definition& host, wire::Host::Builder to);

/// None when a bound is broken.
std::optional<host_definition> read_host(wire::Host::Reader from);

void write_runs(const std::vector<coverage_run>& runs,
                capnp::List<wire::Run>::Builder to);

/// Ill-ordered runs are put in order; empty ones and those with a tick that is
/// none are dropped. Ill order costs time by the square: refuse it of a peer.
coverage read_runs(capnp::List<wire::Run>::Reader from);

} // namespace tributary
