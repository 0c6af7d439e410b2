#include "schema/frame_codec.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/describe.hpp"
#include "tests/schema/random_seed.hpp"

using namespace tributary;

namespace {

/// An origin that seals random rows of a roster that grows.
class random_origin {
public:
  explicit random_origin(uint64_t seed) : engine_(seed) {
    grow();
  }

  struct step {
    frame_header header;
    frame_row row;
    frame_ptr frame;
  };

  /// Seals the next part 0, with another epoch, a jump in time, new charts or
  /// a key frame now and then.
  step next() {
    if (once_in(40))
      restart();
    if (once_in(6) && columns_of_.columns() < 2000)
      grow();
    tick_ += once_in(10) ? 1 + below(engine_, 1000) : 1;
    part_ = 0;
    return seal();
  }

  /// Seals a late part of the last tick.
  step next_part() {
    ++part_;
    return seal();
  }

  const roster& columns_of() const {
    return columns_of_;
  }

  const frame_chain& chain() const {
    return chain_;
  }

  bool once_in(uint64_t n) {
    return below(engine_, n) == 0;
  }

private:
  void restart() {
    columns_of_ = roster{columns_of_.epoch() + 1};
    grow();
  }

  void grow() {
    auto x = std::make_shared<chart>();
    x->id = "c" + std::to_string(columns_of_.charts().size());
    for (auto n = 1 + below(engine_, 128); n > 0; --n)
      x->dimensions.push_back(
          {std::to_string(n), "", static_cast<algorithm>(below(engine_, 4))});
    columns_of_.append(std::move(x));
  }

  int64_t value(int64_t before) {
    auto bits = engine_();
    switch (below(engine_, 8)) {
    case 0:
      return static_cast<int64_t>(bits);
    case 1:
      return bits % 2 == 0 ? INT64_MAX : INT64_MIN;
    case 2:
      return 0;
    case 3:
      return static_cast<int64_t>(static_cast<uint64_t>(before) + bits % 9 - 4);
    default:
      return before;
    }
  }

  frame_row random_row(uint32_t columns) {
    frame_row row;
    row.reset(columns);
    values_.resize(columns, 0);
    auto gaps = below(engine_, 4); // none, few, half, all
    auto estimates = once_in(3);
    for (uint32_t i = 0; i < columns; ++i) {
      if ((gaps == 1 && once_in(50)) || (gaps == 2 && once_in(2)) || gaps == 3)
        continue;
      set_bit(row.present, i);
      row.values[i] = values_[i] = value(values_[i]);
      if (!columns_of_.is_counter_column(i))
        continue;
      if (once_in(3))
        row.raw.push_back({i, value(1000)});
      if (estimates && once_in(5)) {
        row.estimated.resize((columns + 63) / 64, 0);
        set_bit(row.estimated, i);
      }
    }
    return row;
  }

  step seal() {
    step result;
    result.header.tick = static_cast<tick>(tick_);
    result.header.epoch = columns_of_.epoch();
    result.header.columns = columns_of_.columns();
    result.header.part = part_;
    result.row = random_row(result.header.columns);
    result.frame
        = seal_row(result.header, result.row, columns_of_, once_in(15), chain_);
    return result;
  }

  std::mt19937_64 engine_;
  roster columns_of_{1};
  frame_chain chain_;
  std::vector<int64_t> values_;
  uint64_t tick_ = 1;
  uint16_t part_ = 0;
};

bool equal(const frame_chain& x, const frame_chain& y) {
  return x.epoch == y.epoch && x.tick == y.tick && x.base == y.base
         && x.present == y.present && x.activity == y.activity
         && x.widths == y.widths;
}

} // namespace

TEST_CASE("random rows come back, and both chains stay equal",
          "[schema][random]") {
  auto seed = random_seed("frame codec");
  INFO("TRIBUTARY_SEED=" << seed);
  random_origin origin{seed};
  frame_chain chain;
  frame_row row; // one for all, as a reader has it
  for (int i = 0; i < 1000; ++i) {
    auto made = i > 0 && origin.once_in(5) ? origin.next_part() : origin.next();
    auto sealed = frame::open(made.frame->sealed());
    REQUIRE(sealed);
    auto error = open_row(**sealed, origin.columns_of(), chain, row);
    INFO("step " << i << " " << describe((*sealed)->header()) << " "
                 << to_text(error));
    REQUIRE_FALSE(error);
    REQUIRE(row.values == made.row.values);
    REQUIRE(row.present == made.row.present);
    REQUIRE(row.estimated == made.row.estimated);
    REQUIRE(row.raw == made.row.raw);
    REQUIRE(equal(chain, origin.chain()));
  }
}

TEST_CASE("a reader that lost frames reads right or asks for a key",
          "[schema][random]") {
  auto seed = random_seed("frame codec with losses");
  INFO("TRIBUTARY_SEED=" << seed);
  random_origin origin{seed};
  frame_chain chain;
  frame_row row;
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    auto made = origin.next();
    if (origin.once_in(10))
      continue; // lost
    auto before = chain;
    auto error = open_row(*made.frame, origin.columns_of(), chain, row);
    if (error) {
      REQUIRE(code_of(error) == ec::need_key);
      REQUIRE(equal(chain, before));
      ++refused;
    } else {
      REQUIRE(row.values == made.row.values);
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("a frame of a shorter prefix is read with the grown roster",
          "[schema][random]") {
  auto seed = random_seed("frame codec, late readers");
  INFO("TRIBUTARY_SEED=" << seed);
  random_origin origin{seed};
  std::vector<random_origin::step> steps;
  for (int i = 0; i < 30; ++i)
    steps.push_back(origin.next());
  frame_chain chain;
  frame_row row;
  for (auto& x : steps) {
    if (x.header.epoch != origin.columns_of().epoch())
      continue;
    REQUIRE_FALSE(open_row(*x.frame, origin.columns_of(), chain, row));
    REQUIRE(row.values == x.row.values);
  }
}

TEST_CASE("a damaged payload never reads beyond itself", "[schema][random]") {
  auto seed = random_seed("frame codec, damage");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  random_origin origin{seed};
  frame_chain chain;
  frame_row row;
  for (int i = 0; i < 500; ++i) {
    auto made = origin.next();
    std::string payload{made.frame->payload()};
    auto header = made.frame->header();
    if (origin.once_in(2))
      payload.resize(below(engine, payload.size() + 1));
    for (auto n = below(engine, 4); n > 0 && !payload.empty(); --n)
      payload[below(engine, payload.size())] = static_cast<char>(engine());
    header.flags = static_cast<uint16_t>(below(engine, 16));
    if (origin.once_in(2)) // as it was, so that the damage is deep
      header.flags = made.frame->header().flags;
    auto before = chain;
    // The base is what matters here: a damaged frame may well decode.
    if (open_row(*frame::seal(header, payload), origin.columns_of(), chain,
                 row))
      REQUIRE(equal(chain, before));
    chain = origin.chain();
  }
}
