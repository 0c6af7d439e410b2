#include "config/admission.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

/// Whether all bytes are equal; takes the same time whichever differ.
bool equal_in_constant_time(const guid& x, const guid& y) noexcept {
  // Volatile, so that no compiler returns at the first difference.
  volatile uint8_t difference = 0;
  for (size_t i = 0; i < x.bytes.size(); ++i)
    difference = static_cast<uint8_t>(difference | (x.bytes[i] ^ y.bytes[i]));
  return difference == 0;
}

/// The section of `key`; looks at all of them.
const api_key_section* find_key(const std::vector<api_key_section>& sections,
                                const guid& key) {
  const api_key_section* result = nullptr;
  for (const auto& x : sections)
    result = equal_in_constant_time(x.key, key) ? &x : result;
  return result;
}

const machine_section*
find_machine(const std::vector<machine_section>& sections, const guid& host) {
  auto found = std::find_if(sections.begin(), sections.end(),
                            [&](const auto& x) { return x.machine == host; });
  return found == sections.end() ? nullptr : &*found;
}

bool admits(const simple_pattern& allow_from, const std::string& address) {
  // Netdata shows a peer on the same machine as `localhost`.
  auto is_loopback = address == "::1" || address.compare(0, 4, "127.") == 0;
  return is_loopback ? allow_from.matches_any({address, "localhost"})
                     : allow_from.matches(address);
}

caf::error denied(std::string why) {
  return make_error(ec::denied, std::move(why));
}

/// Whether the key is for this host and for who shows such a certificate.
caf::error check_bound(const api_key_section& section, const host_claim& claim,
                       std::string_view shown) {
  auto host = to_string(claim.host);
  if (!section.machine_guids.matches(host))
    return denied(
        fmt::format("API key {}... is not for machine {}", shown, host));
  auto& wanted = section.certificate_names;
  if (wanted.text() == "*")
    return {};
  if (!claim.certificate_names)
    return denied(
        fmt::format("API key {}... wants a certificate and none came", shown));
  auto& names = *claim.certificate_names;
  if (std::none_of(names.begin(), names.end(),
                   [&](auto& x) { return wanted.matches(x); }))
    return denied(fmt::format("API key {}... is not for the certificate of {}",
                              shown, names.empty() ? "nobody" : names.front()));
  return {};
}

} // namespace

admission::admission(stream_receiver_options rules, const guid& own)
    : rules_(std::move(rules)), own_(own) {}

caf::expected<admitted_host> admission::check(const host_claim& claim) const {
  auto address = normal_address(claim.peer_address);
  auto key = guid::parse(claim.key);
  // A malformed key costs the same search as a wrong one.
  auto section = find_key(rules_.api_keys, key.value_or(guid{}));
  if (!key)
    return denied("the API key is not a UUID");
  if (claim.host.empty())
    return denied("the machine GUID is missing");
  auto shown = to_string(*key).substr(0, 8);
  if (!section && find_machine(rules_.machines, *key))
    return denied(fmt::format("{}... is a machine's GUID and not an API key; "
                              "were they mixed up?",
                              shown));
  if (!section)
    return denied(fmt::format("API key {}... is unknown", shown));
  if (!section->enabled)
    return denied(fmt::format("API key {}... is not enabled", shown));
  if (!admits(section->allow_from, address))
    return denied(
        fmt::format("API key {}... does not allow {}", shown, address));
  if (auto error = check_bound(*section, claim, shown))
    return error;
  if (find_key(rules_.api_keys, claim.host))
    return denied("the machine GUID is an API key; were they mixed up?");
  auto machine = find_machine(rules_.machines, claim.host);
  if (machine && !machine->enabled)
    return denied(
        fmt::format("machine {} is not enabled", to_string(claim.host)));
  if (machine && !admits(machine->allow_from, address))
    return denied(fmt::format("machine {} is not allowed from {}",
                              to_string(claim.host), address));
  if (claim.host == own_)
    return make_error(ec::loop, "the machine GUID is that of this node");
  auto compression = machine
                         ? merged(machine->compression, section->compression)
                         : section->compression;
  auto replication = machine
                         ? merged(machine->replication, section->replication)
                         : section->replication;
  return admitted_host{key_mark(own_, section->key), std::move(compression),
                       replication};
}

request_rule admission::requests_to(std::string_view key,
                                    const guid& child) const {
  auto section = find_key(rules_.api_keys, guid::parse(key).value_or(guid{}));
  if (!section)
    return request_rule::no;
  auto machine = find_machine(rules_.machines, child);
  return machine ? machine->pass_requests.value_or(section->pass_requests)
                 : section->pass_requests;
}

uint32_t key_mark(const guid& node, const guid& key) noexcept {
  std::array<uint8_t, 2 * std::tuple_size<decltype(guid::bytes)>::value> both{};
  std::copy(key.bytes.begin(), key.bytes.end(),
            std::copy(node.bytes.begin(), node.bytes.end(), both.begin()));
  auto hash = hash_of(both.data(), both.size());
  return std::max(static_cast<uint32_t>(hash.low), uint32_t{1});
}

std::string normal_address(std::string_view text) {
  auto bare = text;
  if (!bare.empty() && bare.front() == '[' && bare.back() == ']')
    bare = bare.substr(1, bare.size() - 2);
  std::string without_interface{bare.substr(0, bare.find('%'))};
  in6_addr address;
  if (inet_pton(AF_INET6, without_interface.c_str(), &address) != 1)
    return std::string{text};
  char result[INET6_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&address))
    inet_ntop(AF_INET, address.s6_addr + 12, result, sizeof(result));
  else
    inet_ntop(AF_INET6, &address, result, sizeof(result));
  return result;
}

} // namespace tributary
