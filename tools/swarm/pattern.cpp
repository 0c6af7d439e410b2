#include "tools/swarm/pattern.hpp"

#include <cmath>
#include <random>

#include "schema/real.hpp"

namespace tributary::load {

namespace {

constexpr uint32_t first_walk = 3;
constexpr uint32_t first_constant = 6;
constexpr uint32_t first_wave = 8;

/// A wave swings this far about this middle, in thousandths.
constexpr double wave_height = 40'000;
constexpr double wave_middle = 50'000;
constexpr double wave_seconds = 300;

/// `held` is the column's own.
double next_real(uint32_t kind, uint32_t second, double& held,
                 std::mt19937_64& random) {
  std::normal_distribution<double> noise;
  std::uniform_real_distribution<double> part;
  auto wave = std::sin(second / 50.0);
  switch (kind) {
  case 0:
    return held += noise(random);
  case 1:
    return std::round(200 + 20 * wave + noise(random)) / 10;
  case 2:
    return std::round(5000 + 2000 * wave + 10 * noise(random)) / 100;
  case 3:
    return std::floor(part(random) * 1000);
  case 4:
    return std::floor(part(random) * 100) / 2;
  case 5:
    return std::floor(part(random) * 100) / (1 + std::floor(part(random) * 9));
  case 6:
    return noise(random);
  case 7:
    return static_cast<float>(held += noise(random) / 100);
  case 8:
    return held += part(random) < 0.05 ? noise(random) : 0;
  default:
    return part(random) < 0.3 ? 0 : 1.5;
  }
}

dimension dimension_at(uint32_t place) {
  dimension result;
  result.id = "d" + std::to_string(place);
  result.name = result.id;
  if (place < first_walk)
    result.algorithm = algorithm::incremental;
  if (place >= first_wave)
    result.divisor = 1000;
  return result;
}

} // namespace

std::vector<chart_ptr> pattern_charts(uint32_t columns) {
  std::vector<chart_ptr> result;
  for (uint32_t i = 0; i < columns / pattern_chart_columns; ++i) {
    chart x;
    x.id = "bench.chart" + std::to_string(i);
    x.name = x.id;
    x.context = "bench.chart";
    x.family = "bench";
    x.title = "A chart of the synthetic pattern";
    x.units = "things/s";
    x.module = "bench";
    for (uint32_t d = 0; d < pattern_chart_columns; ++d)
      x.dimensions.push_back(dimension_at(d));
    result.push_back(std::make_shared<const chart>(std::move(x)));
  }
  return result;
}

pattern::pattern(uint32_t columns, uint64_t seed)
    : state_(seed * 0x9e3779b97f4a7c15u + 1), held_(columns) {
  for (auto& x : held_)
    x = static_cast<int64_t>(below(100'000));
}

uint64_t pattern::random() { // splitmix64
  auto x = state_ += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

uint64_t pattern::below(uint64_t bound) {
  return (random() >> 32) * bound >> 32;
}

void pattern::next(frame_row& row) {
  auto columns = static_cast<uint32_t>(held_.size());
  row.reset(columns);
  row.present.assign(row.present.size(), ~uint64_t{0});
  if (columns % 64 != 0)
    row.present.back() = (uint64_t{1} << (columns % 64)) - 1;
  auto angle = static_cast<double>(second_++) * 2 * M_PI / wave_seconds;
  auto wave = static_cast<int64_t>(wave_middle + wave_height * std::sin(angle));
  for (uint32_t i = 0; i < columns; ++i) {
    auto place = i % pattern_chart_columns;
    if (place < first_walk)
      row.values[i] = static_cast<int64_t>(below(1000));
    else if (place < first_constant)
      row.values[i] = held_[i] += static_cast<int64_t>(below(201)) - 100;
    else if (place < first_wave)
      row.values[i] = held_[i];
    else
      row.values[i] = wave + static_cast<int64_t>(below(500));
  }
}

row_set synthetic_rows(uint32_t columns, uint32_t seconds, uint64_t seed) {
  row_set result;
  result.charts = pattern_charts(columns);
  result.columns = columns;
  result.rows.resize(seconds);
  pattern source{columns, seed};
  for (auto& row : result.rows)
    source.next(row);
  result.samples = uint64_t{columns} * seconds;
  return result;
}

row_set real_rows(uint32_t columns, uint32_t seconds, uint64_t seed) {
  row_set result;
  for (auto& x : pattern_charts(columns)) {
    auto real = std::make_shared<chart>(*x);
    for (auto& d : real->dimensions) {
      d.algorithm = algorithm::real;
      d.divisor = 1;
    }
    result.charts.push_back(std::move(real));
  }
  result.columns = columns;
  result.rows.resize(seconds);
  result.samples = uint64_t{columns} * seconds;
  std::mt19937_64 random{seed};
  std::vector<double> held(columns, 100);
  for (uint32_t s = 0; s < seconds; ++s) {
    auto& row = result.rows[s];
    row.reset(columns);
    for (uint32_t i = 0; i < columns; ++i) {
      row.values[i] = ordered_bits(
          next_real(i % pattern_chart_columns, s, held[i], random));
      set_bit(row.present, i);
    }
  }
  return result;
}

uint64_t present_count(const frame_row& row) {
  uint64_t result = 0;
  for (auto word : row.present)
    result += static_cast<uint64_t>(__builtin_popcountll(word));
  return result;
}

} // namespace tributary::load
