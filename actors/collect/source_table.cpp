#include "actors/collect/source_table.hpp"

#include <algorithm>
#include <utility>

#include "actors/collect/clock_state.hpp"
#include "actors/collect/core_counters.hpp"
#include "actors/collect/mounts.hpp"
#include "actors/collect/proc_conntrack.hpp"
#include "actors/collect/proc_diskstats.hpp"
#include "actors/collect/proc_loadavg.hpp"
#include "actors/collect/proc_meminfo.hpp"
#include "actors/collect/proc_net_dev.hpp"
#include "actors/collect/proc_net_netstat.hpp"
#include "actors/collect/proc_net_snmp6.hpp"
#include "actors/collect/proc_net_sockstat.hpp"
#include "actors/collect/proc_net_softnet.hpp"
#include "actors/collect/proc_pressure.hpp"
#include "actors/collect/proc_self.hpp"
#include "actors/collect/proc_stat.hpp"
#include "actors/collect/proc_sys.hpp"
#include "actors/collect/proc_uptime.hpp"
#include "actors/collect/proc_vmstat.hpp"
#include "actors/collect/source_group.hpp"
#include "actors/collect/sysv_ipc.hpp"

namespace tributary {

namespace {

template <class Source>
source_ptr make(const std::shared_ptr<node_figures>&) {
  return std::make_unique<Source>();
}

template <>
source_ptr make<proc_self>(const std::shared_ptr<node_figures>& figures) {
  return std::make_unique<proc_self>(figures);
}

} // namespace

const std::vector<source_entry>& source_table() {
  // Only those that may wait have a collector of their own: drivers answer for
  // disks and interfaces, other machines for some file systems.
  static const std::vector<source_entry> table = {
      {"proc.stat", "kernel", true, make<proc_stat>},
      {"proc.loadavg", "kernel", true, make<proc_loadavg>},
      {"proc.meminfo", "kernel", true, make<proc_meminfo>},
      {"proc.vmstat", "kernel", true, make<proc_vmstat>},
      {"proc.pressure", "kernel", true, make<proc_pressure>},
      {"proc.interrupts", "kernel", true, make<proc_interrupts>},
      {"proc.softirqs", "kernel", true, make<proc_softirqs>},
      {"proc.diskstats", "proc.diskstats", true, make<proc_diskstats>},
      {"mounts", "mounts", true, make<mounts>},
      {"proc.net.dev", "proc.net.dev", true, make<proc_net_dev>},
      {"proc.net.netstat", "kernel", true, make<proc_net_netstat>},
      {"proc.net.snmp6", "kernel", true, make<proc_net_snmp6>},
      {"proc.net.sockstat", "kernel", true, make<proc_net_sockstat>},
      {"proc.net.softnet_stat", "kernel", true, make<proc_net_softnet>},
      {"proc.net.stat.conntrack", "kernel", true, make<proc_conntrack>},
      {"proc.sys", "kernel", true, make<proc_sys>},
      {"ipc", "kernel", true, make<sysv_ipc>},
      {"proc.uptime", "kernel", true, make<proc_uptime>},
      {"timex", "kernel", true, make<clock_state>},
      {"self", "kernel", true, make<proc_self>},
  };
  return table;
}

std::vector<std::string_view> source_names() {
  std::vector<std::string_view> result;
  result.reserve(source_table().size());
  for (auto& entry : source_table())
    result.push_back(entry.name);
  return result;
}

std::vector<source_ptr>
make_sources(const std::shared_ptr<node_figures>& figures,
             const std::function<bool(std::string_view)>& is_wanted) {
  std::vector<source_ptr> result;
  std::vector<std::string_view> made;
  for (auto& first : source_table()) {
    if (std::find(made.begin(), made.end(), first.group) != made.end())
      continue;
    made.push_back(first.group);
    std::vector<source_ptr> members;
    for (auto& entry : source_table())
      if (entry.group == first.group && is_wanted(entry.name))
        members.push_back(entry.make(figures));
    if (members.size() == 1)
      result.push_back(std::move(members.front()));
    else if (!members.empty())
      result.push_back(
          std::make_unique<source_group>(first.group, std::move(members)));
  }
  return result;
}

source_ptr make_source(std::string_view name,
                       const std::shared_ptr<node_figures>& figures) {
  for (auto& entry : source_table())
    if (entry.name == name)
      return entry.make(figures);
  return nullptr;
}

} // namespace tributary
