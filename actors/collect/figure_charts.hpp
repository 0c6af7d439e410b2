#pragma once

/// Charts of a kernel file that is a list of named figures, like /proc/meminfo
/// or /proc/net/snmp: a table says which figure is a dimension of which chart.
/// Held by sources; touches no file.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/held_chart.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// A figure as a dimension.
struct figure_row {
  /// The kernel's name for it.
  std::string key;
  dimension what;
};

struct figure_chart_row {
  chart_heading heading;
  chart_presence presence = chart_presence::always;
  std::vector<figure_row> figures;
};

/// A figure that the kernel does not have makes a gap of its dimension, and a
/// chart without any figure is not given.
class figure_charts {
public:
  explicit figure_charts(std::vector<figure_chart_row> table);
  figure_charts(const figure_charts&) = delete;
  figure_charts& operator=(const figure_charts&) = delete;

  /// Forgets all figures.
  void begin_round() noexcept;

  /// Notes a figure wherever the table has it. One that comes twice counts
  /// twice: the last one stays. None takes it back.
  void note(std::string_view key, std::optional<int64_t> value);

  /// Notes a figure that was not noted in this round.
  void note_missing(std::string_view key, int64_t value);

  /// How many of the noted figures the table has.
  size_t noted_count() const noexcept {
    return noted_count_;
  }

  /// Appends the charts.
  void end_round(std::vector<chart_reading>& readings);

private:
  struct held {
    held_chart chart;
    std::vector<std::optional<int64_t>> values;
  };

  struct place {
    size_t chart;
    size_t dimension;
  };

  std::vector<held> charts_;
  /// What `places_` views; a deque, since its elements stay where they are.
  std::deque<std::string> keys_;
  /// One figure may be in several charts.
  std::unordered_multimap<std::string_view, place> places_;
  size_t noted_count_ = 0;
};

/// A dimension of the figure of that name: its id is the key.
figure_row gauge_of(std::string_view key, value_scale factor = {});

/// Likewise, with an id of its own.
figure_row gauge_of(std::string_view key, std::string id,
                    value_scale factor = {});

/// A counter whose id is the key.
figure_row counter_of(std::string_view key, value_scale factor = {});

/// Likewise, with a name for people.
figure_row counter_of(std::string_view key, std::string name,
                      value_scale factor = {});

/// Likewise, with an id and a name of its own.
figure_row counter_of(std::string_view key, std::string id, std::string name,
                      value_scale factor = {});

} // namespace tributary
