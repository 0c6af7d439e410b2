#include "actors/collect/source_group.hpp"

#include <utility>

#include "schema/error.hpp"

namespace tributary {

source_group::source_group(std::string_view name,
                           std::vector<source_ptr> members)
    : name_(name), members_(std::move(members)) {}

std::string_view source_group::name() const noexcept {
  return name_;
}

caf::error source_group::sample(kernel_files& files,
                                std::vector<chart_reading>& readings) {
  caf::error first;
  size_t others = 0;
  for (auto& member : members_) {
    auto fault = member->sample(files, readings);
    if (!fault)
      continue;
    if (first)
      ++others;
    else
      first = std::move(fault);
  }
  if (others == 0)
    return first;
  auto detail = to_text(first);
  auto code = std::string{to_string(code_of(first))} + ": ";
  if (detail.compare(0, code.size(), code) == 0)
    detail.erase(0, code.size());
  return make_error(code_of(first),
                    detail + " (and " + std::to_string(others) + " more)");
}

} // namespace tributary
