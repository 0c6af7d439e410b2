#include "tools/limits_of_version.hpp"

namespace tributary {

namespace {

void refuse(configuration& conf, const char* file, std::string message) {
  conf.faults.push_back(
      {file, 0, std::move(message) + " is not available in this version"});
}

} // namespace

void add_limits_of_version(configuration& conf) {
  auto& options = conf.options;
  if (options.global.gap_limit_ticks != 1)
    refuse(conf, "tributary.conf", "[global] gap limit other than 1 tick");
}

} // namespace tributary
