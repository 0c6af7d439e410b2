#include "store/preparation.hpp"

#include <algorithm>
#include <iterator>

#include "store/packed_blocks.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"
#include "store/tier_block.hpp"

namespace tributary {

namespace {

/// Rows of so many samples are added at once: about a millisecond.
constexpr size_t rows_piece_samples = size_t{512} << 10;

/// Columns that are made at once: some megabytes to clear.
constexpr size_t charts_piece_columns = 1024;

} // namespace

size_t prepared_window::bytes() const {
  size_t result = 0;
  for (auto& group : groups)
    result += group.block.size() + group.layout.size();
  for (auto& group : points)
    result += group.block.size() + group.layout.size();
  return result;
}

window_preparation::window_preparation(const window_parts& parts,
                                       const prepared_window* base)
    : parts_(parts),
      has_base_(base != nullptr),
      window_(parts.start, parts.slots) {
  if (has_base_)
    for (auto& group : base->groups)
      stored_.push_back({0, group.block, group.layout});
}

void window_preparation::enter(stage next) {
  stage_ = next;
  part_ = pack_ = next_ = 0;
}

caf::expected<size_t> window_preparation::step(const lmdb::environment& from,
                                               layout_cache& layouts) {
  switch (stage_) {
  case stage::stored:
    return read_stored(from);
  case stage::merged:
    return merge_stored(from, layouts);
  case stage::charts:
    return define_charts();
  case stage::rows:
    return add_rows();
  case stage::received:
    return add_received();
  case stage::cut:
    return cut_groups();
  case stage::sealed:
    return seal_group();
  case stage::points:
    return seal_points();
  case stage::done:
    break;
  }
  return size_t{0};
}

bool window_preparation::is_verbatim() const {
  if (!stored_.empty() || parts_.closed || !parts_.late.empty()
      || parts_.received.size() != 1)
    return false;
  auto& only = *parts_.received[0].window;
  return only.start == parts_.start && only.slots == parts_.slots;
}

/// All groups of one snapshot: what is stored does not change before this
/// window is written, but for what is trimmed.
caf::expected<size_t>
window_preparation::read_stored(const lmdb::environment& from) {
  if (!parts_.is_kept) {
    result_.runs = parts_.closed->coverage_runs();
    enter(stage::done);
    return size_t{1};
  }
  auto txn = from.read();
  if (!txn)
    return std::move(txn.error());
  lmdb::cursor at{*txn, tables::tier0};
  auto more
      = !has_base_ && at.seek(tables::block_key(parts_.start, parts_.host, 0));
  for (; more; more = at.next()) {
    auto key = at.current_key();
    if (key.word(0) != static_cast<uint64_t>(parts_.start)
        || key.word(1) >> 32 != parts_.host)
      break;
    auto group = static_cast<uint32_t>(key.word(1));
    for (auto block : unpack_blocks(at.current_value()))
      stored_.push_back({group++, std::string{block}, {}});
  }
  if (auto fault = at.fault()) {
    stored_.clear();
    return fault;
  }
  if (is_verbatim()) {
    result_.groups = parts_.received[0].window->groups;
    result_.runs = parts_.received[0].window->runs;
    result_.added.emplace_back();
    for (auto& run : result_.runs)
      result_.added.back().add({run.from, run.to});
    rests_verbatim_ = true; // what it holds is wanted for its points alone
    enter(parts_.tier1_step == 0 ? stage::done : stage::received);
  } else {
    enter(stage::merged);
  }
  return size_t{1};
}

caf::expected<size_t>
window_preparation::merge_stored(const lmdb::environment& from,
                                 layout_cache& layouts) {
  if (next_ == stored_.size()) {
    stored_.clear();
    enter(stage::charts);
    return size_t{1};
  }
  // A snapshot that can't be had is no damage: the step is tried again.
  auto txn = from.read();
  if (!txn)
    return std::move(txn.error());
  auto& group = stored_[next_++];
  size_t columns = 1;
  if (auto error = merge_group(*txn, layouts, group, columns))
    result_.damaged.push_back(
        place_of_group(parts_.host, parts_.start, group.number)
        + to_text(error));
  return columns * parts_.slots;
}

caf::error window_preparation::merge_group(const lmdb::transaction& txn,
                                           layout_cache& layouts,
                                           const stored_group& group,
                                           size_t& columns) {
  auto header = open_block_header(group.block);
  if (!header)
    return header.error();
  columns = header->columns;
  if (!group.layout.empty()) {
    auto columns_of = open_layout(group.layout);
    return columns_of ? open_block(group.block, *columns_of, window_)
                      : columns_of.error();
  }
  auto columns_of = layouts.get(txn, parts_.host, header->layout_hash);
  return columns_of ? open_block(group.block, **columns_of, window_)
                    : columns_of.error();
}

/// Makes the columns of all rows, some at a time.
size_t window_preparation::define_charts() {
  if (!parts_.closed || pack_ == parts_.closed->packs().size()) {
    enter(stage::rows);
    return 1;
  }
  auto& pack = *parts_.closed->packs()[pack_];
  auto width = pack.columns();
  auto& charts = pack.columns_of->charts();
  size_t columns = 0;
  for (; next_ < charts.size() && columns < charts_piece_columns; ++next_) {
    if (charts[next_].first_column >= width)
      continue;
    window_.chart_for(charts[next_].chart, pack.columns_of->epoch());
    columns += charts[next_].chart->dimensions.size();
  }
  if (next_ == charts.size()) {
    next_ = 0;
    auto is_same = [&](auto& x) {
      return x->columns_of == pack.columns_of && x->columns() == width;
    };
    while (++pack_ < parts_.closed->packs().size()
           && is_same(parts_.closed->packs()[pack_])) {
      // nop
    }
  }
  return 1 + columns * parts_.slots / 4; // cleared, not computed
}

size_t window_preparation::add_rows() {
  auto samples = parts_.closed ? decoder_.add_some(*parts_.closed, window_,
                                                   rows_piece_samples)
                               : 0;
  if (samples > 0)
    return samples / 2 + 1; // cheaper than sealing them
  decoder_ = window_decoder{};
  if (next_ == parts_.late.size()) {
    enter(stage::received);
    return 1;
  }
  auto begin = next_;
  next_ = add_late_rows(parts_.late, begin, rows_piece_samples, {}, window_);
  for (; begin < next_; ++begin)
    samples += parts_.late[begin]->columns;
  return samples / 2 + 1;
}

caf::expected<size_t> window_preparation::add_received() {
  if (part_ == parts_.received.size()) {
    enter(rests_verbatim_ ? stage::points : stage::cut);
    return size_t{1};
  }
  auto& from = *parts_.received[part_].window;
  if (next_ == 0 && !rests_verbatim_)
    values_before_ = window_.values_by_slot();
  if (next_ == from.groups.size()) {
    if (decoded_)
      window_.merge(decoded_->cut(parts_.start, parts_.slots));
    decoded_.reset();
    if (!rests_verbatim_)
      note_added();
    ++part_;
    next_ = 0;
    return size_t{from.slots};
  }
  auto is_same_cut = from.start == parts_.start && from.slots == parts_.slots;
  if (!is_same_cut && !decoded_)
    decoded_ = std::make_unique<window_table>(from.start, from.slots);
  auto& group = from.groups[next_];
  auto columns_of = open_layout(group.layout);
  if (!columns_of)
    return std::move(columns_of.error());
  if (auto error
      = open_block(group.block, *columns_of, is_same_cut ? window_ : *decoded_))
    return error;
  ++next_;
  return columns_of->columns() * size_t{from.slots};
}

void window_preparation::note_added() {
  auto now = window_.values_by_slot();
  auto& added = result_.added.emplace_back();
  for (size_t slot = 0; slot < now.size(); ++slot)
    if (auto t = parts_.start + static_cast<tick>(slot);
        now[slot] > values_before_[slot])
      added.add({t, t});
}

size_t window_preparation::cut_groups() {
  result_.runs = window_.coverage_runs();
  sealer_.emplace(window_, parts_.group_columns);
  enter(stage::sealed);
  return 1 + window_.charts().size();
}

size_t window_preparation::seal_group() {
  if (!sealer_->is_done()) {
    auto samples = sealer_->next_columns() * parts_.slots;
    result_.groups.push_back(sealer_->next());
    return samples;
  }
  sealer_.reset();
  enter(stage::points);
  return 1;
}

/// Counts and seals the points of some charts.
size_t window_preparation::seal_points() {
  static thread_local layout_names names;
  size_t columns = 0;
  auto& charts = window_.charts();
  auto first = charts.lower_bound(next_chart_);
  auto last = first;
  for (; last != charts.end() && columns < charts_piece_columns; ++last)
    columns += last->second.columns.size();
  if (first != last && parts_.tier1_step != 0) {
    auto points = tier_of(window_, parts_.tier1_step,
                          {first->first, std::prev(last)->first});
    for (auto& group : seal_tier(points, parts_.group_columns, names))
      result_.points.push_back(std::move(group));
  }
  if (last != charts.end()) {
    next_chart_ = last->first;
  } else {
    window_ = window_table{parts_.start, 0}; // megabytes that none needs now
    enter(stage::done);
  }
  return 1 + columns * parts_.slots / 2; // cheaper than sealing slots
}

} // namespace tributary
