#include "store/tier_block.hpp"

#include <algorithm>

#include <capnp/serialize.h>

#include "schema/store.capnp.h"
#include "store/block_payload.hpp"
#include "store/block_wire.hpp"
#include "store/checked_record.hpp"
#include "store/column.hpp"

namespace tributary {

namespace {

constexpr auto parts = tier_column_parts;

bool has_values(const tier_chart& x) {
  return std::any_of(x.columns.begin(), x.columns.end(), [](auto& column) {
    return std::any_of(column.count.begin(), column.count.end(),
                       [](auto count) { return count != 0; });
  });
}

int64_t difference(int64_t x, int64_t y) {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              - static_cast<uint64_t>(y));
}

class column_packer {
public:
  explicit column_packer(const tier_table& points)
      : points_(points.points()), covered_(non_zero_of(points.epochs)) {
    // nop
  }

  std::string pack(const std::vector<const tier_chart*>& charts) {
    size_t columns = 0;
    for (auto x : charts)
      columns += x->columns.size() * parts;
    sizes_.assign(columns * 2, '\0');
    for (auto x : charts)
      for (auto& column : x->columns)
        put(column);
    sets_.put(sizes_, points_);
    return sizes_ += bodies_;
  }

private:
  void put(const tier_column& x) {
    column_.present = non_zero_of(x.count);
    column_.values = x.min;
    put_one();
    for (size_t i = 0; i < points_; ++i)
      column_.values[i] = difference(x.max[i], x.min[i]);
    put_one();
    column_.values = x.sum;
    put_one();
    column_.values = x.count;
    put_one();
  }

  void put_one() {
    auto begin = bodies_.size();
    put_column(bodies_, column_, covered_, sets_, buffers_);
    auto bytes = bodies_.size() - begin;
    sizes_[index_] = static_cast<char>(bytes);
    sizes_[sizes_.size() / 2 + index_++] = static_cast<char>(bytes >> 8);
  }

  size_t points_;
  std::vector<uint64_t> covered_;
  window_column column_;
  slot_sets sets_;
  column_buffers buffers_;
  std::string sizes_;
  std::string bodies_;
  size_t index_ = 0;
};

void put_runs(const std::vector<epoch_number>& epochs,
              wire::Block::Builder root) {
  std::vector<std::pair<size_t, size_t>> runs; // first point, one behind
  for (size_t i = 0; i < epochs.size(); ++i) {
    if (epochs[i] == 0)
      continue;
    if (i > 0 && epochs[i - 1] == epochs[i])
      ++runs.back().second;
    else
      runs.emplace_back(i, i + 1);
  }
  auto list = root.initRuns(static_cast<unsigned>(runs.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setFrom(static_cast<uint16_t>(runs[i].first));
    list[i].setTo(static_cast<uint16_t>(runs[i].second - 1));
    list[i].setEpoch(epochs[runs[i].first]);
  }
}

std::string seal_block(const tier_table& points,
                       const std::vector<const tier_chart*>& charts,
                       const content_hash& layout_hash) {
  auto raw = column_packer{points}.pack(charts);
  std::string buffer;
  auto payload = pack_payload(raw, points.start, buffer);
  size_t columns = 0;
  for (auto x : charts)
    columns += x->columns.size() * parts;
  capnp::MallocMessageBuilder message{
      static_cast<kj::uint>(payload.bytes.size() / 8 + points.points() + 32)};
  auto root = message.initRoot<wire::Block>();
  root.setStart(points.start);
  root.setStep(static_cast<uint16_t>(points.step));
  root.setSlots(static_cast<uint16_t>(points.points()));
  root.setColumns(static_cast<uint16_t>(columns));
  root.setLayoutHigh(layout_hash.high);
  root.setLayoutLow(layout_hash.low);
  put_runs(points.epochs, root);
  put_payload(root, payload);
  auto flat = capnp::messageToFlatArray(message);
  return with_checksum(
      {reinterpret_cast<const char*>(flat.begin()), flat.size() * 8});
}

std::vector<std::vector<const tier_chart*>> groups_of(const tier_table& points,
                                                      uint16_t group_columns) {
  auto some = std::any_of(points.charts.begin(), points.charts.end(),
                          [](auto& kvp) { return has_values(kvp.second); });
  std::vector<std::vector<const tier_chart*>> result;
  size_t columns = 0;
  for (auto& kvp : points.charts) {
    if (some && !has_values(kvp.second))
      continue;
    auto count = kvp.second.columns.size() * parts;
    if (result.empty() || columns + count > group_columns) {
      result.emplace_back();
      columns = 0;
    }
    result.back().push_back(&kvp.second);
    columns += count;
  }
  return result;
}

} // namespace

const layout_names::name&
layout_names::of(const std::vector<chart_ptr>& charts) {
  auto i = entries_.find(charts);
  if (i != entries_.end())
    return i->second;
  if (entries_.size() >= entries_max)
    entries_.clear();
  layout whole;
  whole.charts = charts;
  name result;
  result.sealed = seal_layout(whole);
  result.hash = hash_of(result.sealed.data(), result.sealed.size());
  return entries_.emplace(charts, std::move(result)).first->second;
}

std::vector<sealed_group> seal_tier(const tier_table& points,
                                    uint16_t group_columns,
                                    layout_names& layouts) {
  std::vector<sealed_group> result;
  for (auto& group : groups_of(points, group_columns)) {
    std::vector<chart_ptr> charts;
    for (auto x : group)
      charts.push_back(x->chart);
    auto& name = layouts.of(charts);
    result.push_back(
        {name.hash, name.sealed, seal_block(points, group, name.hash)});
  }
  return result;
}

} // namespace tributary
