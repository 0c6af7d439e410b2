#include "schema/utf8.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("plain text keeps what people write", "[schema]") {
  for (auto text : {"leaf-1", "Grüße", "日本", "🙂", ""})
    CHECK(to_plain_text(text) == text);
}

TEST_CASE("plain text steers no terminal and breaks no line", "[schema]") {
  CHECK(to_plain_text("a\nb\tc\x7f") == "a?b?c?");
  CHECK(to_plain_text("\x1b[31m") == "?[31m");
  CHECK(to_plain_text("ev\xc2\x9b"
                      "31m")
        == "ev?31m"); // C1
  CHECK(to_plain_text("\xc2\x80\xc2\x9f\xc2\xa0") == "??\xc2\xa0");
  CHECK(to_plain_text("a\xe2\x80\xae"
                      "b\xe2\x81\xa6")
        == "a?b?");                            // bidi
  CHECK(to_plain_text("\xe2\x80\xa8") == "?"); // line separator
  CHECK(to_plain_text("\xe2\x80\xa7\xe2\x80\xaf")
        == "\xe2\x80\xa7\xe2\x80\xaf");
}

TEST_CASE("plain text is UTF-8 whatever comes", "[schema]") {
  CHECK(to_plain_text("\xff\x9b") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(is_utf8(to_plain_text("\xc2")));
}
