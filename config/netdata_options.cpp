#include "config/netdata_options.hpp"

namespace tributary {

namespace {

struct absent_option {
  std::string_view key;
  std::string_view why;
};

constexpr std::string_view whole_hosts
    = "hosts travel whole; leave out at their origin what nobody wants";
constexpr std::string_view no_alarms = "alarms are not there yet";
constexpr std::string_view time_limits
    = "'tier0 retention time' says how long samples are kept";

constexpr absent_option absent_options[] = {
    {"send charts matching", whole_hosts},
    {"proxy send charts matching", whole_hosts},
    {"default proxy send charts matching", whole_hosts},
    {"health enabled", no_alarms},
    {"health enabled by default", no_alarms},
    {"health log retention", no_alarms},
    {"default health log history", no_alarms},
    {"postpone alerts on connect", no_alarms},
    {"postpone alarms on connect seconds", no_alarms},
    {"default postpone alarms on connect seconds", no_alarms},
    {"history", time_limits},
    {"default history", time_limits},
    {"retention", time_limits},
    {"buffer size bytes", "write 'buffer size' with a unit"},
    {"initial clock resync iterations",
     "samples keep the time of their origin"},
    {"brotli compression level", "links are packed by zstd or lz4"},
    {"gzip compression level", "links are packed by zstd or lz4"},
    {"parent using h2o", "links have a port and a protocol of their own"},
    {"multiple connections", "a node has one link; a second one with its GUID "
                             "is refused as a clone"},
    {"is ephemeral node", "the node itself says it: '[global] is ephemeral "
                          "node'"},
};

} // namespace

std::string_view why_absent(std::string_view key) noexcept {
  for (auto& x : absent_options)
    if (x.key == key)
      return x.why;
  return {};
}

} // namespace tributary
