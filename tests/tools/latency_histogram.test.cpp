#include <catch2/catch.hpp>

#include "tools/swarm/latency_histogram.hpp"

using tributary::load::latency_histogram;

TEST_CASE("delays are counted to two percent", "[tools]") {
  latency_histogram x;
  CHECK(x.quantile(0.5) == 0);
  for (int i = 1; i <= 1000; ++i)
    x.add(i);
  CHECK(x.count() == 1000);
  CHECK(x.quantile(0.5) == Approx(500).epsilon(0.021));
  CHECK(x.quantile(0.99) == Approx(990).epsilon(0.021));
  CHECK(x.quantile(1) == Approx(1000).epsilon(0.021));
  CHECK(x.quantile(0) == Approx(1).epsilon(0.021));
  x.clear();
  CHECK(x.count() == 0);
}

TEST_CASE("delays beyond the scale are at its ends", "[tools]") {
  latency_histogram x;
  x.add(-5);
  x.add(0);
  CHECK(x.quantile(1) == Approx(0.01));
  x.clear();
  x.add(1e12);
  CHECK(x.quantile(0.5) > 3.6e6);
}
