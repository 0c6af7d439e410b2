#pragma once

/// The frames of a window in RAM: payloads one behind another, without their
/// messages. A sample takes about a byte so and eight as a decoded row. Whoever
/// needs rows decodes them: the writer when the window closes, the reader when
/// somebody looks.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/frame_codec.hpp"
#include "store/hot_segment.hpp"
#include "store/latest.hpp"
#include "store/window.hpp"

namespace tributary {

/// What of a frame's header its pack does not say.
struct packed_frame {
  uint32_t columns = 0;
  /// Where its payload ends in the pack.
  uint32_t end = 0;
  /// Of its tick in the window.
  uint16_t slot = 0;
  uint16_t part = 0;
  uint16_t flags = 0;
  bool is_key = false;
};

/// Frames of one life and one window that were applied one after another.
struct frame_pack {
  /// Has the columns of all frames.
  roster_ptr columns_of;
  /// The chain before the first frame, so that reading can begin here; null
  /// where nothing needs one, and in most packs.
  std::shared_ptr<const frame_chain> base;
  std::vector<packed_frame> frames;
  std::vector<char> payloads;

  /// Of the widest frame.
  uint32_t columns() const noexcept;

  size_t memory_bytes() const noexcept;
};

using frame_pack_ptr = std::shared_ptr<const frame_pack>;

/// A window as it was at a moment: immutable, cheap to copy, for any thread.
class hot_window {
public:
  hot_window(tick start, uint16_t slots, uint64_t number,
             std::vector<frame_pack_ptr> packs);

  tick start() const noexcept {
    return start_;
  }

  uint16_t slots() const noexcept {
    return slots_;
  }

  /// The same for all snapshots of a window, and for no other window of this
  /// process: a later snapshot has the frames of the earlier one and more.
  uint64_t number() const noexcept {
    return number_;
  }

  /// In the order in which their frames were applied.
  const std::vector<frame_pack_ptr>& packs() const noexcept {
    return packs_;
  }

  /// All charts or the one named.
  window_table table(std::string_view only_chart = {}) const;

  /// Of all its frames, ascending; of each tick the latest life.
  std::vector<coverage_run> coverage_runs() const;

  size_t memory_bytes() const noexcept;

private:
  tick start_;
  uint16_t slots_;
  uint64_t number_;
  std::vector<frame_pack_ptr> packs_;
};

/// All frames of a window that is no longer written: what the writer makes a
/// block of.
using closed_window_ptr = std::shared_ptr<const hot_window>;

/// A window that frames are added to.
class open_window {
public:
  open_window(tick start, uint16_t slots);

  tick start() const noexcept {
    return start_;
  }

  uint16_t slots() const noexcept {
    return slots_;
  }

  /// Adds a frame of this window that was checked.
  /// @param columns_of its roster, the newest of its life.
  /// @param chain as the frame left it.
  void add(const frame& sealed, roster_ptr columns_of,
           const frame_chain& chain);

  /// What is here now. Copies at most a pack of 32 KiB, or 16 frames where
  /// those are more.
  hot_window snapshot() const;

  /// What is here, for good; nothing is added after it.
  hot_window close();

  /// Adds the rows of a life that are later than `after`.
  void add_sums_to(column_sums& to, epoch_number epoch, tick after) const;

  size_t memory_bytes() const noexcept;

private:
  void seal_tail();
  void set_base(const frame_chain& chain);

  tick start_;
  uint16_t slots_;
  uint64_t number_;
  std::vector<frame_pack_ptr> packs_;
  /// Grows; not in `packs_` yet.
  frame_pack tail_;
  /// Frames in `packs_` since reading could begin.
  size_t frames_from_base_ = 0;
};

/// Adds the rows of a life that are later than `after`; decodes no pack that
/// has none.
/// @param start of the packs' window.
void add_sums(const std::vector<frame_pack_ptr>& packs, tick start,
              epoch_number epoch, tick after, column_sums& to);

/// Adds the frames of one window to one table, in pieces, and goes on when the
/// window has grown.
class window_decoder {
public:
  /// @param only_chart empty: all charts.
  explicit window_decoder(std::string only_chart = {});

  /// Adds all frames that were not added yet; `from` is any later snapshot of
  /// the same window, `to` the same table, that none else gives a definition.
  void add(const hot_window& from, window_table& to);

  /// Adds frames of about so many values at most, but one at least. Yields the
  /// values that they have; 0 when none is left.
  size_t add_some(const hot_window& from, window_table& to, size_t values_max);

private:
  /// Adds frames of a pack from `begin` up to before `end`.
  void add(const frame_pack& pack, size_t begin, size_t end, window_table& to);
  void flush(window_table& to);

  std::string only_chart_;
  /// Frames that were added.
  size_t frames_ = 0;
  frame_chain chain_;
  frame_row row_;
  hot_segment tile_;
  /// Of the rows of this roster and width.
  roster_ptr targets_of_;
  segment_targets targets_;
};

} // namespace tributary
