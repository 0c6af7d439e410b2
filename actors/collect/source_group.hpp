#pragma once

/// Several sources that one collector runs, since none of them can hang: a
/// thread each would cost more than they do.

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/source.hpp"

namespace tributary {

class source_group : public source {
public:
  /// @param name of the group, in logs only; a literal.
  /// @param members none of them null.
  source_group(std::string_view name, std::vector<source_ptr> members);

  std::string_view name() const noexcept override;

  /// Runs all, whatever becomes of the others. Yields the first error, and
  /// says how many more there are.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  std::string_view name_;
  std::vector<source_ptr> members_;
};

} // namespace tributary
