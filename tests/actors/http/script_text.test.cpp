#include "actors/http/script_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tributary;

TEST_CASE("a function is named by identifiers and dots", "[http]") {
  for (auto name : {"f", "_", "$", "jQuery1_2", "a.b.c1",
                    "google.visualization.Query.setResponse"})
    CHECK(is_function_name(name));
  for (auto name : {"", ".", "a.", ".a", "a..b", "1a", "a.1", "a b", "a(b)",
                    "alert(1)//", "a;b", "a\nb", "a-b", "a[0]", "<script>",
                    "a'b", "\xC3\xA4", "a\\u0062"})
    CHECK_FALSE(is_function_name(name));
  CHECK(is_function_name(std::string(function_name_bytes_max, 'a')));
  CHECK_FALSE(is_function_name(std::string(function_name_bytes_max + 1, 'a')));
  CHECK_FALSE(is_function_name(std::string_view{"a\0b", 3}));
}

TEST_CASE("a script calls the function with the JSON", "[http]") {
  CHECK(script_of("a.b", "{\"x\":1}") == "/**/a.b({\"x\":1});\n");
}

TEST_CASE("line ends of Unicode do not end a string of a script", "[http]") {
  std::string json = "[\"a\xE2\x80\xA8"
                     "b\xE2\x80\xA9\xE2\x80\xA6"
                     "c\"]";
  auto script = script_of("f", json);
  CHECK(script.find("\xE2\x80\xA8") == std::string::npos);
  CHECK(script.find("\xE2\x80\xA9") == std::string::npos);
  auto inner = script.substr(6, script.size() - 9);
  CHECK(nlohmann::json::parse(inner) == nlohmann::json::parse(json));
}
