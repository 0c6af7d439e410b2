#include "actors/http/html_table.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("a page of a table holds no markup of its labels", "[http]") {
  data_table from;
  from.labels = {"<script>alert('x')</script>", "a&\"b\n"};
  from.times = {10, 11};
  from.values = {1, 2.5, std::numeric_limits<double>::quiet_NaN(), -3};
  std::string text;
  append_html_table(text, view_of(from), {});
  CHECK(text.find("<script") == std::string::npos);
  CHECK(text.find("<tr><th>time</th><th>&lt;script&gt;alert(&#39;x&#39;)"
                  "&lt;/script&gt;</th><th>a&amp;&quot;b </th></tr>")
        != std::string::npos);
  CHECK(text.find("<tr><td>11</td><td></td><td>-3</td></tr>\n"
                  "<tr><td>10</td><td>1</td><td>2.5</td></tr>\n")
        != std::string::npos);
}
