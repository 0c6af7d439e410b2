/// Figures of frame codec, write path, blocks, scan, query and replay.
///
///   bench_store [--data FILE.csv.zst] [--runs N] [--seconds N] [--hosts N]
///   bench_store --soak-gib N [--soak-speed N]
///   bench_store --late-frames N
///
/// Samples are values that are present. CPU is user and system time of the
/// process, so a figure does not suffer from what else the machine does.

#include <algorithm>
#include <limits>

#include "actors/storage/recovery.hpp"
#include "store/block_reader.hpp"
#include "store/packed_blocks.hpp"
#include "store/tables.hpp"
#include "tests/bench/codec_figures.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/late_figures.hpp"
#include "tests/bench/local_swarm.hpp"
#include "tests/bench/page_count.hpp"
#include "tests/bench/parent_memory.hpp"
#include "tests/bench/peer_codecs.hpp"
#include "tests/bench/query_figures.hpp"
#include "tests/bench/soak.hpp"
#include "tests/bench/steady_file.hpp"
#include "tests/bench/write_path.hpp"

namespace tributary::bench {

namespace {

constexpr uint32_t hosts_default = 40;
constexpr uint32_t seconds_default = 1260;

/// With a quarter of them, what a few commits hold back is a quarter of the
/// file.
constexpr unsigned steady_hosts = 16;

/// Two hours of a host of a thousand metrics, as peers were measured with.
constexpr uint32_t synthetic_columns = 1000;
constexpr uint32_t synthetic_seconds = 7200;

double per(double x, uint64_t samples) {
  return x / static_cast<double>(samples);
}

/// What a scan makes of all values.
struct scan_sums {
  uint64_t count = 0;
  int64_t sum = 0;
  int64_t least = std::numeric_limits<int64_t>::max();
  int64_t most = std::numeric_limits<int64_t>::min();

  void add(int64_t x) {
    ++count;
    sum += x;
    least = std::min(least, x);
    most = std::max(most, x);
  }

  void add(const window_column& column) {
    for (size_t w = 0; w < column.present.size(); ++w) {
      auto values = column.values.data() + w * 64;
      if (column.present[w] == ~uint64_t{0}) {
        for (size_t i = 0; i < 64; ++i)
          add(values[i]);
        continue;
      }
      for (auto bits = column.present[w]; bits != 0; bits &= bits - 1)
        add(values[__builtin_ctzll(bits)]);
    }
  }
};

/// Every column of every stored block goes through one accumulator.
uint64_t scan(const store& kept) {
  auto txn = kept.environment()->read();
  if (!txn)
    fail(to_text(txn.error()));
  block_reader reader;
  window_column column;
  scan_sums sums;
  lmdb::cursor at{*txn, tables::tier0};
  for (auto more = at.first(); more; more = at.next())
    for (auto block : unpack_blocks(at.current_value())) {
      if (auto error = reader.open(block))
        fail(to_text(error));
      for (size_t i = 0; i < reader.header().columns; ++i) {
        if (!reader.read(i, column))
          fail("a column can't be read");
        sums.add(column);
      }
    }
  if (sums.least > sums.most || sums.sum == 1)
    fail("the scan found nothing");
  return sums.count;
}

void print_write(const std::string& key, const row_set& rows,
                 const write_plan& plan, bool whole) {
  temporary_folder folder;
  write_path path{folder.path(), rows, plan};
  auto written = written_bytes();
  auto begin = cpu_seconds();
  path.run();
  path.close_all();
  auto cpu = cpu_seconds() - begin;
  print_figure(key.c_str(), static_cast<double>(path.samples()) / cpu);
  if (!whole)
    return;
  print_figure(
      "written_bytes_per_sample",
      per(static_cast<double>(written_bytes() - written), path.samples()));
  print_figure("commit_p50_ms", quantile(path.commits_ms(), 0.5));
  print_figure("commit_p99_ms", quantile(path.commits_ms(), 0.99));
  print_figure("commit_longest_ms", quantile(path.commits_ms(), 1));
  print_figure("slice_longest_ms", quantile(path.slices_ms(), 1));
  begin = cpu_seconds();
  auto count = scan(path.kept());
  cpu = cpu_seconds() - begin;
  if (count != path.samples())
    fail("the scan found " + std::to_string(count) + " samples of "
         + std::to_string(path.samples()));
  print_figure("scan_samples_per_cpu_s", static_cast<double>(count) / cpu);
}

/// Bytes of the stored values of tier0.
uint64_t block_bytes(const store& kept) {
  auto txn = kept.environment()->read();
  if (!txn)
    fail(to_text(txn.error()));
  uint64_t result = 0;
  lmdb::cursor at{*txn, tables::tier0};
  for (auto more = at.first(); more; more = at.next())
    result += at.current_value().size();
  return result;
}

/// Blocks of one host whose windows are full.
void print_blocks(const std::string& key, const row_set& rows,
                  bool with_slots) {
  temporary_folder folder;
  write_plan plan;
  plan.seconds = static_cast<uint32_t>(rows.rows.size()) / 600 * 600;
  write_path path{folder.path(), rows, plan};
  path.run();
  path.close_all();
  auto bytes = static_cast<double>(block_bytes(path.kept()));
  auto pages = static_cast<double>(table_page_bytes(path.path(), "tier0"));
  print_figure((key + "_bytes_per_sample").c_str(), per(bytes, path.samples()));
  print_figure((key + "_page_bytes_per_sample").c_str(),
               per(pages, path.samples()));
  if (!with_slots)
    return;
  // As the research counts: each slot of a column that is there at all.
  uint64_t slots = 0;
  for (size_t first = 0; first < plan.seconds; first += 600)
    for (uint32_t i = 0; i < rows.columns; ++i)
      slots += std::any_of(rows.rows.begin() + static_cast<long>(first),
                           rows.rows.begin() + static_cast<long>(first + 600),
                           [&](auto& row) { return bit_at(row.present, i); })
                   ? 600
                   : 0;
  print_figure((key + "_bytes_per_slot").c_str(), per(bytes, slots));
  print_figure((key + "_page_bytes_per_slot").c_str(), per(pages, slots));
}

/// A start after a crash: the journal becomes open windows again.
void print_replay(const row_set& rows, uint32_t hosts) {
  temporary_folder folder;
  write_plan plan;
  plan.hosts = hosts;
  plan.seconds = 900;
  double samples_per_frame;
  std::string path;
  host_definition own;
  {
    write_path writer{folder.path(), rows, plan};
    writer.run();
    path = writer.path();
    own.id = writer.node();
    samples_per_frame = static_cast<double>(writer.samples())
                        / (double{1} * plan.hosts * plan.seconds);
  }
  own.hostname = "replay";
  store_options options;
  options.environment.map_bytes = size_t{8} << 30;
  auto begin = cpu_seconds();
  auto opened = open_storage(path, options, own, first_tick + plan.seconds);
  auto cpu = cpu_seconds() - begin;
  if (!opened)
    fail(to_text(opened.error()));
  print_figure("replay_samples_per_cpu_s",
               static_cast<double>(opened->frames) * samples_per_frame / cpu);
}

void print_fixed(const arguments& flags, const std::vector<fixed_series>& set) {
  write_plan plan;
  plan.hosts = flags.get("hosts", hosts_default);
  plan.seconds = flags.seconds == 0 ? seconds_default : flags.seconds;
  plan.sync = lmdb::sync_mode::full;
  auto all = rows_of(set, series_choice::all);
  auto steady = rows_of(set, series_choice::steady);
  print_codec_figures("frame_", all);
  print_write("write_samples_per_cpu_s", steady, plan, true);
  print_write("write_busy_samples_per_cpu_s",
              rows_of(set, series_choice::steady_and_busy), plan, false);
  auto busy = rows_of(set, series_choice::busy);
  print_blocks("tier0", all, true);
  print_blocks("tier0_busy", busy, false);
  print_peer_codecs("peer", all);
  print_peer_codecs("peer_busy", busy);
  print_hour_query(steady);
  print_replay(steady, plan.hosts);
  std::vector<const row_set*> mixed;
  for (unsigned i = 0; i < steady_hosts; i += 4)
    mixed.insert(mixed.end(), {&steady, &busy, &all, &busy});
  print_steady_file(mixed);
}

void print_synthetic(const arguments& flags, const row_set& rows) {
  write_plan plan;
  plan.hosts = flags.get("hosts", hosts_default);
  plan.seconds = flags.seconds == 0 ? seconds_default : flags.seconds;
  plan.sync = lmdb::sync_mode::full;
  print_codec_figures("frame_synthetic_", rows);
  print_write("write_synthetic_samples_per_cpu_s", rows, plan, false);
  print_blocks("tier0_synthetic", rows, false);
  print_peer_codecs("peer_synthetic", rows);
  auto reals = real_rows(100, 1200, 1);
  print_blocks("tier0_real", reals, false);
  print_peer_codecs("peer_real", reals);
}

void run(const arguments& flags) {
  if (auto gib = flags.get("soak-gib", 0))
    return run_soak(gib, flags.get("soak-speed", 20));
  if (auto frames = flags.get("late-frames", 0))
    return print_late_figures(frames);
  std::vector<fixed_series> set;
  if (!flags.data.empty())
    set = read_fixed_set(flags.data);
  auto synthetic = synthetic_rows(synthetic_columns, synthetic_seconds, 1);
  print_month(); // half a minute; medians of its own
  for (unsigned i = 0; i < flags.runs; ++i) {
    print_synthetic(flags, synthetic);
    if (!set.empty())
      print_fixed(flags, set);
    print_parent_memory();
  }
}

} // namespace

} // namespace tributary::bench

int main(int argc, char** argv) {
  using namespace tributary::bench;
  return run_program(
      parse_arguments(argc, argv,
                      {"hosts", "late-frames", "soak-gib", "soak-speed"}),
      run);
}
