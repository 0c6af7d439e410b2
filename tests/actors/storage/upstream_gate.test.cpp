#include "actors/storage/upstream_gate.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

constexpr host_number host = 3;

coverage covers(tick from, tick to) {
  coverage result;
  result.add({from, to, 1});
  return result;
}

/// Acks that nobody gets: the test looks at numbers only.
uint64_t passed(upstream_gate& gate, const subscriber& receiver) {
  auto result = gate.pass(&receiver);
  return result.frames.empty() ? 0 : result.frames.begin()->second;
}

} // namespace

TEST_CASE("an ack waits for the parent's", "[actors]") {
  upstream_gate gate;
  gate.wait(source_actor{}, {10, host, 1, 100, 1});
  gate.wait(source_actor{}, {11, host, 1, 101, 2});
  gate.wait(source_actor{}, {12, host, 1, 102, 3});
  CHECK(gate.pass(nullptr).frames.empty());
  subscriber receiver;
  receiver.position = 12;
  CHECK(passed(gate, receiver) == 0); // it has not said what it has
  CHECK_FALSE(gate.open(host, covers(50, 60)));
  receiver.position = 10;
  CHECK(passed(gate, receiver) == 1);
  receiver.position = 12;
  receiver.owed[host].add({101, 101});
  CHECK(passed(gate, receiver) == 0);
  CHECK(gate.above(host).runs().back().to == 100);
  receiver.owed.clear();
  CHECK(passed(gate, receiver) == 3);
  CHECK(gate.above(host).runs().back().to == 102);
  CHECK(passed(gate, receiver) == 0);
}

TEST_CASE("an ack without a tick says nothing of what is above", "[actors]") {
  upstream_gate gate;
  gate.open(host, covers(50, 60));
  gate.wait(source_actor{}, {10, host, 0, 100, 1});
  subscriber receiver;
  receiver.position = 10;
  CHECK(passed(gate, receiver) == 1);
  CHECK(gate.above(host).runs().size() == 1);
}

TEST_CASE("a window waits for all of its ticks", "[actors]") {
  upstream_gate gate;
  gate.open(host, {});
  gate.wait({7, 20, host, {{100, 159, 1}}});
  subscriber receiver;
  receiver.position = 20;
  receiver.owed[host].add({159, 159});
  CHECK(gate.pass(&receiver).tokens.empty());
  receiver.owed.clear();
  CHECK(gate.pass(&receiver).tokens == std::vector<uint64_t>{7});
  CHECK(gate.above(host).count() == 60);
}

TEST_CASE("a parent that lost what it had makes children offer it again",
          "[actors]") {
  upstream_gate gate;
  CHECK_FALSE(gate.open(host, covers(100, 200)));
  gate.begin_link();
  CHECK_FALSE(gate.is_open(host));
  CHECK_FALSE(gate.open(host, covers(150, 210))); // retention
  gate.begin_link();
  CHECK(gate.open(host, covers(150, 180)));
  gate.begin_link();
  CHECK(gate.open(host, {}));
}

TEST_CASE("what the parent does not want is no loss", "[actors]") {
  upstream_gate gate;
  CHECK_FALSE(gate.open(host, covers(100, 200), 150));
  CHECK(gate.wanted_since(host) == 150);
  gate.begin_link();
  CHECK(gate.wanted_since(host) == 0);
  CHECK_FALSE(gate.open(host, covers(1, 90), 250));
  gate.begin_link();
  CHECK_FALSE(gate.open(host, covers(1, 80), 91));
  gate.begin_link();
  CHECK(gate.open(host, covers(1, 70), 80));
}

TEST_CASE("what the parent refuses is not acknowledged", "[actors]") {
  upstream_gate gate;
  gate.open(host, {});
  gate.wait(source_actor{}, {10, host, 1, 100, 1});
  gate.wait({7, 20, host, {{100, 159, 1}}});
  gate.refuse(host);
  subscriber receiver;
  receiver.position = 20;
  CHECK(passed(gate, receiver) == 0);
  CHECK(gate.is_refused(host));
  CHECK(gate.above(host).runs().empty());
  gate.open(host, {});
  CHECK(passed(gate, receiver) == 1);
  CHECK(gate.pass(&receiver).tokens.empty());
}
