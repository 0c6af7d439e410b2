#include "actors/collect/proc_net_netstat.hpp"

#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* snmp_file = "/proc/net/snmp";
constexpr const char* netstat_file = "/proc/net/netstat";

/// The kernel names a type of message only once there was one of it.
constexpr int icmp_types[] = {0, 3, 5, 8, 9, 10, 11, 12, 13, 14};

/// Two lines with the same label, `Tcp: name name ...`, `Tcp: number number`.
/// Whether they belong together.
bool note_pair(std::string_view names, std::string_view numbers,
               std::string& key, figure_charts& to) {
  word_reader heads{names};
  word_reader values{numbers};
  auto label = heads.next();
  if (!label || label != values.next() || label->back() != ':')
    return false;
  for (;;) {
    auto head = heads.next();
    auto value = values.next();
    if (!head || !value)
      return true;
    key.assign(*label).append(*head);
    to.note(key, parse_count(*value));
  }
}

/// Reads all pairs of a text. A line that does not belong to the one before it
/// may to the one after it.
void note_pairs(std::string_view text, std::string& key, figure_charts& to) {
  line_reader lines{text};
  auto names = lines.next();
  while (names) {
    auto numbers = lines.next();
    if (!numbers)
      return;
    names = note_pair(*names, *numbers, key, to) ? lines.next() : numbers;
  }
}

} // namespace

proc_net_netstat::proc_net_netstat() : charts_(netstat_charts()) {}

std::string_view proc_net_netstat::name() const noexcept {
  return "proc.net.netstat";
}

caf::error proc_net_netstat::sample(kernel_files& files,
                                    std::vector<chart_reading>& readings) {
  charts_.begin_round();
  auto fault = note_file(files, snmp_file);
  // Linux 2.4 has only the first.
  if (auto other = note_file(files, netstat_file); !fault)
    fault = std::move(other);
  if (charts_.noted_count() == 0)
    return fault ? std::move(fault)
                 : make_error(ec::corrupt,
                              std::string{snmp_file} + ": no sound figure");
  charts_.end_round(readings);
  return fault;
}

caf::error proc_net_netstat::note_file(kernel_files& files, const char* path) {
  auto text = path == snmp_file ? files.read(path) : files.read_if_there(path);
  if (!text)
    return text.error();
  note_pairs(*text, key_, charts_);
  // Not of a text that was cut off before those lines.
  if (path == snmp_file && text->find("\nUdp:") != std::string_view::npos)
    for (auto type : icmp_types)
      for (auto way : {"IcmpMsg:InType", "IcmpMsg:OutType"})
        charts_.note_missing(key_.assign(way).append(std::to_string(type)), 0);
  return caf::none;
}

} // namespace tributary
