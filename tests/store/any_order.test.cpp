#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <set>

#include "store/load.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/small_node.hpp"

/// Frames, late parts and received windows of several lives, in any order, with
/// any repeats, split over any commits and starts, come to the same.

using namespace tributary;
using examples::cell_map;
using examples::host_image;
using examples::make_chart;
using examples::make_host;
using examples::origin;
using examples::small_node;
using examples::temporary_directory;

namespace {

constexpr tick first_tick = 12'000;
constexpr tick window_seconds = 60;
constexpr tick windows = 3;
constexpr tick ticks = windows * window_seconds;

/// Something that a sender has: a frame, or else a window.
struct delivery {
  frame_ptr frame;
  window_table window{first_tick, 0};
};

/// What a host's lives sealed of a few windows, and what it comes to.
class past {
public:
  past(std::mt19937_64& engine, epoch_number lives) : engine_(engine) {
    for (epoch_number epoch = 1; epoch <= lives; ++epoch)
      add_life(epoch);
    auto count = 1 + below(engine_, 8);
    for (uint64_t i = 0; i < count; ++i)
      add_window();
    for (auto& kvp : rows_) {
      auto t = kvp.first.first;
      auto epoch = kvp.first.second;
      auto& held = wanted.epochs[t];
      if (epoch > held)
        clear(t);
      held = std::max(held, epoch);
      if (held == epoch)
        for (auto& row : kvp.second)
          add_cells(t, epoch, row);
    }
  }

  std::vector<delivery> all;
  std::vector<origin> lives;
  host_definition host = make_host(2, window_seconds, 16);
  host_image wanted;

  /// All that life `epoch` sealed of a window, where `is_meant`.
  template <class F>
  window_table window_of(tick start, F is_meant) const {
    window_table result{start, window_seconds};
    for (auto& kvp : rows_) {
      auto [t, epoch] = kvp.first;
      if (t < start || t >= start + window_seconds || !is_meant(t, epoch))
        continue;
      std::vector<late_row_ptr> rows;
      for (auto& row : kvp.second) {
        frame_header header;
        header.tick = t;
        header.epoch = epoch;
        rows.push_back(std::make_shared<const late_row>(make_late_row(
            header,
            std::make_shared<const roster>(lives[epoch - 1].columns_of()),
            row)));
      }
      add_late_rows(rows, 0, SIZE_MAX, {}, result);
    }
    return result;
  }

private:
  void add_life(epoch_number epoch) {
    std::vector<chart_ptr> charts;
    for (auto id : {"a", "b", "c"}) {
      std::vector<std::string> ids{"u", "v", "w", "x", "y", "z"};
      std::shuffle(ids.begin(), ids.end(), engine_);
      ids.resize(1 + below(engine_, 6));
      charts.push_back(make_chart(id, ids,
                                  below(engine_, 2) == 0
                                      ? algorithm::absolute
                                      : algorithm::incremental));
    }
    lives.emplace_back(epoch, std::move(charts));
    auto& from = lives.back();
    for (tick t = first_tick; t < first_tick + ticks; ++t) {
      if (below(engine_, 3) != 0)
        continue;
      auto row = random_row(from);
      auto part = row;
      for (size_t i = 0; i < row.values.size(); ++i)
        drop(below(engine_, 4) == 0 ? row : part, i);
      // Key frames and deltas to the frame before.
      all.push_back({from.seal(t, row, below(engine_, 2) == 0), {0, 0}});
      rows_[{t, epoch}].push_back(row);
      if (below(engine_, 3) != 0)
        continue;
      all.push_back({from.seal(t, part, true, 1), {0, 0}});
      rows_[{t, epoch}].push_back(part);
    }
  }

  frame_row random_row(const origin& from) {
    frame_row row;
    row.reset(from.columns_of().columns());
    for (uint32_t i = 0; i < row.values.size(); ++i) {
      set_bit(row.present, i);
      row.values[i] = static_cast<int64_t>(below(engine_, 1000));
    }
    return row;
  }

  static void drop(frame_row& row, size_t i) {
    row.present[i / 64] &= ~(uint64_t{1} << (i % 64));
    row.values[i] = 0;
  }

  /// Of one life or of all, with some ticks or all.
  void add_window() {
    auto start = first_tick + static_cast<tick>(below(engine_, windows)) * 60;
    auto epoch = below(engine_, lives.size() + 1);
    std::set<tick> out;
    for (auto n = below(engine_, 30); n > 0; --n)
      out.insert(start + static_cast<tick>(below(engine_, 60)));
    auto window = window_of(start, [&](tick t, epoch_number of) {
      return (epoch == 0 || of == epoch) && out.count(t) == 0;
    });
    if (!window.empty())
      all.push_back({nullptr, std::move(window)});
  }

  void clear(tick t) {
    auto& cells = wanted.cells;
    for (auto i = cells.lower_bound({t, {}, {}});
         i != cells.end() && std::get<0>(i->first) == t;)
      i = cells.erase(i);
  }

  void add_cells(tick t, epoch_number epoch, const frame_row& row) {
    for (auto& entry : lives[epoch - 1].columns_of().charts())
      for (size_t d = 0; d < entry.chart->dimensions.size(); ++d)
        if (bit_at(row.present, entry.first_column + d))
          wanted.cells[{t, entry.chart->id, entry.chart->dimensions[d].id}]
              = {row.values[entry.first_column + d], false};
  }

  std::mt19937_64& engine_;
  std::map<std::pair<tick, epoch_number>, std::vector<frame_row>> rows_;
};

/// Delivers all of it in an order of its own.
class course {
public:
  course(std::mt19937_64& engine, const past& of, const std::string& path)
      : engine_(engine), of_(of), node_(path, options_of(engine)) {
    host_ = node_.offer(of_.host);
    for (auto& x : of_.lives)
      node_.define(host_, x);
    node_.commit();
  }

  void run() {
    for (size_t i = 0; i < of_.all.size(); ++i)
      for (auto n = below(engine_, 8) == 0 ? 2 : 1; n > 0; --n)
        waiting_.push_back(i);
    disorder();
    while (!waiting_.empty() || !on_way_.empty() || !owed_.empty()) {
      if (!waiting_.empty()) {
        deliver(waiting_.front());
        waiting_.pop_front();
      } else {
        pay();
      }
      if (once_in(2))
        node_.prepare(1 + below(engine_, 3000));
      if (once_in(20))
        node_.close(host_, first_tick + static_cast<tick>(below(engine_, 240)));
      if (once_in(12) || waiting_.empty())
        acknowledge(node_.commit(once_in(2)));
      if (once_in(80))
        crash();
    }
    node_.close(host_, tick_max);
    do
      acknowledge(node_.commit());
    while (node_.store().has_work() || node_.store().has_tier_work());
    if (once_in(2))
      crash();
  }

  host_image blocks() const {
    return node_.blocks(host_);
  }

  std::string wrong_points() const {
    return node_.wrong_points(host_);
  }

  const coverage& stored() {
    return node_.store().hosts().at(host_).stored;
  }

  const coverage& durable() {
    return node_.store().durable(host_);
  }

  /// All blocks, byte for byte.
  std::vector<std::string> bytes() {
    std::vector<std::string> result;
    auto txn = node_.store().environment()->read();
    for (tick t = first_tick; t < first_tick + ticks; t += window_seconds) {
      auto groups = load_groups(*txn, host_, t);
      REQUIRE(groups);
      for (auto& x : *groups) {
        result.push_back(x.layout);
        result.push_back(x.block);
      }
    }
    return result;
  }

private:
  static store_options options_of(std::mt19937_64& engine) {
    store_options result;
    result.retention.seconds = 0;
    result.further.tiers = {};
    result.windows_per_commit_max = 1 + below(engine, 3);
    if (below(engine, 2) == 0)
      result.late_bytes_max = below(engine, 5000);
    result.steps = {2, 5};
    return result;
  }

  bool once_in(uint64_t n) {
    return below(engine_, n) == 0;
  }

  /// All at random, or pieces of what was in order, as lanes are.
  void disorder() {
    if (once_in(2)) {
      std::shuffle(waiting_.begin(), waiting_.end(), engine_);
      return;
    }
    for (int i = 0; i < 6; ++i) {
      auto end = 1 + below(engine_, waiting_.size());
      std::rotate(waiting_.begin(),
                  waiting_.begin() + static_cast<long>(below(engine_, end)),
                  waiting_.begin() + static_cast<long>(end));
    }
  }

  void deliver(size_t number) {
    auto& x = of_.all[number];
    if (!x.frame) {
      node_.receive(host_, x.window, ++last_token_);
      on_way_.push_back({number, last_token_, 0});
    } else if (node_.take(host_, x.frame)) {
      on_way_.push_back({number, 0, node_.store().staged_end()});
    } else {
      auto& header = x.frame->header();
      owed_.insert({header.tick, header.epoch});
    }
  }

  /// What was refused comes as windows, as from a history lane.
  void pay() {
    auto paid = owed_;
    owed_.clear();
    for (tick t = first_tick; t < first_tick + ticks; t += window_seconds) {
      auto window = of_.window_of(t, [&](tick at, epoch_number epoch) {
        return paid.count({at, epoch}) != 0;
      });
      if (window.empty())
        continue;
      node_.receive(host_, window, ++last_token_);
      debts_[last_token_] = paid;
    }
    while (!debts_.empty())
      acknowledge(node_.commit());
  }

  void acknowledge(const commit_report& report) {
    for (auto token : report.received_tokens)
      debts_.erase(token);
    auto& tokens = report.received_tokens;
    on_way_.erase(std::remove_if(on_way_.begin(), on_way_.end(),
                                 [&](auto& x) {
                                   return x.token == 0
                                              ? x.position <= report.journal_end
                                              : std::count(tokens.begin(),
                                                           tokens.end(),
                                                           x.token)
                                                    != 0;
                                 }),
                  on_way_.end());
  }

  /// Who was not acknowledged sends again.
  void crash() {
    node_.crash();
    host_ = node_.offer(of_.host);
    for (auto& x : of_.lives)
      node_.define(host_, x);
    for (auto& x : on_way_)
      waiting_.push_back(x.number);
    on_way_.clear();
  }

  struct sent {
    size_t number;
    uint64_t token;
    journal_position position;
  };

  std::mt19937_64& engine_;
  const past& of_;
  small_node node_;
  host_number host_ = 0;
  std::deque<size_t> waiting_;
  std::vector<sent> on_way_;
  std::set<std::pair<tick, epoch_number>> owed_;
  std::map<uint64_t, std::set<std::pair<tick, epoch_number>>> debts_;
  uint64_t last_token_ = 0;
};

/// The first cell that differs, in words.
std::string difference(const host_image& seen, const host_image& wanted) {
  for (auto& c : wanted.cells)
    if (auto i = seen.cells.find(c.first);
        i == seen.cells.end() || !(i->second == c.second))
      return "wanted " + examples::describe({c});
  for (auto& c : seen.cells)
    if (wanted.cells.count(c.first) == 0)
      return "nobody sealed " + examples::describe({c});
  return seen.epochs == wanted.epochs ? "" : "other lives";
}

void check_past(uint64_t seed) {
  std::mt19937_64 engine{seed};
  auto lives = static_cast<epoch_number>(1 + below(engine, 3));
  past of{engine, lives};
  std::vector<std::string> bytes;
  for (int i = 0; i < 2; ++i) {
    temporary_directory directory;
    course x{engine, of, directory.file("s")};
    x.run();
    INFO("TRIBUTARY_SEED=" << seed << ", course " << i);
    REQUIRE(difference(x.blocks(), of.wanted) == "");
    coverage wanted;
    for (auto& kvp : of.wanted.epochs)
      wanted.add({kvp.first, kvp.first, kvp.second});
    REQUIRE(x.stored().runs() == wanted.runs());
    REQUIRE(x.durable().runs() == wanted.runs());
    REQUIRE(x.wrong_points() == "");
    // Of several lives, definitions that no value is of any more may differ.
    if (i > 0 && lives == 1)
      REQUIRE(x.bytes() == bytes);
    bytes = x.bytes();
  }
}

} // namespace

TEST_CASE("the order in which a past comes does not matter",
          "[store][random]") {
  auto seed = random_seed("any order");
  auto given = std::getenv("TRIBUTARY_SEEDS");
  auto count = given != nullptr ? std::strtoull(given, nullptr, 10) : 4;
  for (uint64_t i = 0; i < count; ++i)
    check_past(seed + i);
}
