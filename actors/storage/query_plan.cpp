#include "actors/storage/query_plan.hpp"

#include <algorithm>
#include <numeric>

namespace tributary {

namespace {

/// The least multiple of `unit` that is not less than `x`; both are positive.
int64_t rounded_up(int64_t x, int64_t unit) {
  return (x + unit - 1) / unit * unit;
}

/// The first row gives way when rows that end at multiples would be one more
/// than was asked for.
query_range with_rows(const query_request& what, query_range range) {
  if (what.unaligned)
    range.phase = range.to % range.per_row;
  auto points = what.points == 0 ? int64_t{query_points_max}
                                 : static_cast<int64_t>(what.points);
  auto end = range.row_end(range.to);
  range.from = std::max(range.from, end - points * range.per_row);
  return range;
}

/// What a tier takes of a hole.
enum class points_taken { whole, cut };

/// First and last tick of the points that lie in the hole, or touch it.
tick_range ticks_of(const tick_range& hole, const tier_standing& tier,
                    points_taken taken) {
  auto from = std::max(hole.from, tier.from);
  auto to = std::min(hole.to, tier.to);
  if (taken == points_taken::cut)
    return {from, to};
  // The end of a point is the last second before the next one begins.
  const query_range points{0, 0, tier.step, tier.phase};
  return {points.row_end(from - 1) + 1, points.row_end(to + 1) - tier.step};
}

/// Takes what `tier` has of the holes, and leaves the rest of them.
void take_pieces(unsigned number, const tier_standing& tier, points_taken taken,
                 std::vector<tick_range>& holes,
                 std::vector<query_piece>& pieces) {
  std::vector<tick_range> rest;
  for (auto& hole : holes) {
    auto [from, to] = ticks_of(hole, tier, taken);
    if (from > to) {
      rest.push_back(hole);
      continue;
    }
    pieces.push_back({number, from, to});
    if (hole.from < from)
      rest.push_back({hole.from, from - 1});
    if (to < hole.to)
      rest.push_back({to + 1, hole.to});
  }
  holes = std::move(rest);
}

} // namespace

caf::expected<query_range> resolve_range(const query_request& what, tick newest,
                                         tick now) {
  query_range result;
  result.to = what.before > 0    ? what.before
              : what.before == 0 ? (newest == 0 ? now : newest)
                                 : now + what.before;
  result.from = what.after > 0 ? what.after : result.to + what.after;
  auto slots = result.to - result.from;
  if (slots <= 0 && what.before != 0)
    return make_error(ec::bad_request, "after: is not earlier than before");
  if (slots <= 0) // nothing is newer than `after` yet
    return query_range{result.to, result.to, 1, 0};
  if (what.points > query_points_max)
    return make_error(ec::bad_request, "points: at most 20000");
  auto points = what.points == 0 ? std::min<int64_t>(slots, query_points_max)
                                 : static_cast<int64_t>(what.points);
  result.per_row = std::max<int64_t>(1, (slots + points - 1) / points);
  if (what.resample_seconds > 0)
    result.per_row = rounded_up(result.per_row, what.resample_seconds);
  return with_rows(what, result);
}

caf::expected<unsigned> choose_tier(const query_request& what,
                                    const query_range& range,
                                    const std::vector<tier_standing>& tiers) {
  if (what.tier) {
    if (*what.tier >= tiers.size())
      return make_error(ec::bad_request,
                        tiers.size() == 1
                            ? std::string{"tier: there is tier 0 alone"}
                            : "tier: there are 0 to "
                                  + std::to_string(tiers.size() - 1));
    return *what.tier;
  }
  auto result = 0u;
  for (unsigned i = 0; i < tiers.size(); ++i)
    if (tiers[i].step <= range.per_row)
      result = i;
  return result;
}

query_range fitted_range(const query_request& what, query_range range,
                         const tier_standing& tier, int64_t chart_step) {
  if (range.from >= range.to)
    return range;
  auto unit = std::lcm(tier.step, what.virtual_points ? 1 : chart_step);
  if (what.resample_seconds > 0)
    unit = std::lcm(unit, what.resample_seconds);
  if (tier.step > range.per_row && what.virtual_points)
    return range; // rows are finer than the points: each point is in several
  range.per_row = rounded_up(range.per_row, unit);
  range.phase = tier.phase % tier.step;
  return with_rows(what, range);
}

std::vector<query_piece> plan_pieces(const query_range& range,
                                     const std::vector<tier_standing>& tiers,
                                     unsigned preferred, bool only) {
  std::vector<query_piece> result;
  if (range.from >= range.to)
    return result;
  std::vector<tick_range> holes{{range.from + 1, range.to}};
  if (!only)
    for (auto i = preferred + 1; i-- > 0;)
      take_pieces(i, tiers[i], points_taken::whole, holes, result);
  auto last = only ? preferred + 1 : static_cast<unsigned>(tiers.size());
  for (auto i = preferred; i < last; ++i)
    take_pieces(i, tiers[i], points_taken::cut, holes, result);
  std::sort(result.begin(), result.end(),
            [](auto& x, auto& y) { return x.from < y.from; });
  return result;
}

} // namespace tributary
