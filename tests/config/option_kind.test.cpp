#include "config/option_kind.hpp"

#include <catch2/catch.hpp>

#include "config/options.hpp"

using namespace tributary;

namespace {

/// What the kind makes of `text` and back, or the words of the fault.
template <class Kind>
std::string read(const Kind& kind, std::string_view text) {
  auto x = kind.read(text);
  if (x)
    return kind.write(*x);
  CHECK(code_of(x.error()) == ec::bad_configuration);
  return "! " + detail_of(x.error());
}

} // namespace

TEST_CASE("a number has bounds", "[config]") {
  number_kind<uint16_t> port{1, 65535};
  CHECK(read(port, "1") == "1");
  CHECK(read(port, "65535") == "65535");
  CHECK(read(port, "0") == "! 0 is not in 1 to 65535");
  CHECK(read(port, "65536") == "! 65536 is not in 1 to 65535");
  CHECK(read(port, "http") == "! 'http' is not a whole number");
}

TEST_CASE("a duration has bounds and steps", "[config]") {
  duration_kind<uint32_t> window{1000, 60, 3600, 60};
  CHECK(read(window, "60") == "1m");
  CHECK(read(window, "1h") == "1h");
  CHECK(read(window, "59m60s") == "1h");
  CHECK(read(window, "61m") == "! '61m' is not in 1m to 1h");
  CHECK(read(window, "90s") == "! '90s' is not a multiple of 1m");
  CHECK(read(window, "0") == "! '0' is not in 1m to 1h");
  duration_kind<uint32_t> in_ms{1, 100, 60'000};
  CHECK(*in_ms.read("1500ms") == 1500);
  // Must not wrap around into the bounds.
  CHECK(read(in_ms, "4294967s296ms500ms")[0] == '!');
  CHECK(read(duration_kind<uint32_t>{1000, 1, 60}, "1500ms")
        == "! '1500ms' is not a multiple of 1s");
}

TEST_CASE("a size has bounds", "[config]") {
  size_mib_kind size{64, 1024};
  CHECK(read(size, "64") == "64MiB");
  CHECK(read(size, "1GiB") == "1GiB");
  CHECK(read(size, "63MiB") == "! '63MiB' is not in 64MiB to 1GiB");
  CHECK(read(size, "2GiB") == "! '2GiB' is not in 64MiB to 1GiB");
}

TEST_CASE("a choice names its words", "[config]") {
  choice_kind<db_mode, 3> mode;
  CHECK(read(mode, "ram") == "ram");
  CHECK(read(mode, "save") == "! 'save' is not one of: dbengine, ram, none");
}

TEST_CASE("an automatic value may stay open", "[config]") {
  automatic_kind<duration_kind<uint32_t>> every{{1, 100, 60'000}};
  CHECK(read(every, "auto") == "auto");
  CHECK(read(every, "1s") == "1s");
  CHECK(read(every, "1ms") == "! '1ms' is not in 100ms to 1m");
  CHECK(read(every, "").substr(0, 1) == "!");
}

TEST_CASE("a path is bounded", "[config]") {
  path_kind needed{10, false};
  CHECK(read(needed, "/a b") == "/a b");
  CHECK(read(needed, "") == "! the path is empty");
  CHECK(read(needed, "/123456789") == "/123456789");
  CHECK(read(needed, "/1234567890")
        == "! the path has 11 bytes, at most 10 fit");
  CHECK(read(path_kind{10, true}, "") == "");
}

TEST_CASE("a hostname can stand in an address", "[config]") {
  hostname_kind name;
  CHECK_FALSE(*name.read(""));
  CHECK(read(name, "web-1.example_x") == "web-1.example_x");
  CHECK(read(name, "a/b")
        == "! 'a/b' is not a name of letters, digits, '.', '_' and '-'");
  CHECK(read(name, "a b")[0] == '!');
  CHECK(read(name, std::string(128, 'a')) == std::string(128, 'a'));
  CHECK(read(name, std::string(129, 'a'))[0] == '!');
}

TEST_CASE("an address to listen on has no port", "[config]") {
  bind_address_kind address;
  for (auto text : {"*", "localhost", "127.0.0.1", "::", "fd00::1"})
    CHECK(read(address, text) == text);
  for (auto text : {"", "127.0.0.1:80", "[::1]", "eth0", "10.0.0.*"})
    CHECK(read(address, text)[0] == '!');
}

TEST_CASE("a wrong key is not repeated", "[config]") {
  key_kind key;
  CHECK(key.read("")->empty());
  CHECK(read(key, "11111111-2222-3333-4444-55555555ABCD")
        == "11111111-2222-3333-4444-55555555abcd");
  auto words = read(key, "1111-secret");
  CHECK(words[0] == '!');
  CHECK(words.find("secret") == std::string::npos);
  CHECK(read(key, "00000000-0000-0000-0000-000000000000")
        == "! a key of zeros is no key");
}

TEST_CASE("destinations are written as they are read", "[config]") {
  destinations_kind kind;
  CHECK(read(kind, "") == "");
  CHECK(read(kind, "a:1  /b [::1]:2:SSL") == "a:1 unix:/b [::1]:2:SSL");
  CHECK(read(kind, "a:0")[0] == '!');
}

TEST_CASE("a pattern that admits nobody by mistake is refused", "[config]") {
  address_pattern_kind pattern;
  CHECK(read(pattern, "!10.0.0.7 10.*") == "!10.0.0.7 10.*");
  CHECK(read(pattern, "")[0] == '!');
  CHECK(read(pattern, "10.0.0.0/8")
        == "! '10.0.0.0/8' holds '/', which no address does; write a network "
           "as a pattern such as 10.1.*");
}

TEST_CASE("patterns of GUIDs are GUIDs or have a star", "[config]") {
  guid_pattern_kind kind;
  CHECK(read(kind, "*") == "*");
  CHECK(read(kind, "66666666-7777-8888-9999-AAAAAAAAAAAA !6666* *")
        == "66666666-7777-8888-9999-aaaaaaaaaaaa !6666* *");
  CHECK(read(kind, "66666666-7777").find("neither a machine GUID")
        != std::string::npos);
  CHECK(read(kind, "* 66666666-7777").find("'66666666-7777'")
        != std::string::npos);
  CHECK(read(kind, "  ").find("admits nobody") != std::string::npos);
}
