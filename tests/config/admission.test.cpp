#include "config/admission.hpp"

#include <cstring>

#include <catch2/catch.hpp>

#include "config/fault.hpp"
#include "schema/error.hpp"

using namespace tributary;

namespace {

constexpr auto key_text = "11111111-2222-3333-4444-555555555555";
constexpr auto off_key_text = "22222222-2222-3333-4444-555555555555";
const auto own = guid::from_words(1, 1);
const auto host = guid::from_words(2, 2);

stream_receiver_options rules_with_key() {
  stream_receiver_options x;
  auto& key = x.api_keys.emplace_back();
  key.key = *guid::parse(key_text);
  key.enabled = true;
  auto& off = x.api_keys.emplace_back();
  off.key = *guid::parse(off_key_text);
  return x;
}

machine_section& add_machine(stream_receiver_options& to) {
  auto& result = to.machines.emplace_back();
  result.machine = host;
  return result;
}

/// `admitted`, or code and words of the refusal.
std::string verdict(const stream_receiver_options& rules,
                    const host_claim& claim) {
  auto x = admission{rules, own}.check(claim);
  return x ? "admitted" : to_text(x.error());
}

} // namespace

TEST_CASE("an enabled key admits", "[config]") {
  auto rules = rules_with_key();
  CHECK(verdict(rules, {key_text, host, "10.0.0.1"}) == "admitted");
  CHECK(verdict(rules, {key_text, host, "unix"}) == "admitted");
}

TEST_CASE("a key's mark tells keys apart and nodes too", "[config]") {
  auto key = *guid::parse(key_text);
  auto mark = key_mark(own, key);
  CHECK(
      admission{rules_with_key(), own}.check({key_text, host, "::1"})->key_mark
      == mark);
  CHECK(mark != 0);
  CHECK(mark != key_mark(own, *guid::parse(off_key_text)));
  CHECK(mark != key_mark(host, key));
  // None of the key's own words.
  for (size_t i = 0; i + 4 <= key.bytes.size(); ++i) {
    uint32_t word = 0;
    memcpy(&word, &key.bytes[i], sizeof(word));
    CHECK(word != mark);
  }
}

TEST_CASE("keys compare without regard to case", "[config]") {
  stream_receiver_options rules;
  auto& key = rules.api_keys.emplace_back();
  key.key = *guid::parse("abcdefab-2222-3333-4444-555555555555");
  key.enabled = true;
  CHECK(verdict(rules, {"ABCDEFAB-2222-3333-4444-555555555555", host, "::1"})
        == "admitted");
}

TEST_CASE("a key that is not right is denied", "[config]") {
  auto rules = rules_with_key();
  CHECK(verdict(rules, {"", host, "10.0.0.1"})
        == "denied: the API key is not a UUID");
  CHECK(verdict(rules, {std::string(100'000, 'x'), host, "10.0.0.1"})
        == "denied: the API key is not a UUID");
  CHECK(verdict(rules, {"33333333-0000-0000-0000-000000000000", host, "::1"})
        == "denied: API key 33333333... is unknown");
  CHECK(verdict(rules, {off_key_text, host, "10.0.0.1"})
        == "denied: API key 22222222... is not enabled");
  CHECK(verdict({}, {key_text, host, "10.0.0.1"})
        == "denied: API key 11111111... is unknown");
}

TEST_CASE("keys that differ in one bit differ", "[config]") {
  auto rules = rules_with_key();
  for (size_t bit = 0; bit < 128; ++bit) {
    auto key = *guid::parse(key_text);
    key.bytes[bit / 8]
        = static_cast<uint8_t>(key.bytes[bit / 8] ^ (1u << (bit % 8)));
    auto x = admission{rules, own}.check({to_string(key), host, "10.0.0.1"});
    CHECK(code_of(x.error()) == ec::denied);
  }
}

TEST_CASE("any of several keys admits", "[config]") {
  auto rules = rules_with_key();
  rules.api_keys[1].enabled = true;
  CHECK(verdict(rules, {key_text, host, "::1"}) == "admitted");
  CHECK(verdict(rules, {off_key_text, host, "::1"}) == "admitted");
}

TEST_CASE("a key of zeros is never right", "[config]") {
  auto rules = rules_with_key();
  CHECK(verdict(rules, {to_string(guid{}), host, "10.0.0.1"})
        == "denied: API key 00000000... is unknown");
}

TEST_CASE("allow from is kept for keys and machines", "[config]") {
  auto rules = rules_with_key();
  rules.api_keys[0].allow_from = simple_pattern{"!10.0.0.7 10.*"};
  CHECK(verdict(rules, {key_text, host, "10.0.0.1"}) == "admitted");
  CHECK(verdict(rules, {key_text, host, "10.0.0.7"})
        == "denied: API key 11111111... does not allow 10.0.0.7");
  CHECK(verdict(rules, {key_text, host, "::ffff:10.0.0.7"})
        == "denied: API key 11111111... does not allow 10.0.0.7");
  CHECK(verdict(rules, {key_text, host, "unix"})
        == "denied: API key 11111111... does not allow unix");
  add_machine(rules).allow_from = simple_pattern{"10.0.0.2"};
  CHECK(verdict(rules, {key_text, host, "10.0.0.2"}) == "admitted");
  CHECK(verdict(rules, {key_text, host, "10.0.0.1"})
        == "denied: machine " + to_string(host)
               + " is not allowed from 10.0.0.1");
}

TEST_CASE("localhost is a name of the loopback addresses", "[config]") {
  auto rules = rules_with_key();
  rules.api_keys[0].allow_from = simple_pattern{"localhost"};
  for (auto address : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"})
    CHECK(verdict(rules, {key_text, host, address}) == "admitted");
  CHECK(verdict(rules, {key_text, host, "10.0.0.1"}).substr(0, 6) == "denied");
  rules.api_keys[0].allow_from = simple_pattern{"!localhost *"};
  CHECK(verdict(rules, {key_text, host, "127.0.0.1"}).substr(0, 6) == "denied");
  rules.api_keys[0].allow_from = simple_pattern{"127.0.0.1"};
  CHECK(verdict(rules, {key_text, host, "127.0.0.1"}) == "admitted");
}

TEST_CASE("a machine section denies its host only", "[config]") {
  auto rules = rules_with_key();
  add_machine(rules).enabled = false;
  CHECK(verdict(rules, {key_text, host, "10.0.0.1"})
        == "denied: machine " + to_string(host) + " is not enabled");
  CHECK(verdict(rules, {key_text, guid::from_words(3, 3), "10.0.0.1"})
        == "admitted");
}

TEST_CASE("a machine section does not replace a key", "[config]") {
  auto rules = rules_with_key();
  add_machine(rules);
  CHECK(verdict(rules, {off_key_text, host, "10.0.0.1"})
        == "denied: API key 22222222... is not enabled");
}

TEST_CASE("own and mixed up GUIDs are refused", "[config]") {
  auto rules = rules_with_key();
  CHECK(verdict(rules, {key_text, own, "10.0.0.1"})
        == "loop: the machine GUID is that of this node");
  // Without a right key nobody learns that it is ours.
  CHECK(verdict(rules, {off_key_text, own, "10.0.0.1"}).substr(0, 6)
        == "denied");
  CHECK(verdict(rules, {key_text, guid{}, "10.0.0.1"})
        == "denied: the machine GUID is missing");
  CHECK(verdict(rules, {key_text, *guid::parse(key_text), "10.0.0.1"})
        == "denied: the machine GUID is an API key; were they mixed up?");
  add_machine(rules);
  CHECK(verdict(rules, {to_string(host), host, "10.0.0.1"})
        == "denied: 00000000... is a machine's GUID and not an API key; were "
           "they mixed up?");
}

TEST_CASE("addresses have one form", "[config]") {
  CHECK(normal_address("10.0.0.1") == "10.0.0.1");
  CHECK(normal_address("::ffff:10.0.0.1") == "10.0.0.1");
  CHECK(normal_address("::FFFF:0a00:0001") == "10.0.0.1");
  CHECK(normal_address("[::1]") == "::1");
  CHECK(normal_address("2001:DB8:0:0::1") == "2001:db8::1");
  CHECK(normal_address("fe80::1%eth0") == "fe80::1");
  CHECK(normal_address("unix") == "unix");
  CHECK(normal_address("").empty());
  CHECK(normal_address("[") == "[");
}

TEST_CASE("a key that is bound admits its machines only", "[config]") {
  auto rules = rules_with_key();
  auto other = guid::from_words(3, 3);
  rules.api_keys[0].machine_guids = simple_pattern{to_string(host)};
  CHECK(verdict(rules, {key_text, host, "10.0.0.1"}) == "admitted");
  CHECK(verdict(rules, {key_text, other, "10.0.0.1"})
        == "denied: API key 11111111... is not for machine "
               + to_string(other));
  // A stranger learns no GUID by it: the key is checked first.
  CHECK(verdict(rules, {off_key_text, other, "10.0.0.1"})
        == "denied: API key 22222222... is not enabled");
}

TEST_CASE("a key that is bound to a certificate wants it", "[config]") {
  auto rules = rules_with_key();
  std::vector<std::string> mine{"child-7", "child-7.example.org"};
  std::vector<std::string> foreign{"child-8"};
  std::vector<std::string> none;
  host_claim claim{key_text, host, "10.0.0.1", &foreign};
  CHECK(verdict(rules, claim) == "admitted");
  rules.api_keys[0].certificate_names = simple_pattern{"child-7"};
  CHECK(verdict(rules, claim)
        == "denied: API key 11111111... is not for the certificate of child-8");
  claim.certificate_names = &none;
  CHECK(verdict(rules, claim)
        == "denied: API key 11111111... is not for the certificate of nobody");
  claim.certificate_names = nullptr;
  CHECK(verdict(rules, claim)
        == "denied: API key 11111111... wants a certificate and none came");
  claim.certificate_names = &mine;
  CHECK(verdict(rules, claim) == "admitted");
}

TEST_CASE("requests pass to a child as its machine's section or its key says",
          "[config]") {
  auto rules = rules_with_key();
  auto rule = [&](const guid& child = host, const char* key = key_text) {
    return std::string{
        to_string(admission{rules, own}.requests_to(key, child))};
  };
  CHECK(rule() == "yes");
  rules.api_keys[0].pass_requests = request_rule::query;
  CHECK(rule() == "query");
  auto& machine = add_machine(rules);
  CHECK(rule() == "query");
  machine.pass_requests = request_rule::introspect;
  CHECK(rule() == "introspect");
  CHECK(rule(own) == "query");
  for (auto unknown : {"", "x", "33333333-2222-3333-4444-555555555555"})
    CHECK(rule(host, unknown) == "no");
}
