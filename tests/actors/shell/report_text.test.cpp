#include "actors/shell/report_text.hpp"

#include <cstdlib>
#include <ctime>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

shell_report tree() {
  report_table x;
  x.key = "actors";
  x.columns = {{"name", "actor"},
               {"id", "id", column_kind::count, true},
               {"busy_ns", "busy", column_kind::nanoseconds},
               {"last_error", "last error"}};
  x.rows = {{0, {std::string{"node"}, int64_t{7}, int64_t{1500}, {}}},
            {1,
             {std::string{"writer"}, int64_t{8}, int64_t{12'000'000},
              std::string{"disk full"}}}};
  return {{x}};
}

} // namespace

TEST_CASE("numbers are told as people read them", "[shell]") {
  auto ms = [](int64_t x) {
    return to_text(x, column_kind::milliseconds);
  };
  CHECK(to_text(0, column_kind::count) == "0");
  CHECK(to_text(-3, column_kind::count) == "-3");
  CHECK(to_text(1023, column_kind::bytes) == "1023 B");
  CHECK(to_text(1536, column_kind::bytes) == "1.50 KiB");
  CHECK(to_text(15 << 20, column_kind::bytes) == "15.0 MiB");
  CHECK(to_text(int64_t{4} << 40, column_kind::bytes) == "4.00 TiB");
  CHECK(to_text(999, column_kind::nanoseconds) == "999 ns");
  CHECK(to_text(1500, column_kind::nanoseconds) == "1.50 us");
  CHECK(to_text(123'456'789, column_kind::nanoseconds) == "123 ms");
  CHECK(ms(999) == "999 ms");
  CHECK(ms(1500) == "1.50 s");
  CHECK(ms(185'000) == "3 min 5 s");
  CHECK(ms(7'260'000) == "2 h 1 min");
  CHECK(ms(90'000'000) == "1 d 1 h");
  CHECK(to_text(1000, column_kind::per_mille) == "100.0 %");
  CHECK(to_text(7, column_kind::per_mille) == "0.7 %");
}

TEST_CASE("instants are told in local time", "[shell]") {
  setenv("TZ", "UTC", 1);
  tzset();
  CHECK(to_text(0, column_kind::tick) == "1970-01-01 00:00:00");
  CHECK(to_text(86'399'999, column_kind::time_ms) == "1970-01-01 23:59:59");
}

TEST_CASE("columns are aligned, trees indented, nothing is a dash", "[shell]") {
  CHECK(to_text(tree(), {})
        == "actor        busy  last error\n"
           "node      1.50 us  -\n"
           "  writer  12.0 ms  disk full\n");
}

TEST_CASE("headings are bold where that is wanted", "[shell]") {
  auto text = to_text(tree(), {true});
  CHECK_THAT(text, Catch::StartsWith("\x1b[1mactor"));
}

TEST_CASE("a vertical table is a line for each column", "[shell]") {
  report_table x;
  x.key = "node";
  x.vertical = true;
  x.columns = {{"hostname", "node"},
               {"uptime_ms", "runs for", column_kind::milliseconds}};
  x.rows = {{0, {std::string{"leaf"}, int64_t{5000}}}};
  CHECK(to_text(shell_report{{x}}, {})
        == "node      leaf\n"
           "runs for  5.00 s\n");
  CHECK(to_json({{x}})
        == "{\"node\":{\"hostname\":\"leaf\","
           "\"uptime_ms\":5000}}\n");
}

TEST_CASE("JSON has every column under its key, plain", "[shell]") {
  CHECK(to_json(tree())
        == "{\"actors\":[{\"name\":\"node\",\"id\":7,\"busy_ns\":1500,"
           "\"last_error\":null},{\"name\":\"writer\",\"id\":8,\"busy_ns\":"
           "12000000,\"last_error\":\"disk full\"}]}\n");
}

TEST_CASE("an empty table says so", "[shell]") {
  auto x = tree();
  x.tables[0].rows.clear();
  CHECK_THAT(to_text(x, {}), Catch::EndsWith("(none)\n"));
  CHECK(to_json(x) == "{\"actors\":[]}\n");
}

TEST_CASE("names of strangers steer no terminal", "[shell]") {
  auto x = tree();
  x.tables[0].rows[1].cells[0] = std::string{"\x1b]0;evil\x07\r\n\xff"};
  auto text = to_text(x, {});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK(text.find("?]0;evil???\xef\xbf\xbd") != std::string::npos);
}

TEST_CASE("a document is shown as it is, behind the tables", "[shell]") {
  CHECK(to_text(shell_report{{}, "a,b\n1,2\n"}, {}) == "a,b\n1,2\n");
  CHECK(to_text(shell_report{{}, "a\tb\r\n\n1"}, {}) == "a\tb\n\n1\n");
  auto both = tree();
  both.document = "text";
  CHECK_THAT(to_text(both, {}), Catch::EndsWith("disk full\ntext\n"));
  CHECK(to_json(shell_report{{}, "{\"x\":1}"}) == "{\"x\":1}\n");
  CHECK(to_text(shell_report{{}, "\x1b[2J\x07"}, {}) == "?[2J?\n");
}
