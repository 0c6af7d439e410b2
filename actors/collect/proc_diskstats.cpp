#include "actors/collect/proc_diskstats.hpp"

#include <utility>

#include "actors/collect/disk_kind.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/diskstats";
constexpr const char* module_name = "proc.diskstats";

/// The kernel's sector is 512 bytes here whatever the disk's own is.
constexpr int64_t sector_bytes = 512;
constexpr value_scale read_kib{sector_bytes, 1024};
/// Writes go below the zero line.
constexpr value_scale written_kib{-sector_bytes, 1024};
constexpr value_scale one{1, 1};

/// Averages are kept in µs and in bytes, so that a fast disk is not all zeros.
constexpr value_scale average_ms{1, 1000};
constexpr value_scale average_ms_below{-1, 1000};
constexpr value_scale average_kib{1, 1024};
constexpr value_scale average_kib_below{-1, 1024};

/// Milliseconds of work in a second, as per cent of it.
constexpr value_scale busy_percent{1, 10};

/// What we know of a disk in one round: the fields of its line in the kernel's
/// order, then what two rounds tell.
enum figure : size_t {
  reads,
  reads_merged,
  sectors_read,
  read_ms,
  writes,
  writes_merged,
  sectors_written,
  write_ms,
  in_flight,
  busy_ms,
  weighted_ms,
  discards, // since Linux 4.18
  discards_merged,
  sectors_discarded,
  discard_ms,
  flushes, // since Linux 5.5
  flush_ms,
  field_count,
  read_wait = field_count,
  write_wait,
  discard_wait,
  flush_wait,
  read_bytes,
  write_bytes,
  discard_bytes,
  service,
  figure_count
};

/// All up to the written sectors must be there: a blank in a name would else
/// shift one figure to another's place. The rest differs by kernel.
constexpr size_t field_count_min = sectors_written + 1;

using dimensions_type = std::vector<device_chart_row::figure_dimension>;

device_chart_row row(const char* prefix, const char* context, const char* title,
                     const char* units, int32_t priority, chart_type type,
                     dimensions_type dimensions) {
  return {{prefix, context, "", title, units, type, priority, module_name},
          chart_presence::once_not_zero,
          std::move(dimensions)};
}

dimensions_type counters(figure first, figure second,
                         value_scale scale_of_second = below) {
  return {{first, make_counter("reads", one)},
          {second, make_counter("writes", scale_of_second)}};
}

void add_bandwidth_and_operations(std::vector<device_chart_row>& to) {
  constexpr auto line = chart_type::line;
  to.push_back(row("disk.", "disk.io", "Disk I/O Bandwidth", "KiB/s", 2000,
                   chart_type::area,
                   {{sectors_read, make_counter("reads", read_kib)},
                    {sectors_written, make_counter("writes", written_kib)}}));
  to.back().presence = chart_presence::always;
  to.push_back(row("disk_ext.", "disk_ext.io", "Discarded data", "KiB/s", 2001,
                   chart_type::area,
                   {{sectors_discarded, make_counter("discards", read_kib)}}));
  to.push_back(row("disk_ops.", "disk.ops", "Completed operations",
                   "operations/s", 2010, line, counters(reads, writes)));
  to.push_back(row("disk_ext_ops.", "disk_ext.ops",
                   "Completed discards and flushes", "operations/s", 2011, line,
                   {{discards, make_counter("discards")},
                    {flushes, make_counter("flushes")}}));
  to.push_back(row("disk_qops.", "disk.qops", "Operations in flight",
                   "operations", 2015, line,
                   {{in_flight, make_gauge("operations")}}));
  to.push_back(row("disk_mops.", "disk.mops", "Merged operations",
                   "merged operations/s", 2080, line,
                   counters(reads_merged, writes_merged)));
  to.push_back(row("disk_ext_mops.", "disk_ext.mops", "Merged discards",
                   "merged operations/s", 2081, line,
                   {{discards_merged, make_counter("discards")}}));
}

void add_times(std::vector<device_chart_row>& to) {
  constexpr auto line = chart_type::line;
  constexpr auto area = chart_type::area;
  to.push_back(row("disk_backlog.", "disk.backlog",
                   "Time that operations have waited and been served",
                   "milliseconds", 2020, area,
                   {{weighted_ms, make_counter("backlog")}}));
  to.push_back(row("disk_busy.", "disk.busy", "Time with work in hand",
                   "milliseconds", 2030, area,
                   {{busy_ms, make_counter("busy")}}));
  to.push_back(row("disk_util.", "disk.util", "Share of time with work in hand",
                   "% of time working", 2040, area,
                   {{busy_ms, make_counter("utilization", busy_percent)}}));
  to.push_back(row("disk_iotime.", "disk.iotime",
                   "Time of all operations together", "milliseconds/s", 2090,
                   line, counters(read_ms, write_ms)));
  to.push_back(row("disk_ext_iotime.", "disk_ext.iotime",
                   "Time of all discards and flushes together",
                   "milliseconds/s", 2091, line,
                   {{discard_ms, make_counter("discards")},
                    {flush_ms, make_counter("flushes")}}));
}

void add_averages(std::vector<device_chart_row>& to) {
  constexpr auto line = chart_type::line;
  constexpr auto area = chart_type::area;
  to.push_back(row("disk_await.", "disk.await",
                   "Average time of an operation, waiting included",
                   "milliseconds/operation", 2050, line,
                   {{read_wait, make_gauge("reads", average_ms)},
                    {write_wait, make_gauge("writes", average_ms_below)}}));
  to.push_back(row("disk_ext_await.", "disk_ext.await",
                   "Average time of a discard or flush",
                   "milliseconds/operation", 2051, line,
                   {{discard_wait, make_gauge("discards", average_ms)},
                    {flush_wait, make_gauge("flushes", average_ms)}}));
  to.push_back(row("disk_avgsz.", "disk.avgsz", "Average size of an operation",
                   "KiB/operation", 2060, area,
                   {{read_bytes, make_gauge("reads", average_kib)},
                    {write_bytes, make_gauge("writes", average_kib_below)}}));
  to.push_back(row("disk_ext_avgsz.", "disk_ext.avgsz",
                   "Average size of a discard", "KiB/operation", 2060, area,
                   {{discard_bytes, make_gauge("discards", average_kib)}}));
  to.push_back(row("disk_svctm.", "disk.svctm",
                   "Average time of service of an operation",
                   "milliseconds/operation", 2070, line,
                   {{service, make_gauge("svctm", average_ms)}}));
}

std::vector<device_chart_row> make_disk_charts() {
  std::vector<device_chart_row> result;
  add_bandwidth_and_operations(result);
  add_times(result);
  add_averages(result);
  return result;
}

device_total_row make_total() {
  return {define_chart(
              {"system.io", "system.io", "disk", "Disk I/O", "KiB/s",
               chart_type::area, 150, module_name},
              {make_counter("in", read_kib), make_counter("out", written_kib)}),
          sectors_read, sectors_written};
}

/// `major minor name reads merged sectors ms writes merged sectors ms ...`.
std::optional<disk_identity> parse(std::string_view line,
                                   device_figures& figures) {
  word_reader words{line};
  disk_identity result;
  result.major = words.next().value_or(std::string_view{});
  result.minor = words.next().value_or(std::string_view{});
  result.name = words.next().value_or(std::string_view{});
  if (!parse_count(result.major) || !parse_count(result.minor)
      || result.name.empty())
    return std::nullopt;
  figures.assign(figure_count, std::nullopt);
  for (size_t i = 0; i < field_count; ++i) {
    figures[i] = words.next_count();
    if (i < field_count_min && !figures[i])
      return std::nullopt;
  }
  return result;
}

std::optional<int64_t> increment(const device_figures& before,
                                 const device_figures& now, size_t which) {
  return checked_difference(now[which], before[which]);
}

/// What `what` grew by for each of the `count` that were counted meanwhile,
/// times `factor`: 0 if there were none, as there was nothing to wait for.
std::optional<int64_t> average(std::optional<int64_t> what,
                               std::optional<int64_t> count, int64_t factor) {
  int64_t scaled = 0;
  if (!what || !count || __builtin_mul_overflow(*what, factor, &scaled))
    return std::nullopt;
  return *count == 0 ? 0 : scaled / *count;
}

void add_averages(const device_figures& before, device_figures& now) {
  auto grown = [&](size_t which) {
    return increment(before, now, which);
  };
  constexpr int64_t us = 1000; // in a millisecond
  now[read_wait] = average(grown(read_ms), grown(reads), us);
  now[write_wait] = average(grown(write_ms), grown(writes), us);
  now[discard_wait] = average(grown(discard_ms), grown(discards), us);
  now[flush_wait] = average(grown(flush_ms), grown(flushes), us);
  now[read_bytes] = average(grown(sectors_read), grown(reads), sector_bytes);
  now[write_bytes]
      = average(grown(sectors_written), grown(writes), sector_bytes);
  now[discard_bytes]
      = average(grown(sectors_discarded), grown(discards), sector_bytes);
  now[service]
      = average(grown(busy_ms), checked_sum(grown(reads), grown(writes)), us);
}

} // namespace

proc_diskstats::proc_diskstats() : disks_(make_disk_charts(), make_total()) {}

std::string_view proc_diskstats::name() const noexcept {
  return module_name;
}

caf::error proc_diskstats::sample(kernel_files& files,
                                  std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  // Asking /sys reuses the buffer that the view is into.
  text_.assign(*text);
  size_t sound_count = 0;
  disks_.begin_round();
  line_reader lines{text_};
  while (auto line = lines.next()) {
    auto found = parse(*line, figures_);
    if (!found)
      continue;
    ++sound_count;
    if (is_made_of_others(found->name))
      continue;
    auto disk = disks_.find(found->name);
    if (disk == nullptr && disks_.has_room())
      disk = &disks_.admit(found->name, disk_kind_of(files, *found));
    if (disk == nullptr) {
      disks_.leave_out();
      continue;
    }
    if (auto before = disks_.previous(*disk))
      add_averages(*before, figures_);
    disks_.record(*disk, figures_, readings);
  }
  disks_.end_round(readings);
  if (sound_count == 0 && !text_.empty())
    return make_error(ec::corrupt, std::string{file} + ": no sound line");
  return caf::none;
}

} // namespace tributary
