#include "tests/support/sim_source.hpp"

#include <algorithm>
#include <random>

#include "schema/real.hpp"

namespace tributary {

namespace {

uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

uint64_t noise(uint64_t seed, const std::string& column, tick t) {
  auto name = hash_of(column.data(), column.size()).low;
  return mixed(mixed(seed ^ name) ^ static_cast<uint64_t>(t));
}

int64_t gauge(uint64_t seed, const std::string& column, tick t) {
  if (column.compare(0, 9, "sim.reals") == 0)
    return ordered_bits(static_cast<double>(noise(seed, column, t)) / 3e15
                        - 3e3);
  return static_cast<int64_t>(noise(seed, column, t) % 20000) - 10000;
}

/// Grows by 1 to 1,999 a tick.
int64_t counter(uint64_t seed, const std::string& column, tick t) {
  return t * 1000 + static_cast<int64_t>(noise(seed, column, t) % 1000);
}

/// The counters of this name start anew every 101 ticks.
bool resets(const std::string& column) {
  return column.find("reset") != std::string::npos;
}

int64_t reading(uint64_t seed, const std::string& column, tick t,
                bool is_counter) {
  if (!is_counter)
    return gauge(seed, column, t);
  auto result = counter(seed, column, t);
  return resets(column) ? result - (t - t % 101) * 1000 : result;
}

chart_ptr make_chart(const std::string& id, algorithm how,
                     const std::vector<std::string>& dimensions) {
  auto result = std::make_shared<chart>();
  result->id = id;
  result->name = id;
  result->context = id;
  result->family = "sim";
  result->title = "Simulated";
  result->units = "units";
  result->module = "sim";
  for (auto& name : dimensions) {
    dimension d;
    d.id = name;
    d.name = name;
    d.algorithm = how;
    result->dimensions.push_back(std::move(d));
  }
  return result;
}

/// A chart and the tick, counted from the host's first, at which it appears.
struct sim_chart {
  chart_ptr what;
  tick appears = 0;
};

class sim_source final : public source {
public:
  sim_source(sim_origin_ptr origin, const char* name,
             std::vector<sim_chart> charts)
      : origin_(std::move(origin)), name_(name), charts_(std::move(charts)) {
    // nop
  }

  std::string_view name() const noexcept override {
    return name_;
  }

  caf::error sample(kernel_files&,
                    std::vector<chart_reading>& readings) override {
    if (origin_->frozen)
      return {};
    auto t = origin_->clock->now_ms() / 1000;
    if (origin_->first == 0)
      origin_->first = t;
    origin_->reads[t]; // also where the source that counts is down
    for (auto& x : charts_)
      if (x.appears == 0 || t - origin_->first >= x.appears)
        readings.push_back(read(*x.what, t));
    return {};
  }

private:
  chart_reading read(const chart& what, tick t) {
    chart_reading result;
    for (auto& x : charts_)
      if (x.what.get() == &what)
        result.chart = x.what;
    if (what.id.compare(0, 8, "sim.wide") == 0) {
      // Nothing that packs.
      for (size_t i = 0; i < what.dimensions.size(); ++i)
        result.values.emplace_back(static_cast<int64_t>(
            mixed(static_cast<uint64_t>(t) * 1000 + i) >> 4));
      return result;
    }
    for (auto& d : what.dimensions) {
      auto column = what.id + "/" + d.id;
      if (column == "sim.gauges/reads")
        result.values.emplace_back(++origin_->reads[t]);
      else if (d.id == "gappy" && t % 17 == 3)
        result.values.emplace_back();
      else
        result.values.emplace_back(
            reading(origin_->seed, column, t, is_counter(d.algorithm)));
    }
    return result;
  }

  sim_origin_ptr origin_;
  const char* name_;
  std::vector<sim_chart> charts_;
};

} // namespace

std::vector<source_ptr> make_sim_sources(const sim_origin_ptr& origin,
                                         uint64_t order) {
  std::vector<sim_chart> first{
      {make_chart("sim.gauges", algorithm::absolute,
                  {"reads", "a", "b", "c", "gappy", "d", "e"})},
      {make_chart("sim.reals", algorithm::real, {"a", "gappy"})},
      {make_chart("sim.counters", algorithm::incremental, {"in", "out"})},
      {make_chart("sim.resets", algorithm::incremental, {"reset"})}};
  std::vector<sim_chart> second{
      {make_chart("sim.cpu", algorithm::percentage_of_incremental_row,
                  {"user", "system"})},
      {make_chart("sim.late1", algorithm::absolute, {"a", "b", "c"}), 75},
      {make_chart("sim.late2", algorithm::incremental, {"in"}), 200}};
  if (origin->wide_gauges > 0)
    for (size_t at = 0; at < origin->wide_gauges; at += 100) {
      std::vector<std::string> names;
      for (size_t i = 0; i < 100; ++i)
        names.push_back("g" + std::to_string(i));
      second.push_back({make_chart("sim.wide" + std::to_string(at),
                                   algorithm::absolute, names)});
    }
  std::mt19937_64 engine{order};
  std::shuffle(first.begin(), first.end(), engine);
  std::shuffle(second.begin(), second.end(), engine);
  std::vector<sim_chart> slow{
      {make_chart("sim.slow", algorithm::absolute, {"a"})},
      {make_chart("sim.slow_counter", algorithm::incremental, {"in"})}};
  std::vector<source_ptr> result;
  result.push_back(
      std::make_unique<sim_source>(origin, "sim.first", std::move(first)));
  result.push_back(
      std::make_unique<sim_source>(origin, "sim.second", std::move(second)));
  result.push_back(
      std::make_unique<sim_source>(origin, sim_slow_source, std::move(slow)));
  return result;
}

int64_t sim_expected(uint64_t seed, const std::string& column, tick t) {
  auto counts = column.find("/in") != std::string::npos
                || column.find("/out") != std::string::npos
                || column.find("/reset") != std::string::npos
                || column.find("sim.cpu/") == 0;
  if (!counts)
    return gauge(seed, column, t);
  return reading(seed, column, t, true) - reading(seed, column, t - 1, true);
}

} // namespace tributary
