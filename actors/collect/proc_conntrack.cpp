#include "actors/collect/proc_conntrack.hpp"

#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/net/stat/nf_conntrack";
constexpr const char* module_name = "proc.net.stat.conntrack";

/// The kernel's word for how many connections there are; the same number in
/// each line.
constexpr std::string_view entries = "entries";

figure_chart_row row(const char* id, const char* title, const char* units,
                     int32_t priority, std::vector<figure_row> figures) {
  return {{id, id, "conntrack", title, units, chart_type::line, priority,
           module_name},
          chart_presence::always,
          std::move(figures)};
}

std::vector<figure_chart_row> make_charts() {
  auto connections
      = row("netfilter.conntrack_sockets", "Tracked connections",
            "active connections", 8700, {gauge_of(entries, "connections")});
  connections.presence = chart_presence::always;
  return {
      connections,
      row("netfilter.conntrack_new", "New connections", "connections/s", 8701,
          {counter_of("new"), counter_of("ignore", below),
           counter_of("invalid", below)}),
      row("netfilter.conntrack_changes", "Changes of the table", "changes/s",
          8702,
          {counter_of("insert", "inserted", "inserted"),
           counter_of("delete", "deleted", "deleted", below),
           counter_of("delete_list", below)}),
      row("netfilter.conntrack_expect", "Expected connections",
          "expectations/s", 8703,
          {counter_of("expect_create", "created", "created"),
           counter_of("expect_delete", "deleted", "deleted", below),
           counter_of("expect_new", "new", "new")}),
      row("netfilter.conntrack_errors", "Errors of the tracker", "events/s",
          8705,
          {counter_of("icmp_error"), counter_of("insert_failed", below),
           counter_of("drop", below), counter_of("early_drop", below)}),
      row("netfilter.conntrack_search", "Searches of the table", "searches/s",
          8710,
          {counter_of("searched", "searched", "searched"),
           counter_of("search_restart", "restarted", "restarted", below),
           counter_of("found")}),
  };
}

} // namespace

proc_conntrack::proc_conntrack() : charts_(make_charts()) {}

std::string_view proc_conntrack::name() const noexcept {
  return module_name;
}

caf::error proc_conntrack::sample(kernel_files& files,
                                  std::vector<chart_reading>& readings) {
  auto text = files.read_if_there(file);
  if (!text)
    return text.error();
  if (text->data() == nullptr)
    return caf::none;
  line_reader lines{*text};
  names_.clear();
  word_reader heading{lines.next().value_or(std::string_view{})};
  while (auto word = heading.next())
    if (names_.size() < cpu_table::column_count_max)
      names_.emplace_back(*word);
  table_.begin_round();
  while (auto line = lines.next())
    table_.note(*line, names_.size());
  charts_.begin_round();
  if (table_.line_count() > 0)
    for (size_t i = 0; i < names_.size(); ++i)
      charts_.note(names_[i],
                   names_[i] == entries ? table_.latest(i) : table_.total(i));
  if (charts_.noted_count() == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound line");
  charts_.end_round(readings);
  return caf::none;
}

} // namespace tributary
