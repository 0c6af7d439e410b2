#include "actors/link/link_security.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/host_routes.hpp"
#include "config/option_table.hpp"
#include "schema/error.hpp"

namespace tributary {

caf::expected<port_security_ptr> security_of_port(const node_options& options) {
  auto& receiver = options.tls.receiver;
  auto result = std::make_shared<port_security>();
  result->policy = receiver.policy;
  if (receiver.policy == tls_policy::no)
    return port_security_ptr{std::move(result)};
  auto context = tls_context::for_receiver(receiver, options.tls.version);
  if (!context)
    return std::move(context.error());
  result->context = std::move(*context);
  return port_security_ptr{std::move(result)};
}

caf::expected<tls_context_ptr> security_of_uplink(const node_options& options) {
  host_routes routes{options, guid{}};
  auto has_tls = [](const stream_route& route) {
    auto& list = route.destinations;
    return std::any_of(list.begin(), list.end(), [](auto& x) { return x.tls; });
  };
  if (std::none_of(routes.all().begin(), routes.all().end(), has_tls))
    return tls_context_ptr{};
  return tls_context::for_sender(options.tls.sender, options.tls.version);
}

std::vector<fault> check_security(const node_options& options) {
  std::vector<fault> result;
  auto add = [&](const caf::error& error) {
    result.push_back({to_string(config_file::stream_conf), 0, words_of(error)});
  };
  if (auto x = security_of_port(options); !x)
    add(x.error());
  if (auto x = security_of_uplink(options); !x)
    add(x.error());
  return result;
}

std::string warning_of(const tls_context& x, int64_t now_s) {
  auto left_s = static_cast<int64_t>(x.expires_s()) - now_s;
  if (x.expires_s() == 0 || left_s > certificate_warning_s)
    return {};
  if (left_s <= 0)
    return "has expired: who checks it refuses this node";
  return fmt::format("expires in {} days", left_s / 86'400);
}

} // namespace tributary
