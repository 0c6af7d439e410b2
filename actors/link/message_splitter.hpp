#pragma once

/// Bytes of a connection to message bodies. Pure; knows the preface, the length
/// words and the caps of schema/link.hpp, nothing of what a body means.

#include <string>
#include <string_view>
#include <vector>

#include <caf/error.hpp>

namespace tributary {

/// What to tell people of a peer whose first bytes are no link's. Never repeats
/// them, but for what a web port of ours says.
std::string words_for_stranger(std::string_view bytes);

class message_splitter {
public:
  /// Takes bytes and appends the bodies that are whole to `bodies`. Until
  /// `trust` at most one body is taken, of at most `link_hello_bytes_max`.
  /// Yields `ec::not_a_link` for another preface, `ec::too_large` for a length
  /// beyond the cap, `ec::corrupt` for a bad length word; the connection is of
  /// no more use then.
  caf::error feed(std::string_view bytes, std::vector<std::string>& bodies);

  /// From now on bodies up to `link_message_bytes_max` are taken, and packed
  /// runs, which `is_run` tells from messages; those that wait in the buffer
  /// come out with the next `feed`, which may be empty.
  void trust() noexcept {
    trusted_ = true;
  }

  /// Bytes that wait for the rest of their message.
  size_t buffered() const noexcept {
    return buffer_.size() - at_;
  }

private:
  caf::error take_preface();
  caf::error take_bodies(std::vector<std::string>& bodies);

  std::string buffer_;
  size_t at_ = 0;
  bool greeted_ = false;
  bool trusted_ = false;
  bool hello_taken_ = false;
};

} // namespace tributary
