#pragma once

/// What the node itself uses and does. See `man 5 proc` for /proc/self/stat
/// and /proc/self/status.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "actors/collect/self_activity.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `self`: the charts `tributary.*`. The CPU time is that of all threads
/// of the process, in ticks of 1/USER_HZ second; the memory is RssAnon (`anon`)
/// and RssShmem (`shmem`), that is without the pages of the store, which are
/// the kernel's cache. The rest is `node_figures`, and what actors and links
/// do (self_activity.hpp).
class proc_self : public source {
public:
  /// @param figures may be null: then there are but the charts of the process.
  explicit proc_self(std::shared_ptr<const node_figures> figures);

  std::string_view name() const noexcept override;

  /// Appends the figures of the node, which always are to be had, then what
  /// /proc tells: a file that can't be read or makes no sense costs its own
  /// chart only. Yields the first such fault (errors of `kernel_files::read`,
  /// `ec::corrupt`) if neither file could be read.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  caf::error sample_cpu(kernel_files& files,
                        std::vector<chart_reading>& readings) const;
  caf::error sample_memory(kernel_files& files,
                           std::vector<chart_reading>& readings) const;
  void sample_figures(std::vector<chart_reading>& readings);

  /// A chart of figures, and where the value of each dimension is.
  struct figure_chart {
    chart_ptr chart;
    std::vector<const figure*> figures;
  };

  std::vector<figure_chart> make_figure_charts(const node_figures& x) const;
  void tell_missed_ticks();

  std::shared_ptr<const node_figures> figures_;
  chart_ptr cpu_;
  chart_ptr memory_;
  std::vector<figure_chart> figure_charts_;
  /// `missed_ticks` of the round before, and what its chart is told of it.
  std::optional<int64_t> missed_seen_;
  figure missed_told_{0};
  actor_charts actors_;
  link_charts links_;
};

} // namespace tributary
