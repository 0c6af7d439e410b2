#include "actors/storage/query_merge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tributary {

query_merge::query_merge(const query_range& range, aggregation by)
    : range_(range), by_(by), first_row_(range.rows()) {
  // nop
}

query_merge::column& query_merge::column_for(const query_column& x,
                                             size_t host) {
  auto [i, is_new] = places_.try_emplace({host, x.id}, columns_.size());
  if (!is_new)
    return columns_[i->second];
  column result;
  result.name = {x.id, x.name, host};
  auto rows = static_cast<size_t>(range_.rows());
  result.values.assign(rows, std::numeric_limits<double>::quiet_NaN());
  result.counts.assign(rows, 0);
  columns_.push_back(std::move(result));
  return columns_.back();
}

void query_merge::put(double x, column& to, size_t row) const {
  auto& value = to.values[row];
  if (to.counts[row]++ == 0)
    value = x;
  else if (by_ == aggregation::min)
    value = std::min(value, x);
  else if (by_ == aggregation::max)
    value = std::max(value, x);
  else
    value += x;
}

void query_merge::add(const query_answer& part, size_t host) {
  auto first_end = range_.row_end(range_.from + 1);
  auto width = part.columns.size();
  for (size_t c = 0; c < width; ++c) {
    auto& to = column_for(part.columns[c], host);
    for (size_t i = 0; i < part.times.size(); ++i) {
      auto x = part.values[i * width + c];
      auto row = (range_.row_end(part.times[i]) - first_end) / range_.per_row;
      first_row_ = std::min(first_row_, row);
      last_row_ = std::max(last_row_, row);
      if (!std::isnan(x))
        put(x, to, static_cast<size_t>(row));
    }
  }
}

void query_merge::finish(query_answer& answer) {
  auto width = columns_.size();
  // Columns of one host side by side, as its charts gave them.
  std::stable_sort(columns_.begin(), columns_.end(),
                   [](auto& x, auto& y) { return x.name.host < y.name.host; });
  auto first_end = range_.row_end(range_.from + 1);
  for (auto row = first_row_; row <= last_row_; ++row)
    answer.times.push_back(
        std::min(first_end + row * range_.per_row, range_.to));
  answer.values.resize(answer.times.size() * width);
  for (size_t c = 0; c < width; ++c) {
    auto& from = columns_[c];
    answer.columns.push_back(from.name);
    for (size_t i = 0; i < answer.times.size(); ++i) {
      auto row = static_cast<size_t>(first_row_) + i;
      auto x = from.values[row];
      if (by_ == aggregation::average && from.counts[row] > 1)
        x /= from.counts[row];
      answer.values[i * width + c] = x;
    }
  }
}

aggregation natural_aggregation(const chart& x) {
  auto is_share = x.units.find('%') != std::string::npos
                  || x.units.find("percent") != std::string::npos;
  return is_share ? aggregation::average : aggregation::sum;
}

} // namespace tributary
