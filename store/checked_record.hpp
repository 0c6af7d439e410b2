#pragma once

/// Records that end in a checksum of their own, one word behind their message:
/// what no other table repeats and nobody else's hash is of. Those of earlier
/// stores have none and are read as they are.

#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace tributary {

/// The record of a message in flat framing.
std::string with_checksum(std::string message);

/// The message of a record. Yields `ec::corrupt` when the checksum differs, or
/// when there is something else behind the message.
/// @param what for the error, as people call it.
caf::expected<std::string_view> checked_message(std::string_view record,
                                                const char* what);

/// Size of the record at the head of `bytes`, of which more may follow; 0 where
/// there is no whole message.
size_t record_bytes(std::string_view bytes);

} // namespace tributary
