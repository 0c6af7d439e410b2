#include "actors/storage/query_job.hpp"

#include <algorithm>
#include <cmath>

#include "store/tables.hpp"
#include "store/tier_read.hpp"

namespace tributary {

namespace {

/// What to do about an answer that is too large.
constexpr auto advice = ": ask for a shorter range, fewer points or fewer "
                        "dimensions";

chart_ptr newest_definition(const host_summary& host, const std::string& id) {
  auto entry = host.columns_of ? host.columns_of->find(id) : nullptr;
  return entry == nullptr ? nullptr : entry->chart;
}

/// Tier 0 of a host, open windows included. What ingest has seen tells of what
/// was trimmed too.
/// @param stored_from the oldest tick of its blocks, 0 where there is none.
tier_standing finest_of(const hot_answer& hot, tick stored_from) {
  tier_standing result{1, 0, hot.host.oldest, hot.host.newest};
  if (stored_from == 0)
    return result;
  for (auto& x : hot.windows)
    stored_from = std::min(stored_from, x.start());
  result.from = std::max(result.from, stored_from);
  return result;
}

/// A point ends where the next one begins.
tier_standing standing_of(const tier_reader& tiers, unsigned tier) {
  auto& grid = tiers.grid(tier);
  auto extent = tiers.extent(tier);
  return {grid.step, grid.phase - 1, extent.from, extent.to - 1};
}

/// Points `[begin, end)` of a chart as a reader sees them.
void shown_points(const tier_table& table, const tier_chart& of,
                  tick_range ticks, const std::vector<bool>& wanted,
                  point_run& run) {
  auto step = static_cast<tick>(table.step);
  run.first_end = table.start + step - 1;
  run.step = run.covers = step;
  run.size = table.points();
  run.counted = ticks;
  run.columns.assign(of.columns.size(), {});
  for (size_t d = 0; d < of.columns.size(); ++d) {
    if (!wanted[d])
      continue;
    auto& to = run.columns[d];
    for (size_t i = 0; i < run.size; ++i) {
      auto x = shown_point(*of.chart, d, of.columns[d], i);
      to.min.push_back(x.min);
      to.max.push_back(x.max);
      to.sum.push_back(x.sum);
      to.count.push_back(static_cast<double>(x.count));
    }
  }
}

/// A window as it is stored, with what is open of it. Mostly it is either, and
/// nothing is copied.
const window_table& joined(window_table& stored,
                           const std::vector<window_table>& open) {
  const window_table* only = nullptr;
  for (auto& x : open) {
    if (x.start() != stored.start())
      continue;
    if (only == nullptr && stored.charts().empty() && stored.empty()) {
      only = &x;
      continue;
    }
    if (only != nullptr)
      stored.merge(*only);
    only = nullptr;
    stored.merge(x);
  }
  return only == nullptr ? stored : *only;
}

std::vector<bool> marked(const std::vector<size_t>& chosen, size_t count) {
  std::vector<bool> result(count, false);
  for (auto i : chosen)
    result[i] = true;
  return result;
}

} // namespace

query_job::query_job(query_request_ptr what, tick now, unsigned tiers)
    : what_(std::move(what)), now_(now), tiers_(tiers) {
  if (!needs_hosts())
    parts_.push_back({what_->host, what_->chart, 0});
}

caf::error query_job::choose(const std::vector<host_summary>& hosts,
                             const guid& own) {
  std::vector<const host_summary*> chosen;
  if (what_->nodes.empty()) {
    auto id = what_->host.empty() ? own : what_->host;
    for (auto& x : hosts)
      if (x.definition.id == id)
        chosen.push_back(&x);
    if (chosen.empty())
      return make_error(ec::not_found, "host " + to_string(id));
  }
  std::vector<bool> is_chosen(hosts.size(), false);
  for (auto& pattern : what_->nodes) {
    auto any = false;
    for (size_t i = 0; i < hosts.size(); ++i)
      if (matches_pattern(pattern, hosts[i].definition.hostname)
          || matches_pattern(pattern, to_string(hosts[i].definition.id))) {
        any = true;
        if (!is_chosen[i])
          chosen.push_back(&hosts[i]);
        is_chosen[i] = true;
      }
    if (!any)
      return make_error(ec::not_found, "no host is named " + pattern);
  }
  for (auto host : chosen) {
    auto& name = host->definition.hostname;
    auto same = std::count_if(chosen.begin(), chosen.end(), [&](auto x) {
      return x->definition.hostname == name;
    });
    host_names_.push_back(same > 1 ? to_string(host->definition.id) : name);
    newest_ = std::max(newest_, host->newest);
    if (auto error = choose_charts(*host, host_names_.size() - 1))
      return error;
  }
  if (parts_.empty())
    return make_error(ec::not_found, what_->chart.empty()
                                         ? "context " + what_->context
                                         : "chart " + what_->chart);
  return {};
}

caf::error query_job::choose_charts(const host_summary& host, size_t number) {
  if (!host.columns_of)
    return {};
  for (auto& entry : host.columns_of->charts()) {
    auto& x = *entry.chart;
    auto is_meant = what_->chart.empty() ? x.context == what_->context
                                         : x.id == what_->chart;
    // A superseded definition is in the roster too.
    if (!is_meant || newest_definition(host, x.id) != entry.chart)
      continue;
    if (parts_.size() == query_charts_max)
      return make_error(ec::too_large, "more than "
                                           + std::to_string(query_charts_max)
                                           + " charts");
    parts_.push_back({host.definition.id, x.id, number});
  }
  return {};
}

const query_part* query_job::next_part() const noexcept {
  return next_ < parts_.size() ? &parts_[next_] : nullptr;
}

void query_job::begin(hot_answer_ptr hot) {
  hot_ = std::move(hot);
  table_.reset();
  pieces_.clear();
  piece_ = 0;
  at_ = 0;
}

/// Rows are those of the first part; all others follow it.
caf::error query_job::plan_rows(const std::vector<tier_standing>& tiers) {
  auto newest = needs_hosts() ? newest_ : hot_->host.newest;
  auto range = resolve_range(*what_, newest, now_);
  if (!range)
    return std::move(range.error());
  auto tier = choose_tier(*what_, *range, tiers);
  if (!tier)
    return std::move(tier.error());
  tier_ = *tier;
  auto definition = newest_definition(hot_->host, parts_[next_].chart);
  auto step = definition ? int64_t{definition->step} : 1;
  range_ = fitted_range(*what_, *range, tiers[tier_], step);
  if (!what_->natural_points)
    return {};
  for (auto& x : plan_pieces(*range_, tiers, tier_, what_->tier.has_value()))
    if (tiers[x.tier].step > range_->per_row)
      range_ = fitted_range(*what_, *range_, tiers[x.tier], step);
  return {};
}

caf::error query_job::plan(const std::vector<tier_standing>& tiers) {
  if (!range_)
    if (auto error = plan_rows(tiers))
      return error;
  answer_.points_of_tier.resize(tiers.size());
  pieces_ = plan_pieces(*range_, tiers, tier_, what_->tier.has_value());
  if (auto error = plan_table())
    return error;
  auto columns = std::max<uint64_t>(1, table_->width());
  for (auto& x : pieces_)
    reads_ += static_cast<uint64_t>((x.to - x.from) / tiers[x.tier].step + 1)
              * columns;
  if (reads_ > query_reads_max)
    return make_error(ec::too_large, "the range holds " + std::to_string(reads_)
                                         + " points, more than the "
                                         + std::to_string(query_reads_max)
                                         + " that one query may read" + advice);
  values_ += static_cast<uint64_t>(range_->rows()) * columns;
  if (values_ > query_values_max)
    return make_error(ec::too_large, "the answer would have more than "
                                         + std::to_string(query_values_max)
                                         + " values" + advice);
  return {};
}

caf::error query_job::plan_table() {
  auto& part = parts_[next_];
  auto definition = newest_definition(hot_->host, part.chart);
  std::vector<bool> wanted;
  if (definition) {
    auto all = columns_of(*definition);
    wanted.assign(all.size(), true);
    // Of several charts one may lack what another has; a percentage is of all.
    if (!needs_hosts()) {
      auto named
          = matching_columns(all, what_->dimensions, what_->match, part.chart);
      if (!named)
        return std::move(named.error());
      if (!what_->percentages)
        wanted = marked(*named, all.size());
    }
  }
  auto range = *range_;
  if (pieces_.empty())
    range.from = range.to;
  else
    range.from = std::max(range.from, pieces_.front().from - 1);
  table_ = std::make_unique<query_table>(*what_, range, std::move(definition),
                                         std::move(wanted));
  return {};
}

caf::expected<bool> query_job::advance(const lmdb::environment& from,
                                       layout_cache& layouts) {
  // Opened after the hot rows were copied: a window that ingest has forgotten
  // meanwhile is committed and so visible here.
  auto txn = from.read();
  if (!txn)
    return std::move(txn.error());
  // A host of which nothing is stored yet has tier 0 alone, in RAM.
  auto tiers = tier_reader::open(*txn, layouts, hot_->host.definition.id);
  if (!tiers && code_of(tiers.error()) != ec::not_found)
    return std::move(tiers.error());
  if (!table_) {
    std::vector<tier_standing> standings{
        finest_of(*hot_, tiers ? tiers->stored_from() : 0)};
    for (unsigned i = 1; tiers && i < tiers_; ++i)
      standings.push_back(standing_of(*tiers, i));
    if (auto error = plan(standings))
      return error;
  }
  for (size_t i = 0; i < query_slice_windows; ++i) {
    if (piece_ == pieces_.size()) {
      if (auto error = end_part())
        return error;
      return true;
    }
    at_ = std::max(at_, pieces_[piece_].from);
    if (pieces_[piece_].tier > 0 && !tiers) // it went since the last slice
      return std::move(tiers.error());
    auto error = pieces_[piece_].tier == 0 ? read_window(*txn, layouts)
                                           : read_points(*tiers);
    if (error)
      return error;
    if (at_ > pieces_[piece_].to)
      ++piece_;
  }
  return false;
}

/// Reads from `at_` to the end of its window or piece, and moves it there.
caf::error query_job::read_window(const lmdb::transaction& txn,
                                  layout_cache& layouts) {
  auto& definition = hot_->host.definition;
  auto& chart = parts_[next_].chart;
  window_table window{definition.window_start(at_),
                      static_cast<uint16_t>(definition.window_seconds)};
  if (auto error = load_window(txn, layouts, hot_->host.number, chart, window))
    return error;
  auto& shown = joined(window, hot_->windows);
  auto to
      = std::min(pieces_[piece_].to, window.start() + tick{window.slots()} - 1);
  auto found = shown.charts().find(chart);
  if (found != shown.charts().end()) {
    auto& of = found->second.chart;
    shown_slots(shown, found->second, at_, to, table_->wanted_of(of), run_);
    table_->add(of, run_);
    answer_.points_of_tier[0] += run_.size;
  }
  at_ = to + 1;
  return {};
}

/// The same for a block of a coarser tier.
caf::error query_job::read_points(const tier_reader& tiers) {
  auto& piece = pieces_[piece_];
  auto& chart = parts_[next_].chart;
  auto& grid = tiers.grid(piece.tier);
  auto to = std::min(piece.to, grid.block_start(at_) + tick{grid.span} - 1);
  auto points = tiers.load(piece.tier, {at_, to}, chart);
  if (!points)
    return std::move(points.error());
  auto found = points->charts.find(chart);
  if (found != points->charts.end()) {
    auto& of = found->second.chart;
    shown_points(*points, found->second, {at_, to}, table_->wanted_of(of),
                 run_);
    table_->add(of, run_);
    answer_.points_of_tier[piece.tier] += run_.size;
  }
  at_ = to + 1;
  return {};
}

caf::error query_job::end_part() {
  auto& part = parts_[next_++];
  if (!table_->definition())
    return make_error(ec::not_found, "chart " + part.chart);
  if (!answer_.chart) {
    answer_.chart = table_->definition();
    answer_.host = hot_->host;
  }
  if (!needs_hosts()) {
    table_->finish(answer_);
    return {};
  }
  query_answer read;
  table_->finish(read);
  if (what_->magnitudes)
    for (auto& x : read.values)
      x = std::fabs(x);
  if (!merge_)
    merge_ = std::make_unique<query_merge>(
        *range_,
        what_->merged_by.value_or(natural_aggregation(*answer_.chart)));
  merge_->add(read, part.host_number);
  answer_.host.oldest = std::min(answer_.host.oldest, hot_->host.oldest);
  answer_.host.newest = std::max(answer_.host.newest, hot_->host.newest);
  return {};
}

caf::expected<query_answer_ptr> query_job::finish() {
  answer_.row_seconds = range_->per_row;
  answer_.tier = tier_;
  if (merge_)
    merge_->finish(answer_);
  if (auto error = finish_table(*what_, answer_))
    return error;
  if (!what_->nodes.empty())
    for (auto& x : answer_.columns) {
      x.id += '@' + host_names_[x.host];
      x.name += '@' + host_names_[x.host];
    }
  table_.reset();
  return std::make_shared<const query_answer>(std::move(answer_));
}

} // namespace tributary
