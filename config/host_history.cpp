#include "config/host_history.hpp"

#include <algorithm>

#include "config/admission.hpp"

namespace tributary {

hosts_without_history::hosts_without_history(const node_options& options,
                                             const guid& own) {
  if (options.db.mode == db_mode::none)
    return;
  for (auto& x : options.receiver.api_keys)
    if (x.db == db_mode::none)
      marks_.insert(key_mark(own, x.key));
  for (auto& x : options.receiver.machines)
    if (x.db)
      machines_.emplace(x.machine, *x.db == db_mode::none);
}

bool hosts_without_history::empty() const noexcept {
  return marks_.empty()
         && std::none_of(machines_.begin(), machines_.end(),
                         [](auto& x) { return x.second; });
}

bool hosts_without_history::has(const guid& host, uint32_t mark) const {
  auto machine = machines_.find(host);
  return machine == machines_.end() ? marks_.count(mark) != 0 : machine->second;
}

} // namespace tributary
