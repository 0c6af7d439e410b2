#pragma once

/// The devices (disks, interfaces) that a source has seen: their charts, and
/// the total over the physical ones. Called by `proc_diskstats` and
/// `proc_net_dev`; touches no file.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/held_chart.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// What a device read in one round, in the order that its source chose. Always
/// as many as the table was told.
using device_figures = std::vector<std::optional<int64_t>>;

enum class device_kind : uint8_t {
  /// No chart, for example a partition.
  ignored,
  /// Charts, but not part of the total: its traffic passes through another
  /// device too, or through none.
  logical,
  /// Charts, and part of the total.
  physical,
};

/// One chart of each device.
struct device_chart_row {
  /// The id is that of a device behind this text, for example `disk_ops.`; the
  /// family is the name of the device.
  chart_heading heading;
  chart_presence presence = chart_presence::always;
  /// Index into the figures, and the dimension that shows it.
  struct figure_dimension {
    size_t figure = 0;
    dimension what;
  };
  std::vector<figure_dimension> dimensions;
};

/// The chart over all physical devices: two dimensions, in and out.
struct device_total_row {
  chart_ptr chart;
  /// Indexes into the figures; ever-growing counters.
  size_t in = 0;
  size_t out = 0;
};

/// Devices come and go. One that comes gets its charts at first sight, one that
/// is gone gives no reading, one that returns has the same charts as before.
///
/// The total is a counter of its own that adds up the increments of the
/// physical devices, instead of their sum: a sum would fall when a device goes,
/// which looks like a reset, and jump when one comes with a past.
class device_table {
public:
  struct device {
    device_kind kind = device_kind::ignored;
    /// None for ignored devices.
    std::vector<held_chart> charts;
    device_figures last;
    /// The newest round that saw it.
    uint64_t round = 0;
  };

  /// @param charts of each device, at least one.
  device_table(std::vector<device_chart_row> charts, device_total_row total);

  /// Starts a pass over the kernel's table.
  void begin_round() noexcept;

  /// The device with that name, if this or the last round saw it; else null,
  /// and the caller finds out its kind (a name may come back as something
  /// else) and calls `admit`.
  device* find(std::string_view name);

  /// Whether `admit` can take another device. Asked first, so that those beyond
  /// the bound cost no look into /sys at every round.
  bool has_room() const noexcept {
    return device_count_ < device_count_max && devices_.size() < name_count_max;
  }

  /// Notes a device that `find` did not know. Call only if `has_room`.
  device& admit(std::string_view name, device_kind kind);

  /// Counts a device that there is no room for.
  void leave_out() noexcept {
    ++left_out_;
  }

  /// What the device read in the last round; null if that did not see it.
  const device_figures* previous(const device& which) const noexcept {
    return which.round + 1 == round_ && which.round != 0 ? &which.last
                                                         : nullptr;
  }

  /// Appends the readings of a device unless it is ignored. A second record of
  /// one round is dropped: names may be equal once they are made safe.
  void record(device& which, const device_figures& now,
              std::vector<chart_reading>& readings);

  /// Ends a pass: appends the total if a physical device was seen.
  void end_round(std::vector<chart_reading>& readings);

  /// Lines of unknown devices that the last round left out for want of room.
  size_t left_out_count() const noexcept {
    return left_out_;
  }

  /// The most devices with charts: far beyond any machine that is not a
  /// container host gone wrong. Further devices get no chart and are missing
  /// from the total, until others have vanished.
  static constexpr size_t device_count_max = 512;

  /// The first so many devices get all charts, those beyond only the first one:
  /// whoever has hundreds looks at their traffic, and a thousand columns each
  /// second are enough for that.
  static constexpr size_t full_count_max = 64;

  /// The most names kept, ignored ones (8 partitions on each disk) included,
  /// so that a table of any size costs bounded memory.
  static constexpr size_t name_count_max = 8 * device_count_max;

private:
  void make_charts(device& which);
  void add_to_total(const device& which, const device_figures& now);
  void forget_vanished();

  std::vector<device_chart_row> rows_;
  device_total_row total_row_;
  int64_t total_in_ = 0;
  int64_t total_out_ = 0;
  /// By safe name; ordered, because that finds by view without a copy.
  std::map<std::string, device, std::less<>> devices_;
  /// Those with charts.
  size_t device_count_ = 0;
  uint64_t round_ = 1;
  /// The first round that saw a physical device; 0 before.
  uint64_t base_round_ = 0;
  bool physical_seen_ = false;
  size_t left_out_ = 0;
  std::string safe_name_;
  std::vector<std::optional<int64_t>> values_;
};

} // namespace tributary
