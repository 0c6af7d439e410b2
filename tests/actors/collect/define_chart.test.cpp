#include "actors/collect/define_chart.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("a definition carries its heading and dimensions", "[collect]") {
  auto x = define_chart(
      {"a.b", "c", "d", "e", "f", chart_type::area, 7, "g"},
      {make_gauge("one", {2, 3}), with_name(make_counter("two"), "deux")});
  CHECK(x->id == "a.b");
  CHECK(x->name == "a.b");
  CHECK(x->context == "c");
  CHECK(x->family == "d");
  CHECK(x->title == "e");
  CHECK(x->units == "f");
  CHECK(x->type == chart_type::area);
  CHECK(x->priority == 7);
  CHECK(x->module == "g");
  CHECK(x->step == 1);
  REQUIRE(x->dimensions.size() == 2);
  CHECK(x->dimensions[0].name == "one");
  CHECK(x->dimensions[0].algorithm == algorithm::absolute);
  CHECK(x->dimensions[0].multiplier == 2);
  CHECK(x->dimensions[0].divisor == 3);
  CHECK(x->dimensions[1].id == "two");
  CHECK(x->dimensions[1].name == "deux");
  CHECK(x->dimensions[1].algorithm == algorithm::incremental);
}

TEST_CASE("odd bytes of a name become underscores", "[collect]") {
  std::string result = "old";
  auto safe = [&result](std::string_view name) {
    assign_safe_name(name, result);
    return result;
  };
  CHECK(safe("eth0.100") == "eth0.100");
  CHECK(safe("br-1_A") == "br-1_A");
  CHECK(safe("cciss/c0d0") == "cciss_c0d0");
  CHECK(safe("a b\tc\n") == "a_b_c_");
  CHECK(safe(std::string_view{"a\0b", 3}) == "a_b");
  CHECK(safe("\xc3\xa9\xff") == "___");
  CHECK(safe(std::string(300, 'n')).size() == device_name_bytes_max);
  CHECK(safe("").empty());
}
