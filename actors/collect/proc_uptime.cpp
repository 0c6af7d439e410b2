#include "actors/collect/proc_uptime.hpp"

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/uptime";

chart_ptr make_chart() {
  return define_chart({"system.uptime", "system.uptime", "uptime",
                       "System Uptime", "seconds", chart_type::line, 1000,
                       "proc.uptime"},
                      {make_gauge("uptime", {1, 1000})});
}

} // namespace

proc_uptime::proc_uptime() : chart_(make_chart()) {}

std::string_view proc_uptime::name() const noexcept {
  return "proc.uptime";
}

caf::error proc_uptime::sample(kernel_files& files,
                               std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  line_reader lines{*text};
  word_reader words{lines.next().value_or(std::string_view{})};
  auto uptime = parse_thousandths(words.next().value_or(std::string_view{}));
  if (!uptime)
    return make_error(ec::corrupt,
                      std::string{file} + ": does not start with seconds");
  readings.push_back({chart_, {uptime}});
  return caf::none;
}

} // namespace tributary
