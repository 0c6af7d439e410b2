#include "actors/collect/sysv_ipc.hpp"

#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* semaphore_file = "/proc/sysvipc/sem";
constexpr const char* memory_file = "/proc/sysvipc/shm";

/// Place of the number of semaphores of a set, and of the bytes of a segment.
constexpr size_t size_column = 3;

figure_chart_row row(const char* id, const char* family, const char* title,
                     const char* units, chart_type type, int32_t priority,
                     figure_row figure) {
  return {{id, id, family, title, units, type, priority, "ipc"},
          chart_presence::always,
          {std::move(figure)}};
}

std::vector<figure_chart_row> make_charts() {
  constexpr auto area = chart_type::area;
  constexpr auto stacked = chart_type::stacked;
  return {
      row("system.ipc_semaphores", "ipc semaphores", "Semaphores", "semaphores",
          area, 1203, gauge_of("semaphores")),
      row("system.ipc_semaphore_arrays", "ipc semaphores", "Semaphore arrays",
          "arrays", area, 1204, gauge_of("arrays")),
      row("system.shared_memory_segments", "ipc shared memory",
          "Segments of shared memory", "segments", stacked, 1205,
          gauge_of("segments")),
      row("system.shared_memory_bytes", "ipc shared memory",
          "Bytes of shared memory", "bytes", stacked, 1206, gauge_of("bytes")),
  };
}

/// Notes how many lines there are behind the heading, and the sum of their
/// sizes.
caf::error note_table(kernel_files& files, const char* path,
                      std::string_view count_key, std::string_view size_key,
                      figure_charts& to) {
  auto text = files.read_if_there(path);
  if (!text)
    return text.error();
  if (text->data() == nullptr)
    return caf::none;
  line_reader lines{*text};
  word_reader heading{lines.next().value_or(std::string_view{})};
  if (heading.next() != std::string_view{"key"})
    return make_error(ec::corrupt, std::string{path} + ": no heading");
  int64_t count = 0;
  std::optional<int64_t> size = 0;
  while (auto line = lines.next()) {
    ++count;
    word_reader words{*line};
    words.skip(size_column);
    size = checked_sum(size, words.next_count());
  }
  to.note(count_key, count);
  to.note(size_key, size);
  return caf::none;
}

} // namespace

sysv_ipc::sysv_ipc() : charts_(make_charts()) {}

std::string_view sysv_ipc::name() const noexcept {
  return "ipc";
}

caf::error sysv_ipc::sample(kernel_files& files,
                            std::vector<chart_reading>& readings) {
  charts_.begin_round();
  auto fault
      = note_table(files, semaphore_file, "arrays", "semaphores", charts_);
  auto other = note_table(files, memory_file, "segments", "bytes", charts_);
  charts_.end_round(readings);
  return fault ? fault : other;
}

} // namespace tributary
