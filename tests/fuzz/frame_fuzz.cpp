/// Feeds bytes to the readers of frames: as a sealed frame, and as the payload
/// of one whose checksum is right. What is read must survive sealing again.

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/fuzz_seeds.hpp"
#include "tests/schema/examples.hpp"

namespace tributary {

namespace {

/// Not `assert`: it has to hold in release builds too.
void require(bool condition) {
  if (!condition)
    std::abort();
}

/// What stands before a payload in an input of the second kind.
struct payload_input {
  uint32_t kind; // 0: a sealed frame follows
  uint16_t flags;
  uint8_t is_late;
  uint8_t is_key;
};

static_assert(sizeof(payload_input) == 8);

/// Six columns of the example roster, and all 66.
constexpr uint32_t short_columns = 6;

void check_resealed(const frame& read, const frame_row& row,
                    const roster& columns_of, frame_chain chain) {
  auto header = read.header();
  auto reader = chain;
  auto again = seal_row(header, row, columns_of, header.is_key(), chain);
  frame_row row_again;
  auto opened = frame::open(again->sealed());
  require(static_cast<bool>(opened));
  require(!open_row(**opened, columns_of, reader, row_again));
  require(row_again.values == row.values);
  require(row_again.present == row.present);
  require(row_again.raw == row.raw);
  require(reader.base == chain.base && reader.present == chain.present);
  require(reader.activity == chain.activity && reader.widths == chain.widths);
}

void read_frame(const frame& read) {
  static const auto columns_of = examples::wide_roster();
  frame_chain chain;
  chain.epoch = examples::epoch;
  chain.tick = read.header().base_tick;
  chain.base.assign(short_columns, 1000);
  auto before = chain;
  frame_row row;
  if (open_row(read, columns_of, chain, row)) {
    require(chain.tick == before.tick && chain.base == before.base);
    return;
  }
  check_resealed(read, row, columns_of, before);
}

frame_header header_of(const payload_input& input) {
  frame_header result;
  result.tick = 1000;
  result.epoch = examples::epoch;
  result.columns = input.kind % 2 == 0 ? short_columns : 66;
  result.flags = input.flags & 15;
  result.part = input.is_late % 2;
  if (result.part == 0 && input.is_key % 2 == 0)
    result.base_tick = 999;
  return result;
}

std::string input_of(const payload_input& head, std::string_view rest) {
  std::string result(sizeof(head), '\0');
  memcpy(&result[0], &head, sizeof(head));
  return result.append(rest);
}

} // namespace

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> result;
  for (auto& x : examples::sealed_rows()) {
    result.push_back(input_of({0, 0, 0, 0}, x.frame->sealed()));
    uint32_t kind = x.header.columns == short_columns ? 2 : 1;
    result.push_back(input_of({kind, x.frame->header().flags,
                               static_cast<uint8_t>(x.header.part),
                               static_cast<uint8_t>(x.header.is_key())},
                              x.frame->payload()));
  }
  return result;
}

} // namespace tributary

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tributary;
  payload_input head;
  if (size < sizeof(head))
    return 0;
  memcpy(&head, data, sizeof(head));
  std::string_view rest{reinterpret_cast<const char*>(data) + sizeof(head),
                        size - sizeof(head)};
  auto opened = frame::open(
      head.kind == 0 ? rest : frame::seal(header_of(head), rest)->sealed());
  if (opened)
    read_frame(**opened);
  else
    require(head.kind == 0);
  return 0;
}
