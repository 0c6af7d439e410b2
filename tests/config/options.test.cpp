#include "config/options.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("a node listens when a key is enabled", "[config]") {
  stream_receiver_options x;
  CHECK_FALSE(listens(x));
  x.api_keys.emplace_back();
  CHECK_FALSE(listens(x));
  x.api_keys.emplace_back().enabled = true;
  CHECK(listens(x));
}

TEST_CASE("a leaf commits more rarely than a parent", "[config]") {
  node_options x;
  CHECK(commit_every_ms(x) == 5000);
  x.receiver.api_keys.emplace_back().enabled = true;
  CHECK(commit_every_ms(x) == 1000);
  x.db.commit_every_ms = 250;
  CHECK(commit_every_ms(x) == 250);
}

TEST_CASE("tiers share three quarters of the map", "[config]") {
  db_options x;
  auto sizes = [&] {
    return std::vector<uint64_t>{tier_size_mib(x, 0), tier_size_mib(x, 1),
                                 tier_size_mib(x, 2)};
  };
  CHECK(sizes() == std::vector<uint64_t>{2048, 768, 256});
  x.map_size_mib = 64;
  CHECK(sizes() == std::vector<uint64_t>{32, 12, 4});
  x.tier1.size_mib = 21;
  CHECK(sizes() == std::vector<uint64_t>{24, 21, 3});
  x.tier0.size_mib = 48;
  CHECK(sizes() == std::vector<uint64_t>{48, 21, 1});
  x = {};
  x.storage_tiers = 2;
  CHECK(sizes() == std::vector<uint64_t>{2234, 837, 0});
  x.storage_tiers = 1;
  CHECK(sizes() == std::vector<uint64_t>{3072, 0, 0});
}

TEST_CASE("sources are switched by their names", "[config]") {
  collector_options x;
  CHECK(is_enabled(x, "proc.net.dev"));
  x.proc_net_dev = false;
  CHECK_FALSE(is_enabled(x, "proc.net.dev"));
  CHECK(is_enabled(x, "proc.stat"));
  CHECK(is_enabled(x, "a new one"));
}

TEST_CASE("values have the names that files use", "[config]") {
  CHECK(to_string(db_mode::dbengine) == std::string{"dbengine"});
  CHECK(to_string(db_mode::none) == std::string{"none"});
  CHECK(to_string(durability::relaxed) == std::string{"relaxed"});
  CHECK(to_string(web_mode::static_threaded) == std::string{"static-threaded"});
  CHECK(to_string(log_level::warning) == std::string{"warning"});
}
