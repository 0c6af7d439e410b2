#include "tests/store/damaged_store.hpp"

#include <fstream>
#include <random>
#include <sstream>

#include <catch2/catch.hpp>

#include "store/packed_blocks.hpp"
#include "store/store_file.hpp"
#include "tests/store/store_examples.hpp"

namespace tributary::examples {

namespace {

constexpr tick start = 6000;
constexpr int windows = 30;
constexpr size_t charts = 12;

origin wide_origin() {
  std::vector<chart_ptr> result;
  for (size_t i = 0; i < charts; ++i)
    result.push_back(make_chart("chart" + std::to_string(100 + i),
                                {"a", "b", "c", "d", "e", "f", "g", "h"}));
  return {1, std::move(result)};
}

} // namespace

example_store make_example_store(const std::string& path) {
  auto to = open_store(path);
  auto host = make_host(2);
  auto number = to->put_host(host, {host.id});
  auto from = wide_origin();
  to->put_roster(number, from.columns_of());
  hot_host hot{host, {}};
  REQUIRE_FALSE(hot.define(from.run()));
  std::mt19937_64 random{1};
  std::vector<int64_t> values(8 * charts);
  for (tick t = start; t < start + windows * 60 + 20; ++t) {
    for (auto& x : values)
      x = static_cast<int64_t>(random() % 100'000);
    auto frame = from.seal(t, values, t % 60 == 0);
    REQUIRE(hot.apply(*frame));
    if (t >= start + windows * 60 - 60)
      to->append({number, frame});
    for (auto& closed : hot.close_windows(t))
      to->put_closed(number, closed);
    if (t % 60 == 30 || t > start + windows * 60)
      REQUIRE(to->commit(0));
  }
  to->move_cursor(make_guid(9), to->journal_end());
  to->owe(make_guid(9), number, [] {
    tick_set owed;
    owed.add({start, start + 59});
    return owed;
  }());
  REQUIRE(to->commit(0));
  example_store result;
  result.host = host.id;
  auto txn = to->environment()->read();
  REQUIRE(txn);
  lmdb::cursor at{*txn, tables::tier0};
  for (auto more = at.first(); more; more = at.next()) {
    ++result.values;
    result.blocks += unpack_blocks(at.current_value()).size();
  }
  result.layouts = txn->use_of(tables::layouts)->entries;
  return result;
}

std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out << bytes;
}

std::vector<uint64_t> pages_in_use(const std::string& path) {
  std::vector<uint64_t> result;
  auto store = store_file::open(path);
  REQUIRE(store);
  page_visitor visitor;
  visitor.visit = [&](uint64_t page, uint64_t) {
    result.push_back(page);
    return true;
  };
  store->file().walk(store->snapshot().tables, visitor);
  for (auto& x : store->tables({}))
    store->file().walk(x.second, visitor);
  return result;
}

} // namespace tributary::examples
