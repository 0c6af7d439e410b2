#include "actors/collect/proc_net_sockstat.hpp"

#include <unistd.h>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/net/sockstat";
constexpr const char* file6 = "/proc/net/sockstat6";
constexpr const char* module_name = "proc.net.sockstat";

chart_heading heading(const char* id, const char* family, const char* title,
                      const char* units, int32_t priority) {
  return {id,       id,         family, title, units, chart_type::line,
          priority, module_name};
}

figure_chart_row row(const char* id, const char* family, const char* title,
                     const char* units, int32_t priority,
                     std::vector<figure_row> figures) {
  return {heading(id, family, title, units, priority),
          chart_presence::once_not_zero, std::move(figures)};
}

figure_chart_row memory(const char* id, const char* family, const char* title,
                        int32_t priority, std::string_view key,
                        value_scale as_kib) {
  auto result
      = row(id, family, title, "KiB", priority, {gauge_of(key, "mem", as_kib)});
  result.heading.type = chart_type::area;
  return result;
}

/// Keys are the label of a line and the word before a number.
std::vector<figure_chart_row> make_charts() {
  const value_scale pages_as_kib{::sysconf(_SC_PAGESIZE), 1024};
  constexpr value_scale bytes_as_kib{1, 1024};
  auto in_use = [](const char* id, const char* family, const char* title,
                   int32_t priority, std::string_view key) {
    return row(id, family, title, "sockets", priority,
               {gauge_of(key, "inuse")});
  };
  auto fragments = [](const char* id, const char* family, const char* title,
                      int32_t priority, std::string_view key) {
    return row(id, family, title, "fragments", priority,
               {gauge_of(key, "inuse")});
  };
  return {
      row("ipv4.sockstat_sockets", "sockets", "Sockets in use", "sockets", 5100,
          {gauge_of("sockets:used", "used")}),
      row("ipv4.sockstat_tcp_sockets", "tcp", "TCP sockets", "sockets", 5201,
          {gauge_of("TCP:alloc", "alloc"), gauge_of("TCP:orphan", "orphan"),
           gauge_of("TCP:inuse", "inuse"), gauge_of("TCP:tw", "timewait")}),
      memory("ipv4.sockstat_tcp_mem", "tcp", "Memory of TCP sockets", 5290,
             "TCP:mem", pages_as_kib),
      in_use("ipv4.sockstat_udp_sockets", "udp", "UDP sockets", 5300,
             "UDP:inuse"),
      memory("ipv4.sockstat_udp_mem", "udp", "Memory of UDP sockets", 5390,
             "UDP:mem", pages_as_kib),
      in_use("ipv4.sockstat_udplite_sockets", "udplite", "UDP-Lite sockets",
             5400, "UDPLITE:inuse"),
      in_use("ipv4.sockstat_raw_sockets", "raw", "Raw sockets", 5450,
             "RAW:inuse"),
      fragments("ipv4.sockstat_frag_sockets", "fragments",
                "Queues of fragments", 5460, "FRAG:inuse"),
      memory("ipv4.sockstat_frag_mem", "fragments", "Memory of fragments", 5470,
             "FRAG:memory", bytes_as_kib),
      fragments("ipv6.sockstat6_frag_sockets", "fragments6",
                "IPv6 queues of fragments", 6400, "FRAG6:inuse"),
      in_use("ipv6.sockstat6_tcp_sockets", "tcp6", "IPv6 TCP sockets", 6500,
             "TCP6:inuse"),
      in_use("ipv6.sockstat6_udp_sockets", "udp6", "IPv6 UDP sockets", 6600,
             "UDP6:inuse"),
      in_use("ipv6.sockstat6_udplite_sockets", "udplite6",
             "IPv6 UDP-Lite sockets", 6700, "UDPLITE6:inuse"),
      in_use("ipv6.sockstat6_raw_sockets", "raw6", "IPv6 raw sockets", 6800,
             "RAW6:inuse"),
  };
}

/// `LABEL: word number word number ...`.
void note_line(std::string_view line, std::string& key, figure_charts& to) {
  word_reader words{line};
  auto label = words.next().value_or(std::string_view{});
  while (auto word = words.next()) {
    key.assign(label).append(*word);
    to.note(key, words.next_count());
  }
}

} // namespace

proc_net_sockstat::proc_net_sockstat() : charts_(make_charts()) {}

std::string_view proc_net_sockstat::name() const noexcept {
  return module_name;
}

caf::error proc_net_sockstat::sample(kernel_files& files,
                                     std::vector<chart_reading>& readings) {
  charts_.begin_round();
  size_t file_count = 0;
  for (auto path : {file, file6}) {
    auto text = files.read_if_there(path);
    if (!text)
      return text.error();
    file_count += text->data() != nullptr;
    line_reader lines{*text};
    while (auto line = lines.next())
      note_line(*line, key_, charts_);
  }
  if (file_count == 0)
    return make_error(ec::file_unusable, std::string{file} + ": not there");
  if (charts_.noted_count() == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound figure");
  charts_.end_round(readings);
  return caf::none;
}

} // namespace tributary
