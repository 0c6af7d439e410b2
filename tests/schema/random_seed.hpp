#pragma once

/// The seed of a random test: TRIBUTARY_SEED from the environment, or a fresh
/// one. It is printed, so that a failure can be had again.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace tributary {

inline uint64_t random_seed(const char* test_name) {
  auto given = std::getenv("TRIBUTARY_SEED");
  auto seed = given != nullptr ? std::strtoull(given, nullptr, 10)
                               : uint64_t{std::random_device{}()};
  std::printf("%s: TRIBUTARY_SEED=%llu\n", test_name,
              static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return seed;
}

/// One of 0..bound-1, the same on every machine.
inline uint64_t below(std::mt19937_64& engine, uint64_t bound) {
  return engine() % bound;
}

} // namespace tributary
