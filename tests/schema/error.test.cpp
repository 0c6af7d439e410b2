#include "schema/error.hpp"

#include <caf/exit_reason.hpp>
#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace tributary;

TEST_CASE("every error code has a name of its own", "[schema]") {
  std::set<std::string> names;
  auto last = static_cast<int>(ec::tls_failed);
  for (int i = 0; i <= last; ++i)
    names.insert(to_string(static_cast<ec>(i)));
  CHECK(names.size() == static_cast<size_t>(last) + 1);
  CHECK(names.count("unknown") == 0);
  CHECK(std::string{to_string(static_cast<ec>(last + 1))} == "unknown");
}

TEST_CASE("an error's text is its name and its detail", "[schema]") {
  CHECK(to_text(make_error(ec::need_key)) == "need_key");
  CHECK(to_text(make_error(ec::corrupt, "frame: 3 bytes"))
        == "corrupt: frame: 3 bytes");
  CHECK(to_text(caf::error{}) == "none");
}

TEST_CASE("an error keeps its code", "[schema]") {
  CHECK(code_of(make_error(ec::denied)) == ec::denied);
  CHECK(code_of(make_error(ec::too_large, "x")) == ec::too_large);
  CHECK(code_of(caf::error{}) == ec::none);
  CHECK_FALSE(make_error(ec::none));
  caf::error converted = ec::busy;
  CHECK(code_of(converted) == ec::busy);
}

TEST_CASE("an error of CAF's own has none of our codes", "[schema]") {
  caf::error foreign = caf::exit_reason::kill;
  CHECK(foreign);
  CHECK(code_of(foreign) == ec::none);
  CHECK_FALSE(to_text(foreign).empty());
}
