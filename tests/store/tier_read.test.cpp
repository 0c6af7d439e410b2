#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/tier_read.hpp"
#include "tests/store/tier_examples.hpp"

using namespace tributary;
using examples::make_guid;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::temporary_directory;

TEST_CASE("a host without data has no points", "[store][tier]") {
  temporary_directory directory;
  auto kept = open_store(directory.file("s"));
  kept->put_host(make_host(3), {});
  REQUIRE(kept->commit(0));
  auto txn = kept->environment()->read();
  layout_cache layouts;
  CHECK(tier_reader::open(*txn, layouts, make_guid(4)).error()
        == ec::not_found);
  auto reader = tier_reader::open(*txn, layouts, make_guid(3));
  REQUIRE(reader);
  CHECK(reader->extent(1).to == 0);
  CHECK(reader->extent(2).to == 0);
  auto points = reader->load(1, {6000, 7000});
  REQUIRE(points);
  CHECK(points->charts.empty());
  CHECK(points->points() == 17);
}

TEST_CASE("points that touch the range are loaded", "[store][tier]") {
  temporary_directory directory;
  auto kept = open_store(directory.file("s"));
  auto host = make_host(3);
  auto number = kept->put_host(host, {});
  for (tick start = 6000; start < 6300; start += 60)
    kept->put_received(
        number,
        examples::receive(host, make_window(host, start, "c", 1, {{5, start}})),
        1, make_guid(9));
  REQUIRE(kept->commit(0));
  auto txn = kept->environment()->read();
  layout_cache layouts;
  auto reader = tier_reader::open(*txn, layouts, host.id);
  REQUIRE(reader);
  auto load = [&](tick from, tick to) {
    return examples::cells_of(*reader->load(1, {from, to}));
  };
  CHECK(load(6000, 6059).size() == 1);
  CHECK(load(6059, 6060).size() == 2);
  CHECK(load(6060, 6060).size() == 1);
  CHECK(load(1, 99'999).size() == 5);
  CHECK(load(6300, 6900).empty());
  CHECK(load(6100, 6000).empty());
  auto points = reader->load(1, {6060, 6119}, "c");
  CHECK(points->start == 6060);
  CHECK(points->charts.at("c").columns[0].sum.at(0) == 6060);
  CHECK(reader->load(1, {6060, 6119}, "other")->charts.empty());
  auto hour = reader->load(2, {6000, 6300});
  CHECK(hour->start == 3600);
  CHECK(hour->charts.at("c").columns[0].sum.at(0) == 5 * 6120);
}
