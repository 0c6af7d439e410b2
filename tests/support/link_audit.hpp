#pragma once

/// Reads along on a simulated link and remembers what the parent has
/// acknowledged: what must be durable there from the moment the ack leaves.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/link/message_splitter.hpp"
#include "schema/coverage.hpp"
#include "schema/link.hpp"
#include "schema/run_unpacker.hpp"

namespace tributary {

/// What a node has acknowledged of each host.
using sim_promises = std::map<guid, coverage>;

class link_audit {
public:
  /// @param promises of the parent; outlives the link.
  explicit link_audit(std::shared_ptr<sim_promises> promises);

  /// Bytes as the child sent them.
  void sent_up(std::string_view bytes);

  /// Bytes as the parent sent them.
  void sent_down(std::string_view bytes);

  /// Most unacknowledged bytes of frames that were in flight at once.
  size_t unacked_bytes_max() const noexcept {
    return unacked_bytes_max_;
  }

  /// Blocks that were sent.
  size_t blocks() const noexcept {
    return blocks_;
  }

  /// Messages that came in packed runs.
  size_t packed_messages() const noexcept {
    return packed_messages_;
  }

private:
  struct sent_run {
    guid host;
    coverage_run run;
    uint32_t channel = 0;
    size_t bytes = 0;
  };

  void on_up(const link_message& message);
  void on_down(const link_message& message);
  void promise(std::map<uint64_t, std::vector<sent_run>>& lane,
               uint64_t number);

  std::shared_ptr<sim_promises> promises_;
  message_splitter up_;
  message_splitter down_;
  run_unpacker unpacker_;
  std::map<uint32_t, guid> channels_;
  std::map<uint64_t, std::vector<sent_run>> live_;
  std::map<uint64_t, std::vector<sent_run>> history_;
  std::set<std::pair<uint32_t, tick>> need_key_;
  size_t unacked_bytes_ = 0;
  size_t unacked_bytes_max_ = 0;
  size_t blocks_ = 0;
  size_t packed_messages_ = 0;
};

} // namespace tributary
