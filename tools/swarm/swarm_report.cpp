#include "tools/swarm/swarm_report.hpp"

#include <cstdio>
#include <utility>
#include <vector>

namespace tributary::load {

namespace {

using figures = std::vector<std::pair<const char*, double>>;

double of(uint64_t x) {
  return static_cast<double>(x);
}

figures figures_of(const swarm_report& x) {
  auto& c = x.counts;
  return {{"seconds", x.seconds},
          {"children", of(x.children)},
          {"children_accepted", of(x.accepted)},
          {"acked_samples", of(c.samples_acked)},
          {"acked_samples_per_s", x.samples_per_s()},
          {"ack_p50_ms", c.ack_ms.quantile(0.5)},
          {"ack_p99_ms", c.ack_ms.quantile(0.99)},
          {"bytes_sent", of(c.bytes_sent)},
          {"bytes_per_sample", x.bytes_per_sample()},
          {"frames_made", of(x.frames_made)},
          {"frames_acked", of(c.frames_acked)},
          {"frames_unacked", of(x.frames_unacked)},
          {"frames_sent_again", of(c.frames_again)},
          {"frames_refused", of(c.frames_refused)},
          {"frames_dropped", of(c.frames_dropped)},
          {"keys_wanted", of(c.keys_wanted)},
          {"links_lost", of(c.links_lost)},
          {"links_cut", of(c.links_cut)}};
}

std::string number(double x) {
  char text[32];
  snprintf(text, sizeof(text), "%.12g", x);
  return text;
}

} // namespace

double swarm_report::samples_per_s() const noexcept {
  return seconds > 0 ? static_cast<double>(counts.samples_acked) / seconds : 0;
}

double swarm_report::bytes_per_sample() const noexcept {
  return counts.samples_acked > 0
             ? static_cast<double>(counts.bytes_sent)
                   / static_cast<double>(counts.samples_acked)
             : 0;
}

bool swarm_report::is_whole() const noexcept {
  return frames_unacked == 0 && counts.frames_refused == 0
         && counts.frames_dropped == 0;
}

std::string progress_line(double at_s, const swarm_report& second) {
  auto& c = second.counts;
  char text[256];
  snprintf(text, sizeof(text),
           "%6.0f s  %llu of %llu links  %.0f samples/s acknowledged  "
           "ack p50 %.1f ms p99 %.1f ms  %.3f B/sample  %llu unacknowledged",
           at_s, static_cast<unsigned long long>(second.accepted),
           static_cast<unsigned long long>(second.children),
           second.samples_per_s(), c.ack_ms.quantile(0.5),
           c.ack_ms.quantile(0.99), second.bytes_per_sample(),
           static_cast<unsigned long long>(second.frames_unacked));
  return text;
}

std::string to_text(const swarm_report& x) {
  std::string result;
  for (auto& [key, value] : figures_of(x))
    result += std::string{key} + " " + number(value) + "\n";
  return result;
}

std::string to_json(const swarm_report& x) {
  std::string result = "{";
  for (auto& [key, value] : figures_of(x))
    result += (result.size() > 1 ? ",\n \"" : "\n \"") + std::string{key}
              + "\": " + number(value);
  return result + "\n}\n";
}

} // namespace tributary::load
