#pragma once

/// The devices (disks, interfaces) that a source has seen: their charts, and
/// the total over the physical ones. Called by `proc_diskstats` and
/// `proc_net_dev`; touches no file.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/source.hpp"

namespace tributary {

/// What a device has moved since it came up, in the unit of its kernel file.
struct device_traffic {
  int64_t in = 0;
  int64_t out = 0;
};

enum class device_kind : uint8_t {
  /// No chart, for example a partition.
  ignored,
  /// A chart, but not part of the total: its traffic passes through another
  /// device too, or through none.
  logical,
  /// A chart, and part of the total.
  physical,
};

/// Devices come and go. One that comes gets its chart at first sight, one that
/// is gone gives no reading, one that returns has the same chart as before.
///
/// The total is a counter of its own that adds up the increments of the
/// physical devices, instead of their sum: a sum would fall when a device goes,
/// which looks like a reset, and jump when one comes with a past.
class device_table {
public:
  struct device {
    device_kind kind = device_kind::ignored;
    /// None for ignored devices.
    chart_ptr chart;
    device_traffic last;
    /// The newest round that saw it.
    uint64_t round = 0;
  };

  /// Makes the chart of one device out of its safe name.
  using chart_maker = chart_ptr (*)(const std::string& safe_name);

  /// @param make_chart yields charts of two dimensions, in and out.
  /// @param total_chart has two dimensions, in and out, too.
  device_table(chart_maker make_chart, chart_ptr total_chart);

  /// Starts a pass over the kernel's table.
  void begin_round() noexcept;

  /// The device with that name, if this or the last round saw it; else null,
  /// and the caller finds out its kind (a name may come back as something
  /// else) and calls `admit`.
  device* find(std::string_view name);

  /// Whether `admit` can take another device. Asked first, so that those beyond
  /// the bound cost no look into /sys at every round.
  bool has_room() const noexcept {
    return chart_count_ < chart_count_max && devices_.size() < name_count_max;
  }

  /// Notes a device that `find` did not know. Call only if `has_room`.
  device& admit(std::string_view name, device_kind kind);

  /// Counts a device that there is no room for.
  void leave_out() noexcept {
    ++left_out_;
  }

  /// Appends the reading of a device unless it is ignored. A second record of
  /// one round is dropped: names may be equal once they are made safe.
  void record(device& which, device_traffic now,
              std::vector<chart_reading>& readings);

  /// Ends a pass: appends the total if a physical device was seen.
  void end_round(std::vector<chart_reading>& readings);

  /// Lines of unknown devices that the last round left out for want of room.
  size_t left_out_count() const noexcept {
    return left_out_;
  }

  /// The most charts: 512 devices are 1,024 values a second, far beyond any
  /// machine that is not a container host gone wrong. Further devices get no
  /// chart and are missing from the total, until others have vanished.
  static constexpr size_t chart_count_max = 512;

  /// The most names kept, ignored ones (8 partitions on each disk) included,
  /// so that a table of any size costs bounded memory.
  static constexpr size_t name_count_max = 8 * chart_count_max;

private:
  void add_to_total(const device& which, device_traffic now);
  void forget_vanished();

  chart_maker make_chart_;
  chart_ptr total_chart_;
  device_traffic total_;
  /// By safe name; ordered, because that finds by view without a copy.
  std::map<std::string, device, std::less<>> devices_;
  size_t chart_count_ = 0;
  uint64_t round_ = 1;
  /// The first round that saw a physical device; 0 before.
  uint64_t base_round_ = 0;
  bool physical_seen_ = false;
  size_t left_out_ = 0;
  std::string safe_name_;
};

} // namespace tributary
