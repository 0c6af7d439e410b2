/// Feeds bytes to the reader of link messages, as a stranger's first message
/// and any other. What is read must come back from being written again.

#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/fuzz_seeds.hpp"
#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"

namespace tributary {

namespace {

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

void read_layout(std::string_view sealed) {
  auto read = open_layout(sealed);
  if (!read)
    return;
  auto again = open_layout(seal_layout(*read));
  require(static_cast<bool>(again));
  require(describe(again->charts) == describe(read->charts));
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> result;
  for (auto& x : examples::messages())
    result.push_back(examples::body_of(x.message));
  return result;
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  std::string_view body{reinterpret_cast<const char*>(data), size};
  auto read = open_message(body);
  if (!read)
    return 0;
  if (auto layout = std::get_if<link_layout>(&*read))
    read_layout(layout->sealed);
  auto again = open_message(examples::body_of(*read));
  require(static_cast<bool>(again));
  require(describe(*again) == describe(*read));
  return 0;
}
