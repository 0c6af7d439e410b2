#include "config/spelling.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tributary {

namespace {

/// Twice our longest key; bounds the work that garbage can cause.
constexpr size_t name_bytes_max = 64;

char folded(char c) noexcept {
  if (c >= 'A' && c <= 'Z')
    return static_cast<char>(c - 'A' + 'a');
  return c == '_' || c == '-' ? ' ' : c;
}

} // namespace

size_t edit_distance(std::string_view x, std::string_view y) {
  // Rows of the classic matrix: of two characters before, one before, now.
  std::vector<size_t> before(y.size() + 1);
  std::vector<size_t> last(y.size() + 1);
  std::vector<size_t> now(y.size() + 1);
  for (size_t j = 0; j <= y.size(); ++j)
    last[j] = j;
  for (size_t i = 1; i <= x.size(); ++i) {
    now[0] = i;
    for (size_t j = 1; j <= y.size(); ++j) {
      auto a = folded(x[i - 1]);
      auto b = folded(y[j - 1]);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a != b)});
      auto swapped
          = i > 1 && j > 1 && a == folded(y[j - 2]) && folded(x[i - 2]) == b;
      if (swapped)
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[y.size()];
}

std::optional<std::string_view>
nearest_name(std::string_view name,
             const std::vector<std::string_view>& names) {
  if (name.size() > name_bytes_max)
    return std::nullopt;
  std::optional<std::string_view> result;
  auto best = std::max<size_t>(name.size() / 3, 1) + 1;
  for (auto x : names) {
    auto distance = edit_distance(name, x);
    if (distance < best) {
      best = distance;
      result = x;
    }
  }
  return result;
}

std::string spelling_hint(std::string_view name,
                          const std::vector<std::string_view>& names) {
  auto near = nearest_name(name, names);
  return near ? fmt::format("; did you mean '{}'?", *near) : "";
}

} // namespace tributary
