/// Feeds bytes to the INI parser and the option reader as each kind of file.
/// Asserts what holds for any input: reading is deterministic, faults name
/// lines of the file, entries are trimmed, and what is accepted survives a
/// dump.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/dump.hpp"
#include "config/ini.hpp"
#include "config/option_reader.hpp"

namespace {

using namespace tributary;

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

bool is_trimmed_text(std::string_view text) {
  return trimmed(text) == text && is_plain_text(text);
}

void check_document(const ini_result& x, size_t line_count) {
  require(x.faults.size() <= ini_faults_max + 1);
  require(x.document.sections.size() <= ini_sections_max);
  for (const auto& fault : x.faults) {
    require(fault.line <= line_count);
    require(is_plain_text(fault.message));
  }
  for (const auto& section : x.document.sections) {
    require(!section.name.empty() && is_trimmed_text(section.name));
    require(section.entries.size() <= ini_keys_max);
    for (const auto& entry : section.entries) {
      require(!entry.key.empty() && is_trimmed_text(entry.key));
      require(is_trimmed_text(entry.value));
      require(entry.line > section.line && entry.line <= line_count);
    }
  }
}

void check_dump(const node_options& options) {
  auto text = dump_options(options);
  auto parsed = parse_ini("dump", text);
  require(parsed.faults.empty());
  auto again = read_options({{layer_kind::command_line, parsed.document}});
  require(again.faults.empty());
  require(dump_options(again.options) == text);
}

void check_options(layer_kind kind, const ini_document& document) {
  auto x = read_options({{kind, document}});
  auto y = read_options({{kind, document}});
  require(x.faults == y.faults);
  require(dump_options(x.options) == dump_options(y.options));
  for (const auto& fault : x.faults)
    require(is_plain_text(fault.message));
  if (x.faults.empty())
    check_dump(x.options);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  auto lines = std::count(text.begin(), text.end(), '\n');
  auto parsed = parse_ini("fuzz", text);
  check_document(parsed, static_cast<size_t>(lines) + 1);
  check_options(static_cast<layer_kind>(data[0] % 3), parsed.document);
  return 0;
}
