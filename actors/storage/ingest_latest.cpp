/// What ingest tells of the newest readings; the rest of it is in ingest.cpp.

#include "actors/storage/ingest.hpp"

namespace tributary {

caf::result<host_latest_list_ptr> ingest::on_latest(const guid& host,
                                                    int64_t seconds) {
  auto result = std::make_shared<std::vector<host_latest>>();
  for (auto& kvp : hosts_) {
    auto& hot = kvp.second.kept.hot;
    if (!host.empty() && hot.definition().id != host)
      continue;
    result->push_back({summary_of(kvp.second), hot.latest(), {}});
    if (seconds > 0)
      result->back().sums = hot.sums_after(hot.newest() - seconds);
  }
  if (result->empty())
    return make_error(ec::not_found, "host " + to_string(host));
  return host_latest_list_ptr{std::move(result)};
}

} // namespace tributary
