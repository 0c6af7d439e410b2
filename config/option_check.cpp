#include "config/option_check.hpp"

#include <fmt/format.h>

#include "config/section_check.hpp"

namespace tributary {

namespace {

void check_sender(const node_options& options, const find_place& place_of,
                  std::vector<fault>& faults) {
  auto where = place_of("stream", "enabled");
  if (!where || !options.sender.enabled)
    return;
  // What is there and wrong has its own fault already.
  for (auto key : {"destination", "api key"}) {
    auto needed = place_of("stream", key);
    if (!needed || needed->is_empty)
      faults.push_back({where->file, where->line,
                        fmt::format("[stream] enabled: streaming needs '{}', "
                                    "which is empty",
                                    key)});
  }
}

/// Certificates stand beside their keys, and where they are needed.
void check_tls(const node_options& options, const find_place& place_of,
               std::vector<fault>& faults) {
  auto& tls = options.tls;
  auto& receiver = tls.receiver;
  auto opens = receiver.policy != tls_policy::no;
  auto asks = receiver.clients != client_certificates::no;
  // (the option that needs another, whether it does, the other, its value)
  struct need {
    const char* of;
    bool is_set;
    const char* what;
    const std::string& value;
  };
  for (auto& x : {
           need{"ssl certificate", !tls.sender.certificate.empty(), "ssl key",
                tls.sender.key},
           need{"ssl key", !tls.sender.key.empty(), "ssl certificate",
                tls.sender.certificate},
           need{"link ssl", opens, "link ssl certificate",
                receiver.certificate},
           need{"link ssl", opens, "link ssl key", receiver.key},
           need{"link ssl client certificates", asks, "link ssl client CAfile",
                receiver.client_ca_file},
       }) {
    auto where = place_of("stream", x.of);
    if (where && x.is_set && x.value.empty())
      faults.push_back({where->file, where->line,
                        fmt::format("[stream] {}: needs '{}', which is empty",
                                    x.of, x.what)});
  }
  if (auto where = place_of("stream", "link ssl client certificates");
      where && asks && !opens)
    faults.push_back({where->file, where->line,
                      "[stream] link ssl client certificates: 'link ssl' is "
                      "no, so none is ever asked for"});
}

/// What a node without a history acknowledges is above: at which of several
/// parents, it could not say.
void check_stream_mode(const node_options& options, const find_place& place_of,
                       std::vector<fault>& faults) {
  auto where = place_of("stream", "mode");
  if (where && options.sender.enabled && options.db.mode == db_mode::none
      && options.sender.mode == stream_mode::all)
    faults.push_back({where->file, where->line,
                      "[stream] mode: all needs a node that keeps its samples; "
                      "with '[db] mode = none' it is failover or freshest"});
}

void check_ports(const node_options& options, const find_place& place_of,
                 std::vector<fault>& faults) {
  const auto& web = options.web;
  const auto& receiver = options.receiver;
  auto share_address = web.bind_to == receiver.bind_to || web.bind_to == "*"
                       || receiver.bind_to == "*";
  if (web.mode == web_mode::none || !listens(receiver) || web.port == 0
      || web.port != receiver.port || !share_address)
    return;
  auto where = place_of("web", "default port");
  if (!where)
    where = place_of("stream", "link port");
  // One of both differs from its default, so somebody set it.
  if (where)
    faults.push_back({where->file, where->line,
                      fmt::format("port {} is both '[web] default port' and "
                                  "'[stream] link port'",
                                  web.port)});
}

void check_store(const node_options& options, const find_place& place_of,
                 std::vector<fault>& faults) {
  const auto& db = options.db;
  auto limit_mib = db.map_size_mib / 4 * 3;
  uint64_t sum_mib = 0;
  uint32_t tiers = 0;
  for (auto [key, tier] : {std::pair{"tier0 retention size", &db.tier0},
                           std::pair{"tier1 retention size", &db.tier1},
                           std::pair{"tier2 retention size", &db.tier2}}) {
    if (tiers++ == db.storage_tiers)
      break; // it takes nothing
    auto where = place_of("db", key);
    if (!where || !tier->size_mib)
      continue;
    auto others = sum_mib;
    sum_mib += *tier->size_mib;
    if (sum_mib > limit_mib && others <= limit_mib)
      faults.push_back(
          {where->file, where->line,
           fmt::format("[db] {}: {}at most three quarters of 'map size', "
                       "which are {} MiB",
                       key, others == 0 ? "" : "with the tiers before it ",
                       limit_mib)});
  }
}

} // namespace

std::vector<fault> check_options(const node_options& options,
                                 const find_place& place_of) {
  std::vector<fault> result;
  check_sender(options, place_of, result);
  check_tls(options, place_of, result);
  check_stream_mode(options, place_of, result);
  check_sections(options, place_of, result);
  check_ports(options, place_of, result);
  check_store(options, place_of, result);
  return result;
}

} // namespace tributary
