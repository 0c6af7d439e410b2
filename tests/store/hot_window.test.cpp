#include "store/hot_window.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "store/hot.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::cells_of;
using examples::make_chart;
using examples::make_host;
using examples::origin;

namespace {

constexpr tick start = 6000; // of a window

constexpr uint16_t window_seconds = 240;

bool is_same(const window_chart& x, const window_chart& y) {
  auto none = [](const std::vector<uint64_t>& bits) {
    return std::all_of(bits.begin(), bits.end(),
                       [](auto word) { return word == 0; });
  };
  return x.chart->dimensions.size() == y.chart->dimensions.size()
         && x.epoch == y.epoch
         && std::equal(
             x.columns.begin(), x.columns.end(), y.columns.begin(),
             y.columns.end(), [&](auto& a, auto& b) {
               return a.values == b.values && a.present == b.present
                      && (a.estimated == b.estimated
                          || (none(a.estimated) && none(b.estimated)));
             });
}

/// A host whose rows are kept beside it as they were decoded: what the packs
/// have to give again.
class twin {
public:
  /// @param calm nothing is lost and lives do not take turns.
  twin(std::mt19937_64& engine, size_t charts, bool calm)
      : engine_(engine),
        charts_(charts),
        calm_(calm),
        host_(make_host(1, window_seconds), {}) {
    begin_life();
  }

  void begin_life() {
    std::vector<chart_ptr> charts;
    for (size_t i = 0; i < charts_; ++i)
      charts.push_back(random_chart(i));
    auto epoch = static_cast<epoch_number>(lives_.size() + 1);
    lives_.emplace_back(epoch, std::move(charts));
    REQUIRE_FALSE(host_.define(lives_.back().run()));
  }

  void grow() {
    auto& life = lives_.back();
    life.grow(random_chart(life.columns_of().charts().size()));
    if (below(engine_, 4) > 0) // else it is told later
      REQUIRE_FALSE(host_.define(life.run()));
  }

  /// A tick of the newest life, now and then of an older one.
  void step(tick t) {
    auto i = lives_.size() - 1;
    if (!calm_ && below(engine_, 20) == 0)
      i = below(engine_, lives_.size());
    auto& life = lives_[i];
    auto sealed
        = life.seal(t, random_row(life), !calm_ && below(engine_, 30) == 0);
    if (!calm_ && below(engine_, 15) == 0)
      return; // lost
    auto applied = host_.apply(*sealed);
    if (!applied && code_of(applied.error()) == ec::unknown_layout) {
      REQUIRE_FALSE(host_.define(life.run()));
      applied = host_.apply(*sealed);
    }
    if (!applied) {
      REQUIRE(code_of(applied.error()) == ec::need_key);
      REQUIRE_FALSE(host_.define(life.run()));
      sealed = life.seal(t, random_row(life), true);
      applied = host_.apply(*sealed);
    }
    REQUIRE(applied);
    if (*applied == frame_outcome::fresh)
      keep(sealed->header());
  }

  /// Columns of an earlier tick that came late.
  void add_part(tick t, uint16_t part) {
    auto epoch = host_.seen().epoch_at(t);
    if (epoch == 0)
      return;
    auto& life = lives_[epoch - 1];
    auto sealed = life.seal(t, random_row(life), true, part);
    REQUIRE_FALSE(host_.define(life.run()));
    auto applied = host_.apply(*sealed);
    REQUIRE(applied);
    if (*applied == frame_outcome::fresh)
      keep(sealed->header());
  }

  void check() {
    auto windows = host_.windows(0, tick_max);
    REQUIRE(windows.size() == rows_.size());
    auto chart = "c" + std::to_string(below(engine_, charts_ + 2));
    for (auto& window : windows) {
      auto expected = expected_table(window.start());
      check_equal(window.table(), expected);
      auto i = decoders_.find(window.number());
      if (i == decoders_.end())
        i = decoders_
                .emplace(window.number(),
                         decoded{window_decoder{},
                                 window_table{window.start(), window.slots()}})
                .first;
      auto pieces = 1 + below(engine_, 9);
      while (i->second.decoder.add_some(window, i->second.table,
                                        pieces * lives_.size() * 20)
             > 0) {
        // nop
      }
      check_equal(i->second.table, expected);
      auto of_one = window.table(chart);
      REQUIRE(of_one.epochs() == expected.epochs());
      auto found = expected.charts().find(chart);
      auto size = of_one.charts().size();
      REQUIRE(size == (found == expected.charts().end() ? 0 : 1));
      if (size == 1)
        REQUIRE(is_same(of_one.charts().at(chart), found->second));
    }
    check_sums(host_.newest()
               - static_cast<tick>(below(engine_, 2 * window_seconds)));
  }

  void close(tick before) {
    host_.close_windows(before);
    for (auto i = rows_.begin(); i != rows_.end();) {
      auto number = i->first;
      ++i;
      // Its block is committed now or later.
      if (number + window_seconds <= before && below(engine_, 2) == 0) {
        host_.forget(number);
        rows_.erase(number);
      }
    }
  }

  /// Packs that have the chain before them.
  size_t bases() const {
    size_t result = 0;
    for (auto& window : host_.windows(0, tick_max))
      for (auto& pack : window.packs())
        result += pack->base ? 1 : 0;
    return result;
  }

private:
  chart_ptr random_chart(size_t i) {
    std::vector<std::string> ids;
    for (auto d = 1 + below(engine_, 9); d > 0; --d)
      ids.push_back("d" + std::to_string(d));
    // Now and then a second chart of an id.
    auto id = "c" + std::to_string(below(engine_, 40) == 0 ? 0 : i);
    return make_chart(id, ids,
                      below(engine_, 2) == 0 ? algorithm::absolute
                                             : algorithm::incremental);
  }

  frame_row random_row(const origin& of) {
    frame_row row;
    row.reset(of.columns_of().columns());
    auto estimates = below(engine_, 5) == 0;
    if (estimates)
      row.estimated.assign(row.present.size(), 0);
    auto gaps = below(engine_, 3);
    for (size_t i = 0; i < row.values.size(); ++i) {
      if (gaps > 0 && below(engine_, 4 * gaps) == 0)
        continue;
      set_bit(row.present, i);
      // Sums of all rows are exact.
      row.values[i]
          = static_cast<int64_t>(engine_() >> (20 + below(engine_, 44)))
            * (below(engine_, 2) == 0 ? 1 : -1);
      if (estimates && below(engine_, 9) == 0)
        set_bit(row.estimated, i);
    }
    return row;
  }

  void keep(const frame_header& header) {
    auto& segments = rows_[host_.definition().window_start(header.tick)];
    hot_segment next;
    next.columns = header.columns;
    next.columns_of = host_.roster_of(header.epoch);
    next.add(header.tick, host_.last_row());
    segments.push_back(std::move(next));
  }

  window_table expected_table(tick of) const {
    window_table result{of, window_seconds};
    for (auto& segment : rows_.at(of))
      segment.add_to(result, {});
    return result;
  }

  static void check_equal(const window_table& made,
                          const window_table& expected) {
    REQUIRE(made.epochs() == expected.epochs());
    REQUIRE(made.charts().size() == expected.charts().size());
    for (auto& kvp : made.charts())
      REQUIRE(is_same(kvp.second, expected.charts().at(kvp.first)));
  }

  void check_sums(tick after) const {
    column_sums expected;
    for (auto& kvp : rows_)
      for (auto& row : kvp.second)
        if (row.ticks[0] > after
            && row.columns_of->epoch() == host_.latest().epoch()) {
          frame_row whole;
          whole.values = row.values;
          whole.present = row.present;
          expected.add(whole, *row.columns_of);
        }
    auto made = host_.sums_after(after);
    REQUIRE(made.counts == expected.counts);
    REQUIRE(made.sums == expected.sums);
  }

  /// A table that follows a window.
  struct decoded {
    window_decoder decoder;
    window_table table;
  };

  std::mt19937_64& engine_;
  size_t charts_;
  bool calm_;
  hot_host host_;
  std::vector<origin> lives_;
  std::map<tick, std::vector<hot_segment>> rows_;
  std::map<uint64_t, decoded> decoders_;
};

} // namespace

TEST_CASE("packed frames give the rows that were applied",
          "[store][hot][random]") {
  auto seed = random_seed("packed frames");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  size_t bases_most = 0;
  for (int round = 0; round < 8; ++round) {
    twin both{engine, round % 4 == 0 ? 60u : 3u, round % 8 < 4};
    auto lives_apart = round % 8 < 4 ? 400u : 40u;
    for (tick t = start; t < start + 3 * window_seconds; ++t) {
      if (below(engine, lives_apart) == 0)
        both.begin_life();
      if (below(engine, 60) == 0)
        both.grow();
      if (below(engine, 10) > 0)
        both.step(t);
      if (below(engine, 15) == 0)
        both.add_part(t - static_cast<tick>(below(engine, window_seconds + 10)),
                      static_cast<uint16_t>(t - start + 1));
      if (below(engine, 30) == 0)
        both.close(t - 5);
      if (below(engine, 40) == 0)
        both.check();
      bases_most = std::max(bases_most, both.bases());
    }
    both.check();
  }
  CHECK(bases_most > 0); // or reading never began amid a life
}

TEST_CASE("a snapshot stays as it was", "[store][hot]") {
  origin from{1, {make_chart("a", {"x"})}};
  hot_host host{make_host(1, 60), {}};
  REQUIRE_FALSE(host.define(from.run()));
  REQUIRE(host.apply(*from.seal(start, {1})));
  auto before = host.windows(start, start);
  REQUIRE(before.size() == 1);
  REQUIRE(host.apply(*from.seal(start + 1, {2})));
  CHECK(cells_of(before[0].table()).size() == 1);
  auto behind = host.windows(start, start);
  CHECK(cells_of(behind[0].table()).size() == 2);
  CHECK(before[0].number() == behind[0].number());
  host.close_windows(start + 60);
  REQUIRE(host.apply(*from.seal(start + 60, {3}, true)));
  auto closed = host.windows(start, start + 60);
  REQUIRE(closed.size() == 2);
  CHECK(closed[0].number() == before[0].number());
  CHECK(closed[1].number() != before[0].number());
}

TEST_CASE("a window costs about what its frames do", "[store][hot]") {
  // 200 gauges of which a tenth moves by a byte a second.
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.push_back(std::to_string(i));
  origin from{1, {make_chart("a", ids), make_chart("b", ids)}};
  hot_host host{make_host(1, 600), {}};
  REQUIRE_FALSE(host.define(from.run()));
  std::vector<int64_t> values(200, 1'000'000);
  size_t payload_bytes = 0;
  for (tick t = start; t < start + 600; ++t) {
    for (size_t i = static_cast<size_t>(t % 10); i < 200; i += 10)
      values[i] += 40;
    auto sealed = from.seal(t, values, t == start);
    payload_bytes += sealed->payload().size();
    REQUIRE(host.apply(*sealed));
  }
  constexpr size_t as_rows = 600 * 200 * 8;
  CHECK(host.memory_bytes() > payload_bytes);
  CHECK(host.memory_bytes() < payload_bytes * 5 / 4 + 600 * 20 + 4096);
  CHECK(host.memory_bytes() < as_rows / 10);
}
