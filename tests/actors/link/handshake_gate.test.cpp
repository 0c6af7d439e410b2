#include "actors/link/handshake_gate.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("an idle port shakes hands at once, up to a burst", "[actors]") {
  handshake_gate gate;
  constexpr int64_t now = 1'000'000'000;
  int64_t at_once = 0;
  while (*gate.take_turn(now) == 0)
    ++at_once;
  CHECK(at_once * gate.expected_us() >= handshake_gate::burst_us);
  CHECK(at_once * gate.expected_us()
        <= handshake_gate::burst_us + gate.expected_us());
}

TEST_CASE("handshakes take their share of the time and no more", "[actors]") {
  constexpr int64_t cost = 400;
  handshake_gate gate;
  // Thousands at one moment; each is charged when its turn comes.
  int64_t now = 1'000'000'000;
  auto begin = now;
  int64_t done = 0;
  for (; done < 2000; ++done) {
    auto wait = gate.take_turn(now);
    REQUIRE(wait);
    now += *wait;
    gate.spent(now, cost);
  }
  auto share = static_cast<double>(done * cost)
               / static_cast<double>(now - begin + handshake_gate::burst_us);
  CHECK(share > 0.2);
  CHECK(share < 0.3);
  CHECK(gate.expected_us() >= cost - 10);
  CHECK(gate.expected_us() <= cost + 10);
}

TEST_CASE("who would wait too long is turned away", "[actors]") {
  handshake_gate gate;
  constexpr int64_t now = 1'000'000'000;
  int64_t admitted = 0;
  int64_t longest = 0;
  while (auto wait = gate.take_turn(now)) {
    longest = *wait;
    REQUIRE(++admitted < 100'000);
  }
  CHECK(longest <= handshake_gate::wait_us_max);
  CHECK(admitted >= handshake_gate::wait_us_max / handshake_gate::share
                        / gate.expected_us());
  // And later ones have a turn again.
  CHECK(gate.take_turn(now + handshake_gate::wait_us_max));
}

TEST_CASE("what handshakes cost is learned", "[actors]") {
  handshake_gate gate;
  int64_t now = 1'000'000'000;
  for (int i = 0; i < 100; ++i) {
    now += 1'000'000;
    gate.take_turn(now);
    gate.spent(now, 6000); // a large RSA key
  }
  CHECK(gate.expected_us() > 5500);
  // One that the system has interrupted does not stop the port.
  now += 1'000'000;
  gate.take_turn(now);
  gate.spent(now, 60'000'000);
  CHECK(gate.take_turn(now + 1'000'000));
}
