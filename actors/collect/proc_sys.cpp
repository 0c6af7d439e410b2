#include "actors/collect/proc_sys.hpp"

#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* entropy_file = "/proc/sys/kernel/random/entropy_avail";
constexpr const char* file_nr_file = "/proc/sys/fs/file-nr";

/// Per cent with four decimals.
constexpr value_scale ten_thousandths{1, 10'000};
constexpr int64_t whole = 100 * 10'000;

figure_chart_row row(const char* id, const char* family, const char* title,
                     const char* units, int32_t priority, figure_row figure) {
  return {
      {id, id, family, title, units, chart_type::line, priority, "proc.sys"},
      chart_presence::always,
      {std::move(figure)}};
}

std::vector<figure_chart_row> make_charts() {
  return {
      row("system.entropy", "entropy", "Available entropy", "entropy", 1000,
          gauge_of("entropy")),
      row("system.file_nr_used", "files", "File handles in use", "files", 1000,
          gauge_of("used")),
      row("system.file_nr_utilization", "files",
          "File handles in use as a share of those allowed", "percentage", 1001,
          gauge_of("utilization", ten_thousandths)),
  };
}

/// The first line of a file; empty if it is not there.
caf::expected<std::string_view> first_line(kernel_files& files,
                                           const char* path) {
  auto text = files.read_if_there(path);
  if (!text || text->data() == nullptr)
    return text;
  line_reader lines{*text};
  auto line = lines.next();
  if (!line || line->empty())
    return make_error(ec::corrupt, std::string{path} + ": no line");
  return *line;
}

caf::error note_entropy(kernel_files& files, figure_charts& to) {
  auto line = first_line(files, entropy_file);
  if (!line)
    return line.error();
  word_reader words{*line};
  auto value = words.next_count();
  to.note("entropy", value);
  return value || line->empty()
             ? caf::none
             : make_error(ec::corrupt,
                          std::string{entropy_file} + ": no number");
}

/// `allocated unused maximum`.
caf::error note_file_handles(kernel_files& files, figure_charts& to) {
  auto line = first_line(files, file_nr_file);
  if (!line)
    return line.error();
  if (line->empty())
    return caf::none;
  word_reader words{*line};
  auto allocated = words.next_count();
  auto unused = words.next_count();
  auto maximum = words.next_count();
  auto used = checked_difference(allocated, unused);
  if (!used || !maximum)
    return make_error(ec::corrupt,
                      std::string{file_nr_file} + ": no three numbers");
  to.note("used", used);
  int64_t scaled = 0;
  if (*maximum > 0 && !__builtin_mul_overflow(*used, whole, &scaled))
    to.note("utilization", scaled / *maximum);
  return caf::none;
}

} // namespace

proc_sys::proc_sys() : charts_(make_charts()) {}

std::string_view proc_sys::name() const noexcept {
  return "proc.sys";
}

caf::error proc_sys::sample(kernel_files& files,
                            std::vector<chart_reading>& readings) {
  charts_.begin_round();
  auto fault = note_entropy(files, charts_);
  auto other = note_file_handles(files, charts_);
  charts_.end_round(readings);
  return fault ? fault : other;
}

} // namespace tributary
