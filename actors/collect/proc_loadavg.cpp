#include "actors/collect/proc_loadavg.hpp"

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/loadavg";
constexpr value_scale thousandths{1, 1000};

chart_ptr make_active_chart() {
  return define_chart({"system.active_processes", "system.active_processes",
                       "processes", "Processes and threads", "processes",
                       chart_type::line, 750, "proc.loadavg"},
                      {make_gauge("active")});
}

/// `running/all`, the fourth word.
std::optional<int64_t> active_count(std::string_view word) {
  auto slash = word.find('/');
  return slash == std::string_view::npos ? std::nullopt
                                         : parse_count(word.substr(slash + 1));
}

chart_ptr make_chart() {
  return define_chart(
      {"system.load", "system.load", "load", "System Load Average", "load",
       chart_type::line, 100, "proc.loadavg"},
      {make_gauge("load1", thousandths), make_gauge("load5", thousandths),
       make_gauge("load15", thousandths)});
}

} // namespace

proc_loadavg::proc_loadavg()
    : chart_(make_chart()), active_(make_active_chart()) {}

std::string_view proc_loadavg::name() const noexcept {
  return "proc.loadavg";
}

caf::error proc_loadavg::sample(kernel_files& files,
                                std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  line_reader lines{*text};
  word_reader words{lines.next().value_or(std::string_view{})};
  auto next = [&words] {
    return parse_thousandths(words.next().value_or(std::string_view{}));
  };
  auto load1 = next();
  auto load5 = next();
  auto load15 = next();
  if (!load1 || !load5 || !load15)
    return make_error(ec::corrupt,
                      std::string{file} + ": does not start with three loads");
  readings.push_back({chart_, {load1, load5, load15}});
  if (auto active = active_count(words.next().value_or(std::string_view{})))
    readings.push_back({active_, {active}});
  return caf::none;
}

} // namespace tributary
