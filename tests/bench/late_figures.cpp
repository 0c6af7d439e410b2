#include "tests/bench/late_figures.hpp"

#include <string>

#include "store/store.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/local_swarm.hpp"
#include "tests/bench/write_path.hpp"

namespace tributary::bench {

namespace {

/// As many series as the machine has that the fixed set is of.
constexpr uint32_t columns = 1410;
constexpr uint32_t window = 600;

/// As in the writer.
constexpr size_t slice_samples = 256u << 10;

/// Of the columns of a late part: a slow source.
constexpr uint32_t part_share = 10;

/// A host of which one window is a block.
class late_host {
public:
  explicit late_host(const std::string& folder)
      : rows_(synthetic_rows(columns, window, 1)),
        host_(load_host(0, first_tick % window)),
        lane_(host_, rows_.charts),
        hot_(host_, {}) {
    store_options options;
    options.environment.sync = lmdb::sync_mode::none;
    options.retention.seconds = 0;
    auto opened = store::open(folder + "/store.mdb", host_.id, options);
    if (!opened)
      fail(to_text(opened.error()));
    store_ = std::move(*opened);
    number_ = store_->put_host(host_, {host_.id});
    begin_life();
    for (uint32_t s = 0; s < window; ++s)
      take(lane_.seal(first_tick + s, without_slow(rows_.rows[s])));
    for (auto& x : hot_.close_windows(first_tick + window))
      store_->put_closed(number_, x);
    settle();
  }

  /// A newer life of the host has the same ticks.
  std::vector<frame_ptr> frames_again(unsigned count) {
    ++host_.epoch;
    lane_ = host_lane{host_, rows_.charts};
    begin_life();
    std::vector<frame_ptr> result;
    for (uint32_t s = 0; s < count; ++s)
      result.push_back(lane_.seal(first_tick + s, rows_.rows[s]));
    return result;
  }

  std::vector<frame_ptr> parts(unsigned count) {
    std::vector<frame_ptr> result;
    frame_chain chain;
    for (uint32_t s = 0; s < count; ++s) {
      frame_header header;
      header.tick = first_tick + s;
      header.epoch = host_.epoch;
      header.columns = columns;
      header.part = 1;
      result.push_back(seal_row(header, slow_alone(rows_.rows[s]),
                                lane_.columns_of(), true, chain));
    }
    return result;
  }

  /// CPU of taking them in, until all of it is in the block, ms.
  double cpu_ms(const std::vector<frame_ptr>& frames, unsigned per_commit) {
    auto begin = cpu_seconds();
    for (size_t i = 0; i < frames.size(); ++i) {
      take(frames[i]);
      if ((i + 1) % per_commit == 0)
        commit();
    }
    settle();
    return (cpu_seconds() - begin) * 1000;
  }

private:
  void begin_life() {
    if (auto error = hot_.define(lane_.run()))
      fail(to_text(error));
    store_->put_roster(number_, *hot_.newest_roster());
  }

  static frame_row without_slow(frame_row row) {
    for (uint32_t i = columns - columns / part_share; i < columns; ++i) {
      row.values[i] = 0;
      row.present[i / 64] &= ~(uint64_t{1} << (i % 64));
    }
    return row;
  }

  static frame_row slow_alone(frame_row row) {
    for (uint32_t i = 0; i < columns - columns / part_share; ++i) {
      row.values[i] = 0;
      row.present[i / 64] &= ~(uint64_t{1} << (i % 64));
    }
    return row;
  }

  void take(const frame_ptr& sealed) {
    auto outcome = hot_.apply(*sealed);
    if (!outcome || *outcome == frame_outcome::duplicate)
      fail("a frame was not taken");
    auto& header = sealed->header();
    auto position = store_->staged_end() + 1;
    if (header.part == 0 && header.is_key())
      key_position_ = position;
    if (*outcome == frame_outcome::late)
      store_->put_late(number_,
                       hot_.late_row_at(header, position, key_position_));
    store_->append({number_, sealed});
  }

  void commit() {
    for (auto more = true; more;) {
      auto prepared = store_->prepare(slice_samples);
      if (!prepared)
        fail(to_text(prepared.error()));
      more = *prepared;
    }
    auto report = store_->commit_prepared(first_tick + window);
    if (!report)
      fail(to_text(report.error()));
  }

  void settle() {
    while (store_->has_work() || store_->has_tier_work())
      commit();
  }

  row_set rows_;
  host_definition host_;
  host_lane lane_;
  hot_host hot_;
  std::unique_ptr<store> store_;
  host_number number_ = 0;
  journal_position key_position_ = 0;
};

void print(const char* key, unsigned frames, unsigned per_commit) {
  temporary_folder folder;
  late_host host{folder.path()};
  auto name = std::string{key} + "_by_" + std::to_string(per_commit);
  auto parts = host.parts(frames);
  print_figure((name + "_parts_cpu_ms").c_str(),
               host.cpu_ms(parts, per_commit));
  auto again = host.frames_again(frames);
  print_figure((name + "_frames_cpu_ms").c_str(),
               host.cpu_ms(again, per_commit));
}

} // namespace

void print_late_figures(unsigned frames) {
  for (auto per_commit : {1u, 20u, 600u})
    print("late", frames, per_commit);
}

} // namespace tributary::bench
