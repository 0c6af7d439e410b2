/// Feeds bytes to what reads the shell's socket, on either side. What is read
/// must come back from being written again, and be fit to be shown.

#include <cstdint>
#include <cstdlib>

#include "actors/shell/report_text.hpp"
#include "schema/shell.hpp"
#include "tests/fuzz/fuzz_seeds.hpp"

namespace tributary {

namespace {

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

std::string framed(const shell_message& what) {
  std::string result;
  put_shell_message(result, what);
  return result;
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  report_table table;
  table.key = "actors";
  table.columns = {{"name", "actor"}, {"busy", "busy", column_kind::bytes}};
  table.rows = {{1, {std::string{"writer"}, int64_t{7}}}};
  return {framed(shell_request{{"kill", "writer"}}),
          framed(shell_report{{table, table}}),
          framed(shell_report{{}, "time,user\r\n1,2\r\n"}),
          framed(shell_failure{"busy", "later"}),
          framed(shell_request{{"help"}}) + framed(shell_request{{"links"}})};
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  std::string stream{reinterpret_cast<const char*>(data), size};
  for (;;) {
    auto left = stream.size();
    auto body = take_shell_body(stream, shell_request_bytes_max);
    if (!body || body->empty())
      return 0;
    require(stream.size() < left);
    auto read = open_shell_message(*body);
    if (!read)
      continue;
    auto again = framed(*read);
    auto same = open_shell_message(
        std::string_view{again}.substr(shell_header_bytes));
    require(static_cast<bool>(same));
    require(framed(*same) == again);
    if (auto report = std::get_if<shell_report>(&*read)) {
      require(to_text(*report, {}).find('\x1b') == std::string::npos);
      require(to_json(*report).back() == '\n');
    }
  }
}
