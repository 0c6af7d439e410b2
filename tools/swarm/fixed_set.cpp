#include "tools/swarm/fixed_set.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

#include <zstd.h>

#include "schema/error.hpp"

namespace tributary::load {

namespace {

/// A recording is some hundred KB, which come to some tens of MB.
constexpr size_t recording_bytes_max = size_t{1} << 30;

struct context_deleter {
  void operator()(ZSTD_DCtx* x) const {
    ZSTD_freeDCtx(x);
  }
};

caf::expected<std::string> unpacked(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::string packed{std::istreambuf_iterator<char>{in}, {}};
  if (packed.empty())
    return make_error(ec::file_unusable, path + ": can't be read");
  std::string result;
  std::unique_ptr<ZSTD_DCtx, context_deleter> context{ZSTD_createDCtx()};
  ZSTD_inBuffer from{packed.data(), packed.size(), 0};
  std::string piece(1u << 20, '\0');
  while (from.pos < from.size) {
    ZSTD_outBuffer to{piece.data(), piece.size(), 0};
    if (ZSTD_isError(ZSTD_decompressStream(context.get(), &to, &from)))
      return make_error(ec::corrupt, path + ": not a zstd file");
    result.append(piece, 0, to.pos);
    if (result.size() > recording_bytes_max)
      return make_error(ec::too_large, path + ": more than 1 GiB of text");
  }
  return result;
}

/// The text up to the next comma, which is passed.
std::string take_field(const std::string& line, size_t& at) {
  auto end = std::min(line.find(',', at), line.size());
  auto result = line.substr(at, end - at);
  at = end + 1;
  return result;
}

fixed_series read_series(const std::string& line) {
  size_t at = 0;
  fixed_series result;
  result.chart = take_field(line, at);
  result.dimension = take_field(line, at);
  result.counter = take_field(line, at) != "gauge";
  take_field(line, at); // unit
  result.scale = std::max(1LL, atoll(take_field(line, at).c_str()));
  int64_t held = 0;
  auto first = true;
  std::vector<bool> collected;
  while (at <= line.size()) {
    auto text = take_field(line, at);
    auto here = !text.empty();
    auto number = here ? atoll(text.c_str()) : 0;
    held = static_cast<int64_t>(static_cast<uint64_t>(held)
                                + static_cast<uint64_t>(number));
    auto before = !collected.empty() && collected.back();
    collected.push_back(here);
    if (!result.counter) {
      result.values.push_back(here ? held : 0);
      result.present.push_back(here);
      continue;
    }
    auto known = here && before && !first;
    result.values.push_back(known ? std::max<int64_t>(0, number) : 0);
    result.present.push_back(known);
    first = first && !here;
  }
  return result;
}

bool is_chosen(const fixed_series& x, series_choice choice) {
  auto seconds = x.values.size();
  size_t present = 0;
  size_t changes = 0;
  int64_t last = 0;
  for (size_t i = 0; i < seconds; ++i) {
    if (!x.present[i])
      continue;
    changes += present != 0 && x.values[i] != last ? 1 : 0;
    last = x.values[i];
    ++present;
  }
  auto steady = present * 10 >= seconds * 9;
  auto busy = changes * 20 >= seconds;
  switch (choice) {
  case series_choice::all:
    return present != 0;
  case series_choice::steady:
    return steady;
  case series_choice::busy:
    return busy;
  case series_choice::steady_and_busy:
    return steady && busy;
  }
  return false;
}

/// Charts of the chosen series, whose order becomes column order.
std::vector<chart_ptr>
charts_of(const std::vector<const fixed_series*>& chosen) {
  std::vector<chart_ptr> result;
  chart x;
  unsigned piece = 0;
  auto finish = [&] {
    if (!x.dimensions.empty())
      result.push_back(std::make_shared<const chart>(x));
    x.dimensions.clear();
  };
  std::string id;
  for (auto series : chosen) {
    auto changed = series->chart != id;
    if (changed || x.dimensions.size() == chart_dimensions_max) {
      finish();
      piece = changed ? 0 : piece + 1;
      id = series->chart;
      x.id = piece == 0 ? id : id + "." + std::to_string(piece);
      x.name = x.id;
      x.context = id;
      x.module = "bench";
    }
    dimension d;
    d.id = series->dimension;
    d.name = d.id;
    d.algorithm
        = series->counter ? algorithm::incremental : algorithm::absolute;
    d.divisor = series->scale;
    x.dimensions.push_back(std::move(d));
  }
  finish();
  return result;
}

} // namespace

caf::expected<std::vector<fixed_series>>
read_fixed_set(const std::string& path) {
  auto text = unpacked(path);
  if (!text)
    return std::move(text.error());
  std::istringstream in{*text};
  std::vector<fixed_series> result;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#'
        || line.rfind("capture.self,offset", 0) == 0)
      continue;
    result.push_back(read_series(line));
    if (result.back().values.empty())
      return make_error(ec::corrupt,
                        path + ": no series: '" + line.substr(0, 40) + "'");
  }
  if (result.empty())
    return make_error(ec::corrupt, path + ": no series");
  return result;
}

row_set rows_of(const std::vector<fixed_series>& set, series_choice choice) {
  std::vector<const fixed_series*> chosen;
  for (auto& x : set)
    if (is_chosen(x, choice))
      chosen.push_back(&x);
  row_set result;
  result.charts = charts_of(chosen);
  result.columns = static_cast<uint32_t>(chosen.size());
  size_t seconds = 0;
  for (auto x : chosen)
    seconds = std::max(seconds, x->values.size());
  result.rows.resize(seconds);
  for (size_t s = 0; s < seconds; ++s) {
    auto& row = result.rows[s];
    row.reset(result.columns);
    for (uint32_t i = 0; i < result.columns; ++i) {
      if (s >= chosen[i]->values.size() || !chosen[i]->present[s])
        continue;
      row.values[i] = chosen[i]->values[s];
      set_bit(row.present, i);
    }
    result.samples += present_count(row);
  }
  return result;
}

} // namespace tributary::load
