#pragma once

/// Payloads of blocks that were unpacked lately. A page asks for many charts of
/// the same few groups, and unpacking a group costs more than reading a chart
/// of it. Named by the content of the packed bytes, so nothing in it is ever
/// out of date. One a thread.

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "schema/types.hpp"

namespace tributary {

class payload_cache {
public:
  /// @param bytes_max of all payloads together; the oldest go beyond it.
  explicit payload_cache(size_t bytes_max) : bytes_max_(bytes_max) {
    // nop
  }

  /// Null when it is not there.
  std::shared_ptr<const std::string> find(const content_hash& packed) const;

  /// Keeps a payload; one that is larger than the bound is not kept.
  void keep(const content_hash& packed,
            std::shared_ptr<const std::string> payload);

  size_t bytes() const noexcept {
    return bytes_;
  }

private:
  size_t bytes_max_;
  size_t bytes_ = 0;
  std::map<content_hash, std::shared_ptr<const std::string>> payloads_;
  /// In the order in which they came.
  std::deque<content_hash> order_;
};

} // namespace tributary
