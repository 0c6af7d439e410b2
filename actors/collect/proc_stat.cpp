#include "actors/collect/proc_stat.hpp"

#include <string>
#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/stat";
constexpr const char* module_name = "proc.stat";

/// One second of one CPU. Steps back by rounding or idle accounting are far
/// smaller, a real reset (a restored container) is far larger.
constexpr int64_t step_back_max = 100;

/// Fields of a `cpu` line in the kernel's order.
enum field : size_t {
  user,
  nice,
  system_time,
  idle,
  iowait,
  irq,
  softirq,
  steal,
  guest,
  guest_nice,
  field_count
};

/// Linux 2.4 has no more than these.
constexpr size_t field_count_min = idle + 1;

using fields = std::array<int64_t, field_count>;

dimension share(const char* id) {
  auto result = make_counter(id);
  result.algorithm = algorithm::percentage_of_incremental_row;
  return result;
}

chart_ptr make_chart(chart_heading heading) {
  auto idle_share = share("idle");
  idle_share.hidden = true;
  heading.units = "percentage";
  heading.type = chart_type::stacked;
  heading.module = module_name;
  return define_chart(std::move(heading),
                      {share("guest_nice"), share("guest"), share("steal"),
                       share("softirq"), share("irq"), share("user"),
                       share("system"), share("nice"), share("iowait"),
                       idle_share});
}

chart_ptr make_machine_chart() {
  chart_heading heading;
  heading.id = heading.context = "system.cpu";
  heading.family = "cpu";
  heading.title = "Total CPU utilization";
  heading.priority = 100;
  return make_chart(std::move(heading));
}

chart_ptr make_core_chart(size_t number) {
  chart_heading heading;
  heading.id = "cpu.cpu" + std::to_string(number);
  heading.context = "cpu.cpu";
  heading.family = "utilization";
  heading.title = "Core utilization";
  heading.priority = 1001 + static_cast<int32_t>(number);
  return make_chart(std::move(heading));
}

std::vector<figure_chart_row> make_figures() {
  constexpr auto always = chart_presence::always;
  auto heading = [](const char* id, const char* family, const char* title,
                    const char* units, int32_t priority) {
    return chart_heading{
        id, id, family, title, units, chart_type::line, priority, module_name};
  };
  return {
      {heading("system.processes", "processes", "Processes by state",
               "processes", 600),
       always,
       {gauge_of("procs_running", "running", {}),
        gauge_of("procs_blocked", "blocked", below)}},
      {heading("system.forks", "processes", "Started processes", "processes/s",
               700),
       always,
       {counter_of("processes", "started", "started")}},
      {heading("system.ctxt", "processes", "Context switches",
               "context switches/s", 800),
       always,
       {counter_of("ctxt", "switches", "switches")}},
      {heading("system.intr", "interrupts", "Interrupts", "interrupts/s", 900),
       always,
       {counter_of("intr", "interrupts", "interrupts")}},
  };
}

/// What follows the name of a `cpu` line; none unless it is sound.
std::optional<fields> parse(word_reader& words) {
  fields result{};
  for (size_t i = 0; i < result.size(); ++i) {
    auto word = words.next();
    if (!word)
      return i < field_count_min ? std::nullopt : std::optional{result};
    auto count = parse_count(*word);
    if (!count)
      return std::nullopt;
    result[i] = *count;
  }
  return result;
}

proc_stat::row to_row(const fields& x) {
  return {x[guest_nice],  x[guest],
          x[steal],       x[softirq],
          x[irq],         checked_difference(x[user], x[guest]),
          x[system_time], checked_difference(x[nice], x[guest_nice]),
          x[iowait],      x[idle]};
}

} // namespace

proc_stat::proc_stat() : figures_(make_figures()) {
  machine_.chart = make_machine_chart();
}

std::string_view proc_stat::name() const noexcept {
  return module_name;
}

caf::error proc_stat::sample(kernel_files& files,
                             std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  auto has_machine = false;
  auto first = readings.size();
  ++round_;
  figures_.begin_round();
  line_reader lines{*text};
  while (auto line = lines.next())
    if (line->substr(0, 3) == "cpu") {
      has_machine = sample_line(*line, readings) || has_machine;
    } else {
      word_reader words{*line};
      auto key = words.next();
      if (key)
        figures_.note(*key, words.next_count());
    }
  if (!has_machine) {
    readings.erase(readings.begin() + static_cast<std::ptrdiff_t>(first),
                   readings.end());
    return make_error(ec::corrupt, std::string{file} + ": no sound cpu line");
  }
  figures_.end_round(readings);
  return caf::none;
}

/// Whether it is a sound line for all CPUs, which is the one called plain
/// `cpu`.
bool proc_stat::sample_line(std::string_view line,
                            std::vector<chart_reading>& readings) {
  word_reader words{line};
  auto name = words.next().value_or(std::string_view{});
  auto is_machine = name == "cpu";
  auto found = parse(words);
  auto which = !found ? nullptr : is_machine ? &machine_ : core(name.substr(3));
  if (which == nullptr || which->round == round_)
    return false;
  which->round = round_;
  auto now = to_row(*found);
  hold_small_steps_back(*which, now);
  readings.push_back({which->chart, {now.begin(), now.end()}});
  return is_machine;
}

/// Null if the number is none or beyond the bound.
proc_stat::processor* proc_stat::core(std::string_view number) {
  auto index = parse_count(number);
  if (!index || *index >= static_cast<int64_t>(core_count_max))
    return nullptr;
  auto i = static_cast<size_t>(*index);
  if (cores_.size() <= i)
    cores_.resize(i + 1);
  if (!cores_[i].chart)
    cores_[i].chart = make_core_chart(i);
  return &cores_[i];
}

/// The kernel documents that idle and iowait may fall, and a difference of two
/// rounded counters, like user without guest, wavers by one. Passed on, each
/// would look like a reset of an ever-growing counter.
void proc_stat::hold_small_steps_back(processor& which, row& now) {
  for (size_t i = 0; i < column_count; ++i) {
    if (!now[i])
      continue;
    if (*now[i] < which.last[i] && which.last[i] - *now[i] <= step_back_max)
      now[i] = which.last[i];
    which.last[i] = *now[i];
  }
}

} // namespace tributary
