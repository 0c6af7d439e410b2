#include "config/reload.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/option_table.hpp"

namespace tributary {

namespace {

/// The name of a GUID section as it may be shown.
std::string shown(const guid& name) {
  return to_string(name).substr(0, 8) + "...";
}

const guid& name_of(const api_key_section& x) {
  return x.key;
}

const guid& name_of(const machine_section& x) {
  return x.machine;
}

const std::string& name_of(const retention_section& x) {
  return x.hosts.text();
}

std::string shown(const std::string& pattern) {
  return fmt::format("{} {}", retention_word, pattern);
}

template <class Section, class Name>
const Section* find_section(const std::vector<Section>& sections,
                            const Name& name) {
  auto found = std::find_if(sections.begin(), sections.end(),
                            [&](auto& x) { return name_of(x) == name; });
  return found == sections.end() ? nullptr : &*found;
}

template <class Target>
void compare(const std::vector<option_row<Target>>& rows,
             const std::string& section, const Target& before,
             const Target& after, std::vector<option_change>& to) {
  for (const auto& row : rows) {
    auto old_value = row.write(before);
    auto new_value = row.write(after);
    if (old_value == new_value)
      continue;
    if (row.secret)
      old_value = new_value = "";
    to.push_back({section.empty() ? std::string{row.name.section} : section,
                  std::string{row.name.key}, std::move(old_value),
                  std::move(new_value), row.reloadable});
  }
}

template <class Section>
void compare_sections(const std::vector<option_row<Section>>& rows,
                      const std::vector<Section>& before,
                      const std::vector<Section>& after,
                      std::vector<option_change>& to) {
  for (auto& x : before)
    if (auto same = find_section(after, name_of(x)))
      compare(rows, shown(name_of(x)), x, *same, to);
    else
      to.push_back({shown(name_of(x)), {}, "there", "gone", true});
  for (auto& x : after)
    if (!find_section(before, name_of(x)))
      to.push_back({shown(name_of(x)), {}, "", "new", true});
}

} // namespace

std::string to_text(const option_change& x) {
  if (x.key.empty())
    return fmt::format("[{}] is {}", x.section, x.after);
  auto quoted = [](const std::string& value) {
    return value.empty() ? std::string{"empty"} : value;
  };
  if (x.before.empty() && x.after.empty())
    return fmt::format("[{}] {} changed", x.section, x.key);
  return fmt::format("[{}] {}: {}, now {}", x.section, x.key, quoted(x.before),
                     quoted(x.after));
}

std::vector<option_change> difference(const node_options& running,
                                      const node_options& wanted) {
  std::vector<option_change> result;
  compare(node_rows(), {}, running, wanted, result);
  compare_sections(retention_rows(), running.retention, wanted.retention,
                   result);
  compare_sections(api_key_rows(), running.receiver.api_keys,
                   wanted.receiver.api_keys, result);
  compare_sections(machine_rows(), running.receiver.machines,
                   wanted.receiver.machines, result);
  return result;
}

node_options reloaded(const node_options& running, const node_options& wanted) {
  auto result = running;
  for (const auto& row : node_rows())
    if (row.reloadable)
      row.read(result, row.write(wanted)); // what a row writes it reads
  result.retention = wanted.retention;
  result.receiver.api_keys = wanted.receiver.api_keys;
  result.receiver.machines = wanted.receiver.machines;
  return result;
}

} // namespace tributary
