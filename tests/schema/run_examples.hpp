#pragma once

/// Runs of messages for the tests of packed runs and their fuzz target.

#include <random>
#include <string>
#include <vector>

#include "schema/run_packer.hpp"
#include "schema/run_unpacker.hpp"

namespace tributary::examples {

/// Messages of a live lane that numbers its frames from 1: frames that follow
/// each other on several channels, with gaps, key frames, late parts, new
/// epochs and rosters between them.
std::vector<link_message> lane_messages(uint64_t seed, size_t count);

/// A frame of random payload behind `last` of its channel.
link_frame frame_after(const frame_header& last, uint64_t number,
                       std::mt19937_64& engine);

/// Bodies of bytes for the link, as message_splitter makes them.
std::vector<std::string> bodies_of(std::string_view bytes);

/// What a parent that agreed on the codec makes of bodies; ends at a fault,
/// which is `fault` then.
std::vector<link_message> received(run_unpacker& unpacker,
                                   const std::vector<std::string>& bodies,
                                   caf::error& fault);

} // namespace tributary::examples
