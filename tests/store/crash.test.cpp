#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "tests/schema/random_seed.hpp"
#include "tests/store/small_node.hpp"

/// Drives store and hot rows as ingest and writer do, with crashes, against a
/// naive model of what was acknowledged: all of it must be there, once, right.

using namespace tributary;
using examples::cell;
using examples::cell_map;
using examples::cells_of;
using examples::host_image;
using examples::make_chart;
using examples::make_host;
using examples::origin;
using examples::small_node;
using examples::temporary_directory;

namespace {

/// A machine that is watched: seals frames, resends what was not acknowledged,
/// restarts now and then.
struct watched_host {
  host_definition definition;
  host_number number = 0;
  epoch_number epoch = 0;
  std::unique_ptr<origin> from;
  tick next = 0;
  bool key = true;

  /// Rows that were sealed, by tick and life.
  std::map<std::pair<tick, epoch_number>, cell_map> sealed;
  /// Frames on their way that nobody acknowledged.
  std::vector<std::pair<frame_ptr, cell_map>> unacknowledged;
  std::set<tick> owed;
};

class trial {
public:
  trial(uint64_t seed, const std::string& path)
      : engine_(seed), node_(path, options_of(engine_)) {
    for (uint64_t i = 0; i < 3; ++i) {
      watched_host x;
      x.definition = make_host(2 + i, 60, 16);
      x.definition.id = guid::from_words(2 + i, i * 13);
      x.next = 10'000 + static_cast<tick>(below(engine_, 100));
      hosts_.push_back(std::move(x));
    }
    for (auto& x : hosts_)
      begin_life(x);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      step(hosts_[below(engine_, hosts_.size())]);
      if (once_in(3)) // windows are somewhere between their parts and bytes
        node_.prepare(1 + below(engine_, 3000));
      if (once_in(20))
        acknowledge_windows(node_.commit(true));
      if (once_in(12))
        commit();
      if (once_in(150))
        crash();
    }
    for (auto& x : hosts_)
      node_.close(x.number, tick_max);
    commit();
    while (node_.store().has_work() || node_.store().has_tier_work())
      commit();
    crash();
    for (auto& x : hosts_)
      check(x, node_.blocks(x.number)); // all of it in blocks
  }

private:
  static store_options options_of(std::mt19937_64& engine) {
    store_options result;
    result.retention.seconds = 0;
    result.windows_per_commit_max = 1 + below(engine, 3);
    if (below(engine, 2) == 0)
      result.late_bytes_max = below(engine, 3000);
    // Blocks of 12 and 36 minutes: some end within a trial.
    result.steps = {2, 5};
    return result;
  }

  bool once_in(uint64_t n) {
    return below(engine_, n) == 0;
  }

  void begin_life(watched_host& x) {
    ++x.epoch;
    x.definition.epoch = x.epoch;
    std::vector<chart_ptr> charts;
    for (auto id : {"a", "b", "c"}) {
      std::vector<std::string> ids{"u", "v", "w", "x", "y", "z"};
      std::shuffle(ids.begin(), ids.end(), engine_);
      ids.resize(1 + below(engine_, 6));
      charts.push_back(make_chart(
          id, ids, once_in(2) ? algorithm::absolute : algorithm::incremental));
    }
    x.from = std::make_unique<origin>(x.epoch, std::move(charts));
    x.key = true;
    // After a restart the clock may be behind: the newer life takes the ticks.
    if (once_in(3) && x.epoch > 1)
      x.next -= static_cast<tick>(below(engine_, 30));
    announce(x);
  }

  void announce(watched_host& x) {
    x.number = node_.offer(x.definition);
    node_.define(x.number, *x.from);
  }

  cell_map cells_of_row(const watched_host& x, tick t, const frame_row& row) {
    cell_map result;
    for (auto& entry : x.from->columns_of().charts())
      for (size_t d = 0; d < entry.chart->dimensions.size(); ++d) {
        auto column = entry.first_column + d;
        if (bit_at(row.present, column))
          result[{t, entry.chart->id, entry.chart->dimensions[d].id}]
              = {row.values[column],
                 !row.estimated.empty() && bit_at(row.estimated, column)};
      }
    return result;
  }

  frame_row random_row(const watched_host& x) {
    frame_row row;
    row.reset(x.from->columns_of().columns());
    for (uint32_t i = 0; i < row.values.size(); ++i) {
      if (once_in(6))
        continue;
      set_bit(row.present, i);
      row.values[i] = once_in(20) ? static_cast<int64_t>(engine_())
                                  : static_cast<int64_t>(below(engine_, 50));
      if (x.from->columns_of().is_counter_column(i) && once_in(9)) {
        row.estimated.resize(row.present.size(), 0);
        set_bit(row.estimated, i);
      }
    }
    return row;
  }

  void step(watched_host& x) {
    if (once_in(100))
      begin_life(x);
    if (once_in(60)) {
      x.from->grow(make_chart("g" + std::to_string(x.epoch) + "."
                                  + std::to_string(x.next),
                              {"x", "y"}));
      node_.define(x.number, *x.from);
    }
    if (once_in(40))
      x.next += static_cast<tick>(below(engine_, 150)); // it was away
    auto t = x.next++;
    auto first = x.definition.window_start(t) == t || x.key;
    auto row = random_row(x);
    auto late = row;
    if (once_in(10)) // some values come later
      split(row, late);
    else
      late.present.assign(late.present.size(), 0);
    seal(x, t, row, first, 0);
    if (std::any_of(late.present.begin(), late.present.end(),
                    [](auto w) { return w != 0; }))
      seal(x, t, late, true, 1);
    deliver(x);
    if (once_in(8)) // windows close while frames still come: those are late
      node_.close(x.number,
                  node_.hot(x.number).newest() + 1 + (once_in(4) ? 60 : -5));
    if (once_in(25))
      send_window(x);
  }

  /// Moves half of the columns to another part.
  void split(frame_row& row, frame_row& late) {
    for (size_t i = 0; i < row.values.size(); ++i) {
      auto& loser = once_in(2) ? row : late;
      loser.present[i / 64] &= ~(uint64_t{1} << (i % 64));
      loser.values[i] = 0;
      if (!loser.estimated.empty())
        loser.estimated[i / 64] &= ~(uint64_t{1} << (i % 64));
    }
  }

  void seal(watched_host& x, tick t, const frame_row& row, bool key,
            uint16_t part) {
    auto frame = x.from->seal(t, row, key, part);
    auto cells = cells_of_row(x, t, row);
    if (part == 0)
      x.key = false;
    x.sealed[{t, x.epoch}].insert(cells.begin(), cells.end());
    x.unacknowledged.emplace_back(frame, std::move(cells));
  }

  /// Hands over what was sealed last, sometimes with repeats.
  void deliver(watched_host& x) {
    auto& all = x.unacknowledged;
    auto count = 1 + parts(x) + (once_in(30) ? below(engine_, 20) : 0);
    auto from = all.size() - std::min<size_t>(all.size(), count);
    for (auto i = from; i < all.size();) {
      auto frame = all[i].first;
      if (frame->header().epoch != x.epoch || node_.take(x.number, frame)) {
        ++i;
        continue;
      }
      x.key = true;
      x.owed.insert(frame->header().tick); // goes as a window, later
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  size_t parts(const watched_host& x) {
    return x.unacknowledged.back().first->header().part;
  }

  /// Sends a window of what the host itself has, as the history lane does.
  void send_window(watched_host& x) {
    if (x.sealed.empty())
      return;
    auto wanted = x.owed.empty()
                      ? x.next - static_cast<tick>(below(engine_, 300))
                      : *x.owed.begin();
    window_table window{x.definition.window_start(wanted), 60};
    for (auto i = x.sealed.lower_bound({window.start(), 0});
         i != x.sealed.end() && i->first.first < window.start() + 60; ++i) {
      auto slot = static_cast<size_t>(i->first.first - window.start());
      if (!window.claim(slot, i->first.second))
        continue;
      for (auto& c : i->second) {
        auto& chart = window.chart_for(
            make_chart(std::get<1>(c.first), {std::get<2>(c.first)}),
            i->first.second);
        auto at = dimension_index(*chart.chart, std::get<2>(c.first));
        set_slot(chart.columns[at], slot, c.second.value, c.second.estimated);
      }
    }
    if (window.charts().empty())
      return;
    auto token = ++last_token_;
    sent_window sent{static_cast<size_t>(&x - hosts_.data()), {}};
    sent.image.add(window);
    node_.receive(x.number, window, token);
    pending_[token] = std::move(sent);
  }

  /// What is acknowledged from now on.
  void commit() {
    for (auto all = false; !all;) { // late rows may wait for room
      auto report = node_.commit();
      all = report.journal_end == node_.store().staged_end();
      acknowledge_windows(report);
    }
    for (size_t i = 0; i < hosts_.size(); ++i) {
      auto& x = hosts_[i];
      for (auto& sent : x.unacknowledged)
        for (auto& c : sent.second)
          acknowledge(i, c.first, sent.first->header().epoch);
      x.unacknowledged.clear();
    }
    if (once_in(8))
      for (auto& x : hosts_)
        check(x, node_.visible(x.number));
  }

  void acknowledge_windows(const commit_report& report) {
    for (auto token : report.received_tokens) {
      auto& window = pending_.at(token);
      for (auto& c : window.image.cells)
        acknowledge(window.host, c.first,
                    window.image.epochs.at(std::get<0>(c.first)));
      for (auto& kvp : window.image.epochs)
        hosts_[window.host].owed.erase(kvp.first);
    }
  }

  void acknowledge(size_t host, const cell_map::key_type& place,
                   epoch_number epoch) {
    auto& held = acknowledged_[host][place];
    held = std::max(held, epoch);
  }

  void crash() {
    node_.crash();
    for (auto& x : hosts_) {
      // What was on its way is gone; the host begins where it left off.
      for (auto& sent : x.unacknowledged)
        x.owed.insert(sent.first->header().tick);
      x.unacknowledged.clear();
      x.key = true;
      announce(x);
      check(x, node_.visible(x.number));
      REQUIRE(node_.wrong_points(x.number) == "");
    }
    pending_.clear();
  }

  /// What stands anywhere is what the host sealed; what was acknowledged is
  /// there, unless a newer life has its tick.
  void check(const watched_host& x, const host_image& seen) {
    for (auto& c : seen.cells) {
      auto t = std::get<0>(c.first);
      auto& sealed = x.sealed.at({t, seen.epochs.at(t)});
      auto i = sealed.find(c.first);
      if (i == sealed.end() || !(i->second == c.second))
        FAIL(place_of(x, c.first) + " is not what was sealed");
    }
    for (auto& kvp : acknowledged_[static_cast<size_t>(&x - hosts_.data())]) {
      auto epoch = seen.epochs.find(std::get<0>(kvp.first));
      auto there
          = epoch != seen.epochs.end() && epoch->second >= kvp.second
            && (epoch->second > kvp.second || seen.cells.count(kvp.first) == 1);
      if (!there)
        FAIL(place_of(x, kvp.first) + " was acknowledged of epoch "
             + std::to_string(kvp.second) + " and is lost");
    }
    SUCCEED();
  }

  static std::string place_of(const watched_host& x,
                              const cell_map::key_type& place) {
    return "host " + std::to_string(x.number) + " tick "
           + std::to_string(std::get<0>(place)) + " " + std::get<1>(place) + "."
           + std::get<2>(place);
  }

  struct sent_window {
    size_t host = 0;
    host_image image;
  };

  std::mt19937_64 engine_;
  small_node node_;
  std::vector<watched_host> hosts_;
  std::map<uint64_t, sent_window> pending_;
  uint64_t last_token_ = 0;
  /// Places and the life that each was last acknowledged of.
  std::map<size_t, std::map<cell_map::key_type, epoch_number>> acknowledged_;
};

} // namespace

TEST_CASE("what was acknowledged survives any number of crashes",
          "[store][random]") {
  auto seed = random_seed("crashes");
  for (uint64_t i = 0; i < 3; ++i) {
    INFO("TRIBUTARY_SEED=" << seed << ", trial " << i);
    temporary_directory directory;
    trial{seed + i, directory.file("s")}.run(500);
  }
}
