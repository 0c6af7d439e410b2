#include "actors/collect/proc_stat.hpp"

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/stat";

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

chart_ptr make_chart() {
  auto idle_share = share("idle");
  idle_share.hidden = true;
  return define_chart({"system.cpu", "system.cpu", "cpu",
                       "Total CPU utilization", "percentage",
                       chart_type::stacked, 100, "proc.stat"},
                      {share("user"), share("system"), share("nice"),
                       share("iowait"), share("irq"), share("softirq"),
                       share("steal"), share("guest"), idle_share});
}

/// The counters of the line for all CPUs, which is the one called plain `cpu`.
std::optional<fields> parse(std::string_view line) {
  word_reader words{line};
  if (words.next() != std::string_view{"cpu"})
    return std::nullopt;
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
  return {checked_difference(x[user], x[guest]),
          x[system_time],
          checked_difference(x[nice], x[guest_nice]),
          x[iowait],
          x[irq],
          x[softirq],
          x[steal],
          checked_sum(x[guest], x[guest_nice]),
          x[idle]};
}

} // namespace

proc_stat::proc_stat() : chart_(make_chart()) {}

std::string_view proc_stat::name() const noexcept {
  return "proc.stat";
}

caf::error proc_stat::sample(kernel_files& files,
                             std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  line_reader lines{*text};
  while (auto line = lines.next()) {
    if (auto found = parse(*line)) {
      auto now = to_row(*found);
      hold_small_steps_back(now);
      readings.push_back({chart_, {now.begin(), now.end()}});
      return caf::none;
    }
  }
  return make_error(ec::corrupt, std::string{file} + ": no sound cpu line");
}

/// The kernel documents that idle and iowait may fall, and a difference of two
/// rounded counters, like user without guest, wavers by one. Passed on, each
/// would look like a reset of an ever-growing counter.
void proc_stat::hold_small_steps_back(row& now) {
  for (size_t i = 0; i < column_count; ++i) {
    if (!now[i])
      continue;
    if (*now[i] < last_[i] && last_[i] - *now[i] <= step_back_max)
      now[i] = last_[i];
    last_[i] = *now[i];
  }
}

} // namespace tributary
