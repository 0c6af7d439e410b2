#include "actors/collect/proc_self.hpp"

#include <optional>
#include <utility>

#include <unistd.h>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* stat_file = "/proc/self/stat";
constexpr const char* status_file = "/proc/self/status";
constexpr const char* module_name = "self";

/// After all charts of the machine.
constexpr int32_t first_priority = 130'000;

/// Fields of /proc/self/stat between the command and `utime`.
constexpr size_t fields_before_utime = 11;

chart_heading heading(const char* id, const char* family, const char* title,
                      const char* units, int32_t place) {
  std::string full_id = std::string{"tributary."} + id;
  return {full_id,
          full_id,
          family,
          title,
          units,
          chart_type::line,
          first_priority + place,
          module_name};
}

chart_heading stacked(chart_heading x) {
  x.type = chart_type::stacked;
  return x;
}

/// Milliseconds of CPU time in one tick of /proc/self/stat, as a fraction.
value_scale cpu_ticks_as_ms() {
  auto hertz = sysconf(_SC_CLK_TCK);
  return {1000, hertz > 0 ? hertz : 100};
}

chart_ptr make_cpu_chart() {
  auto ms = cpu_ticks_as_ms();
  return define_chart(stacked(heading("cpu", "process", "CPU time of the node",
                                      "milliseconds/s", 0)),
                      {make_counter("user", ms), make_counter("system", ms)});
}

chart_ptr make_memory_chart() {
  return define_chart(
      stacked(heading("memory", "process", "Memory of the node", "MiB", 1)),
      {make_gauge("anon", {1, 1024}), make_gauge("shmem", {1, 1024})});
}

struct cpu_ticks {
  int64_t user = 0;
  int64_t system = 0;
};

/// `pid (command) state ...`: the command may hold blanks, line feeds and
/// brackets, so the fields are counted from the last bracket.
std::optional<cpu_ticks> parse_stat(std::string_view text) {
  auto bracket = text.rfind(')');
  if (bracket == std::string_view::npos)
    return std::nullopt;
  line_reader lines{text.substr(bracket + 1)};
  word_reader words{lines.next().value_or(std::string_view{})};
  words.skip(fields_before_utime);
  auto user = words.next_count();
  auto system = words.next_count();
  if (!user || !system)
    return std::nullopt;
  return cpu_ticks{*user, *system};
}

struct resident_kib {
  std::optional<int64_t> anon;
  std::optional<int64_t> shmem;
};

resident_kib parse_status(std::string_view text) {
  resident_kib result;
  line_reader lines{text};
  while (auto line = lines.next()) {
    word_reader words{*line};
    auto key = words.next();
    if (key == std::string_view{"RssAnon:"})
      result.anon = words.next_count();
    else if (key == std::string_view{"RssShmem:"})
      result.shmem = words.next_count();
  }
  return result;
}

} // namespace

proc_self::proc_self(std::shared_ptr<const node_figures> figures)
    : figures_(std::move(figures)),
      cpu_(make_cpu_chart()),
      memory_(make_memory_chart()) {
  if (figures_)
    figure_charts_ = make_figure_charts(*figures_);
}

std::string_view proc_self::name() const noexcept {
  return module_name;
}

caf::error proc_self::sample(kernel_files& files,
                             std::vector<chart_reading>& readings) {
  sample_figures(readings);
  auto cpu_fault = sample_cpu(files, readings);
  auto memory_fault = sample_memory(files, readings);
  return cpu_fault && memory_fault ? cpu_fault : caf::none;
}

caf::error proc_self::sample_cpu(kernel_files& files,
                                 std::vector<chart_reading>& readings) const {
  auto text = files.read(stat_file);
  if (!text)
    return text.error();
  auto ticks = parse_stat(*text);
  if (!ticks)
    return make_error(ec::corrupt, std::string{stat_file} + ": no CPU times");
  readings.push_back({cpu_, {ticks->user, ticks->system}});
  return caf::none;
}

caf::error
proc_self::sample_memory(kernel_files& files,
                         std::vector<chart_reading>& readings) const {
  auto text = files.read(status_file);
  if (!text)
    return text.error();
  auto resident = parse_status(*text);
  if (!resident.anon && !resident.shmem)
    return make_error(ec::corrupt, std::string{status_file}
                                       + ": no RssAnon and no RssShmem");
  readings.push_back({memory_, {resident.anon, resident.shmem}});
  return caf::none;
}

/// Told a round late: behind missed ticks there is no increment, so the count
/// of them waits for a round that follows the one before.
void proc_self::tell_missed_ticks() {
  auto missed = figures_->missed_ticks.load(std::memory_order_relaxed);
  if (missed == missed_seen_.value_or(missed))
    missed_told_ = missed;
  missed_seen_ = missed;
}

void proc_self::sample_figures(std::vector<chart_reading>& readings) {
  if (figures_)
    tell_missed_ticks();
  for (auto& x : figure_charts_) {
    chart_reading reading;
    reading.chart = x.chart;
    reading.values.reserve(x.figures.size());
    for (auto value : x.figures)
      reading.values.emplace_back(value->load(std::memory_order_relaxed));
    readings.push_back(std::move(reading));
  }
  if (!figures_)
    return;
  if (figures_->actors)
    actors_.sample(*figures_->actors, readings);
  links_.sample(figures_->links.list(), readings);
}

/// The visible table of the node's own charts.
std::vector<proc_self::figure_chart>
proc_self::make_figure_charts(const node_figures& x) const {
  constexpr value_scale mib{1, 1 << 20};
  constexpr value_scale us_as_ms{1, 1000};
  return {
      {define_chart(heading("samples", "data", "Samples", "samples/s", 2),
                    {make_counter("collected"), make_counter("received")}),
       {&x.samples_collected, &x.samples_received}},
      {define_chart(heading("frames", "data", "Frames", "frames/s", 3),
                    {make_counter("sealed"), make_counter("received"),
                     make_counter("sent"), make_counter("acked"),
                     make_counter("refused")}),
       {&x.frames_sealed, &x.frames_received, &x.frames_sent, &x.acked_frames,
        &x.frames_refused}},
      {define_chart(heading("traffic", "links", "Traffic of links", "KiB/s", 4),
                    {make_counter("received", {1, 1024}),
                     make_counter("sent", {-1, 1024})}),
       {&x.bytes_received, &x.bytes_sent}},
      {define_chart(heading("links", "links", "Links", "links", 5),
                    {make_gauge("up"), make_gauge("down")}),
       {&x.links_up, &x.links_down}},
      {define_chart(heading("hosts", "links", "Hosts known here", "hosts", 6),
                    {make_gauge("hosts")}),
       {&x.hosts}},
      {define_chart(heading("commits", "store", "Commits", "commits/s", 7),
                    {make_counter("commits"), make_counter("failed")}),
       {&x.commits, &x.commits_failed}},
      {define_chart(heading("commit_time", "store", "Time spent committing",
                            "microseconds/s", 8),
                    {make_counter("time")}),
       {&x.commit_us}},
      {define_chart(
           heading("commit_duration", "store", "How long commits took",
                   "milliseconds", 9),
           {make_gauge("last", us_as_ms), make_gauge("longest", us_as_ms)}),
       {&x.commit_last_us, &x.commit_longest_us}},
      {define_chart(heading("backlog", "store", "Published and not durable yet",
                            "KiB", 10),
                    {make_gauge("frames", {1, 1024})}),
       {&x.backlog_bytes}},
      {define_chart(stacked(heading("store_size", "store",
                                    "What the store holds", "MiB", 11)),
                    {make_gauge("journal", mib), make_gauge("tier0", mib)}),
       {&x.journal_bytes, &x.tier0_bytes}},
      {define_chart(
           heading("ticks", "clock", "Irregular ticks", "events/s", 12),
           {make_counter("missed"), make_counter("clock_steps"),
            make_counter("dropped")}),
       {&missed_told_, &x.clock_steps, &x.dropped_ticks}},
  };
}

} // namespace tributary
