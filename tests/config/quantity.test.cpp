#include "config/quantity.hpp"

#include <limits>

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

template <class T>
bool is_refused(const caf::expected<T>& x) {
  return !x && code_of(x.error()) == ec::bad_configuration;
}

} // namespace

TEST_CASE("booleans have four spellings each", "[config]") {
  for (auto text : {"yes", "true", "on", "1"})
    CHECK(*parse_boolean(text));
  for (auto text : {"no", "false", "off", "0"})
    CHECK_FALSE(*parse_boolean(text));
  for (auto text : {"", "YES", "y", "2", "yes please"})
    CHECK(is_refused(parse_boolean(text)));
}

TEST_CASE("durations are seconds unless they say otherwise", "[config]") {
  CHECK(*parse_duration_ms("5") == 5000);
  CHECK(*parse_duration_ms("0") == 0);
  CHECK(*parse_duration_ms("250ms") == 250);
  CHECK(*parse_duration_ms("5s") == 5000);
  CHECK(*parse_duration_ms("10m") == 600'000);
  CHECK(*parse_duration_ms("1h30m") == 5'400'000);
  CHECK(*parse_duration_ms("1 h 30 m") == 5'400'000);
  CHECK(*parse_duration_ms("14d") == 1'209'600'000);
  for (auto text : {"", "s", "-5", "5x", "1.5s", "5 s x", "1h30", "5sec",
                    "99999999999999999999", "9223372036854775807d", "5s\n"})
    CHECK(is_refused(parse_duration_ms(text)));
}

TEST_CASE("a duration is written as it is read", "[config]") {
  CHECK(duration_text(0) == "0s");
  CHECK(duration_text(1) == "1ms");
  CHECK(duration_text(600'000) == "10m");
  CHECK(duration_text(5'400'001) == "1h30m1ms");
  for (int64_t x : {int64_t{0}, int64_t{999}, int64_t{86'399'999},
                    std::numeric_limits<int64_t>::max()})
    CHECK(*parse_duration_ms(duration_text(x)) == x);
}

TEST_CASE("sizes are MiB unless they say otherwise", "[config]") {
  CHECK(*parse_size_mib("512") == 512);
  CHECK(*parse_size_mib("512MiB") == 512);
  CHECK(*parse_size_mib("2048KiB") == 2);
  CHECK(*parse_size_mib("4 GiB") == 4096);
  CHECK(*parse_size_mib("1TiB") == 1'048'576);
  for (auto text : {"", "MiB", "-1", "1.5GiB", "4GB", "4G", "512KiB", "1 2",
                    "9223372036854775807TiB", "4GiB4MiB"})
    CHECK(is_refused(parse_size_mib(text)));
}

TEST_CASE("a size is written as it is read", "[config]") {
  CHECK(size_text(0) == "0MiB");
  CHECK(size_text(100) == "100MiB");
  CHECK(size_text(4096) == "4GiB");
  CHECK(size_text(1u << 20) == "1TiB");
  for (uint64_t x : {0, 1, 1023, 1024, 5000, 1 << 20})
    CHECK(*parse_size_mib(size_text(x)) == x);
}

TEST_CASE("numbers are whole and unsigned", "[config]") {
  CHECK(*parse_number("0") == 0);
  CHECK(*parse_number("65535") == 65535);
  for (auto text :
       {"", "-1", "+1", "1 ", "0x10", "1e3", "99999999999999999999"})
    CHECK(is_refused(parse_number(text)));
}
