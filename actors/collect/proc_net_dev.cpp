#include "actors/collect/proc_net_dev.hpp"

#include <optional>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/net/dev";
constexpr const char* module_name = "proc.net.dev";

constexpr value_scale received_kilobits{8, 1000};
/// What is sent goes below the zero line.
constexpr value_scale sent_kilobits{-8, 1000};

/// Received packets, errs, drop, fifo, frame, compressed and multicast stand
/// between the received and the sent bytes.
constexpr size_t fields_between = 7;

chart_ptr make_interface_chart(const std::string& name) {
  return define_chart({"net." + name, "net.net", name, "Bandwidth",
                       "kilobits/s", chart_type::area, 7000, module_name},
                      {make_counter("received", received_kilobits),
                       make_counter("sent", sent_kilobits)});
}

chart_ptr make_total_chart() {
  return define_chart(
      {"system.net", "system.net", "network",
       "Physical Network Interfaces Aggregated Bandwidth", "kilobits/s",
       chart_type::area, 500, module_name},
      {with_name(make_counter("InOctets", received_kilobits), "received"),
       with_name(make_counter("OutOctets", sent_kilobits), "sent")});
}

struct interface_line {
  std::string_view name;
  device_traffic traffic;
};

/// `  name: bytes packets ...`; kernels before 2.6.36 put no blank behind the
/// colon. The two lines of heading have none.
std::optional<interface_line> parse(std::string_view line) {
  // The last one, since the names of aliases had colons once.
  auto colon = line.rfind(':');
  auto begin = line.find_first_not_of(' ');
  if (colon == std::string_view::npos || begin >= colon)
    return std::nullopt;
  word_reader words{line.substr(colon + 1)};
  auto received = words.next_count();
  words.skip(fields_between);
  auto sent = words.next_count();
  if (!received || !sent)
    return std::nullopt;
  return interface_line{line.substr(begin, colon - begin), {*received, *sent}};
}

/// Asks /sys once for each interface that comes.
device_kind kind_of(kernel_files& files, std::string_view name) {
  // The kernel admits no slash in a name; with one, the path leads elsewhere.
  if (name.size() > device_name_bytes_max
      || name.find('/') != std::string_view::npos)
    return device_kind::logical;
  std::string path = "/sys/class/net/";
  path.append(name).append("/device/uevent");
  return files.read(path.c_str()) ? device_kind::physical
                                  : device_kind::logical;
}

} // namespace

proc_net_dev::proc_net_dev()
    : interfaces_(make_interface_chart, make_total_chart()) {}

std::string_view proc_net_dev::name() const noexcept {
  return module_name;
}

caf::error proc_net_dev::sample(kernel_files& files,
                                std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  // Asking /sys reuses the buffer that the view is into.
  text_.assign(*text);
  size_t sound_count = 0;
  interfaces_.begin_round();
  line_reader lines{text_};
  while (auto line = lines.next()) {
    auto found = parse(*line);
    if (!found)
      continue;
    ++sound_count;
    auto interface = interfaces_.find(found->name);
    if (interface == nullptr && interfaces_.has_room())
      interface = &interfaces_.admit(found->name, kind_of(files, found->name));
    if (interface != nullptr)
      interfaces_.record(*interface, found->traffic, readings);
    else
      interfaces_.leave_out();
  }
  interfaces_.end_round(readings);
  if (sound_count == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound line");
  return caf::none;
}

} // namespace tributary
