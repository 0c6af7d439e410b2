#include "config/host_history.hpp"

#include <catch2/catch.hpp>

#include "config/admission.hpp"

using namespace tributary;

namespace {

const guid own = guid::from_words(9, 9);
const guid key = guid::from_words(1, 1);
const guid host = guid::from_words(2, 2);
const guid other = guid::from_words(2, 3);

node_options options_with(std::optional<db_mode> of_key,
                          std::optional<db_mode> of_machine) {
  node_options result;
  result.receiver.api_keys.emplace_back();
  result.receiver.api_keys.back().key = key;
  result.receiver.api_keys.back().db = of_key;
  result.receiver.machines.emplace_back();
  result.receiver.machines.back().machine = host;
  result.receiver.machines.back().db = of_machine;
  return result;
}

} // namespace

TEST_CASE("the section of a key says of which hosts no history is kept",
          "[config]") {
  hosts_without_history x{options_with(db_mode::none, {}), own};
  CHECK_FALSE(x.empty());
  CHECK(x.has(host, key_mark(own, key)));
  CHECK_FALSE(x.has(host, 0));
  CHECK_FALSE(x.has(own, 0));
  CHECK_FALSE(x.has(host, key_mark(own, other)));
}

TEST_CASE("a machine has a history or none whatever its key", "[config]") {
  auto mark = key_mark(own, key);
  hosts_without_history x{options_with(db_mode::none, db_mode::dbengine), own};
  CHECK_FALSE(x.has(host, mark));
  CHECK(x.has(other, mark));
  hosts_without_history y{options_with({}, db_mode::none), own};
  CHECK_FALSE(y.empty());
  CHECK(y.has(host, mark));
  CHECK(y.has(host, 0)); // whatever it came with
  CHECK_FALSE(y.has(other, mark));
}

TEST_CASE("without such a section all hosts are kept", "[config]") {
  CHECK(hosts_without_history{options_with({}, {}), own}.empty());
  CHECK(
      hosts_without_history{options_with({}, db_mode::dbengine), own}.empty());
  auto options = options_with(db_mode::none, db_mode::none);
  options.db.mode = db_mode::none; // the node has a way of its own
  CHECK(hosts_without_history{options, own}.empty());
}
