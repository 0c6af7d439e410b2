#include "actors/storage/host_state.hpp"

#include <catch2/catch.hpp>

#include "actors/storage/host_cleanup.hpp"
#include "actors/storage/traffic.hpp"

using namespace tributary;

namespace {

constexpr tick newest = 1'700'000'000;
constexpr unix_ms newest_ms = newest * 1000;
constexpr int64_t hour_ms = 3'600'000;

host_summary connected() {
  host_summary result;
  result.connected = true;
  result.newest = newest;
  result.newest_arrival_ms = newest_ms;
  return result;
}

host_summary away() {
  auto result = connected();
  result.connected = false;
  return result;
}

std::string state(const host_summary& host, int64_t later_ms) {
  return to_string(state_of(host, newest_ms + later_ms, hour_ms));
}

} // namespace

TEST_CASE("a host that is delivered is live, replicating or stale",
          "[actors]") {
  auto host = connected();
  CHECK(state(host, 0) == "live");
  CHECK(state(host, live_age_ms_max) == "live");
  CHECK(state(host, live_age_ms_max + 1) == "stale");
  // Its clock may be behind.
  host.newest_arrival_ms = newest_ms + live_age_ms_max + 1;
  CHECK(state(host, live_age_ms_max + 1) == "stale");
  // Its past comes, window by window.
  host.window_arrival_ms = newest_ms + 2 * hour_ms;
  CHECK(state(host, 2 * hour_ms + replicating_ms_max) == "replicating");
  CHECK(state(host, 2 * hour_ms + replicating_ms_max + 1) == "stale");
  host_summary fresh;
  fresh.connected = true;
  CHECK(state(fresh, 0) == "stale");
}

TEST_CASE("a host that is not is offline, then archived", "[actors]") {
  auto host = away();
  CHECK(state(host, 0) == "offline");
  CHECK(state(host, hour_ms - 1) == "offline");
  CHECK(state(host, hour_ms) == "archived");
  // Its samples may be older than its link.
  host.left_ms = newest_ms + hour_ms;
  CHECK(state(host, 2 * hour_ms - 1) == "offline");
  CHECK(state(host, 2 * hour_ms) == "archived");
  CHECK(state(host_summary{}, 0) == "archived");
}

TEST_CASE("a host says itself that it is ephemeral", "[actors]") {
  host_definition host;
  CHECK_FALSE(is_ephemeral(host));
  host.info = {{"os_name", "yes"}, {ephemeral_key, "no"}};
  CHECK_FALSE(is_ephemeral(host));
  host.info.back().second = "yes";
  CHECK(is_ephemeral(host));
}

TEST_CASE("who was away for long enough is forgotten where wanted",
          "[actors]") {
  constexpr unix_ms now = newest_ms;
  constexpr auto long_ago = now - 100 * hour_ms;
  host_absence ephemeral{false, false, true, now - hour_ms};
  host_absence other{false, false, false, now - hour_ms};
  auto over = [&](const host_absence& x, cleanup_options options) {
    return is_over(x, options, now, long_ago);
  };
  CHECK_FALSE(over(ephemeral, {}));
  CHECK_FALSE(over(other, {hour_ms, {}}));
  CHECK(over(ephemeral, {hour_ms, {}}));
  CHECK_FALSE(over(ephemeral, {hour_ms + 1, {}}));
  CHECK(over(other, {{}, hour_ms}));
  CHECK_FALSE(over(other, {{}, hour_ms + 1}));
  // The shorter one holds.
  CHECK(over(ephemeral, {{}, hour_ms}));
  CHECK(over(ephemeral, {2 * hour_ms, hour_ms}));
  CHECK(over(ephemeral, {hour_ms, 2 * hour_ms}));
  ephemeral.is_connected = true;
  CHECK_FALSE(over(ephemeral, {hour_ms, hour_ms}));
  other.is_own = true;
  CHECK_FALSE(over(other, {hour_ms, hour_ms}));
}

TEST_CASE("a node that was away itself forgets nobody for that", "[actors]") {
  constexpr unix_ms now = newest_ms;
  host_absence host{false, false, true, now - 100 * hour_ms};
  CHECK_FALSE(is_over(host, {30'000, {}}, now, now - 29'999));
  CHECK(is_over(host, {30'000, {}}, now, now - 30'000));
  CHECK_FALSE(is_over(host, {50 * hour_ms, {}}, now, now - hour_ms + 1));
  CHECK(is_over(host, {50 * hour_ms, {}}, now, now - hour_ms));
}
