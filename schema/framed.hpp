#pragma once

/// Messages behind a length word: u32 length in bytes (little-endian, a
/// multiple of 8), u32 zero, then a message in Cap'n Proto's stream framing.
/// Links and the shell's socket carry them. For sources of schema/ only.

#include <functional>
#include <string>
#include <string_view>

#include <caf/error.hpp>
#include <capnp/message.h>

namespace tributary {

/// Appends the message behind its length word to `out`.
void put_framed(std::string& out, capnp::MessageBuilder& message);

/// Calls `use` with the message of a body, whose readers must not be kept.
/// Yields what `use` does, and `ec::corrupt` for what does not decode, whatever
/// peer it came from; the error begins with `place`.
caf::error
with_framed(std::string_view body, unsigned nesting_max, const char* place,
            const std::function<caf::error(capnp::MessageReader&)>& use);

} // namespace tributary
