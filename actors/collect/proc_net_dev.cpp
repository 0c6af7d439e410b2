#include "actors/collect/proc_net_dev.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "actors/collect/interface_state.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/net/dev";
constexpr const char* module_name = "proc.net.dev";

constexpr value_scale received_kilobits{8, 1000};
/// What is sent goes below the zero line.
constexpr value_scale sent_kilobits{-8, 1000};
constexpr value_scale megabits_as_kilobits{1000, 1};

/// What we know of an interface in one round: the fields of its line in the
/// kernel's order, then its attributes.
enum figure : size_t {
  received_bytes,
  received_packets,
  received_errors,
  received_drops,
  received_fifo,
  received_frame,
  received_compressed,
  received_multicast,
  sent_bytes,
  sent_packets,
  sent_errors,
  sent_drops,
  sent_fifo,
  collisions,
  carrier_losses,
  sent_compressed,
  field_count,
  /// Seven, in the order of `operational_state`.
  operational = field_count,
  /// Three, in the order of `duplex_mode`.
  duplex = operational + 7,
  carrier_up = duplex + 3,
  carrier_down,
  speed,
  mtu,
  figure_count
};

using dimensions_type = std::vector<device_chart_row::figure_dimension>;

device_chart_row row(const char* prefix, const char* context, const char* title,
                     const char* units, int32_t priority,
                     dimensions_type dimensions) {
  return {{prefix, context, "", title, units, chart_type::line, priority,
           module_name},
          chart_presence::once_not_zero,
          std::move(dimensions)};
}

void add_traffic(std::vector<device_chart_row>& to) {
  to.push_back(
      row("net.", "net.net", "Bandwidth", "kilobits/s", 7000,
          {{received_bytes, make_counter("received", received_kilobits)},
           {sent_bytes, make_counter("sent", sent_kilobits)}}));
  to.back().heading.type = chart_type::area;
  to.back().presence = chart_presence::always;
  to.push_back(row("net_packets.", "net.packets", "Packets", "packets/s", 7001,
                   {{received_packets, make_counter("received")},
                    {sent_packets, make_counter("sent", below)},
                    {received_multicast, make_counter("multicast")}}));
  to.push_back(row("net_errors.", "net.errors", "Errors", "errors/s", 7002,
                   {{received_errors, make_counter("inbound")},
                    {sent_errors, make_counter("outbound", below)}}));
  to.push_back(row("net_drops.", "net.drops", "Drops", "drops/s", 7003,
                   {{received_drops, make_counter("inbound")},
                    {sent_drops, make_counter("outbound", below)}}));
  to.push_back(row("net_fifo.", "net.fifo", "Errors of the ring buffer",
                   "errors", 7004,
                   {{received_fifo, make_counter("receive")},
                    {sent_fifo, make_counter("transmit", below)}}));
  to.push_back(row("net_compressed.", "net.compressed", "Compressed packets",
                   "packets/s", 7005,
                   {{received_compressed, make_counter("received")},
                    {sent_compressed, make_counter("sent", below)}}));
  to.push_back(row("net_events.", "net.events",
                   "Framing errors, collisions, losses of carrier", "events/s",
                   7006,
                   {{received_frame, make_counter("frames")},
                    {collisions, make_counter("collisions", below)},
                    {carrier_losses, make_counter("carrier", below)}}));
}

/// Dimensions of which one is 1 and the others are 0.
dimensions_type states(size_t first, std::vector<const char*> names) {
  dimensions_type result;
  for (auto name : names)
    result.push_back({first++, make_gauge(name)});
  return result;
}

void add_attributes(std::vector<device_chart_row>& to) {
  to.push_back(row("net_speed.", "net.speed", "Speed of the link", "kilobits/s",
                   7007, {{speed, make_gauge("speed", megabits_as_kilobits)}}));
  to.push_back(row("net_duplex.", "net.duplex", "Duplex mode", "state", 7008,
                   states(duplex, {"full", "half", "unknown"})));
  to.push_back(
      row("net_operstate.", "net.operstate", "Operational state", "state", 7009,
          states(operational, {"up", "down", "notpresent", "lowerlayerdown",
                               "testing", "dormant", "unknown"})));
  to.push_back(row("net_carrier.", "net.carrier", "Carrier", "state", 7010,
                   states(carrier_up, {"up", "down"})));
  to.push_back(row("net_mtu.", "net.mtu", "Largest packet", "octets", 7011,
                   {{mtu, make_gauge("mtu")}}));
}

std::vector<device_chart_row> make_interface_charts() {
  std::vector<device_chart_row> result;
  add_traffic(result);
  add_attributes(result);
  return result;
}

device_total_row make_total() {
  return {
      define_chart(
          {"system.net", "system.net", "network",
           "Physical Network Interfaces Aggregated Bandwidth", "kilobits/s",
           chart_type::area, 500, module_name},
          {with_name(make_counter("InOctets", received_kilobits), "received"),
           with_name(make_counter("OutOctets", sent_kilobits), "sent")}),
      received_bytes, sent_bytes};
}

/// `  name: bytes packets ...`; kernels before 2.6.36 put no blank behind the
/// colon. The two lines of heading have none. Yields the name; empty if the
/// line is not sound.
std::string_view parse(std::string_view line, device_figures& figures) {
  // The last one, since the names of aliases had colons once.
  auto colon = line.rfind(':');
  auto begin = line.find_first_not_of(' ');
  if (colon == std::string_view::npos || begin >= colon)
    return {};
  word_reader words{line.substr(colon + 1)};
  figures.assign(figure_count, std::nullopt);
  for (size_t i = 0; i < field_count; ++i)
    figures[i] = words.next_count();
  if (!figures[received_bytes] || !figures[sent_bytes])
    return {};
  return line.substr(begin, colon - begin);
}

/// The kernel admits no slash in a name; with one, a path leads elsewhere.
bool is_in_sys(std::string_view name) {
  return name.size() <= device_name_bytes_max
         && name.find('/') == std::string_view::npos;
}

/// Asks /sys once for each interface that comes.
device_kind kind_of(kernel_files& files, std::string_view name) {
  if (!is_in_sys(name))
    return device_kind::logical;
  std::string path = "/sys/class/net/";
  return files.peek(path.append(name).append("/device/uevent"))
             ? device_kind::physical
             : device_kind::logical;
}

void set_state(device_figures& to, size_t first, size_t count, size_t which) {
  for (size_t i = 0; i < count; ++i)
    to[first + i] = i == which ? 1 : 0;
}

void add_state(const interface_state& x, device_figures& to) {
  if (x.operational)
    set_state(to, operational, 7, static_cast<size_t>(*x.operational));
  if (x.duplex)
    set_state(to, duplex, 3, static_cast<size_t>(*x.duplex));
  if (x.has_carrier)
    set_state(to, carrier_up, 2, *x.has_carrier ? 0 : 1);
  to[speed] = x.speed;
  to[mtu] = x.mtu;
}

} // namespace

proc_net_dev::proc_net_dev()
    : interfaces_(make_interface_charts(), make_total()) {}

std::string_view proc_net_dev::name() const noexcept {
  return module_name;
}

caf::error proc_net_dev::sample(kernel_files& files,
                                std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  // Asking /sys reuses the buffer that the view is into.
  text_.assign(*text);
  begin_turn();
  interfaces_.begin_round();
  line_reader lines{text_};
  while (auto line = lines.next()) {
    auto name = parse(*line, figures_);
    if (name.empty())
      continue;
    ++sound_count_;
    auto interface = interfaces_.find(name);
    if (interface == nullptr && interfaces_.has_room())
      interface = &interfaces_.admit(name, kind_of(files, name));
    if (interface == nullptr) {
      interfaces_.leave_out();
      continue;
    }
    look_at(files, name, *interface);
    interfaces_.record(*interface, figures_, readings);
  }
  interfaces_.end_round(readings);
  if (sound_count_ == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound line");
  return caf::none;
}

void proc_net_dev::begin_turn() noexcept {
  // So many interfaces as there were last time make so many turns.
  turn_count_ = 1 + (sound_count_ - (sound_count_ > 0)) / looks_per_round;
  turn_ = (turn_ + 1) % turn_count_;
  sound_count_ = 0;
}

void proc_net_dev::look_at(kernel_files& files, std::string_view name,
                           const device_table::device& interface) {
  // Attributes are for those that have charts of them.
  if (!is_in_sys(name) || interface.charts.size() < 2)
    return;
  auto before = interfaces_.previous(interface);
  if (before != nullptr && sound_count_ % turn_count_ != turn_)
    std::copy(before->begin() + field_count, before->end(),
              figures_.begin() + field_count);
  else
    add_state(read_interface_state(files, name), figures_);
}

} // namespace tributary
