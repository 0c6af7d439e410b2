#include "config/option_table.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

/// Each spelling names one option, each option has words, and its default is
/// inside its bounds.
template <class Target>
void check_rows(const std::vector<option_row<Target>>& rows) {
  std::set<std::string> spellings;
  for (const auto& row : rows) {
    CAPTURE(row.name.section, row.name.key);
    auto spelling = [](const option_name& x) {
      return std::string{x.section} + "." + std::string{x.key};
    };
    CHECK(spellings.insert(spelling(row.name)).second);
    for (const auto& x : row.alternatives)
      CHECK(spellings.insert(spelling(x)).second);
    CHECK(row.text.size() > 5);
    Target target;
    auto text = row.write(target);
    CHECK_FALSE(row.read(target, text));
    CHECK(row.write(target) == text);
  }
}

} // namespace

TEST_CASE("the table of options is consistent", "[config]") {
  check_rows(node_rows());
  check_rows(api_key_rows());
  check_rows(machine_rows());
}

TEST_CASE("each option stands in a section that is known", "[config]") {
  std::set<std::string_view> sections;
  for (const auto& x : section_rows())
    CHECK(sections.insert(x.name).second);
  std::set<std::string_view> used;
  for (const auto& row : node_rows()) {
    CHECK(sections.count(row.name.section) == 1);
    used.insert(row.name.section);
    for (const auto& x : row.alternatives)
      CHECK(sections.count(x.section) == 1);
  }
  CHECK(used == sections);
}

TEST_CASE("a value that is refused leaves the field alone", "[config]") {
  node_options options;
  for (const auto& row : node_rows()) {
    auto before = row.write(options);
    CAPTURE(row.name.section, row.name.key);
    // No option of ours takes it: too long for a path, no word, no number.
    auto error = row.read(options, std::string(5000, '\x01'));
    CHECK(error);
    CHECK(row.write(options) == before);
  }
}

TEST_CASE("sections of machines, keys and patterns have the same keys",
          "[config]") {
  auto& keys = api_key_rows();
  auto& machines = machine_rows();
  auto& patterns = retention_rows();
  // A key says besides whom it is for.
  std::vector<option_name> shared;
  for (auto& x : keys)
    if (x.name.key != "machine guid" && x.name.key != "certificate name")
      shared.push_back(x.name);
  REQUIRE(machines.size() == shared.size());
  for (size_t i = 0; i < shared.size(); ++i)
    CHECK(shared[i] == machines[i].name);
  // The times are the last of those, and all of patterns.
  REQUIRE(patterns.size() == machine_section{}.retention_s.size());
  for (size_t i = 0; i < patterns.size(); ++i)
    CHECK(patterns[i].name == keys[keys.size() - patterns.size() + i].name);
}
