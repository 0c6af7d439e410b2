#include "actors/collect/proc_net_snmp6.hpp"

#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/net/snmp6";

/// The kernel names a type of message only once there was one of it.
constexpr const char* rare[] = {
    "Icmp6InType1",    "Icmp6InType128",  "Icmp6InType129",  "Icmp6InType136",
    "Icmp6OutType1",   "Icmp6OutType128", "Icmp6OutType129", "Icmp6OutType133",
    "Icmp6OutType135", "Icmp6OutType143"};

} // namespace

proc_net_snmp6::proc_net_snmp6() : charts_(snmp6_charts()) {}

std::string_view proc_net_snmp6::name() const noexcept {
  return "proc.net.snmp6";
}

caf::error proc_net_snmp6::sample(kernel_files& files,
                                  std::vector<chart_reading>& readings) {
  auto text = files.read_if_there(file);
  if (!text)
    return text.error();
  if (text->data() == nullptr)
    return caf::none;
  charts_.begin_round();
  line_reader lines{*text};
  while (auto line = lines.next()) {
    word_reader words{*line};
    auto key = words.next().value_or(std::string_view{});
    charts_.note(key, words.next_count());
  }
  if (charts_.noted_count() == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound figure");
  // Not of a text that was cut off before those lines.
  if (text->find("\nUdp6") != std::string_view::npos)
    for (auto key : rare)
      charts_.note_missing(key, 0);
  charts_.end_round(readings);
  return caf::none;
}

} // namespace tributary
