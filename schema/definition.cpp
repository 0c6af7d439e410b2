#include "schema/definition.hpp"

#include <algorithm>
#include <cstring>

#include <capnp/serialize.h>

#include "schema/definition_wire.hpp"
#include "schema/roster.hpp"

namespace tributary {

namespace {

/// Copies a text; false when it is longer than `bytes_max` or has a zero byte,
/// which would end it early where it is written again.
bool read_text(capnp::Text::Reader from, std::string& to,
               size_t bytes_max = definition_text_bytes_max) {
  if (from.size() > bytes_max || memchr(from.cStr(), 0, from.size()) != nullptr)
    return false;
  to.assign(from.cStr(), from.size());
  return true;
}

bool read_dimension(wire::Dimension::Reader from, dimension& to) {
  if (!read_text(from.getId(), to.id) || !read_text(from.getName(), to.name)
      || to.id.empty() || from.getAlgorithm() > 4)
    return false;
  to.algorithm = static_cast<algorithm>(from.getAlgorithm());
  to.multiplier = from.getMultiplier();
  to.divisor = from.getDivisor();
  to.hidden = from.getHidden();
  return to.multiplier != 0 && to.divisor != 0;
}

bool has_unique_ids(const std::vector<dimension>& dimensions) {
  std::vector<std::string_view> ids;
  ids.reserve(dimensions.size());
  for (auto& x : dimensions)
    ids.push_back(x.id);
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

chart_ptr read_chart(wire::Chart::Reader from) {
  auto result = std::make_shared<chart>();
  auto& x = *result;
  auto texts = read_text(from.getId(), x.id)
               && read_text(from.getName(), x.name)
               && read_text(from.getContext(), x.context)
               && read_text(from.getFamily(), x.family)
               && read_text(from.getTitle(), x.title)
               && read_text(from.getUnits(), x.units)
               && read_text(from.getModule(), x.module);
  auto dimensions = from.getDimensions();
  if (!texts || x.id.empty() || from.getType() > 2 || from.getStep() == 0
      || dimensions.size() == 0 || dimensions.size() > chart_dimensions_max)
    return nullptr;
  x.type = static_cast<chart_type>(from.getType());
  x.priority = from.getPriority();
  x.step = from.getStep();
  x.dimensions.resize(dimensions.size());
  for (unsigned i = 0; i < dimensions.size(); ++i)
    if (!read_dimension(dimensions[i], x.dimensions[i]))
      return nullptr;
  if (!has_unique_ids(x.dimensions))
    return nullptr;
  return result;
}

/// Whether `x` is a group as an origin cuts it: strictly ascending by id, at
/// least one chart, no more columns than a group may have.
bool is_group(const layout& x) {
  auto& charts = x.charts;
  auto falls = [](auto& a, auto& b) {
    return a->id >= b->id;
  };
  return !charts.empty() && x.columns() <= group_columns_max
         && std::adjacent_find(charts.begin(), charts.end(), falls)
                == charts.end();
}

void write_chart(const chart& x, wire::Chart::Builder to) {
  to.setId(x.id);
  to.setName(x.name);
  to.setContext(x.context);
  to.setFamily(x.family);
  to.setTitle(x.title);
  to.setUnits(x.units);
  to.setModule(x.module);
  to.setType(static_cast<uint8_t>(x.type));
  to.setPriority(x.priority);
  to.setStep(x.step);
  auto dimensions
      = to.initDimensions(static_cast<unsigned>(x.dimensions.size()));
  for (unsigned i = 0; i < dimensions.size(); ++i) {
    auto& from = x.dimensions[i];
    auto builder = dimensions[i];
    builder.setId(from.id);
    builder.setName(from.name);
    builder.setAlgorithm(static_cast<uint8_t>(from.algorithm));
    builder.setMultiplier(from.multiplier);
    builder.setDivisor(from.divisor);
    builder.setHidden(from.hidden);
  }
}

std::string flatten(capnp::MessageBuilder& message) {
  auto flat = capnp::messageToFlatArray(message);
  auto bytes = flat.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

/// Runs `f` on a reader of `sealed`; what Cap'n Proto refuses is `ec::corrupt`.
template <class T, class F>
auto open_message(std::string_view sealed, const char* what, F f)
    -> decltype(f(std::declval<typename T::Reader>())) {
  if (sealed.size() % 8 != 0 || sealed.empty())
    return make_error(ec::corrupt,
                      std::string{what} + ": size is not whole words");
  std::vector<uint64_t> words(sealed.size() / 8);
  memcpy(words.data(), sealed.data(), words.size() * 8);
  try {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = words.size() * 2 + 64;
    options.nestingLimit = 8;
    capnp::FlatArrayMessageReader message{
        kj::arrayPtr(reinterpret_cast<const capnp::word*>(words.data()),
                     words.size()),
        options};
    if (message.getEnd()
        != reinterpret_cast<const capnp::word*>(words.data()) + words.size())
      return make_error(ec::corrupt,
                        std::string{what} + ": bytes behind the end");
    return f(message.getRoot<T>());
  } catch (const kj::Exception& e) {
    return make_error(ec::corrupt,
                      std::string{what} + ": " + e.getDescription().cStr());
  }
}

} // namespace

epoch_number next_epoch(epoch_number last, int64_t now_s) noexcept {
  auto by_clock = now_s < 0 || now_s > epoch_of_clock_max ? 0 : now_s;
  return std::max(last + 1, static_cast<epoch_number>(by_clock));
}

tick host_definition::window_start(tick t) const noexcept {
  auto window = static_cast<tick>(window_seconds);
  auto phase = static_cast<tick>(id.low() % window_seconds);
  auto offset = (t - phase) % window;
  return t - (offset < 0 ? offset + window : offset);
}

size_t layout::columns() const noexcept {
  size_t result = 0;
  for (auto& x : charts)
    result += x->dimensions.size();
  return result;
}

std::string seal_layout(const layout& x) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<wire::Layout>();
  write_charts(x.charts,
               root.initCharts(static_cast<unsigned>(x.charts.size())));
  return flatten(message);
}

caf::expected<layout> open_layout(std::string_view sealed) {
  return open_message<wire::Layout>(
      sealed, "layout",
      [](wire::Layout::Reader reader) -> caf::expected<layout> {
        auto charts = read_charts(reader.getCharts());
        if (!charts)
          return make_error(ec::corrupt, "layout: a bound is broken");
        layout result{std::move(*charts)};
        if (!is_group(result))
          return make_error(ec::corrupt,
                            "layout: not a group of sorted charts");
        return result;
      });
}

std::string seal_roster_run(const roster_run& x) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<wire::Roster>();
  root.setEpoch(x.epoch);
  root.setFirstChart(x.first_chart);
  write_charts(x.charts,
               root.initCharts(static_cast<unsigned>(x.charts.size())));
  return flatten(message);
}

caf::expected<roster_run> open_roster_run(std::string_view sealed) {
  return open_message<wire::Roster>(
      sealed, "roster",
      [](wire::Roster::Reader reader) -> caf::expected<roster_run> {
        auto charts = read_charts(reader.getCharts());
        if (!charts || reader.getEpoch() == 0)
          return make_error(ec::corrupt, "roster: a bound is broken");
        return roster_run{reader.getEpoch(), reader.getFirstChart(),
                          std::move(*charts)};
      });
}

// -- wire ---------------------------------------------------------------------

void write_charts(const std::vector<chart_ptr>& charts,
                  capnp::List<wire::Chart>::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i)
    write_chart(*charts[i], to[i]);
}

std::optional<std::vector<chart_ptr>>
read_charts(capnp::List<wire::Chart>::Reader from) {
  std::vector<chart_ptr> result;
  size_t columns = 0;
  for (auto x : from) {
    auto chart = read_chart(x);
    if (!chart || (columns += chart->dimensions.size()) > host_columns_max)
      return std::nullopt;
    result.push_back(std::move(chart));
  }
  return result;
}

void write_host(const host_definition& host, wire::Host::Builder to) {
  to.setGuidHigh(host.id.high());
  to.setGuidLow(host.id.low());
  to.setHostname(host.hostname);
  to.setEpoch(host.epoch);
  to.setBootHigh(host.boot.high());
  to.setBootLow(host.boot.low());
  to.setWindowSeconds(host.window_seconds);
  to.setGroupColumns(host.group_columns);
  auto info = to.initInfo(static_cast<unsigned>(host.info.size()));
  for (unsigned i = 0; i < info.size(); ++i) {
    auto builder = info[i];
    builder.setKey(host.info[i].first);
    builder.setValue(host.info[i].second);
  }
}

std::optional<host_definition> read_host(wire::Host::Reader from) {
  host_definition result;
  result.id = guid::from_words(from.getGuidHigh(), from.getGuidLow());
  result.epoch = from.getEpoch();
  result.boot = guid::from_words(from.getBootHigh(), from.getBootLow());
  result.window_seconds = from.getWindowSeconds();
  result.group_columns = from.getGroupColumns();
  auto info = from.getInfo();
  if (result.id.empty() || result.epoch == 0
      || !read_text(from.getHostname(), result.hostname, hostname_bytes_max)
      || result.hostname.empty() || result.window_seconds < window_seconds_min
      || result.window_seconds > window_seconds_max
      || result.group_columns < group_columns_min
      || result.group_columns > group_columns_max
      || info.size() > host_info_pairs_max)
    return std::nullopt;
  for (auto pair : info) {
    std::string key;
    std::string value;
    if (!read_text(pair.getKey(), key) || !read_text(pair.getValue(), value))
      return std::nullopt;
    result.info.emplace_back(std::move(key), std::move(value));
  }
  return result;
}

void write_runs(const std::vector<coverage_run>& runs,
                capnp::List<wire::Run>::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i) {
    to[i].setFrom(runs[i].from);
    to[i].setTo(runs[i].to);
    to[i].setEpoch(runs[i].epoch);
  }
}

coverage read_runs(capnp::List<wire::Run>::Reader from) {
  coverage result;
  for (auto x : from)
    if (x.getFrom() > 0 && x.getTo() <= tick_max)
      result.add({x.getFrom(), x.getTo(), x.getEpoch()});
  return result;
}

} // namespace tributary
