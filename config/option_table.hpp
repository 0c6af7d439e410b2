#pragma once

/// The one table of all options: section, key, other spellings, kind with
/// bounds, words for people, and the field. Reading, unknown-key hints, the
/// dump and the stock files all come from it; an option that is not here does
/// not exist.

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/error.hpp>

#include "config/options.hpp"

namespace tributary {

/// Which file a section belongs into.
enum class config_file : uint8_t {
  /// All but streaming.
  tributary_conf = 0,
  /// `[stream]` and the GUID sections, apart since it holds keys.
  stream_conf = 1,
};

/// `tributary.conf` or `stream.conf`.
const char* to_string(config_file x) noexcept;

/// Where an option stands; the section of a GUID section is empty.
struct option_name {
  std::string_view section;
  std::string_view key;
};

bool operator==(const option_name& x, const option_name& y) noexcept;

/// One option of a struct `Target`.
template <class Target>
struct option_row {
  option_name name;
  /// Other spellings that are read and never written.
  std::vector<option_name> alternatives;
  /// What it does, unit and reason; sentences without line breaks.
  std::string text;
  /// Allowed values in words; may be empty.
  std::string bounds;
  /// Sets the field, or yields `ec::bad_configuration` with the words of the
  /// fault and leaves it alone.
  std::function<caf::error(Target&, std::string_view)> read;
  /// The field as `read` takes it.
  std::function<std::string(const Target&)> write;
  /// Whether a running node takes a new value; else it waits for a restart.
  bool reloadable = true;
  /// Whether the value is a key, which no log may show.
  bool secret = false;
};

/// Options of the named sections, in the order in which they are printed.
const std::vector<option_row<node_options>>& node_rows();

/// Options of a GUID section with `type = api`. The row `type` sets nothing.
const std::vector<option_row<api_key_section>>& api_key_rows();

/// Options of a GUID section with `type = machine`; keys that stand above too.
const std::vector<option_row<machine_section>>& machine_rows();

/// Options of a `[retention PATTERN]` section of tributary.conf.
const std::vector<option_row<retention_section>>& retention_rows();

/// The word before the pattern in the names of those.
inline constexpr std::string_view retention_word = "retention";

/// One section with a fixed name.
struct section_row {
  std::string_view name;
  config_file file;
  /// What it is about, for the dump.
  std::string_view text;
};

/// All of them, in the order in which they are printed.
const std::vector<section_row>& section_rows();

/// Which field switches a source.
struct collector_row {
  /// `source::name()` and the key in `[plugins]`.
  std::string_view source;
  bool collector_options::*enabled;
  std::string_view text;
};

inline constexpr std::array<collector_row, 20> collector_rows{{
    {"proc.stat", &collector_options::proc_stat,
     "Time of processors in all and each, interrupts, context switches, "
     "processes."},
    {"proc.loadavg", &collector_options::proc_loadavg,
     "Load averages, number of processes."},
    {"proc.meminfo", &collector_options::proc_meminfo, "Memory and swap."},
    {"proc.vmstat", &collector_options::proc_vmstat,
     "Page faults, paging, swapping, kills for want of memory."},
    {"proc.pressure", &collector_options::proc_pressure,
     "Time lost by waiting for processors, memory and I/O."},
    {"proc.interrupts", &collector_options::proc_interrupts,
     "Interrupts by source."},
    {"proc.softirqs", &collector_options::proc_softirqs,
     "Soft interrupts by kind."},
    {"proc.diskstats", &collector_options::proc_diskstats,
     "Disks: bytes, operations, waiting and busy time."},
    {"mounts", &collector_options::mounts, "File systems: space and files."},
    {"proc.net.dev", &collector_options::proc_net_dev,
     "Network interfaces: bytes, packets, errors, state."},
    {"proc.net.netstat", &collector_options::proc_net_netstat,
     "IPv4, TCP, UDP and ICMP."},
    {"proc.net.snmp6", &collector_options::proc_net_snmp6,
     "IPv6 and its protocols."},
    {"proc.net.sockstat", &collector_options::proc_net_sockstat,
     "Sockets in use."},
    {"proc.net.softnet_stat", &collector_options::proc_net_softnet_stat,
     "Received packets by how processors treat them."},
    {"proc.net.stat.conntrack", &collector_options::proc_net_stat_conntrack,
     "Connection tracker of the packet filter."},
    {"proc.sys", &collector_options::proc_sys, "Entropy, file handles."},
    {"ipc", &collector_options::ipc, "System V semaphores and shared memory."},
    {"proc.uptime", &collector_options::proc_uptime, "Time since boot."},
    {"timex", &collector_options::timex,
     "Whether the clock is kept in step, and its offset."},
    {"self", &collector_options::self, "What the node itself uses and does."},
}};

} // namespace tributary
