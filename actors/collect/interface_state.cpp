#include "actors/collect/interface_state.hpp"

#include <array>
#include <string>
#include <utility>

#include "actors/collect/kernel_text.hpp"

namespace tributary {

namespace {

constexpr std::array<std::pair<std::string_view, operational_state>, 7>
    operational_states{{
        {"up", operational_state::up},
        {"down", operational_state::down},
        {"notpresent", operational_state::notpresent},
        {"lowerlayerdown", operational_state::lowerlayerdown},
        {"testing", operational_state::testing},
        {"dormant", operational_state::dormant},
        {"unknown", operational_state::unknown},
    }};

constexpr std::array<std::pair<std::string_view, duplex_mode>, 3> duplex_modes{{
    {"full", duplex_mode::full},
    {"half", duplex_mode::half},
    {"unknown", duplex_mode::unknown},
}};

template <class Table>
auto find_word(const Table& table, std::string_view word)
    -> std::optional<typename Table::value_type::second_type> {
  for (auto& [name, value] : table)
    if (name == word)
      return value;
  return std::nullopt;
}

} // namespace

interface_state read_interface_state(kernel_files& files,
                                     std::string_view interface) {
  std::string path = "/sys/class/net/";
  path.append(interface).push_back('/');
  auto folder = path.size();
  auto word = [&](const char* attribute) {
    path.resize(folder);
    auto text = files.peek(path.append(attribute));
    line_reader lines{text.value_or(std::string_view{})};
    return lines.next().value_or(std::string_view{});
  };
  interface_state result;
  result.operational = find_word(operational_states, word("operstate"));
  result.duplex = find_word(duplex_modes, word("duplex"));
  if (auto carrier = word("carrier"); carrier == "0" || carrier == "1")
    result.has_carrier = carrier == "1";
  // -1 where the driver does not know.
  result.speed = parse_count(word("speed"));
  result.mtu = parse_count(word("mtu"));
  return result;
}

} // namespace tributary
