/// Runs a fuzz target where the compiler has no libFuzzer: valid inputs and
/// mutations of them, the same for the same seed.
///
///   <target> ROUNDS [FILE]...     TRIBUTARY_SEED in the environment
///
/// FILEs are further inputs to start from. A failure prints seed and round.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <random>
#include <sstream>

#include <unistd.h>

#include "tests/fuzz/fuzz_seeds.hpp"
#include "tests/schema/random_seed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Called by the address sanitizer before it ends the process; absent without.
extern "C" __attribute__((weak)) void
__sanitizer_set_death_callback(void (*callback)());

namespace tributary {

__attribute__((weak)) std::vector<std::string> fuzz_seeds() {
  return {std::string(64, '\0')};
}

namespace {

constexpr size_t input_bytes_max = 64u << 10;

/// What a failure is named by: this program is one loop.
struct {
  unsigned long long seed = 0;
  unsigned long long round = 0;
} now;

void print_place() {
  char text[96];
  auto size = std::snprintf(text, sizeof(text),
                            "fuzz: TRIBUTARY_SEED=%llu failed in round %llu\n",
                            now.seed, now.round);
  if (write(STDERR_FILENO, text, static_cast<size_t>(size)) < 0)
    return; // nothing is left to tell it to
}

void on_signal(int number) {
  print_place();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// Numbers that sit on somebody's bound.
uint64_t bound_number(std::mt19937_64& engine) {
  switch (below(engine, 6)) {
  case 0:
    return 0;
  case 1:
    return ~uint64_t{0};
  case 2:
    return uint64_t{1} << below(engine, 64);
  case 3:
    return (uint64_t{1} << below(engine, 64)) - 1;
  case 4:
    return below(engine, 300);
  default:
    return engine();
  }
}

void overwrite_number(std::mt19937_64& engine, std::string& x) {
  static constexpr size_t sizes[] = {1, 2, 4, 8};
  auto size = sizes[below(engine, 4)];
  if (x.size() < size)
    return;
  // Mostly where a field would be.
  auto at = below(engine, x.size() - size + 1);
  if (below(engine, 4) != 0)
    at -= at % size;
  auto value = bound_number(engine);
  memcpy(&x[at], &value, size);
}

/// Most formats here count in words of 8 bytes: most cuts are at them.
size_t whole_words(std::mt19937_64& engine, size_t at) {
  return below(engine, 4) == 0 ? at : at - at % 8;
}

void move_chunk(std::mt19937_64& engine, std::string& x,
                const std::string& from) {
  if (from.empty())
    return;
  auto at = whole_words(engine, below(engine, from.size()));
  auto chunk = from.substr(at, whole_words(engine, 8 + below(engine, 64)));
  auto to = whole_words(engine, below(engine, x.size() + 1));
  // Most formats state their size: what grows is mostly refused for that.
  if (below(engine, 4) == 0)
    x.insert(to, chunk);
  else
    x.replace(to, std::min(chunk.size(), x.size() - to), chunk);
}

void mutate(std::mt19937_64& engine, std::string& x, const std::string& other) {
  switch (below(engine, 12)) {
  case 0:
  case 1:
  case 2:
    if (!x.empty()) {
      auto& byte = x[below(engine, x.size())];
      byte = static_cast<char>(byte ^ (1 << below(engine, 8)));
    }
    break;
  case 3:
    if (!x.empty())
      x.erase(whole_words(engine, below(engine, x.size())),
              whole_words(engine, 8 + below(engine, 32)));
    break;
  case 4:
    move_chunk(engine, x, std::string{x});
    break;
  case 5:
    move_chunk(engine, x, other);
    break;
  case 6:
    x.resize(whole_words(engine, below(engine, x.size() + 1)));
    break;
  default:
    overwrite_number(engine, x);
  }
  if (x.size() > input_bytes_max)
    x.resize(input_bytes_max);
}

void run(const std::string& input) {
  // A copy of its own size on the heap, so that a sanitizer sees its end.
  std::vector<uint8_t> bytes{input.begin(), input.end()};
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

/// Each round starts from a valid input: without knowing what a mutation
/// reached, mutants of mutants would soon all be refused at the door.
void run_rounds(const std::vector<std::string>& seeds,
                unsigned long long rounds) {
  std::mt19937_64 engine{now.seed};
  for (auto& x : seeds)
    run(x);
  for (now.round = 1; now.round <= rounds; ++now.round) {
    auto input = seeds[below(engine, seeds.size())];
    for (auto n = 1 + below(engine, 4); n > 0; --n)
      mutate(engine, input, seeds[below(engine, seeds.size())]);
    run(input);
  }
}

} // namespace

} // namespace tributary

int main(int argc, char** argv) {
  using namespace tributary;
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s ROUNDS [FILE]...\n", argv[0]);
    return 2;
  }
  for (auto number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    std::signal(number, on_signal);
  if (__sanitizer_set_death_callback != nullptr)
    __sanitizer_set_death_callback(print_place);
  auto seeds = fuzz_seeds();
  for (int i = 2; i < argc; ++i) {
    std::ifstream in{argv[i], std::ios::binary};
    std::stringstream text;
    text << in.rdbuf();
    if (!in) {
      std::fprintf(stderr, "%s: can't be read\n", argv[i]);
      return 2;
    }
    seeds.push_back(text.str());
  }
  now.seed = random_seed(argv[0]);
  auto rounds = std::strtoull(argv[1], nullptr, 10);
  run_rounds(seeds, rounds);
  std::printf("%llu rounds from %zu inputs\n", rounds, seeds.size());
  return 0;
}
