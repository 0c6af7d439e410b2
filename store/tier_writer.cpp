#include "store/tier_writer.hpp"

#include <algorithm>

#include "store/erase.hpp"
#include "store/tables.hpp"
#include "store/unused_layouts.hpp"

namespace tributary {

namespace {

/// Commits without a new piece before a block is made: late windows come one
/// after the other, and each would have it made again.
constexpr uint64_t settle_commits = 30;

/// Values that are read and packed for one commit: some 5 ms.
constexpr size_t values_per_commit_max = size_t{1} << 19;

/// Groups of pieces that are erased in one commit, up to whole pieces.
constexpr size_t erased_per_commit_max = 256;

/// The earlier of both, where 0 is none.
tick earlier(tick x, tick y) {
  return x == 0 ? y : std::min(x, y);
}

} // namespace

void tier_writer::load(const lmdb::transaction& txn,
                       const std::map<host_number, stored_host>& hosts,
                       const tier_steps& steps, unsigned tiers,
                       unused_layouts& unused) {
  unused_ = &unused;
  steps_ = steps;
  tiers_ = tiers;
  for (unsigned tier = 1; tier < tiers_; ++tier) {
    lmdb::cursor at{txn, tables::pieces_of(tier)};
    for (auto more = at.first(); more; more = at.next()) {
      auto key = at.current_key();
      auto host = hosts.find(static_cast<host_number>(key.word(1) >> 32));
      if (host != hosts.end())
        wait_for(tier, grid_of(host->second.definition, steps_, tier),
                 host->first, static_cast<tick>(key.word(0)));
    }
  }
}

void tier_writer::forget(host_number host) {
  for (auto i = waiting_.begin(); i != waiting_.end();)
    i = std::get<2>(i->first) == host ? waiting_.erase(i) : std::next(i);
  if (job_ && std::get<2>(job_->name) == host) {
    job_.reset();
    is_stale_ = false;
  }
}

void tier_writer::wait_for(unsigned tier, const tier_grid& grid,
                           host_number host, tick start) {
  block_name name{tier, grid.block_start(start), host};
  waiting_[name] = commits_;
  if (job_ && job_->name == name)
    is_stale_ = true;
}

caf::error tier_writer::put_groups(lmdb::transaction& txn,
                                   lmdb::table_number table, host_number host,
                                   tick start,
                                   const std::vector<sealed_group>& groups,
                                   size_t& bytes) {
  auto erased = erase_groups(txn, table, host, start);
  if (!erased)
    return erased.error();
  uint32_t number = 0;
  for (auto& group : groups) {
    unused_->used(host, group.layout_hash);
    auto layout_key = tables::layout_key(host, group.layout_hash);
    if (!txn.get(tables::layouts, layout_key))
      if (auto error = txn.put(tables::layouts, layout_key, group.layout))
        return error;
    if (auto error
        = txn.put(table, tables::block_key(start, host, number++), group.block))
      return error;
    bytes += group.block.size();
  }
  return {};
}

caf::error tier_writer::put_window(lmdb::transaction& txn, stored_host& host,
                                   tick start,
                                   const std::vector<sealed_group>& points,
                                   size_t& bytes) {
  auto grid = grid_of(host.definition, steps_, 1);
  wait_for(1, grid, host.number, start);
  host.tier_from[1] = earlier(host.tier_from[1], grid.block_start(start));
  return put_groups(txn, tables::tier1_pieces, host.number, start, points,
                    bytes);
}

const tier_writer::block_name*
tier_writer::choose(const std::map<host_number, stored_host>& hosts) {
  is_due_ = false;
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    auto& [tier, start, number] = i->first;
    auto host = hosts.find(number);
    if (host == hosts.end()) {
      i = waiting_.erase(i);
      continue;
    }
    auto span = static_cast<tick>(
        grid_of(host->second.definition, steps_, tier).span);
    // A host that only sends windows has no last one that was closed.
    auto known_to = std::max(host->second.closed.to,
                             host->second.stored.newest() + 1 - tick{span});
    if (start + span <= known_to) {
      is_due_ = true;
      if (i->second + settle_commits <= commits_)
        return &i->first;
    }
    ++i;
  }
  return nullptr;
}

void tier_writer::prepare(const lmdb::transaction& txn, layout_cache& layouts,
                          const std::map<host_number, stored_host>& hosts) {
  if (is_stale_)
    job_.reset();
  is_stale_ = false;
  if (job_ && job_->at == stage::packing)
    pack_next(txn);
  else if (!job_)
    if (auto name = choose(hosts))
      begin(*name, txn, layouts, hosts.at(std::get<2>(*name)));
}

/// Notes what there is of the block and how it will be cut. Definitions join as
/// they do when it is read.
void tier_writer::begin(const block_name& name, const lmdb::transaction& txn,
                        layout_cache& layouts, const stored_host& host) {
  auto [tier, start, number] = name;
  packing_job job;
  job.name = name;
  job.grid = grid_of(host.definition, steps_, tier);
  job.group_columns = host.definition.group_columns;
  auto above = grid_of(host.definition, steps_, std::min(tier + 1, 2u));
  job.above = tier_table{start, above.step, job.grid.span / above.step};
  std::map<std::string, size_t> dimensions; // most that a chart has, by id
  auto note = [&](lmdb::table_number table, tick from) {
    auto before = job.sources.size();
    // With somewhere to name damage, nothing fails.
    for_each_tier_group(
        {txn, layouts, number}, table, from,
        [&](const stored_tier_group& x) -> caf::error {
          job.sources.push_back({table, x.key, x.columns_of});
          for (auto& chart : x.columns_of->charts) {
            auto& most = dimensions[chart->id];
            most = std::max(most, chart->dimensions.size());
          }
          return {};
        },
        &job.damaged);
    return job.sources.size() != before;
  };
  note(tables::blocks_of(tier), start);
  auto step = grid_of(host.definition, steps_, tier - 1).span;
  for (auto at = start; at < start + tick{job.grid.span}; at += step)
    if (note(tables::pieces_of(tier), at)
        || has_tier_piece(txn, tier, number, at))
      job.pieces.push_back(at);
  size_t columns = 0;
  for (auto& [id, count] : dimensions) {
    columns += count * tier_column_parts;
    if (job.plan.empty() || columns > job.group_columns) {
      job.plan.emplace_back(id, id);
      columns = count * tier_column_parts;
    }
    job.plan.back().second = id;
  }
  std::reverse(job.plan.begin(), job.plan.end()); // the next one is the last
  if (job.plan.empty())
    job.at = stage::writing;
  job_ = std::move(job);
}

void tier_writer::pack_next(const lmdb::transaction& txn) {
  auto& job = *job_;
  auto start = std::get<1>(job.name);
  auto is_piece = [&](auto& x) {
    return x.table == tables::pieces_of(std::get<0>(job.name));
  };
  for (size_t values = 0;
       values < values_per_commit_max && !job.plan.empty();) {
    chart_range which{job.plan.back().first, job.plan.back().second};
    tier_table points{start, job.grid.step, job.grid.points()};
    tick piece = -1;
    for (auto& x : job.sources) {
      auto from = static_cast<tick>(x.key.word(0));
      auto is_first = is_piece(x) && from != piece;
      if (!is_first && !which.touches(*x.columns_of))
        continue;
      auto sealed = txn.get(x.table, x.key);
      if (!sealed) { // trimmed meanwhile
        is_stale_ = true;
        return;
      }
      auto header = open_tier_header(*sealed);
      if (is_first && header)
        points.clear(from, from + header->points * tick{header->step} - 1);
      piece = is_piece(x) ? from : piece;
      if (auto error
          = open_tier_block(*sealed, *x.columns_of, which, points, nullptr))
        job.damaged.push_back(tier_place(x.table, x.key) + to_text(error));
    }
    for (auto& group : seal_tier(points, job.group_columns, names_))
      job.groups.push_back(std::move(group));
    for (auto& kvp : points.charts)
      values += kvp.second.columns.size() * points.points() * tier_column_parts;
    if (makes_above(std::get<0>(job.name))) {
      auto above = coarser(points, job.above.step / points.step);
      job.above.epochs = std::move(above.epochs);
      job.above.charts.merge(above.charts);
    }
    job.plan.pop_back();
  }
  if (job.plan.empty())
    job.at = stage::writing;
}

caf::error tier_writer::write(lmdb::transaction& txn,
                              std::map<host_number, stored_host>& hosts,
                              std::vector<host_number>& changed,
                              size_t& bytes) {
  erased_now_ = 0;
  if (!job_ || is_stale_ || job_->at == stage::packing)
    return {};
  if (job_->at == stage::erasing)
    return erase_pieces(txn);
  auto host = hosts.find(std::get<2>(job_->name));
  if (host == hosts.end()) {
    is_stale_ = true;
    return {};
  }
  changed.push_back(host->first);
  return write_block(txn, host->second, bytes);
}

caf::error tier_writer::write_block(lmdb::transaction& txn, stored_host& host,
                                    size_t& bytes) {
  auto& job = *job_;
  auto [tier, start, number] = job.name;
  if (auto error = put_groups(txn, tables::blocks_of(tier), number, start,
                              job.groups, bytes))
    return error;
  if (tier == 1 && !makes_above(tier))
    host.tiers_since[2]
        = std::max(host.tiers_since[2], start + tick{job.grid.span});
  if (!makes_above(tier))
    return {};
  auto grid = grid_of(host.definition, steps_, 2);
  host.tier_from[2] = earlier(host.tier_from[2], grid.block_start(start));
  wait_for(2, grid, number, start);
  return put_groups(txn, tables::tier2_pieces, number, start,
                    seal_tier(job.above, job.group_columns, names_), bytes);
}

caf::error tier_writer::erase_pieces(lmdb::transaction& txn) {
  auto [tier, start, number] = job_->name;
  for (size_t groups = 0;
       groups < erased_per_commit_max
       && job_->pieces_erased + erased_now_ < job_->pieces.size();
       ++erased_now_) {
    auto erased = erase_groups(txn, tables::pieces_of(tier), number,
                               job_->pieces[job_->pieces_erased + erased_now_]);
    if (!erased)
      return erased.error();
    groups += *erased;
  }
  return {};
}

void tier_writer::committed(const std::map<host_number, stored_host>& hosts,
                            std::vector<std::string>& damaged) {
  ++commits_;
  finish_step(damaged);
  if (!job_)
    choose(hosts); // tells whether one is due
}

void tier_writer::finish_step(std::vector<std::string>& damaged) {
  if (!job_ || is_stale_ || job_->at == stage::packing)
    return;
  auto& job = *job_;
  if (job.at == stage::writing) {
    damaged.insert(damaged.end(), job.damaged.begin(), job.damaged.end());
    job.at = stage::erasing;
    job.groups.clear();
    job.sources.clear();
    return;
  }
  job.pieces_erased += erased_now_;
  erased_now_ = 0;
  if (job.pieces_erased < job.pieces.size())
    return;
  waiting_.erase(job.name);
  job_.reset();
}

} // namespace tributary
