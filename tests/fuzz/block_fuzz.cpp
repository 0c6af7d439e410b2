/// Feeds bytes to the readers of blocks and layouts, and to that of one column,
/// which a checksum would hide. What is read must survive sealing again.

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "store/column.hpp"
#include "store/column_v1.hpp"
#include "store/store.hpp"
#include "tests/fuzz/fuzz_seeds.hpp"
#include "tests/store/store_examples.hpp"

namespace tributary {

namespace {

constexpr tick start = 6000;
constexpr uint16_t slots = 60;

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

/// What stands before the bytes: how they are read, and where a block begins
/// behind its layout.
struct input_head {
  uint32_t kind; // 0: layout and block, 1: sets and one column, 2: of version 1
  uint32_t layout_bytes;
};

static_assert(sizeof(input_head) == 8);

std::string input_of(input_head head, std::string_view rest) {
  std::string result(sizeof(head), '\0');
  memcpy(&result[0], &head, sizeof(head));
  return result.append(rest);
}

window_table example_window() {
  window_table result{start, slots};
  auto& chart = result.chart_for(
      examples::make_chart("system.cpu", {"constant", "walk", "wide", "gaps"}),
      8);
  for (size_t slot = 0; slot < slots; ++slot) {
    if (slot == 20)
      continue;
    result.claim(slot, slot < 20 ? 7 : 8);
    auto x = static_cast<int64_t>(slot);
    set_slot(chart.columns[0], slot, -3, false);
    set_slot(chart.columns[1], slot, 1'000'000 + x * 5 + x % 3, slot == 9);
    set_slot(chart.columns[2], slot, slot % 2 == 0 ? INT64_MAX : INT64_MIN,
             false);
    if (slot % 4 != 0)
      set_slot(chart.columns[3], slot, x * x, false);
  }
  return result;
}

std::vector<uint64_t> covered() {
  return covered_slots(example_window());
}

void check_resealed(const window_table& read) {
  window_table again{read.start(), read.slots()};
  for (auto& group : seal_window(read, group_columns_max)) {
    auto columns_of = open_layout(group.layout);
    require(static_cast<bool>(columns_of));
    require(!open_block(group.block, *columns_of, again));
  }
  require(read.charts().empty() || again.epochs() == read.epochs());
  require(examples::cells_of(again) == examples::cells_of(read));
}

void read_block(std::string_view sealed_layout, std::string_view sealed) {
  auto host = examples::make_host(2, slots, 16);
  sealed_group group;
  group.layout = sealed_layout;
  group.block = sealed;
  group.layout_hash = hash_of(sealed_layout.data(), sealed_layout.size());
  auto window = check_window(host, {group});
  auto columns_of = open_layout(sealed_layout);
  auto header = open_block_header(sealed);
  if (!columns_of || !header) {
    require(!window);
    return;
  }
  require(sealed.size() % 8 == 0);
  window_table read{header->start, header->slots};
  auto error = open_block(sealed, *columns_of, read);
  if (error) {
    require(!window && read.empty() && read.charts().empty());
    return;
  }
  check_resealed(read);
  // In any order, and with memory that another block was read with.
  static block_reader reader;
  require(!reader.open(sealed));
  window_column column;
  for (size_t i = reader.header().columns; i-- > 0;)
    require(reader.read(i, column) && column.values.size() == header->slots);
  require(!reader.read(reader.header().columns, column));
  window_table part{header->start, header->slots};
  require(!open_block(sealed, *columns_of, part, columns_of->charts[0]->id));
  require(part.charts().size() == 1);
}

std::string packed(const window_column& column) {
  std::string bytes;
  std::string result;
  slot_sets sets;
  column_buffers buffers;
  put_column(bytes, column, covered(), sets, buffers);
  sets.put(result, slots);
  return result + bytes;
}

bool unpack(const uint8_t* at, const uint8_t* end, window_column& to) {
  slot_sets sets;
  column_buffers buffers;
  return sets.get(at, end, slots, 2)
         && get_column(at, end, covered(), slots, sets, to, buffers);
}

void read_column(const uint8_t* at, const uint8_t* end, bool is_v1) {
  window_column read;
  if (is_v1 ? !get_column_v1(at, end, covered(), slots, read)
            : !unpack(at, end, read))
    return;
  auto bytes = packed(read);
  auto begin = reinterpret_cast<const uint8_t*>(bytes.data());
  window_column again;
  require(unpack(begin, begin + bytes.size(), again));
  require(again.values == read.values);
  require(again.present == read.present);
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> result;
  auto window = example_window();
  for (auto& group : seal_window(window, 16))
    result.push_back(input_of({0, static_cast<uint32_t>(group.layout.size())},
                              group.layout + group.block));
  for (auto& column : window.charts().begin()->second.columns)
    result.push_back(input_of({1, 0}, packed(column)));
  // Deltas of version 1: the base, a bitmap of the covered slots, one residual.
  result.push_back(input_of({2, 0}, "\x02\x09" + std::string("\x02", 1)
                                        + std::string(7, '\0') + "\x05"));
  return result;
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  input_head head;
  if (size < sizeof(head))
    return 0;
  memcpy(&head, data, sizeof(head));
  if (head.kind % 3 != 0) {
    read_column(data + sizeof(head), data + size, head.kind % 3 == 2);
    return 0;
  }
  std::string_view rest{reinterpret_cast<const char*>(data) + sizeof(head),
                        size - sizeof(head)};
  auto cut = std::min<size_t>(head.layout_bytes, rest.size());
  read_block(rest.substr(0, cut), rest.substr(cut));
  return 0;
}
