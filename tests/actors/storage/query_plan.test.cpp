#include "actors/storage/query_plan.hpp"

#include <tuple>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

query_request asked(int64_t after, int64_t before, uint32_t points = 0) {
  query_request result;
  result.after = after;
  result.before = before;
  result.points = points;
  return result;
}

query_range resolved(const query_request& what, tick newest = 10'000,
                     tick now = 10'005) {
  auto result = resolve_range(what, newest, now);
  INFO((result ? std::string{} : to_text(result.error())));
  REQUIRE(result);
  return *result;
}

ec refused(const query_request& what) {
  auto result = resolve_range(what, 10'000, 10'005);
  REQUIRE_FALSE(result);
  return code_of(result.error());
}

/// Tiers of 1, 60 and 3,600 s whose points end at 59 past; tier 0 begins at
/// 50,000, all of tier 1 is whole up to 99,959, tier 2 up to 97,199.
std::vector<tier_standing> some_tiers() {
  return {{1, 0, 50'000, 100'000},
          {60, 59, 20'040, 99'959},
          {3600, 3599, 0, 97'199}};
}

using pieces = std::vector<std::tuple<unsigned, tick, tick>>;

pieces planned(tick from, tick to, unsigned preferred, bool only = false) {
  pieces result;
  for (auto& x : plan_pieces({from, to, 1, 0}, some_tiers(), preferred, only))
    result.emplace_back(x.tier, x.from, x.to);
  return result;
}

} // namespace

TEST_CASE("relative times count from before, and before from now", "[actors]") {
  auto x = resolved(asked(-600, 0));
  CHECK(x.to == 10'000); // the newest tick
  CHECK(x.from == 9'400);
  CHECK(x.per_row == 1);
  CHECK(resolved(asked(-60, 0), 0, 10'005).to == 10'005); // nothing came so far
  x = resolved(asked(-100, -50));
  CHECK(x.to == 9'955);
  CHECK(x.from == 9'855);
  x = resolved(asked(5'000, 8'000));
  CHECK(x.from == 5'000);
  CHECK(x.to == 8'000);
  CHECK(resolved(asked(9'000, -5)).to == 10'000);
}

TEST_CASE("points bound the length of a row from below", "[actors]") {
  CHECK(resolved(asked(-600, 0, 600)).per_row == 1);
  CHECK(resolved(asked(-600, 0, 599)).per_row == 2);
  CHECK(resolved(asked(-600, 0, 60)).per_row == 10);
  CHECK(resolved(asked(-600, 0, 1)).per_row == 600);
  CHECK(resolved(asked(-600, 0, 10'000)).per_row == 1);
  CHECK(resolved(asked(-86'400, 0)).per_row == 5); // at most 20,000 rows
  // However long the range is.
  for (auto x : {resolved(asked(-253'402'300'799, 253'402'300'799)),
                 resolved(asked(-1'000'000'000, 0, 7))})
    CHECK(x.rows() <= query_points_max);
}

TEST_CASE("ranges that say nothing or too much are refused", "[actors]") {
  CHECK(refused(asked(8'000, 8'000)) == ec::bad_request);
  CHECK(refused(asked(9'000, 8'000)) == ec::bad_request);
  CHECK(refused(asked(0, -5)) == ec::bad_request);
  CHECK(refused(asked(-600, 0, query_points_max + 1)) == ec::bad_request);
}

TEST_CASE("rows of an unaligned range end at its end", "[actors]") {
  auto what = asked(-595, 9'997, 60);
  what.unaligned = true;
  auto x = resolved(what);
  CHECK(x.per_row == 10);
  CHECK(x.row_end(x.to) == 9'997);
  CHECK(x.row_end(9'987) == 9'987);
  CHECK(x.row_end(9'988) == 9'997);
  CHECK(x.rows() == 60);
  what.unaligned = false;
  CHECK(resolved(what).row_end(9'988) == 9'990);
}

TEST_CASE("rows end at multiples moved by their phase", "[actors]") {
  query_range x{0, 1000, 60, 59};
  CHECK(x.row_end(59) == 59);
  CHECK(x.row_end(60) == 119);
  CHECK(x.row_end(-1) == -1);
  CHECK(x.row_end(0) == 59);
  CHECK(x.row_end(-2) == -1);
  CHECK(x.row_end(-61) == -61);
  CHECK(x.rows() == 17); // 59, 119 ... 1019
}

TEST_CASE("the coarsest tier that fits a row is chosen", "[actors]") {
  auto tiers = some_tiers();
  auto tier = [&](int64_t per_row) {
    return *choose_tier({}, {0, 100'000, per_row, 0}, tiers);
  };
  CHECK(tier(1) == 0);
  CHECK(tier(59) == 0);
  CHECK(tier(60) == 1);
  CHECK(tier(3599) == 1);
  CHECK(tier(3600) == 2);
  query_request what;
  what.tier = 2;
  CHECK(*choose_tier(what, {0, 100'000, 1, 0}, tiers) == 2);
  what.tier = 3;
  auto none = choose_tier(what, {0, 100'000, 1, 0}, tiers);
  REQUIRE_FALSE(none);
  CHECK(code_of(none.error()) == ec::bad_request);
  CHECK(words_of(none.error()) == "tier: there are 0 to 2");
  what.tier = 1;
  auto alone = choose_tier(what, {0, 100'000, 1, 0}, {tiers[0]});
  REQUIRE_FALSE(alone);
  CHECK(code_of(alone.error()) == ec::bad_request);
  CHECK(words_of(alone.error()) == "tier: there is tier 0 alone");
}

TEST_CASE("rows are whole numbers of points", "[actors]") {
  auto tiers = some_tiers();
  auto what = asked(10'000, 96'400, 1000); // 87 s a row
  auto range = resolved(what);
  auto x = fitted_range(what, range, tiers[1], 1);
  CHECK(x.per_row == 120);
  CHECK(x.row_end(60) == 179);
  CHECK(x.rows() <= 1000);
  CHECK(fitted_range(what, range, tiers[1], 7).per_row == 420);
  CHECK(fitted_range(what, range, tiers[0], 10).per_row == 90);
  what.virtual_points = true;
  CHECK(fitted_range(what, range, tiers[0], 10).per_row == 87);
  CHECK(fitted_range(what, range, tiers[2], 1).per_row == 87);
  what.virtual_points = false;
  what.resample_seconds = 50;
  CHECK(resolved(what).per_row == 100);
  CHECK(fitted_range(what, resolved(what), tiers[1], 1).per_row == 300);
}

TEST_CASE("each tick is read from one tier", "[actors]") {
  // Hours, then the minutes and seconds behind the last whole ones.
  CHECK(planned(-1, 100'000, 2)
        == pieces{{2, 0, 97'199}, {1, 97'200, 99'959}, {0, 99'960, 100'000}});
  // Minutes, and hours before there were any; the hour that is cut counts in
  // part.
  CHECK(planned(0, 100'000, 1)
        == pieces{{2, 1, 20'039}, {1, 20'040, 99'959}, {0, 99'960, 100'000}});
  // What the range cuts of a point is read below, where there is something.
  CHECK(
      planned(60'029, 60'149, 1)
      == pieces{{0, 60'030, 60'059}, {1, 60'060, 60'119}, {0, 60'120, 60'149}});
  // And else a part of the point counts.
  CHECK(
      planned(30'029, 30'149, 1)
      == pieces{{1, 30'030, 30'059}, {1, 30'060, 30'119}, {1, 30'120, 30'149}});
  CHECK(planned(0, 100'000, 0)
        == pieces{{2, 1, 20'039}, {1, 20'040, 49'999}, {0, 50'000, 100'000}});
  CHECK(planned(0, 100'000, 1, true) == pieces{{1, 20'040, 99'959}});
  CHECK(planned(100'000, 200'000, 0).empty());
  CHECK(planned(-500, -100, 2).empty());
  CHECK(planned(5, 5, 0).empty());
}

TEST_CASE("pieces follow each other without overlap", "[actors]") {
  for (tick from = -100; from < 110'000; from += 7'301)
    for (tick to = from; to < 120'000; to += 6'007)
      for (unsigned tier = 0; tier < 3; ++tier) {
        auto last = from;
        for (auto& [number, begin, end] : planned(from, to, tier)) {
          CHECK(number < 3);
          CHECK(begin > last);
          CHECK(end >= begin);
          last = end;
        }
        CHECK(last <= std::max(from, to));
      }
}
