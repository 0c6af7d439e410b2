#include "config/options.hpp"

#include <algorithm>

#include "config/option_table.hpp"

namespace tributary {

const char* to_string(db_mode x) noexcept {
  switch (x) {
  case db_mode::dbengine:
    return "dbengine";
  case db_mode::ram:
    return "ram";
  case db_mode::none:
    return "none";
  }
  return "unknown";
}

const char* to_string(durability x) noexcept {
  switch (x) {
  case durability::full:
    return "full";
  case durability::relaxed:
    return "relaxed";
  }
  return "unknown";
}

const char* to_string(web_mode x) noexcept {
  switch (x) {
  case web_mode::static_threaded:
    return "static-threaded";
  case web_mode::none:
    return "none";
  }
  return "unknown";
}

const char* to_string(stream_mode x) noexcept {
  switch (x) {
  case stream_mode::failover:
    return "failover";
  case stream_mode::all:
    return "all";
  case stream_mode::freshest:
    return "freshest";
  }
  return "unknown";
}

const char* to_string(log_level x) noexcept {
  switch (x) {
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warning:
    return "warning";
  case log_level::error:
    return "error";
  }
  return "unknown";
}

const char* to_string(tls_policy x) noexcept {
  switch (x) {
  case tls_policy::no:
    return "no";
  case tls_policy::optional:
    return "optional";
  case tls_policy::force:
    return "force";
  }
  return "unknown";
}

const char* to_string(client_certificates x) noexcept {
  switch (x) {
  case client_certificates::no:
    return "no";
  case client_certificates::optional:
    return "optional";
  case client_certificates::required:
    return "required";
  }
  return "unknown";
}

const char* to_string(tls_version x) noexcept {
  switch (x) {
  case tls_version::v1_2:
    return "1.2";
  case tls_version::v1_3:
    return "1.3";
  }
  return "unknown";
}

bool is_enabled(const collector_options& x, std::string_view source) noexcept {
  for (const auto& row : collector_rows)
    if (row.source == source)
      return x.*row.enabled;
  return true;
}

bool listens(const stream_receiver_options& x) noexcept {
  return std::any_of(x.api_keys.begin(), x.api_keys.end(),
                     [](const auto& section) { return section.enabled; });
}

uint32_t commit_every_ms(const node_options& x) noexcept {
  return x.db.commit_every_ms.value_or(listens(x.receiver) ? 1000 : 5000);
}

uint64_t tier_size_mib(const db_options& x, unsigned tier) noexcept {
  const tier_retention* tiers[] = {&x.tier0, &x.tier1, &x.tier2};
  constexpr uint64_t shares[] = {8, 3, 1};
  if (tier >= x.storage_tiers)
    return 0;
  if (tiers[tier]->size_mib)
    return *tiers[tier]->size_mib;
  auto left = x.map_size_mib / 4 * 3;
  uint64_t all = 0;
  for (unsigned i = 0; i < x.storage_tiers; ++i) {
    if (tiers[i]->size_mib)
      left -= std::min(left, *tiers[i]->size_mib);
    else
      all += shares[i];
  }
  // What little is left when another tier was told to take it all.
  return std::max(left * shares[tier] / all, x.map_size_mib / 64);
}

} // namespace tributary
