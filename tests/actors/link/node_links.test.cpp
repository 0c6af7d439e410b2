#include "actors/link/node_links.hpp"

#include <ostream>

#include <catch2/catch.hpp>

namespace tributary {

std::ostream& operator<<(std::ostream& to, const node_links::step& x) {
  static constexpr const char* words[] = {"admit", "replace", "ask", "refuse"};
  return to << words[x.kind] << ' ' << x.link << '/' << x.other;
}

} // namespace tributary

using namespace tributary;

namespace {

using step = node_links::step;
using steps = node_links::steps;

constexpr uint64_t first_life = 1;
constexpr uint64_t second_life = 2;
constexpr uint64_t third_life = 3;

link_greeting hello(uint64_t life, uint64_t node = 7) {
  return {guid::from_words(7, node),
          life == 0 ? guid{} : guid::from_words(9, life), "leaf", "10.0.0.7"};
}

} // namespace

TEST_CASE("a node's only link stays, and so do those of others", "[actors]") {
  node_links links;
  CHECK(links.greeted(1, hello(first_life)) == steps{{step::admit, 1}});
  CHECK(links.greeted(2, hello(first_life, 8)) == steps{{step::admit, 2}});
  CHECK(links.ended(1).empty());
  CHECK(links.greeted(3, hello(second_life)) == steps{{step::admit, 3}});
}

TEST_CASE("a process that comes again gets in at once", "[actors]") {
  node_links links;
  links.greeted(1, hello(first_life));
  // Two destinations may lead here: the older one is not ended for it.
  CHECK(links.greeted(2, hello(first_life)) == steps{{step::admit, 2}});
  SECTION("the newer one is asked for both") {
    CHECK(links.greeted(3, hello(second_life)) == steps{{step::ask, 2}});
    CHECK(links.answered(1).empty());
    CHECK(links.silent(1).empty());
    CHECK(links.answered(2) == steps{{step::refuse, 3, 2}});
  }
  SECTION("and the older one after it") {
    links.greeted(3, hello(second_life));
    CHECK(links.silent(2) == steps{{step::replace, 2, 1}, {step::ask, 1}});
    CHECK(links.ended(2).empty());
    CHECK(links.silent(1) == steps{{step::replace, 1, 3}, {step::admit, 3}});
  }
  SECTION("the newer one ends while it is asked") {
    links.greeted(3, hello(second_life));
    CHECK(links.ended(2) == steps{{step::ask, 1}});
    CHECK(links.answered(1) == steps{{step::refuse, 3, 1}});
  }
  SECTION("the older one ends while the newer one is asked") {
    links.greeted(3, hello(second_life));
    CHECK(links.ended(1).empty());
    CHECK(links.answered(2) == steps{{step::refuse, 3, 2}});
  }
  SECTION("the newer one ends, and who waited for it has left") {
    links.greeted(3, hello(second_life));
    CHECK(links.ended(3).empty());
    CHECK(links.ended(2).empty());
    CHECK(links.greeted(4, hello(second_life)) == steps{{step::ask, 1}});
  }
}

TEST_CASE("another life waits whether the one before answers", "[actors]") {
  node_links links;
  links.greeted(1, hello(first_life));
  CHECK(links.greeted(2, hello(second_life)) == steps{{step::ask, 1}});
  SECTION("it does: a clone") {
    CHECK(links.answered(1) == steps{{step::refuse, 2, 1}});
    CHECK(links.ended(2).empty());
    // Each attempt is asked for anew.
    CHECK(links.greeted(3, hello(second_life)) == steps{{step::ask, 1}});
  }
  SECTION("it does, and ends before the clone has") {
    links.answered(1);
    CHECK(links.ended(1).empty());
    CHECK(links.answered(2).empty());
    CHECK(links.ended(2).empty());
    CHECK(links.greeted(3, hello(second_life)) == steps{{step::admit, 3}});
  }
  SECTION("it does not: a restarted node") {
    CHECK(links.silent(1) == steps{{step::replace, 1, 2}, {step::admit, 2}});
    CHECK(links.ended(1).empty());
    // The old process, stopped until now, is the stranger.
    CHECK(links.greeted(3, hello(first_life)) == steps{{step::ask, 2}});
    CHECK(links.answered(2) == steps{{step::refuse, 3, 2}});
  }
  SECTION("its link ends meanwhile") {
    CHECK(links.ended(1) == steps{{step::admit, 2}});
    CHECK(links.answered(1).empty());
    CHECK(links.silent(1).empty());
    CHECK(links.greeted(3, hello(second_life)) == steps{{step::admit, 3}});
  }
  SECTION("its own process comes over a new link meanwhile") {
    CHECK(links.greeted(3, hello(first_life))
          == steps{{step::admit, 3}, {step::refuse, 2, 3}});
    CHECK(links.silent(1).empty());
  }
  SECTION("the newcomer leaves meanwhile") {
    CHECK(links.ended(2).empty());
    CHECK(links.silent(1).empty());
    CHECK(links.greeted(3, hello(first_life)) == steps{{step::admit, 3}});
  }
}

TEST_CASE("of several newcomers the first one gets in", "[actors]") {
  node_links links;
  links.greeted(1, hello(first_life));
  links.greeted(2, hello(second_life));
  // One question at a time.
  CHECK(links.greeted(3, hello(third_life)).empty());
  // It gave up waiting and is there again.
  CHECK(links.greeted(4, hello(second_life)) == steps{{step::replace, 2, 4}});
  CHECK(links.ended(2).empty());
  SECTION("in silence") {
    CHECK(links.silent(1)
          == steps{
              {step::replace, 1, 4}, {step::admit, 4}, {step::refuse, 3, 4}});
  }
  SECTION("by an end") {
    CHECK(links.ended(1) == steps{{step::admit, 4}, {step::refuse, 3, 4}});
  }
  SECTION("or none") {
    CHECK(links.answered(1)
          == steps{{step::refuse, 4, 1}, {step::refuse, 3, 1}});
  }
}

TEST_CASE("nodes that tell no life are asked for each time", "[actors]") {
  node_links links;
  links.greeted(1, hello(0));
  CHECK(links.greeted(2, hello(0)) == steps{{step::ask, 1}});
  CHECK(links.silent(1) == steps{{step::replace, 1, 2}, {step::admit, 2}});
}

TEST_CASE("a link is known until it ends, and nothing stays of it",
          "[actors]") {
  node_links links;
  CHECK(links.find(1) == nullptr);
  links.greeted(1, hello(first_life));
  REQUIRE(links.find(1) != nullptr);
  CHECK(links.find(1)->text() == "leaf (10.0.0.7)");
  CHECK(links.ended(1).empty());
  CHECK(links.find(1) == nullptr);
  CHECK(links.ended(1).empty());
}
