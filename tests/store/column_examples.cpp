#include "tests/store/column_examples.hpp"

#include "tests/schema/random_seed.hpp"

namespace tributary::examples {

namespace {

/// Values that a column may hold, each of a way to pack them.
int64_t next_value(std::mt19937_64& engine, uint64_t kind, int64_t before) {
  switch (kind) {
  case 0: // constant
    return 42;
  case 1: // increments of a counter
    return static_cast<int64_t>(below(engine, 1000));
  case 2: // walk
    return static_cast<int64_t>(static_cast<uint64_t>(before)
                                + below(engine, 201) - 100);
  case 3: // extremes
    return below(engine, 2) == 0 ? INT64_MAX : INT64_MIN;
  case 4: // mostly zero
    return below(engine, 20) == 0 ? -7 : 0;
  case 5: // a line with noise
    return static_cast<int64_t>(static_cast<uint64_t>(before) + 1'000'000
                                + below(engine, 3));
  case 6: // steps of a power of 2, upwards and downwards
    return static_cast<int64_t>(static_cast<uint64_t>(before)
                                + ((below(engine, 9) - 4) << 12));
  case 7: // of each width
    return static_cast<int64_t>(engine() >> below(engine, 64));
  default:
    return static_cast<int64_t>(engine());
  }
}

} // namespace

column_example random_column(std::mt19937_64& engine) {
  column_example x;
  x.slots = static_cast<uint16_t>(1 + below(engine, 700));
  auto words = bitmap_words(x.slots);
  x.covered.assign(words, 0);
  x.column.values.assign(x.slots, 0);
  x.column.present.assign(words, 0);
  auto kind = below(engine, 9);
  auto uncovered = below(engine, 3); // none, few, half
  auto gaps = below(engine, 4);      // none, few, half, all
  auto estimates = below(engine, 3) == 0;
  if (estimates)
    x.column.estimated.assign(words, 0);
  int64_t value = static_cast<int64_t>(engine());
  for (size_t slot = 0; slot < x.slots; ++slot) {
    if (uncovered != 0 && below(engine, uncovered == 1 ? 30 : 2) == 0)
      continue;
    set_bit(x.covered, slot);
    if (gaps == 3 || (gaps != 0 && below(engine, gaps == 1 ? 30 : 2) == 0))
      continue;
    set_bit(x.column.present, slot);
    x.column.values[slot] = value = next_value(engine, kind, value);
    if (estimates && below(engine, 10) == 0)
      set_bit(x.column.estimated, slot);
  }
  return x;
}

} // namespace tributary::examples
