#pragma once

/// The open windows of one host in RAM, as frames (see hot_window.hpp), which
/// are decoded once to check them and again when a window is asked for or
/// closes. Knows no actor, no disk and no clock; ingest owns one a host.

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "schema/coverage.hpp"
#include "schema/frame_codec.hpp"
#include "store/hot_window.hpp"
#include "store/late_row.hpp"
#include "store/latest.hpp"
#include "store/records.hpp"

namespace tributary {

/// What became of a frame.
enum class frame_outcome {
  /// New here; it is in the open window.
  fresh,
  /// New here, of a window that was closed before; merge it.
  late,
  /// Had before, or of a life that a newer one has overtaken.
  duplicate,
};

class hot_host {
public:
  /// @param closed as in the host's record.
  hot_host(host_definition definition, coverage durable,
           closed_mark closed = {});

  const host_definition& definition() const noexcept {
    return definition_;
  }

  /// A later definition of the same host: a new life, a new name.
  void redefine(host_definition definition);

  /// Extends the roster of an epoch. Yields `ec::unknown_layout` when charts
  /// between would be missing, `ec::too_large` beyond `host_columns_max`.
  caf::error define(const roster_run& run);

  /// The roster of the newest epoch that was defined; null before the first.
  roster_ptr newest_roster() const;

  /// The roster of `epoch`; null when unknown.
  roster_ptr roster_of(epoch_number epoch) const;

  /// Decodes a frame to check it and keeps it. Yields `ec::need_key`,
  /// `ec::unknown_layout` or `ec::corrupt`; nothing changed then. A key is also
  /// needed for a delta across the start of a window, since the journal keeps
  /// no base from before, and for a late part whose tick is not here, since its
  /// row would cover the tick.
  /// @param blocks ticks that are here besides: where a journal is replayed
  /// whose beginning is gone.
  caf::expected<frame_outcome> apply(const frame& sealed,
                                     const coverage& blocks = {});

  /// The row of the last fresh or late frame.
  const frame_row& last_row() const noexcept {
    return row_;
  }

  /// The newest reading of every column, of frames that came in order.
  const latest_readings& latest() const noexcept {
    return latest_;
  }

  /// Sums over the hot rows of the newest life that are later than `after`.
  column_sums sums_after(tick after) const;

  /// What is here, durable or on its way to be.
  const coverage& seen() const noexcept {
    return seen_;
  }

  void add_seen(const std::vector<coverage_run>& runs);

  /// What the node's own clock shows. Ticks that are `ahead_seconds` later are
  /// no longer among the newest. When windows beyond that are closed, as this
  /// clock was ahead itself, they become like those of others' clocks: true
  /// then, and `closed()` has moved back.
  bool heed_clock(tick now);

  /// The newest tick of the newest life that is not ahead, 0 before the first.
  /// Not the last one of all: a life whose clock was ahead leaves later ones.
  tick newest() const noexcept;

  /// The last tick of all when it is ahead, else 0.
  tick newest_ahead() const noexcept {
    auto last = seen_.newest();
    return last > ahead_from_ ? last : 0;
  }

  /// Takes the windows that end at or before `before` out of the writable set.
  /// They stay readable until `forget`.
  std::vector<closed_window_ptr> close_windows(tick before);

  /// Takes out those that are ahead and not what frames come for now.
  /// @param all those, too: nothing came for long.
  std::vector<closed_window_ptr> close_ahead(bool all);

  /// Drops the rows of a closed window, whose block is committed.
  void forget(tick start);

  /// The hot windows that touch from..to as they are now, for another thread
  /// to decode.
  std::vector<hot_window> windows(tick from, tick to) const;

  /// Tables of the hot windows that touch from..to, with all charts or one.
  std::vector<window_table> extract(tick from, tick to,
                                    std::string_view only_chart) const;

  /// The row of the last frame, a late one, without a place in the journal.
  late_row late_row_of(const frame_header& header) const;

  /// The same with the place of its frame. @param key_position of the newest
  /// key frame; 0 when there is none.
  late_row_ptr late_row_at(const frame_header& header,
                           journal_position position,
                           journal_position key_position) const;

  /// Bytes of frames held, for people.
  size_t memory_bytes() const;

  /// Windows that were taken out, or were blocks before.
  const closed_mark& closed() const noexcept {
    return closed_;
  }

  /// Runs of ticks that are remembered of late parts: 200 KB. Beyond, all are
  /// forgotten, and parts that come again are taken once more, which changes
  /// nothing.
  static constexpr size_t part_runs_max = 8192;

private:
  bool is_closed(tick t) const {
    return t < closed_.to || closed_.has(definition_.window_start(t));
  }

  bool has_part(const frame_header& header) const;
  void see_part(const frame_header& header);
  closed_window_ptr close(std::map<tick, open_window>::iterator window);
  void keep(const frame& sealed, roster_ptr columns_of);
  void see(const coverage_run& run);

  host_definition definition_;
  coverage seen_;
  /// Ticks of which a late part was taken, by its number: else nodes that
  /// deliver a host to each other would pass it to and fro for ever.
  std::map<uint16_t, coverage> parts_seen_;
  epoch_number newest_epoch_ = 0;
  tick newest_ = 0;
  closed_mark closed_;
  tick ahead_from_ = tick_max;
  /// Of the last fresh frame.
  tick filled_ = 0;
  frame_chain chain_;
  frame_row row_;
  latest_readings latest_;
  std::map<epoch_number, roster_ptr> rosters_;
  std::map<tick, open_window> open_;
  std::map<tick, closed_window_ptr> closing_;
};

} // namespace tributary
