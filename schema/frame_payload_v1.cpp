#include <cstring>

#include "schema/frame_payload.hpp"
#include "schema/frame_words.hpp"

namespace tributary {

namespace {

/// Walks a payload; every step checks that the bytes are there.
struct payload_reader {
  const uint8_t* at;
  const uint8_t* end;

  bool words(std::vector<uint64_t>& to, size_t columns) {
    auto count = words_for(columns);
    if (static_cast<size_t>(end - at) < count * 8)
      return false;
    to.resize(count);
    memcpy(to.data(), at, count * 8);
    at += count * 8;
    return (to.back() & ~tail_mask(columns)) == 0;
  }
};

/// Adds the residuals behind `in` to the values that `row` starts with.
bool get_residuals(payload_reader& in, uint32_t columns, frame_row& row) {
  auto count = words_for(columns);
  if (static_cast<size_t>(in.end - in.at) < count * 8)
    return false;
  auto bitmap = in.at;
  in.at += count * 8;
  for (size_t w = 0; w < count; ++w) {
    uint64_t non_zero;
    memcpy(&non_zero, bitmap + w * 8, 8);
    if ((non_zero & ~row.present[w]) != 0)
      return false;
    while (non_zero != 0) {
      auto i = w * 64 + static_cast<unsigned>(__builtin_ctzll(non_zero));
      non_zero &= non_zero - 1;
      int64_t residual;
      if (!get_varint(in.at, in.end, residual))
        return false;
      row.values[i] = static_cast<int64_t>(static_cast<uint64_t>(row.values[i])
                                           + static_cast<uint64_t>(residual));
    }
  }
  return true;
}

bool get_raw(payload_reader& in, uint32_t columns, const roster& columns_of,
             frame_row& row) {
  std::vector<uint64_t> bits;
  if (!in.words(bits, columns))
    return false;
  for (uint32_t i = 0; i < columns; ++i) {
    if (!bit_at(bits, i))
      continue;
    int64_t value;
    if (!columns_of.is_counter_column(i) || !get_varint(in.at, in.end, value))
      return false;
    row.raw.push_back({i, value});
  }
  return true;
}

void clear_absent(frame_row& row, uint32_t columns) {
  for (uint32_t i = 0; i < columns; ++i)
    if (!bit_at(row.present, i))
      row.values[i] = 0;
}

caf::error corrupt(const char* what) {
  return make_error(ec::corrupt, std::string{"frame payload: "} + what);
}

} // namespace

caf::error get_payload_v1(const frame_header& header, std::string_view payload,
                          const roster& columns_of, frame_row& row) {
  auto begin = reinterpret_cast<const uint8_t*>(payload.data());
  payload_reader in{begin, begin + payload.size()};
  if ((header.flags & frame_has_presence) != 0) {
    if (!in.words(row.present, header.columns))
      return corrupt("presence bitmap");
  } else {
    row.present.assign(words_for(header.columns), ~uint64_t{0});
    row.present.back() = tail_mask(header.columns);
  }
  row.estimated.clear();
  if ((header.flags & frame_has_estimated) != 0
      && !in.words(row.estimated, header.columns))
    return corrupt("estimated bitmap");
  if (!get_residuals(in, header.columns, row))
    return corrupt("residuals");
  row.raw.clear();
  if ((header.flags & frame_has_raw) != 0
      && !get_raw(in, header.columns, columns_of, row))
    return corrupt("raw readings");
  if (in.at != in.end)
    return corrupt("bytes behind the end");
  if ((header.flags & frame_has_presence) != 0)
    clear_absent(row, header.columns);
  return {};
}

} // namespace tributary
