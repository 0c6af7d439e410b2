#pragma once

/// One query on its way: which charts of which hosts it is of, and what was
/// read of them so far. Reads in slices of bounded work, each in a transaction
/// of its own, so that a long query neither holds pages back nor keeps short
/// ones waiting (docs/decisions/0009). Knows no actor and no clock.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/storage/query_merge.hpp"
#include "actors/storage/query_table.hpp"
#include "store/lmdb.hpp"

namespace tributary {

class tier_reader;

/// A chart to be read.
struct query_part {
  guid host;
  std::string chart;
  /// Number of the host among those of the query.
  size_t host_number = 0;
};

class query_job {
public:
  /// @param now unix seconds, for relative times.
  /// @param tiers how many tiers the store has, 1 to 3.
  query_job(query_request_ptr what, tick now, unsigned tiers = tier_count);

  /// Whether it must be told of all hosts before it knows its parts.
  bool needs_hosts() const noexcept {
    return !what_->nodes.empty() || what_->chart.empty();
  }

  /// Chooses hosts and charts. Yields `ec::not_found`, and `ec::too_large`
  /// beyond `query_charts_max`.
  caf::error choose(const std::vector<host_summary>& hosts, const guid& own);

  /// What is to be read next; null when all is.
  const query_part* next_part() const noexcept;

  /// Begins the next part with the open windows of its chart.
  void begin(hot_answer_ptr hot);

  /// Reads a slice of it, with the store as it is after `begin`. True when the
  /// part is done. Yields `ec::bad_request`, `ec::too_large` and
  /// `ec::not_found` for what can't be answered, and errors of the store.
  caf::expected<bool> advance(const lmdb::environment& from,
                              layout_cache& layouts);

  /// The answer, once all parts are done.
  caf::expected<query_answer_ptr> finish();

  const query_request& request() const noexcept {
    return *what_;
  }

private:
  caf::error choose_charts(const host_summary& host, size_t number);
  caf::error plan(const std::vector<tier_standing>& tiers);
  caf::error plan_rows(const std::vector<tier_standing>& tiers);
  caf::error plan_table();
  caf::error read_window(const lmdb::transaction& txn, layout_cache& layouts);
  caf::error read_points(const tier_reader& tiers);
  caf::error end_part();

  query_request_ptr what_;
  tick now_;
  unsigned tiers_;
  /// Newest tick of all hosts, where they had to be known.
  tick newest_ = 0;
  std::vector<query_part> parts_;
  std::vector<std::string> host_names_;
  size_t next_ = 0;
  uint64_t reads_ = 0;
  uint64_t values_ = 0;
  /// Set with the first part.
  std::optional<query_range> range_;
  unsigned tier_ = 0;
  std::unique_ptr<query_merge> merge_;
  query_answer answer_;

  // Of the part that is being read.
  hot_answer_ptr hot_;
  std::vector<query_piece> pieces_;
  size_t piece_ = 0;
  tick at_ = 0;
  std::unique_ptr<query_table> table_;
  point_run run_;
};

/// Windows or blocks that one slice reads: some milliseconds.
constexpr size_t query_slice_windows = 32;

} // namespace tributary
