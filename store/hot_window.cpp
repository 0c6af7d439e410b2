#include "store/hot_window.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <limits>

namespace tributary {

namespace {

/// What a snapshot may have to copy. A pack costs about 200 bytes beside its
/// frames.
constexpr size_t pack_bytes_max = 32u << 10;

/// Of wide hosts.
constexpr size_t pack_frames_min = 16;

/// Frames that may have to be read before the one that is wanted. A chain is
/// nine and a half bytes a column: so rarely it is a thirteenth of a byte a
/// sample.
constexpr size_t base_frames_min = 128;

/// Rows that are turned into columns at once: the bits of one column are then a
/// word.
constexpr size_t tile_rows_max = 64;

/// Values of a tile; a host of a million columns goes row by row.
constexpr size_t tile_values_max = 512u << 10;

uint64_t next_number() {
  static std::atomic<uint64_t> newest{0};
  return newest.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool is_full(const frame_pack& x) {
  return x.payloads.size() >= pack_bytes_max
         && x.frames.size() >= pack_frames_min;
}

/// Makes room in steps of a quarter: a tail waits for minutes half full.
template <class Buffer>
void reserve_for(Buffer& to, size_t more) {
  auto wanted = to.size() + more;
  if (wanted > to.capacity())
    to.reserve(std::max(wanted, to.size() + to.size() / 4));
}

/// Calls `f(tick, row)` for the frames of a pack from `begin` on, before which
/// `chain` is. They were read like this once before, so none can fail.
template <class F>
void read_rows(const frame_pack& pack, size_t begin, size_t end, tick start,
               frame_chain& chain, frame_row& row, F f) {
  for (auto i = begin; i < end; ++i) {
    auto& x = pack.frames[i];
    assert(x.is_key || chain.tick != 0);
    frame_header header;
    header.tick = start + x.slot;
    header.base_tick = x.is_key ? 0 : chain.tick;
    header.epoch = pack.columns_of->epoch();
    header.columns = x.columns;
    header.part = x.part;
    header.flags = x.flags;
    auto from = i == 0 ? 0 : pack.frames[i - 1].end;
    std::string_view payload{&pack.payloads[from], x.end - from};
    auto error = open_row(header, payload, *pack.columns_of, chain, row);
    assert(!error);
    if (!error)
      f(header.tick, row);
  }
}

bool has_later(const frame_pack& pack, tick start, tick after) {
  return std::any_of(pack.frames.begin(), pack.frames.end(),
                     [&](auto& x) { return start + x.slot > after; });
}

/// Whether all that is read of a pack is said by the pack itself.
bool can_begin(const frame_pack& x) {
  auto& first = x.frames.front();
  return x.base != nullptr || (first.is_key && first.part == 0);
}

/// From the last pack that reading can begin with: where lives take turns, a
/// pack may go on from one before that of another life.
void add_sums_of(const std::vector<const frame_pack*>& packs, tick start,
                 epoch_number epoch, tick after, column_sums& to) {
  auto is_wanted = [&](auto x) {
    return x->columns_of->epoch() == epoch && has_later(*x, start, after);
  };
  auto at = std::find_if(packs.begin(), packs.end(), is_wanted);
  if (at == packs.end())
    return;
  while (at != packs.begin() && !can_begin(**at))
    --at;
  auto chain = (*at)->base ? *(*at)->base : frame_chain{};
  frame_row row;
  for (; at != packs.end(); ++at)
    read_rows(**at, 0, (*at)->frames.size(), start, chain, row,
              [&](tick t, const frame_row& x) {
                if (t > after && (*at)->columns_of->epoch() == epoch)
                  to.add(x, *(*at)->columns_of);
              });
}

std::vector<const frame_pack*>
addresses_of(const std::vector<frame_pack_ptr>& packs) {
  std::vector<const frame_pack*> result;
  for (auto& x : packs)
    result.push_back(x.get());
  return result;
}

} // namespace

uint32_t frame_pack::columns() const noexcept {
  uint32_t result = 0;
  for (auto& x : frames)
    result = std::max(result, x.columns);
  return result;
}

size_t frame_pack::memory_bytes() const noexcept {
  auto result = sizeof(frame_pack) + payloads.capacity()
                + frames.capacity() * sizeof(packed_frame);
  if (base)
    result += base->base.capacity() * 8 + base->present.capacity() * 8
              + base->activity.capacity() * sizeof(column_activity)
              + base->widths.capacity();
  return result;
}

void add_sums(const std::vector<frame_pack_ptr>& packs, tick start,
              epoch_number epoch, tick after, column_sums& to) {
  add_sums_of(addresses_of(packs), start, epoch, after, to);
}

// -- hot_window ---------------------------------------------------------------

hot_window::hot_window(tick start, uint16_t slots, uint64_t number,
                       std::vector<frame_pack_ptr> packs)
    : start_(start), slots_(slots), number_(number), packs_(std::move(packs)) {
  // nop
}

window_table hot_window::table(std::string_view only_chart) const {
  window_table result{start_, slots_};
  window_decoder{std::string{only_chart}}.add(*this, result);
  return result;
}

std::vector<coverage_run> hot_window::coverage_runs() const {
  std::vector<epoch_number> epochs(slots_, 0);
  for (auto& pack : packs_)
    for (auto& x : pack->frames)
      epochs[x.slot] = std::max(epochs[x.slot], pack->columns_of->epoch());
  return coverage_runs_of(start_, epochs);
}

size_t hot_window::memory_bytes() const noexcept {
  size_t result = sizeof(hot_window);
  for (auto& x : packs_)
    result += x->memory_bytes();
  return result;
}

// -- open_window --------------------------------------------------------------

open_window::open_window(tick start, uint16_t slots)
    : start_(start), slots_(slots), number_(next_number()) {
  // nop
}

void open_window::add(const frame& sealed, roster_ptr columns_of,
                      const frame_chain& chain) {
  auto& header = sealed.header();
  assert(header.tick >= start_ && header.tick < start_ + slots_);
  if (!tail_.frames.empty() && tail_.columns_of->epoch() != header.epoch)
    seal_tail();
  if (tail_.frames.empty() && tail_.base
      && (tail_.columns_of->epoch() != header.epoch
          || (header.is_key() && header.part == 0)))
    tail_.base.reset(); // of another life, or nothing is read before this frame
  if (tail_.columns_of != columns_of)
    tail_.columns_of = std::move(columns_of);
  auto payload = sealed.payload();
  reserve_for(tail_.payloads, payload.size());
  tail_.payloads.insert(tail_.payloads.end(), payload.begin(), payload.end());
  reserve_for(tail_.frames, 1);
  tail_.frames.push_back({header.columns,
                          static_cast<uint32_t>(tail_.payloads.size()),
                          static_cast<uint16_t>(header.tick - start_),
                          header.part, header.flags, header.is_key()});
  if (!is_full(tail_))
    return;
  seal_tail();
  set_base(chain);
}

void open_window::seal_tail() {
  tail_.payloads.shrink_to_fit();
  tail_.frames.shrink_to_fit();
  auto columns_of = tail_.columns_of;
  frames_from_base_ = can_begin(tail_)
                          ? tail_.frames.size()
                          : frames_from_base_ + tail_.frames.size();
  packs_.push_back(std::make_shared<const frame_pack>(std::move(tail_)));
  tail_ = {};
  tail_.columns_of = std::move(columns_of);
}

void open_window::set_base(const frame_chain& chain) {
  // Another life or window came between: what follows here begins with a key.
  if (chain.epoch != tail_.columns_of->epoch() || chain.tick < start_
      || chain.tick >= start_ + slots_ || frames_from_base_ < base_frames_min)
    return;
  tail_.base = std::make_shared<const frame_chain>(chain);
  frames_from_base_ = 0;
}

hot_window open_window::snapshot() const {
  auto packs = packs_;
  if (!tail_.frames.empty())
    packs.push_back(std::make_shared<const frame_pack>(tail_));
  return {start_, slots_, number_, std::move(packs)};
}

hot_window open_window::close() {
  if (!tail_.frames.empty())
    seal_tail();
  return {start_, slots_, number_, std::move(packs_)};
}

void open_window::add_sums_to(column_sums& to, epoch_number epoch,
                              tick after) const {
  auto packs = addresses_of(packs_);
  if (!tail_.frames.empty())
    packs.push_back(&tail_);
  add_sums_of(packs, start_, epoch, after, to);
}

size_t open_window::memory_bytes() const noexcept {
  auto result = sizeof(open_window) + tail_.memory_bytes();
  for (auto& x : packs_)
    result += x->memory_bytes();
  return result;
}

// -- window_decoder -----------------------------------------------------------

window_decoder::window_decoder(std::string only_chart)
    : only_chart_(std::move(only_chart)) {
  // nop
}

void window_decoder::add(const hot_window& from, window_table& to) {
  while (add_some(from, to, std::numeric_limits<size_t>::max()) > 0) {
    // nop
  }
}

size_t window_decoder::add_some(const hot_window& from, window_table& to,
                                size_t values_max) {
  assert(from.start() == to.start() && from.slots() == to.slots());
  size_t values = 0;
  size_t first = 0;
  for (auto& pack : from.packs()) {
    auto& frames = pack->frames;
    auto begin = frames_ - first;
    if (begin < frames.size()) {
      auto end = begin;
      while (end < frames.size()
             && (values == 0 || values + frames[end].columns <= values_max))
        values += frames[end++].columns;
      add(*pack, begin, end, to);
      if (end < frames.size())
        break;
    }
    first += frames.size();
  }
  flush(to);
  return values;
}

void window_decoder::add(const frame_pack& pack, size_t begin, size_t end,
                         window_table& to) {
  frames_ += end - begin;
  read_rows(pack, begin, end, to.start(), chain_, row_,
            [&](tick t, const frame_row& row) {
              auto columns = static_cast<uint32_t>(row.values.size());
              auto rows_max = std::clamp(tile_values_max / columns, size_t{1},
                                         tile_rows_max);
              if (tile_.columns != columns
                  || tile_.columns_of != pack.columns_of
                  || tile_.ticks.size() >= rows_max) {
                flush(to);
                tile_.columns = columns;
                tile_.columns_of = pack.columns_of;
              }
              tile_.add(t, row);
            });
}

void window_decoder::flush(window_table& to) {
  if (tile_.ticks.empty())
    return;
  if (targets_of_ != tile_.columns_of
      || targets_.columns.size() != tile_.columns) {
    targets_ = tile_.targets_in(to, only_chart_);
    targets_of_ = tile_.columns_of;
  }
  tile_.add_rows_to(to, targets_);
  tile_.clear();
}

} // namespace tributary
