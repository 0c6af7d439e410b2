#pragma once

/// Tables of several charts as one: columns of one host and one dimension id
/// become one column. Pure.

#include <map>
#include <utility>
#include <vector>

#include "actors/storage/query_plan.hpp"

namespace tributary {

class query_merge {
public:
  /// @param range that all tables have the rows of.
  query_merge(const query_range& range, aggregation by);

  /// Adds a table; its columns become those of host number `host`.
  void add(const query_answer& part, size_t host);

  /// Columns there are.
  size_t width() const noexcept {
    return columns_.size();
  }

  /// Writes columns, times and values.
  void finish(query_answer& answer);

private:
  struct column {
    query_column name;
    std::vector<double> values;
    /// Charts that have a value in each row.
    std::vector<uint32_t> counts;
  };

  column& column_for(const query_column& x, size_t host);
  void put(double x, column& to, size_t row) const;

  query_range range_;
  aggregation by_;
  int64_t first_row_;
  int64_t last_row_ = -1;
  std::vector<column> columns_;
  /// By host number and dimension id.
  std::map<std::pair<size_t, std::string>, size_t> places_;
};

/// How charts of that unit become one where nobody says so: parts of a whole
/// are averaged, all else is added up.
aggregation natural_aggregation(const chart& x);

} // namespace tributary
