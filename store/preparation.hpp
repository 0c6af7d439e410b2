#pragma once

/// The work between a window that waits and its stored bytes, in pieces: read
/// what is stored, add what came, cut into groups, seal each. No piece takes a
/// transaction of the writer, so commits go in between. Knows no clock: work is
/// counted in samples.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "schema/coverage.hpp"
#include "store/block.hpp"
#include "store/hot.hpp"
#include "store/late_row.hpp"
#include "store/lmdb.hpp"
#include "store/records.hpp"

namespace tributary {

class layout_cache;

/// A whole window as it came over a history lane.
struct received_window {
  tick start = 0;
  uint16_t slots = 0;
  std::vector<coverage_run> runs;
  /// In group order, complete.
  std::vector<sealed_group> groups;
};

/// What one transaction writes of a window.
struct prepared_window {
  /// All of the window's groups in tier 0: they replace those that are stored.
  std::vector<sealed_group> groups;
  /// What the groups cover.
  std::vector<coverage_run> runs;
  /// Its points of tier 1, written in the same transaction.
  std::vector<sealed_group> points;
  /// For each received part the ticks of which it had values that the window
  /// had not, though it may have had others of the same ticks.
  std::vector<tick_set> added;
  /// Stored groups that could not be read, named.
  std::vector<std::string> damaged;

  /// Of all values.
  size_t bytes() const;
};

/// All that waits for one window of one host and is merged into it together.
struct window_parts {
  struct received_part {
    std::shared_ptr<const received_window> window;
    /// 0: no token comes back.
    uint64_t token = 0;
    guid source;
  };

  host_number host = 0;
  tick start = 0;
  uint16_t slots = 0;
  uint16_t group_columns = 0;
  /// Seconds of a point of tier 1; they divide the window. 0: no points.
  uint32_t tier1_step = 60;
  /// False: only what it covers is noted; then `closed` is all that there is.
  bool is_kept = true;
  closed_window_ptr closed;
  std::vector<late_row_ptr> late;
  std::vector<received_part> received;
};

/// Makes a `prepared_window` of parts, one piece of work a call.
class window_preparation {
public:
  /// @param parts must outlive it and stay as they are.
  /// @param base what is about to be stored of the window and stands for what
  /// is; null: what is stored.
  window_preparation(const window_parts& parts, const prepared_window* base);

  bool is_done() const noexcept {
    return stage_ == stage::done;
  }

  /// Does the next piece; yields its size in samples. A piece is a group, or
  /// about as many rows or columns. On an error nothing was done.
  caf::expected<size_t> step(const lmdb::environment& from,
                             layout_cache& layouts);

  /// Once done.
  prepared_window& result() noexcept {
    return result_;
  }

private:
  enum class stage {
    stored,
    merged,
    charts,
    rows,
    received,
    cut,
    sealed,
    points,
    done
  };

  caf::expected<size_t> read_stored(const lmdb::environment& from);
  caf::expected<size_t> merge_stored(const lmdb::environment& from,
                                     layout_cache& layouts);
  size_t define_charts();
  size_t add_rows();
  caf::expected<size_t> add_received();
  void note_added();
  size_t cut_groups();
  size_t seal_group();
  size_t seal_points();
  /// Goes on with another stage, at its beginning.
  void enter(stage next);
  /// A received window that nothing else is merged with rests verbatim.
  bool is_verbatim() const;

  struct stored_group {
    uint32_t number = 0;
    std::string block;
    /// Empty: it is stored.
    std::string layout;
  };

  caf::error merge_group(const lmdb::transaction& txn, layout_cache& layouts,
                         const stored_group& group, size_t& columns);

  const window_parts& parts_;
  const bool has_base_;
  bool rests_verbatim_ = false;
  // The chart whose points come next.
  std::string next_chart_;
  stage stage_ = stage::stored;
  // Where the stage is: which part, and what of it comes next.
  size_t part_ = 0;
  size_t pack_ = 0;
  size_t next_ = 0;
  std::vector<stored_group> stored_;
  window_table window_;
  window_decoder decoder_;
  // What slots had before the received window of now.
  std::vector<uint32_t> values_before_;
  // A received window of another cut.
  std::unique_ptr<window_table> decoded_;
  std::optional<window_sealer> sealer_;
  prepared_window result_;
};

} // namespace tributary
