#include "tests/store/store_examples.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace tributary::examples {

namespace {

void require(bool condition, const std::string& what) {
  if (!condition)
    throw std::runtime_error(what);
}

} // namespace

temporary_directory::temporary_directory() {
  auto pattern = std::filesystem::temp_directory_path() / "tributary.XXXXXX";
  path_ = pattern.string();
  require(mkdtemp(&path_[0]) != nullptr, "no temporary directory");
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

chart_ptr make_chart(const std::string& id,
                     const std::vector<std::string>& dimension_ids,
                     algorithm kind) {
  auto result = std::make_shared<chart>();
  result->id = id;
  for (auto& x : dimension_ids)
    result->dimensions.push_back({x, x, kind});
  return result;
}

guid make_guid(uint64_t number) {
  return guid::from_words(number, 0);
}

host_definition make_host(uint64_t number, uint32_t window_seconds,
                          uint16_t group_columns) {
  host_definition result;
  result.id = make_guid(number);
  result.hostname = "host-" + std::to_string(number);
  result.epoch = 1;
  result.boot = make_guid(1000 + number);
  result.window_seconds = window_seconds;
  result.group_columns = group_columns;
  return result;
}

cell_map cells_of(const window_table& window) {
  cell_map result;
  for (auto& kvp : window.charts())
    for (size_t d = 0; d < kvp.second.columns.size(); ++d) {
      auto& column = kvp.second.columns[d];
      auto& id = kvp.second.chart->dimensions[d].id;
      for (size_t slot = 0; slot < window.slots(); ++slot)
        if (bit_at(column.present, slot))
          result[{window.start() + static_cast<tick>(slot), kvp.first, id}]
              = {column.values[slot],
                 !column.estimated.empty() && bit_at(column.estimated, slot)};
    }
  return result;
}

std::string describe(const cell_map& cells) {
  std::string result;
  for (auto& kvp : cells)
    result += std::to_string(std::get<0>(kvp.first)) + ' '
              + std::get<1>(kvp.first) + '.' + std::get<2>(kvp.first) + '='
              + std::to_string(kvp.second.value)
              + (kvp.second.estimated ? "~\n" : "\n");
  return result;
}

origin::origin(epoch_number epoch, std::vector<chart_ptr> charts)
    : columns_of_(epoch) {
  for (auto& x : charts)
    columns_of_.append(std::move(x));
}

roster_run origin::run() const {
  roster_run result;
  result.epoch = columns_of_.epoch();
  for (auto& x : columns_of_.charts())
    result.charts.push_back(x.chart);
  return result;
}

frame_ptr origin::seal(tick t, std::vector<int64_t> values, bool key) {
  return seal(t, full_row(std::move(values)), key);
}

frame_ptr origin::seal(tick t, const frame_row& row, bool key, uint16_t part) {
  frame_header header;
  header.tick = t;
  header.epoch = columns_of_.epoch();
  header.columns = static_cast<uint32_t>(row.values.size());
  header.part = part;
  return seal_row(header, row, columns_of_, key, chain_);
}

closed_window_ptr
close_window(const host_definition& host, origin from, tick first, size_t ticks,
             const std::function<std::vector<int64_t>(tick)>& values) {
  hot_host hot{host, {}};
  if (auto error = hot.define(from.run()))
    throw std::runtime_error{to_text(error)};
  for (auto t = first; t < first + static_cast<tick>(ticks); ++t)
    if (auto outcome = hot.apply(*from.seal(t, values(t), t == first));
        !outcome)
      throw std::runtime_error{to_text(outcome.error())};
  auto closed = hot.close_windows(tick_max);
  if (closed.size() != 1)
    throw std::runtime_error{"the ticks are not of one window"};
  return closed[0];
}

frame_row full_row(std::vector<int64_t> values) {
  frame_row result;
  result.reset(static_cast<uint32_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i)
    set_bit(result.present, i);
  result.values = std::move(values);
  return result;
}

window_table make_window(const host_definition& host, tick start,
                         const std::string& chart_id, epoch_number epoch,
                         const std::map<size_t, int64_t>& values) {
  window_table result{start, static_cast<uint16_t>(host.window_seconds)};
  auto& chart = result.chart_for(make_chart(chart_id, {"x"}), epoch);
  for (auto& kvp : values) {
    result.claim(kvp.first, epoch);
    set_slot(chart.columns[0], kvp.first, kvp.second, false);
  }
  return result;
}

received_window receive(const host_definition& host,
                        const window_table& window) {
  auto result = check_window(host, seal_window(window, host.group_columns));
  if (!result)
    throw std::runtime_error(to_text(result.error()));
  return std::move(*result);
}

void put_late(store& to, host_number host, const window_table& window,
              journal_position position) {
  for (size_t slot = 0; slot < window.slots(); ++slot) {
    auto epoch = window.epochs()[slot];
    if (epoch == 0)
      continue;
    auto columns_of = std::make_shared<roster>(epoch);
    for (auto& kvp : window.charts())
      columns_of->append(kvp.second.chart);
    frame_row row;
    row.reset(columns_of->columns());
    size_t at = 0;
    for (auto& kvp : window.charts())
      for (auto& column : kvp.second.columns) {
        if (bit_at(column.present, slot)) {
          set_bit(row.present, at);
          row.values[at] = column.values[slot];
        }
        ++at;
      }
    frame_header header;
    header.tick = window.start() + static_cast<tick>(slot);
    header.epoch = epoch;
    auto late = make_late_row(header, std::move(columns_of), row);
    late.position = position;
    to.put_late(host, std::make_shared<const late_row>(std::move(late)));
  }
}

std::unique_ptr<store> open_store(
    const std::string& path, store_options options,
    const std::function<void(journal_position, const journal_item&)>& f) {
  options.environment.sync = lmdb::sync_mode::none;
  options.environment.map_bytes
      = std::min(options.environment.map_bytes, size_t{256} << 20);
  auto result = store::open(path, make_guid(1), options);
  if (!result)
    throw std::runtime_error(to_text(result.error()));
  if (auto error = (*result)->replay(f))
    throw std::runtime_error(to_text(error));
  return std::move(*result);
}

window_table stored_window(const store& from, host_number host, tick start) {
  auto& definition = from.hosts().at(host).definition;
  window_table result{start, static_cast<uint16_t>(definition.window_seconds)};
  layout_cache layouts;
  auto txn = from.environment()->read();
  require(static_cast<bool>(txn), "read transaction");
  if (auto error = load_window(*txn, layouts, host, {}, result))
    throw std::runtime_error(to_text(error));
  return result;
}

} // namespace tributary::examples
