/// The list of free pages, as page_file.hpp has it.

#include <cstring>

#include "store/page_file.hpp"

namespace tributary {

std::optional<std::vector<uint64_t>> open_free_list(std::string_view bytes) {
  if (bytes.size() < sizeof(uint64_t))
    return std::nullopt;
  uint64_t count;
  memcpy(&count, bytes.data(), sizeof(count));
  if (count > bytes.size() / sizeof(uint64_t) - 1)
    return std::nullopt;
  std::vector<uint64_t> result(count);
  if (count > 0)
    memcpy(result.data(), bytes.data() + sizeof(uint64_t),
           count * sizeof(uint64_t));
  return result;
}

} // namespace tributary
