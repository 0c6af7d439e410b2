#include "actors/collect/proc_pressure.hpp"

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* module_name = "proc.pressure";
constexpr value_scale thousandths{1, 1000};
constexpr value_scale us_as_ms{1, 1000};

struct resource {
  const char* name;
  const char* path;
  const char* family;
  const char* title;
  int32_t priority;
};

constexpr resource resources[] = {
    {"cpu", "/proc/pressure/cpu", "cpu", "processors", 140},
    {"memory", "/proc/pressure/memory", "ram", "memory", 240},
    {"io", "/proc/pressure/io", "disk", "I/O", 190},
};

/// Adds the charts of one line. Keys are the resource, the word that begins the
/// line and the figure: `cpu.some.avg10`.
void add_charts(const resource& what, const std::string& word,
                const char* share, int32_t priority,
                std::vector<figure_chart_row>& to) {
  auto id = "system." + std::string{what.name} + "_" + word + "_pressure";
  auto key = std::string{what.name} + "." + word + ".";
  auto title = std::string{share} + " waiting for " + what.title;
  to.push_back({{id, id, what.family, "Share of time with " + title,
                 "percentage", chart_type::line, priority, module_name},
                chart_presence::always,
                {gauge_of(key + "avg10", word + " 10", thousandths),
                 gauge_of(key + "avg60", word + " 60", thousandths),
                 gauge_of(key + "avg300", word + " 300", thousandths)}});
  id += "_stall_time";
  to.push_back({{id, id, what.family, "Time with " + title, "ms",
                 chart_type::line, priority + 5, module_name},
                chart_presence::always,
                {counter_of(key + "total", "time", "time", us_as_ms)}});
}

std::vector<figure_chart_row> make_charts() {
  std::vector<figure_chart_row> result;
  for (auto& x : resources) {
    add_charts(x, "some", "some processes", x.priority, result);
    add_charts(x, "full", "all processes", x.priority + 10, result);
  }
  return result;
}

/// `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`.
void note_line(const char* resource_name, std::string_view line,
               std::string& key, figure_charts& to) {
  word_reader words{line};
  auto word = words.next().value_or(std::string_view{});
  while (auto pair = words.next()) {
    auto equals = pair->find('=');
    if (equals == std::string_view::npos)
      continue;
    auto figure = pair->substr(0, equals);
    auto value = pair->substr(equals + 1);
    key.assign(resource_name).append(".").append(word).append(".");
    to.note(key.append(figure),
            figure == "total" ? parse_count(value) : parse_thousandths(value));
  }
}

} // namespace

proc_pressure::proc_pressure() : charts_(make_charts()) {}

std::string_view proc_pressure::name() const noexcept {
  return module_name;
}

caf::error proc_pressure::sample(kernel_files& files,
                                 std::vector<chart_reading>& readings) {
  charts_.begin_round();
  size_t file_count = 0;
  for (auto& x : resources) {
    auto text = files.read_if_there(x.path);
    if (!text)
      return text.error();
    file_count += text->data() != nullptr;
    line_reader lines{*text};
    while (auto line = lines.next())
      note_line(x.name, *line, key_, charts_);
  }
  if (file_count > 0 && charts_.noted_count() == 0)
    return make_error(ec::corrupt, "/proc/pressure: no sound figure");
  charts_.end_round(readings);
  return caf::none;
}

} // namespace tributary
