#include "store/records.hpp"

#include <catch2/catch.hpp>

#include "store/tables.hpp"
#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;

namespace {

stored_host example_host() {
  stored_host result;
  result.number = 17;
  result.definition = examples::host();
  result.path = {examples::make_guid(3), examples::make_guid(UINT64_MAX)};
  result.closed.to = 1'700'000'400;
  result.stored.add({1'700'000'000, 1'700'000'100, 6});
  result.stored.add({1'700'000'102, 1'700'000'399, 7});
  result.passed.add({0, 59});
  result.passed.add({120, 179});
  return result;
}

/// Cap'n Proto wants words.
std::string_view aligned(std::vector<uint64_t>& words, const std::string& x) {
  words.assign(x.size() / 8 + 1, 0);
  memcpy(words.data(), x.data(), x.size());
  return {reinterpret_cast<const char*>(words.data()), x.size()};
}

} // namespace

TEST_CASE("passed ranges out of bounds are left out", "[store][records]") {
  auto x = example_host();
  x.passed.add({tick_max, tick_max + 1});
  x.passed.add({-9, -5});
  auto back = open_host(seal_host(x));
  REQUIRE(back);
  CHECK(back->passed.ranges() == std::vector<tick_range>{{0, 59}, {120, 179}});
}

TEST_CASE("host records come back", "[store][records]") {
  auto x = example_host();
  auto sealed = seal_host(x);
  CHECK(sealed.size() % 8 == 0);
  auto back = open_host(sealed);
  REQUIRE(back);
  CHECK(back->number == x.number);
  CHECK(back->definition.id == x.definition.id);
  CHECK(back->passed.ranges() == x.passed.ranges());
  CHECK(back->definition.hostname == x.definition.hostname);
  CHECK(back->definition.epoch == x.definition.epoch);
  CHECK(back->definition.boot == x.definition.boot);
  CHECK(back->definition.window_seconds == x.definition.window_seconds);
  CHECK(back->definition.group_columns == x.definition.group_columns);
  CHECK(back->definition.info == x.definition.info);
  CHECK(back->path == x.path);
  CHECK(back->closed == x.closed);
  CHECK(back->stored.runs() == x.stored.runs());
}

TEST_CASE("a host record beyond a bound is corrupt", "[store][records]") {
  auto x = example_host();
  x.definition.window_seconds = 1;
  auto back = open_host(seal_host(x));
  REQUIRE_FALSE(back);
  CHECK(code_of(back.error()) == ec::corrupt);
}

TEST_CASE("journal entries hold frames to the byte", "[store][records]") {
  journal_entry entry;
  entry.first = UINT64_MAX / 2;
  host_number number = 0;
  for (auto& x : examples::sealed_rows())
    entry.items.push_back({++number, x.frame});
  auto back = open_journal_entry(seal_journal_entry(entry));
  REQUIRE(back);
  CHECK(back->first == entry.first);
  REQUIRE(back->items.size() == entry.items.size());
  for (size_t i = 0; i < entry.items.size(); ++i) {
    CHECK(back->items[i].host == entry.items[i].host);
    CHECK(back->items[i].frame->sealed() == entry.items[i].frame->sealed());
  }
}

TEST_CASE("an entry of many large frames is one value", "[store][records]") {
  examples::origin from{1, {examples::make_chart("c", {"x"})}};
  std::vector<std::string> ids;
  for (int i = 0; i < 128; ++i)
    ids.push_back(std::to_string(i));
  std::vector<int64_t> values{0};
  for (int c = 0; c < 20; ++c) {
    from.grow(examples::make_chart(std::to_string(c), ids));
    values.resize(values.size() + 128, INT64_MIN);
  }
  journal_entry entry;
  entry.first = 1;
  for (int i = 0; i < 100; ++i)
    entry.items.push_back({1, from.seal(1 + i, values, true)});
  auto back = open_journal_entry(seal_journal_entry(entry));
  REQUIRE(back);
  CHECK(back->items.size() == 100);
  CHECK(back->items[99].frame->sealed() == entry.items[99].frame->sealed());
}

TEST_CASE("a store of this format has steps that points can have",
          "[store][records]") {
  for (auto step : {0u, 1u, 256u})
    for (auto& steps : {tier_steps{step, 60}, tier_steps{60, step}}) {
      INFO(steps.tier1 << " and " << steps.tier2);
      store_meta meta{tables::format_version, examples::make_guid(9), steps};
      CHECK(code_of(open_meta(seal_meta(meta)).error()) == ec::corrupt);
      // Those of another format are not ours to judge.
      for (auto format :
           {tables::format_version - 1, tables::format_version + 1}) {
        meta.format_version = format;
        CHECK(open_meta(seal_meta(meta)));
      }
    }
}

TEST_CASE("cursors, meta and words come back", "[store][records]") {
  CHECK(*open_cursor(seal_cursor(0)) == 0);
  CHECK(*open_cursor(seal_cursor(UINT64_MAX)) == UINT64_MAX);
  auto meta = open_meta(seal_meta({3, examples::make_guid(9)}));
  REQUIRE(meta);
  CHECK(meta->format_version == 3);
  CHECK(meta->node == examples::make_guid(9));
  for (uint64_t x : {uint64_t{0}, uint64_t{1}, UINT64_MAX})
    CHECK(open_word(seal_word(x)) == x);
  CHECK(open_word("short") == 0);
}

TEST_CASE("damaged records are refused or bounded",
          "[store][records][random]") {
  auto seed = random_seed("damaged records");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  journal_entry entry{5, {}};
  for (auto& x : examples::sealed_rows())
    entry.items.push_back({1, x.frame});
  const std::string records[]
      = {seal_host(example_host()), seal_journal_entry(entry), seal_cursor(5),
         seal_meta({1, examples::make_guid(9)})};
  std::vector<uint64_t> words;
  for (int i = 0; i < 4000; ++i) {
    auto x = records[below(engine, 4)];
    if (below(engine, 3) == 0)
      x.resize(8 * below(engine, x.size() / 8 + 1));
    for (auto n = below(engine, 4); n > 0 && !x.empty(); --n)
      x[below(engine, x.size())] = static_cast<char>(engine());
    auto bytes = aligned(words, x);
    open_host(bytes);
    open_journal_entry(bytes);
    open_cursor(bytes);
    open_meta(bytes);
  }
}
