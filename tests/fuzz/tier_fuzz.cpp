/// Feeds bytes to the readers of points: whole blocks and their layouts, and
/// unpacked payloads, which a checksum would hide. What is read must survive
/// sealing again.

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "store/packed_blocks.hpp"
#include "store/tier_block.hpp"
#include "store/verify.hpp"
#include "tests/fuzz/fuzz_seeds.hpp"
#include "tests/store/tier_examples.hpp"

namespace tributary {

namespace {

constexpr tick start = 7200;
constexpr uint32_t step = 60;
constexpr size_t points = 60;

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

/// What stands before the bytes: how they are read, and where a block begins
/// behind its layout.
struct input_head {
  uint32_t kind; // even: layout and block, odd: payload of the example
  uint32_t layout_bytes;
};

static_assert(sizeof(input_head) == 8);

std::string input_of(input_head head, std::string_view rest) {
  std::string result(sizeof(head), '\0');
  memcpy(&result[0], &head, sizeof(head));
  return result.append(rest);
}

tier_table example_points() {
  tier_table result{start, step, points};
  for (size_t i = 0; i < points; ++i)
    result.epochs[i] = i == 20 ? 0 : i < 20 ? 7 : 8;
  auto& chart = result.chart_for(
      examples::make_chart("system.cpu", {"constant", "walk", "wide"}), 8);
  for (size_t i = 0; i < points; ++i) {
    if (i == 20)
      continue;
    auto x = static_cast<int64_t>(i);
    auto put = [&](size_t d, examples::tier_cell cell) {
      auto& to = chart.columns[d];
      to.min[i] = cell.min;
      to.max[i] = cell.max;
      to.sum[i] = cell.sum;
      to.count[i] = cell.count;
    };
    put(0, {-3, -3, -180, 60});
    put(1, {x * 5, x * 5 + x % 7, x * 300, 60 - x % 3});
    if (i % 4 != 0)
      put(2, {INT64_MIN, INT64_MAX, x - 45, 2});
  }
  return result;
}

/// The example, sealed, and where its payload is.
struct example {
  sealed_group group;
  layout columns_of;
  std::string_view packed;
  std::string raw;

  example() {
    layout_names names;
    auto groups = seal_tier(example_points(), 64, names);
    require(groups.size() == 1);
    group = std::move(groups[0]);
    columns_of = *open_layout(group.layout);
    // The second pointer of the root of one segment: a list of bytes.
    constexpr size_t pointer = 8 + 8 + 5 * 8 + 8;
    uint64_t list;
    memcpy(&list, group.block.data() + pointer, sizeof(list));
    auto begin = pointer + 8 + (list >> 2 & 0x3fffffff) * 8;
    packed = std::string_view{group.block}.substr(begin, list >> 35);
    payload_cache cache{1u << 20};
    tier_table to{start, step, points};
    require(!open_tier_block(group.block, columns_of, {}, to, &cache));
    auto kept = cache.find(hash_of(packed.data(), packed.size()));
    require(kept != nullptr);
    raw = *kept;
  }
};

const example& known() {
  static example result;
  return result;
}

void check_resealed(const tier_table& read) {
  layout_names names;
  tier_table again{read.start, read.step, read.points()};
  for (auto& group : seal_tier(read, 64, names)) {
    auto columns_of = open_layout(group.layout);
    require(static_cast<bool>(columns_of));
    require(!open_tier_block(group.block, *columns_of, {}, again));
  }
  require(read.charts.empty() || again.epochs == read.epochs);
  require(examples::cells_of(again) == examples::cells_of(read));
}

void read_block(std::string_view sealed_layout, std::string_view sealed) {
  auto columns_of = open_layout(sealed_layout);
  auto header = open_tier_header(sealed);
  if (!columns_of || !header)
    return;
  tier_table read{header->start, header->step, header->points};
  auto error = open_tier_block(sealed, *columns_of, {}, read);
  for (auto table : {tables::tier1, tables::tier2_pieces})
    require(!check_tier_group(table, sealed, nullptr, {60, 60}, *columns_of)
            || error || !read.charts.empty());
  if (error) {
    require(read.charts.empty());
    return;
  }
  check_resealed(read);
}

void read_payload(const uint8_t* at, size_t size) {
  auto& of = known();
  payload_cache cache{1u << 20};
  // One of another size is not taken for it.
  std::string raw{reinterpret_cast<const char*>(at), size};
  raw.resize(of.raw.size());
  cache.keep(hash_of(of.packed.data(), of.packed.size()),
             std::make_shared<const std::string>(std::move(raw)));
  tier_table read{start, step, points};
  if (open_tier_block(of.group.block, of.columns_of, {}, read, &cache)) {
    require(read.charts.empty());
    return;
  }
  check_resealed(read);
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  auto& of = known();
  auto cut = static_cast<uint32_t>(of.group.layout.size());
  // Without its checksum too, as an earlier program had it: what is changed is
  // then read.
  auto unchecked = of.group.block.substr(0, message_bytes(of.group.block));
  return {input_of({0, cut}, of.group.layout + of.group.block),
          input_of({2, cut}, of.group.layout + unchecked),
          input_of({1, 0}, of.raw), input_of({3, 0}, of.raw)};
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  input_head head;
  if (size < sizeof(head))
    return 0;
  memcpy(&head, data, sizeof(head));
  if (head.kind % 2 == 1) {
    read_payload(data + sizeof(head), size - sizeof(head));
    return 0;
  }
  std::string_view rest{reinterpret_cast<const char*>(data) + sizeof(head),
                        size - sizeof(head)};
  auto cut = std::min<size_t>(head.layout_bytes, rest.size());
  read_block(rest.substr(0, cut), rest.substr(cut));
  return 0;
}
