#include "actors/collect/core_counters.hpp"

#include <algorithm>
#include <utility>

#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr core_counters::subject interrupts{"proc.interrupts",
                                            "/proc/interrupts",
                                            "interrupts",
                                            "Interrupts by source",
                                            1000,
                                            1100};

constexpr core_counters::subject softirqs{"proc.softirqs",
                                          "/proc/softirqs",
                                          "softirqs",
                                          "Soft interrupts by kind",
                                          950,
                                          3000};

chart_heading heading(const core_counters::subject& x, std::string id,
                      std::string context, int32_t priority) {
  return {std::move(id),
          std::move(context),
          x.noun,
          x.title,
          x.noun + std::string{"/s"},
          chart_type::stacked,
          priority,
          x.name};
}

bool is_number(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The number of an interrupt with the last word of its description, which is
/// the driver; the label of one without a number.
std::string name_of(std::string_view label, std::string_view description) {
  std::string result;
  auto driver = description.substr(description.find_last_of(" \t:=,") + 1);
  if (driver.empty() || !is_number(label)) {
    assign_safe_name(label, result);
    return result;
  }
  assign_safe_name(driver, result);
  return result.append("_").append(label.substr(0, device_name_bytes_max));
}

} // namespace

core_counters::core_counters(const subject& what)
    : subject_(what),
      machine_(heading(what, std::string{"system."} + what.noun,
                       std::string{"system."} + what.noun, what.priority)) {}

std::string_view core_counters::name() const noexcept {
  return subject_.name;
}

caf::error core_counters::sample(kernel_files& files,
                                 std::vector<chart_reading>& readings) {
  auto text = files.read(subject_.file);
  if (!text)
    return text.error();
  line_reader lines{*text};
  if (!read_heading(lines.next().value_or(std::string_view{})))
    return make_error(ec::corrupt,
                      std::string{subject_.file} + ": no line of CPUs");
  ++round_;
  size_t sound_count = 0;
  while (auto line = lines.next())
    sound_count += sample_line(*line);
  if (sound_count == 0)
    return make_error(ec::corrupt,
                      std::string{subject_.file} + ": no sound line");
  machine_.end_round(readings);
  for (auto& x : cores_)
    x.end_round(readings);
  return caf::none;
}

/// `  CPU0  CPU1 ...`: those that are on line, whose numbers may have holes.
bool core_counters::read_heading(std::string_view text) {
  columns_.clear();
  word_reader words{text};
  while (auto word = words.next()) {
    auto number = word->substr(0, 3) == "CPU" ? parse_count(word->substr(3))
                                              : std::nullopt;
    if (!number || *number >= static_cast<int64_t>(column_count_max)
        || columns_.size() == column_count_max)
      return false;
    columns_.push_back(static_cast<size_t>(*number));
  }
  if (columns_.empty())
    return false;
  auto highest = *std::max_element(columns_.begin(), columns_.end());
  add_core_charts(std::min(highest + 1, core_count_max));
  return true;
}

void core_counters::add_core_charts(size_t count) {
  for (auto i = cores_.size(); i < count; ++i)
    cores_.emplace_back(
        heading(subject_, "cpu.cpu" + std::to_string(i) + "_" + subject_.noun,
                std::string{"cpu."} + subject_.noun,
                subject_.core_priority + static_cast<int32_t>(i)));
}

/// `  24:  count count ...  description`. Lines of one number (ERR, MIS) count
/// for the machine.
bool core_counters::sample_line(std::string_view text) {
  auto colon = text.find(':');
  word_reader labels{text.substr(0, colon)};
  auto label = labels.next();
  if (colon == std::string_view::npos || !label || labels.next())
    return false;
  counts_.clear();
  word_reader words{text.substr(colon + 1)};
  std::string_view rest;
  while (counts_.size() < columns_.size()) {
    rest = words.rest();
    auto count = words.next_count();
    if (!count)
      break;
    counts_.push_back(*count);
    rest = words.rest();
  }
  auto per_core = counts_.size() == columns_.size();
  if (counts_.empty() || (!per_core && counts_.size() != 1))
    return false;
  // A second line of a round is dropped: labels may be equal once they are
  // safe.
  auto found = find(*label, rest);
  if (found == nullptr || found->round == round_)
    return true;
  found->round = round_;
  count_line(*found, per_core);
  return true;
}

/// Takes `counts_` as the numbers of that line.
void core_counters::count_line(line& what, bool per_core) {
  for (size_t i = 0; i < counts_.size(); ++i) {
    auto core = columns_[i];
    if (what.cores.size() <= core)
      what.cores.resize(core + 1);
    auto step = what.cores[core].step(counts_[i]);
    add_checked(what.total, step);
    if (!per_core || core >= what.shares.size())
      continue;
    add_checked(what.shares[core].total, step);
    cores_[core].set(what.shares[core].place, what.shares[core].total);
  }
  machine_.set(what.place, what.total);
}

/// Null if it is one line too many.
core_counters::line* core_counters::find(std::string_view label,
                                         std::string_view description) {
  assign_safe_name(label, safe_label_);
  auto i = lines_.find(safe_label_);
  if (i != lines_.end() && i->second.shares.size() == cores_.size())
    return &i->second;
  if (i == lines_.end() && lines_.size() == line_count_max)
    return nullptr;
  auto what = with_name(make_counter(safe_label_), name_of(label, description));
  if (i == lines_.end()) {
    i = lines_.emplace(safe_label_, line{}).first;
    i->second.place = machine_.add(what);
  }
  auto& shares = i->second.shares;
  while (shares.size() < cores_.size())
    shares.push_back({0, cores_[shares.size()].add(what)});
  return &i->second;
}

proc_interrupts::proc_interrupts() : core_counters(interrupts) {}

proc_softirqs::proc_softirqs() : core_counters(softirqs) {}

} // namespace tributary
