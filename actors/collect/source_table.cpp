#include "actors/collect/source_table.hpp"

#include "actors/collect/proc_diskstats.hpp"
#include "actors/collect/proc_loadavg.hpp"
#include "actors/collect/proc_meminfo.hpp"
#include "actors/collect/proc_net_dev.hpp"
#include "actors/collect/proc_self.hpp"
#include "actors/collect/proc_stat.hpp"
#include "actors/collect/proc_uptime.hpp"

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
  static const std::vector<source_entry> table = {
      {"proc.stat", true, make<proc_stat>},
      {"proc.loadavg", true, make<proc_loadavg>},
      {"proc.meminfo", true, make<proc_meminfo>},
      {"proc.diskstats", true, make<proc_diskstats>},
      {"proc.net.dev", true, make<proc_net_dev>},
      {"proc.uptime", true, make<proc_uptime>},
      {"self", true, make<proc_self>},
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

source_ptr make_source(std::string_view name,
                       const std::shared_ptr<node_figures>& figures) {
  for (auto& entry : source_table())
    if (entry.name == name)
      return entry.make(figures);
  return nullptr;
}

} // namespace tributary
