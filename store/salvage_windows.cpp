/// The windows of a salvaged store: which of their groups decode and fit each
/// other, and what of their hosts they tell.

#include <algorithm>

#include "store/block.hpp"
#include "store/layout_cache.hpp"
#include "store/salvage_repair.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

using runs = std::vector<coverage_run>;

class window_check {
public:
  window_check(salvage_state& state, std::map<host_number, host_traces>& to)
      : state_(state), traces_(to) {
    // nop
  }

  caf::error run() {
    auto txn = state_.store.read();
    if (!txn)
      return txn.error();
    lmdb::cursor at{*txn, tables::tier0};
    for (auto more = at.first(); more; more = at.next()) {
      auto key = at.current_key();
      auto header = open_block_header(at.current_value());
      auto error = header ? check_group(*txn, key, at.current_value(), *header)
                          : header.error();
      if (error) {
        state_.lose_record(tables::tier0, key, words_of(error));
        continue;
      }
      auto host = static_cast<host_number>(key.word(1) >> 32);
      if (groups_.empty() || header->start != start_ || host != host_) {
        end_window();
        start_ = header->start;
        slots_ = header->slots;
        host_ = host;
      }
      groups_.push_back({key, std::move(header->runs)});
    }
    end_window();
    return {};
  }

private:
  struct group {
    lmdb::key key;
    runs covers;
  };

  caf::error check_group(const lmdb::transaction& txn, const lmdb::key& key,
                         std::string_view value, const block_header& header) {
    auto number = static_cast<host_number>(key.word(1) >> 32);
    auto columns_of = layouts_.get(txn, number, header.layout_hash);
    if (!columns_of)
      return columns_of.error();
    window_table window{header.start, header.slots};
    if (auto error = open_block(value, **columns_of, window))
      return error;
    auto host = state_.hosts.find(number);
    if (host == state_.hosts.end())
      return {};
    auto& definition = host->second.definition;
    auto fits = header.slots == definition.window_seconds
                && definition.window_start(header.start) == header.start;
    return fits ? caf::error{}
                : make_error(ec::corrupt, "is no window of its host");
  }

  /// What the host's record says of the window.
  runs claimed() const {
    runs result;
    auto host = state_.hosts.find(host_);
    if (host == state_.hosts.end() || !state_.report.hosts_are_newest)
      return result;
    auto end = start_ + slots_ - 1;
    for (auto& x : host->second.stored.runs())
      if (x.from <= end && x.to >= start_)
        result.push_back(
            {std::max(x.from, start_), std::min(x.to, end), x.epoch});
    return result;
  }

  /// No checksum covers which slots a group has, but all groups and the host's
  /// record say it. What the record has of a window holds; else what most
  /// groups have.
  void end_window() {
    if (groups_.empty())
      return;
    auto expected = claimed();
    auto count_of = [this](const runs& x) {
      return std::count_if(groups_.begin(), groups_.end(),
                           [&](auto& y) { return y.covers == x; });
    };
    auto chosen = &groups_.front().covers;
    for (auto& x : groups_)
      if (*chosen != expected
          && (x.covers == expected || count_of(x.covers) > count_of(*chosen)))
        chosen = &x.covers;
    // An older one, of before late rows came, covers less.
    auto fits = expected.empty() || is_within(*chosen, expected);
    auto next = uint32_t{0};
    auto is_whole = true;
    for (auto& x : groups_) {
      if (!fits || x.covers != *chosen) {
        state_.lose_record(tables::tier0, x.key,
                           "covers other slots than its window");
        continue;
      }
      // A window that lacks a group is not claimed, so that peers send it.
      auto number = static_cast<uint32_t>(x.key.word(1));
      is_whole = is_whole && number == next;
      next = number + 1;
    }
    if (next != 0)
      note(*chosen, is_whole);
    groups_.clear();
  }

  static bool is_within(const runs& x, const runs& whole) {
    coverage of_x;
    coverage of_whole;
    for (auto& run : x)
      of_x.add(run);
    for (auto& run : whole)
      of_whole.add(run);
    if (!of_x.missing_in(of_whole).empty())
      return false;
    for (auto& run : x) // and of no older life
      if (of_whole.epoch_at(run.from) != run.epoch)
        return false;
    return true;
  }

  void note(const runs& covers, bool is_whole) {
    auto& to = traces_[host_];
    to.slots = slots_;
    to.first_start = start_;
    for (auto& run : covers) {
      to.epoch = std::max(to.epoch, run.epoch);
      if (is_whole)
        to.found.add(run);
    }
  }

  salvage_state& state_;
  std::map<host_number, host_traces>& traces_;
  layout_cache layouts_;
  tick start_ = 0;
  uint16_t slots_ = 0;
  host_number host_ = 0;
  /// Of the window that is being read.
  std::vector<group> groups_;
};

} // namespace

caf::error check_windows(salvage_state& state,
                         std::map<host_number, host_traces>& traces) {
  return window_check{state, traces}.run();
}

} // namespace tributary
