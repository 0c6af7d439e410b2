#include <catch2/catch.hpp>

#include <cinttypes>
#include <filesystem>
#include <set>

#include "tests/store/small_node.hpp"
#include "tools/dump/export_csv.hpp"

/// What is written of a store that its node left at any moment.

using namespace tributary;
using examples::make_chart;
using examples::make_guid;
using examples::make_host;
using examples::origin;
using examples::small_node;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;

using lines = std::multiset<std::string>;

/// The lines of a copy of the file, as a killed node would leave it.
lines exported(const std::string& path, const temporary_directory& folder,
               const csv_options& options) {
  auto copy = folder.file("copy.mdb");
  std::filesystem::copy_file(path, copy,
                             std::filesystem::copy_options::overwrite_existing);
  auto store = store_file::open(copy);
  REQUIRE(store);
  auto host = find_host(*store, "1");
  REQUIRE(host);
  auto out = folder.file("out.csv");
  auto to = fopen(out.c_str(), "w+");
  REQUIRE(to != nullptr);
  auto error = export_csv(*store, *host, options, to, [](store_fault x) {
    FAIL(x.place << ": " << x.what);
  });
  CHECK_FALSE(error);
  lines result;
  rewind(to);
  char line[256];
  while (fgets(line, sizeof(line), to) != nullptr)
    result.insert(line);
  fclose(to);
  return result;
}

/// The same from what the node itself would answer.
lines expected(const examples::host_image& image, const csv_options& options) {
  lines result{"time,chart,dimension,value\n"};
  for (auto& [key, cell] : image.cells) {
    auto t = std::get<0>(key);
    if (t >= options.range.from && t <= options.range.to)
      result.insert(std::to_string(t) + "," + std::get<1>(key) + ","
                    + std::get<2>(key) + "," + std::to_string(cell.value)
                    + "\n");
  }
  return result;
}

/// A node with a host of one chart, which keeps all.
struct one_chart_node {
  static store_options options() {
    store_options result;
    result.retention.seconds = 0;
    return result;
  }

  temporary_directory folder;
  std::string path = folder.file("s");
  small_node node{path, options()};
  host_number host = node.offer(make_host(2));
  origin from{1, {make_chart("c", {"x"})}};

  one_chart_node() {
    node.define(host, from);
  }
};

} // namespace

TEST_CASE("late rows that rest in the journal are exported", "[tools]") {
  temporary_directory folder;
  store_options kept;
  kept.retention.seconds = 0;
  auto path = folder.file("s");
  small_node node{path, kept};
  auto definition = make_host(2);
  auto host = node.offer(definition);
  origin old{1, {make_chart("c", {"x", "y"}), make_chart("d", {"z"})}};
  node.define(host, old);
  for (tick t = start; t < start + 180; t += 2)
    REQUIRE(node.take(host, old.seal(t, {t, 1, 2}, t % 60 == 0)));
  node.close(host, start + 120); // the third window is open
  while (node.store().has_work())
    node.commit();
  csv_options options;
  options.raw = true;
  CHECK(exported(path, folder, options)
        == expected(node.visible(host), options));
  // A newer life sends what the old one had not, and some that it had.
  origin fresh{2, {make_chart("c", {"x", "y"}), make_chart("d", {"z"})}};
  host = node.offer(definition);
  node.define(host, fresh);
  for (tick t : {start + 1, start + 4, start + 63, start + 64, start + 170}) {
    REQUIRE(node.take(host, fresh.seal(t, {t + 1000, 7, 8}, true)));
    node.commit(true);
    if (t < start + 120)
      CHECK(node.store().has_late());
    CHECK(exported(path, folder, options)
          == expected(node.visible(host), options));
  }
  options.range = {start + 3, start + 65};
  CHECK(exported(path, folder, options)
        == expected(node.visible(host), options));
  while (node.store().has_work())
    node.commit();
  CHECK_FALSE(node.store().has_late());
  options.range = {};
  CHECK(exported(path, folder, options)
        == expected(node.visible(host), options));
}

TEST_CASE("a journal may begin within a window that is a block", "[tools]") {
  one_chart_node all;
  auto& node = all.node;
  auto host = all.host;
  auto& from = all.from;
  for (tick t = start; t < start + 130; ++t) {
    REQUIRE(node.take(host, from.seal(t, {t}, t % 60 == 0)));
    if (t % 7 == 0) // entries span the ends of windows
      node.commit();
  }
  node.close(host, start + 120);
  while (node.store().has_work())
    node.commit();
  node.commit();
  // A tick has a position each.
  auto first = node.store().journal_first();
  CHECK(first > 60);
  CHECK((first - 1) % 60 != 0);
  csv_options options;
  options.raw = true;
  CHECK(exported(all.path, all.folder, options)
        == expected(node.visible(host), options));
}

TEST_CASE("blocks of an open window are not exported twice", "[tools]") {
  one_chart_node all;
  auto& node = all.node;
  auto host = all.host;
  auto& from = all.from;
  for (tick t = start; t < start + 20; ++t)
    REQUIRE(node.take(host, from.seal(t, {t}, t % 60 == 0)));
  node.commit();
  // A child sent the same as history, and goes on behind it.
  auto windows = node.hot(host).extract(start, start + 19, {});
  REQUIRE(windows.size() == 1);
  node.receive(host, windows.front(), 1);
  for (tick t = start + 20; t < start + 30; ++t)
    REQUIRE(node.take(host, from.seal(t, {t}, false)));
  node.commit();
  CHECK(node.blocks(host).cells.size() == 20);
  csv_options options;
  options.raw = true;
  CHECK(exported(all.path, all.folder, options)
        == expected(node.visible(host), options));
  options.range = {start + 10, start + 25};
  CHECK(exported(all.path, all.folder, options)
        == expected(node.visible(host), options));
}
