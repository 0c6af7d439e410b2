#pragma once

/// Frame payloads of version 2, without what a frame needs around them: see
/// frame.capnp for the format and frame_codec.hpp for its use.

#include "schema/frame_codec.hpp"

namespace tributary {

/// Makes the chain one of `columns` columns; those that it had not are as new.
void resize_chain(frame_chain& chain, uint32_t columns);

/// Appends the payload of `row` to `out`, sets the section flags of `header`,
/// and takes the row into the chain, whose columns are the header's.
void put_payload(std::string& out, frame_header& header, const frame_row& row,
                 const roster& columns_of, frame_chain& chain);

/// Reads a payload into `row` and takes the row into the chain, whose columns
/// are the frame's. Yields `ec::corrupt`; the chain is as before then.
caf::error get_payload(const frame_header& header, std::string_view payload,
                       const roster& columns_of, frame_chain& chain,
                       frame_row& row);

/// Makes of a chain that took its first row the one of a key frame: no column
/// has changed yet, and only counters have a width.
void settle_key(frame_chain& chain, const roster& columns_of);

/// Reads a payload of version 1 into `row`, whose values are the chain's.
/// Yields `ec::corrupt`.
caf::error get_payload_v1(const frame_header& header, std::string_view payload,
                          const roster& columns_of, frame_row& row);

} // namespace tributary
