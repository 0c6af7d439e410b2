#pragma once

/// The one error vocabulary. What the world can do (peer, disk, file,
/// operator) is an `ec` inside a `caf::error`, with a text that names the place
/// added once, where it is known. What only a bug can do is asserted.

#include <cstdint>
#include <string>

#include <caf/error.hpp>
#include <caf/expected.hpp>

namespace tributary {

enum class ec : uint8_t {
  /// No error; never carried by a `caf::error`.
  none = 0,
  /// A configuration file or flag is wrong; the text lists every fault.
  bad_configuration,
  /// A file or directory can't be read, written or made.
  file_unusable,
  /// Another process holds the data directory.
  already_running,
  /// The store's format is newer than this program; it was left untouched.
  newer_format,
  /// LMDB reported an error; the text has its own words.
  store_failed,
  /// The store has the size that it may take; its disk may have room.
  store_full,
  /// Stored or received bytes do not decode; the text names what and where.
  corrupt,
  /// A message is larger than its cap.
  too_large,
  /// A frame or block names a layout, roster or host that is not known here.
  unknown_layout,
  /// A frame's base is not the newest frame here; a key frame is needed.
  need_key,
  /// The frame, block or message was had before.
  duplicate,
  /// A host, chart or dimension of that name does not exist.
  not_found,
  /// A request's parameter is malformed or beyond its bound.
  bad_request,
  /// Key, address or section does not admit the peer; never says which.
  denied,
  /// The host is the node itself, or its path comes through it.
  loop,
  /// Another live node uses the same machine GUID.
  clone,
  /// The peer speaks no version of the link protocol that we do.
  version_mismatch,
  /// What answered is not a link port (a web port, most likely).
  not_a_link,
  /// No answer within the time-out.
  timed_out,
  /// The connection could not be made or was lost.
  disconnected,
  /// A bound of this node is reached; try later.
  busy,
  /// A connection could not be made secure; the text says what does not fit.
  tls_failed,
};

/// The name as it stands in logs and APIs, for example `unknown_layout`.
const char* to_string(ec code) noexcept;

/// An error without further words.
caf::error make_error(ec code);

/// An error with the words that name the place and the value.
caf::error make_error(ec code, std::string detail);

/// The code of an error of ours; `ec::none` for one of CAF's own.
ec code_of(const caf::error& what) noexcept;

/// The detail of an error of ours without its name, CAF's own words for others:
/// for people who asked and need no code.
std::string words_of(const caf::error& what);

/// `name: detail` of an error of ours, CAF's own words for others.
std::string to_text(const caf::error& what);

} // namespace tributary
