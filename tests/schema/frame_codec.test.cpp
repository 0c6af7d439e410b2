#include "schema/frame_codec.hpp"

#include <catch2/catch.hpp>

#include "schema/bit_stream.hpp"
#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"

using namespace tributary;

namespace {

constexpr uint64_t six = 0x3f;

/// A key frame of the first six example columns.
frame_header six_columns() {
  frame_header result;
  result.tick = 1000;
  result.epoch = examples::epoch;
  result.columns = 6;
  return result;
}

std::string words(std::initializer_list<uint64_t> xs) {
  return {reinterpret_cast<const char*>(xs.begin()), xs.size() * 8};
}

std::string varints(std::initializer_list<int64_t> xs) {
  std::string result;
  for (auto x : xs)
    put_varint(result, x);
  return result;
}

/// What `open_row` says of a payload made by hand; the chain must not move.
std::string refusal_of(uint16_t flags, const std::string& payload,
                       frame_header header = six_columns()) {
  header.flags = flags;
  auto sealed = frame::seal(header, payload);
  frame_chain chain;
  chain.epoch = header.epoch;
  chain.tick = 900;
  chain.base = {1, 2, 3};
  frame_row row;
  auto error = open_row(*sealed, examples::wide_roster(), chain, row);
  if (!error)
    return "none";
  CHECK(chain.tick == 900);
  CHECK(chain.epoch == header.epoch);
  CHECK(chain.base == std::vector<int64_t>{1, 2, 3});
  return to_text(error);
}

/// Bits as they lie in a payload, first one first; blanks don't count.
std::string bytes_of(const std::string& bits) {
  std::string result;
  bit_writer out{result};
  for (auto c : bits)
    if (c != ' ') {
      out.reserve(1);
      out.put(c == '1' ? 1 : 0, 1);
    }
  out.finish();
  return result;
}

std::string bits_of_bytes(std::string_view bytes) {
  std::string result;
  for (auto c : bytes)
    for (int bit = 0; bit < 8; ++bit)
      result += (static_cast<unsigned char>(c) >> bit & 1) != 0 ? '1' : '0';
  return result;
}

std::string bits_of(const frame& x) {
  return bits_of_bytes(x.payload());
}

std::string padded(const std::string& bits) {
  return bits_of_bytes(bytes_of(bits));
}

frame_row full_row(std::vector<int64_t> values) {
  frame_row result;
  result.reset(static_cast<uint32_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i)
    set_bit(result.present, i);
  result.values = std::move(values);
  return result;
}

} // namespace

TEST_CASE("varints of all sizes come back", "[schema]") {
  for (int shift = 0; shift < 64; ++shift)
    for (int64_t x : {INT64_MAX >> shift, INT64_MIN >> shift,
                      -(INT64_MAX >> shift), int64_t{0}}) {
      std::string bytes;
      put_varint(bytes, x);
      CHECK(bytes.size() <= 10);
      auto at = reinterpret_cast<const uint8_t*>(bytes.data());
      auto end = at + bytes.size();
      int64_t read = 1;
      REQUIRE(get_varint(at, end, read));
      CHECK(read == x);
      CHECK(at == end);
    }
}

TEST_CASE("a varint cut short or too long is refused", "[schema]") {
  auto reads = [](std::string bytes) {
    auto at = reinterpret_cast<const uint8_t*>(bytes.data());
    int64_t x;
    return get_varint(at, at + bytes.size(), x);
  };
  CHECK_FALSE(reads(""));
  for (size_t n = 1; n <= 12; ++n) {
    CHECK_FALSE(reads(std::string(n, '\x80')));
    CHECK(reads(std::string(n - 1, '\xff') + '\1') == (n <= 10));
  }
  CHECK_FALSE(reads(std::string(9, '\xff') + '\2')); // a 65th bit
}

TEST_CASE("a key frame has the payload that frame.capnp specifies",
          "[schema]") {
  auto row = full_row({0, 1, -1, 100, 0, -64});
  row.present[0] = six & ~uint64_t{16}; // column 4 is a gap
  row.estimated = {2};
  row.raw = {{0, 7}, {1, 0}}; // column 2 does not state its own
  frame_chain chain;
  auto sealed
      = seal_row(six_columns(), row, examples::wide_roster(), true, chain);
  CHECK(sealed->header().is_key());
  CHECK(sealed->header().flags
        == (frame_has_presence | frame_has_estimated | frame_has_raw
            | frame_is_v2));
  auto minus_one = std::string(63, '1');
  CHECK(bits_of(*sealed)
        == padded("1 10000000 00001000" // all but column 4
                  "1 10000000 01000000" // column 1
                  "1 10000000 01110100" // 1, 2, 3 and 5
                  "000000"              // 1
                  "111111 "
                  + minus_one             // 2^64 - 1
                  + "111000 0001001"      // zigzag 200
                    "011000 111111"       // zigzag 127
                    "1 10000000 00100000" // not column 2
                    "1 110000 011"        // zigzag 14
                    "0"));                // 0
}

TEST_CASE("a gauge is a delta to its last present value", "[schema]") {
  auto columns_of = examples::wide_roster();
  frame_chain chain;
  auto header = six_columns();
  seal_row(header, full_row({8, 8, 8, 100, 200, 300}), columns_of, true, chain);
  ++header.tick;
  auto gap = full_row({0, 0, 5, 0, 200, 300});
  gap.present[0] = six & ~uint64_t{8};
  auto second = seal_row(header, gap, columns_of, false, chain);
  CHECK(second->header().base_tick == 1000);
  // Width 3 is known from the key frame: 5 - 1 has quotient 0.
  CHECK(bits_of(*second)
        == padded("1 10000000 00010000"
                  "1 10000000 00100000"
                  "1 001"));
  ++header.tick;
  auto third = full_row({0, 0, 5, 101, 200, 299});
  auto sealed = seal_row(header, third, columns_of, false, chain);
  // Column 3 is back; 2 changes now and then: it has a bit of its own.
  CHECK(bits_of(*sealed)
        == padded("1 10000000 00010000"
                  "1 10000000 00010100"
                  "1"
                  "1 001"
                  "100000 0"
                  "000000"));
}

TEST_CASE("64 columns that did not change cost one bit", "[schema]") {
  auto columns_of = examples::wide_roster();
  frame_chain chain;
  auto header = six_columns();
  header.columns = 66;
  std::vector<int64_t> values(66, INT64_MAX);
  values[0] = values[1] = values[2] = 0;
  seal_row(header, full_row(values), columns_of, true, chain);
  ++header.tick;
  auto sealed = seal_row(header, full_row(values), columns_of, false, chain);
  CHECK(bits_of(*sealed) == padded("00"));
}

TEST_CASE("a column that changes each time costs no bit for it", "[schema]") {
  auto columns_of = examples::wide_roster();
  frame_chain chain;
  auto header = six_columns();
  frame_ptr sealed;
  for (int64_t i = 0; i < 9; ++i, ++header.tick)
    sealed = seal_row(header, full_row({0, 0, 0, i, 5, 5}), columns_of, false,
                      chain);
  // One bit for the quiet ones; zigzag 2 in a width of 1.
  CHECK(bits_of(*sealed)
        == padded("0"
                  "01 0"));
  sealed = seal_row(header, full_row({0, 0, 0, 8, 5, 5}), columns_of, false,
                    chain);
  CHECK(bits_of(*sealed)
        == padded("0"
                  "1 0"));
}

TEST_CASE("a value far above its width is written out", "[schema]") {
  auto columns_of = examples::wide_roster();
  for (int64_t x : {INT64_MAX, INT64_MIN, int64_t{-1}, int64_t{1} << 50}) {
    frame_chain chain;
    frame_chain reader;
    frame_row read;
    auto header = six_columns();
    // Small, large, small again with a large width, for a counter and a gauge.
    for (int64_t value : {int64_t{1}, int64_t{2}, x, int64_t{3}, x, x}) {
      auto row = full_row({value, 0, 0, value, 0, 0});
      auto sealed = seal_row(header, row, columns_of, false, chain);
      REQUIRE_FALSE(open_row(*sealed, columns_of, reader, read));
      CHECK(read.values == row.values);
      ++header.tick;
    }
  }
}

TEST_CASE("a payload of version 2 that is damaged is refused by section",
          "[schema]") {
  auto refusal = [](uint16_t flags, const std::string& bits) {
    return refusal_of(static_cast<uint16_t>(flags | frame_is_v2),
                      bytes_of(bits));
  };
  CHECK(refusal(0, "0") == "none");
  CHECK(refusal(0, "") == "corrupt: frame payload: residuals");
  CHECK(refusal(0, "1") == "corrupt: frame payload: residuals");
  CHECK(refusal(0, "1 00000000") == "corrupt: frame payload: residuals");
  CHECK(refusal(0, "1 10000000 00000000")
        == "corrupt: frame payload: residuals");
  CHECK(refusal(0, "1 10000000 00000010 000000")
        == "corrupt: frame payload: residuals"); // beyond the columns
  CHECK(refusal(0, "1 01000000 10000000 000000")
        == "corrupt: frame payload: residuals");
  CHECK(refusal(0, "1 10000000 10000000 111111 0")
        == "corrupt: frame payload: residuals");
  CHECK(refusal(0, "0 1") == "corrupt: frame payload: bytes behind the end");
  CHECK(refusal(0, "0 0000000 0")
        == "corrupt: frame payload: bytes behind the end");
  CHECK(refusal(1, "") == "corrupt: frame payload: presence");
  CHECK(refusal(1, "1 10000000 00000010 0")
        == "corrupt: frame payload: presence");
  CHECK(refusal(1, "0 0") == "corrupt: frame payload: presence");
  CHECK(refusal(2, "1 10000000 00000010 0")
        == "corrupt: frame payload: estimated");
  CHECK(refusal(2, "0 0") == "corrupt: frame payload: estimated");
  CHECK(refusal(4, "0 0 1 111111") == "corrupt: frame payload: raw readings");
  CHECK(refusal(4, "0 1 10000000 00010000 000 0")
        == "corrupt: frame payload: raw readings"); // of a gauge
  CHECK(refusal(4, "0 1 10000000 11100000")
        == "corrupt: frame payload: raw readings"); // of none
}

TEST_CASE("a key frame is made when there is no base", "[schema]") {
  auto columns_of = examples::wide_roster();
  auto row = full_row({1, 2, 3, 4, 5, 6});
  auto header = six_columns();
  frame_chain chain;
  auto is_key = [&](bool key) {
    return seal_row(header, row, columns_of, key, chain)->header().is_key();
  };
  CHECK(is_key(false)); // the first one
  header.tick = 1001;
  CHECK_FALSE(is_key(false));
  CHECK(is_key(false)); // the same tick again
  header.tick = 999;
  CHECK(is_key(false)); // an earlier one
  header.tick = 1002;
  CHECK(is_key(true)); // asked for
  header.tick = 1003;
  header.part = 1;
  CHECK(is_key(false)); // a late part
  header.part = 0;
  header.epoch = examples::epoch + 1;
  CHECK(is_key(false)); // another epoch
}

TEST_CASE("a late part moves no chain", "[schema]") {
  auto columns_of = examples::wide_roster();
  auto rows = examples::sealed_rows();
  frame_chain chain;
  frame_row row;
  for (auto& x : rows) {
    auto before = chain;
    REQUIRE_FALSE(open_row(*x.frame, columns_of, chain, row));
    if (x.header.part != 0) {
      CHECK(chain.tick == before.tick);
      CHECK(chain.base == before.base);
    }
  }
  CHECK(chain.tick == rows.back().header.tick);
}

TEST_CASE("who has not the base needs a key frame", "[schema]") {
  auto columns_of = examples::wide_roster();
  auto rows = examples::sealed_rows();
  frame_row row;
  frame_chain fresh;
  CHECK(code_of(open_row(*rows[1].frame, columns_of, fresh, row))
        == ec::need_key);
  CHECK(fresh.tick == 0);

  frame_chain behind;
  REQUIRE_FALSE(open_row(*rows[0].frame, columns_of, behind, row));
  auto before = behind.base;
  CHECK(code_of(open_row(*rows[2].frame, columns_of, behind, row))
        == ec::need_key);
  CHECK(behind.tick == rows[0].header.tick);
  CHECK(behind.base == before);
  // The one that was missing still fits.
  CHECK_FALSE(open_row(*rows[1].frame, columns_of, behind, row));
  // And the same one twice does not.
  CHECK(code_of(open_row(*rows[1].frame, columns_of, behind, row))
        == ec::need_key);
}

TEST_CASE("a base of another epoch is none", "[schema]") {
  auto columns_of = examples::wide_roster();
  auto rows = examples::sealed_rows();
  frame_chain chain;
  chain.epoch = examples::epoch - 1;
  chain.tick = rows[0].header.tick;
  chain.base.assign(6, 0);
  frame_row row;
  CHECK(code_of(open_row(*rows[1].frame, columns_of, chain, row))
        == ec::need_key);
  CHECK_FALSE(open_row(*rows[0].frame, columns_of, chain, row));
  CHECK(chain.epoch == examples::epoch);
}

TEST_CASE("a frame of other columns than the roster's is not read",
          "[schema]") {
  auto rows = examples::sealed_rows();
  frame_chain chain;
  frame_row row;
  auto code = [&](const frame& x, const roster& columns_of) {
    return code_of(open_row(x, columns_of, chain, row));
  };
  roster other_epoch{examples::epoch + 1};
  other_epoch.append(examples::cpu_chart());
  other_epoch.append(examples::load_chart());
  CHECK(code(*rows[0].frame, other_epoch) == ec::unknown_layout);
  roster shorter{examples::epoch};
  shorter.append(examples::cpu_chart());
  CHECK(code(*rows[0].frame, shorter) == ec::unknown_layout);
  roster cut_elsewhere{examples::epoch};
  cut_elsewhere.append(examples::wide_chart());
  CHECK(code(*rows[0].frame, cut_elsewhere) == ec::unknown_layout);
  CHECK(code(*rows[0].frame, roster{examples::epoch}) == ec::unknown_layout);
  CHECK(chain.tick == 0);
}

TEST_CASE("a payload of version 1 that is cut short is refused by section",
          "[schema]") {
  CHECK(refusal_of(0, words({0})) == "none");
  CHECK(refusal_of(1, "") == "corrupt: frame payload: presence bitmap");
  CHECK(refusal_of(1, "1234567") == "corrupt: frame payload: presence bitmap");
  CHECK(refusal_of(2, "") == "corrupt: frame payload: estimated bitmap");
  CHECK(refusal_of(0, "") == "corrupt: frame payload: residuals");
  CHECK(refusal_of(3, words({six, 0})) == "corrupt: frame payload: residuals");
  CHECK(refusal_of(0, words({3}) + varints({1}))
        == "corrupt: frame payload: residuals");
  CHECK(refusal_of(0, words({1}) + "\x80")
        == "corrupt: frame payload: residuals");
  CHECK(refusal_of(4, words({0})) == "corrupt: frame payload: raw readings");
  CHECK(refusal_of(4, words({0, 1})) == "corrupt: frame payload: raw readings");
}

TEST_CASE("a payload of version 1 that contradicts itself is refused",
          "[schema]") {
  CHECK(refusal_of(1, words({64, 0}))
        == "corrupt: frame payload: presence bitmap");
  CHECK(refusal_of(2, words({uint64_t{1} << 63, 0}))
        == "corrupt: frame payload: estimated bitmap");
  CHECK(refusal_of(0, words({64}) + varints({1}))
        == "corrupt: frame payload: residuals"); // beyond the columns
  CHECK(refusal_of(1, words({1, 2}) + varints({1}))
        == "corrupt: frame payload: residuals"); // of an absent column
  CHECK(refusal_of(4, words({0, 8}) + varints({1}))
        == "corrupt: frame payload: raw readings"); // of a gauge
  CHECK(refusal_of(4, words({0, 64}) + varints({1}))
        == "corrupt: frame payload: raw readings");
  CHECK(refusal_of(0, words({0}) + "x")
        == "corrupt: frame payload: bytes behind the end");
  CHECK(refusal_of(4, words({0, 1}) + varints({1, 1}))
        == "corrupt: frame payload: bytes behind the end");
}

TEST_CASE("the frame of the largest host is within its bound", "[schema]") {
  auto x = std::make_shared<chart>();
  x->id = "c";
  for (int i = 0; i < 128; ++i)
    x->dimensions.push_back({std::to_string(i), "", algorithm::incremental});
  roster columns_of{examples::epoch};
  for (uint32_t i = 0; i < host_columns_max / 128; ++i)
    columns_of.append(x);
  auto row = full_row(std::vector<int64_t>(host_columns_max, INT64_MIN));
  row.present[0] &= ~uint64_t{1}; // so that there is a presence bitmap
  row.values[0] = 0;
  row.estimated = row.present;
  for (uint32_t i = 1; i < host_columns_max; ++i)
    row.raw.push_back({i, INT64_MAX});
  auto header = six_columns();
  header.columns = host_columns_max;
  frame_chain chain;
  auto sealed = seal_row(header, row, columns_of, true, chain);
  auto read = frame::open(sealed->sealed());
  REQUIRE(read);
  frame_row read_row;
  REQUIRE_FALSE(open_row(**read, columns_of, chain, read_row));
  CHECK(read_row.values == row.values);
  CHECK(read_row.raw == row.raw);
}
