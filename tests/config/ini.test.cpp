#include "config/ini.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

ini_result parse(std::string_view text) {
  return parse_ini("t.conf", text);
}

/// The faults of `text`, one a line.
std::string faults_of(std::string_view text) {
  return to_text(parse(text).faults);
}

} // namespace

TEST_CASE("keys hold spaces and values stay verbatim", "[config]") {
  auto x = parse("[stream]\n"
                 "  api key =  a # b ; c = d  \n"
                 "\tempty=\n");
  REQUIRE(x.faults.empty());
  REQUIRE(x.document.sections.size() == 1);
  const auto& section = x.document.sections[0];
  CHECK(section.name == "stream");
  CHECK(section.line == 1);
  REQUIRE(section.entries.size() == 2);
  CHECK(section.entries[0].key == "api key");
  CHECK(section.entries[0].value == "a # b ; c = d");
  CHECK(section.entries[0].line == 2);
  CHECK(section.entries[1].key == "empty");
  CHECK(section.entries[1].value.empty());
}

TEST_CASE("comments stand at the start of a line only", "[config]") {
  auto x = parse("# one\n   ; two\n\n[a]\n  # three = 3\n#b = 1\nc = #2\n");
  REQUIRE(x.faults.empty());
  REQUIRE(x.document.sections.size() == 1);
  REQUIRE(x.document.sections[0].entries.size() == 1);
  CHECK(x.document.sections[0].entries[0].value == "#2");
}

TEST_CASE("a section that returns goes on", "[config]") {
  auto x = parse("[a]\nx = 1\n[ b ]\ny = 2\n[a]\nz = 3\n");
  REQUIRE(x.faults.empty());
  REQUIRE(x.document.sections.size() == 2);
  CHECK(x.document.sections[0].entries.size() == 2);
  CHECK(x.document.sections[0].entries[1].line == 6);
  CHECK(x.document.sections[1].name == "b");
}

TEST_CASE("line ends and marks of other systems do not matter", "[config]") {
  auto x = parse("\xef\xbb\xbf[a]\r\nx = 1\r\n");
  REQUIRE(x.faults.empty());
  CHECK(x.document.sections[0].entries[0].value == "1");
  CHECK(parse("").document.sections.empty());
  CHECK(parse("[a]\nx = 1").document.sections[0].entries.size() == 1);
}

TEST_CASE("a key set twice is a fault, the first stays", "[config]") {
  auto x = parse("[a]\nx = 1\n[b]\nx = 2\n[a]\nx = 3\n");
  CHECK(to_text(x.faults) == "t.conf:6: 'x' was set in line 2 already\n");
  CHECK(x.document.sections[0].entries[0].value == "1");
}

TEST_CASE("what is no line of INI is a fault at its line", "[config]") {
  CHECK(faults_of("[a]\nword\n")
        == "t.conf:2: 'word' is no '[section]' and no 'key = value'\n");
  CHECK(faults_of("[a]\n= 1\n") == "t.conf:2: there is no key before '='\n");
  CHECK(faults_of("x = 1\n") == "t.conf:1: 'x' stands before any section\n");
  CHECK(faults_of("[a\nx = 1\n")
        == "t.conf:1: a section is '[name]' and nothing after it\n");
  CHECK(faults_of("[a] # b\n")
        == "t.conf:1: a section is '[name]' and nothing after it\n");
  CHECK(faults_of("[ ]\n") == "t.conf:1: the section has no name\n");
  CHECK(faults_of("[a[b]]\n")
        == "t.conf:1: a section's name holds no brackets\n");
}

TEST_CASE("keys below a bad header do not fall to the section above",
          "[config]") {
  auto x = parse("[a]\n[b\nx = 1\n[c]\ny = 2\n");
  CHECK(x.faults.size() == 1);
  REQUIRE(x.document.sections.size() == 2);
  CHECK(x.document.sections[0].entries.empty());
  CHECK(x.document.sections[1].entries.size() == 1);
}

TEST_CASE("bytes that are no text are faults", "[config]") {
  using namespace std::string_view_literals;
  constexpr auto words
      = "t.conf:2: the line holds control characters or is not UTF-8\n";
  CHECK(faults_of("[a]\nx = \0\n"sv) == words);
  CHECK(faults_of("[a]\nx = \x1b[1m\n") == words);
  CHECK(faults_of("[a]\nx = \xff\n") == words);
  CHECK(faults_of("[a]\nx = \xc3\n") == words);
  CHECK(faults_of("[a]\nx = \xc0\xaf\n") == words);
  CHECK(faults_of("[a]\nx = \xed\xa0\x80\n") == words);
  CHECK(faults_of("[a]\nx = \xf4\x90\x80\x80\n") == words);
  CHECK(faults_of("[a]\nx = \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\n") == "");
}

TEST_CASE("a file that is too large is not looked at", "[config]") {
  auto text = std::string(ini_file_bytes_max, '\n');
  CHECK(parse(text).faults.empty());
  text += "[a]";
  auto x = parse(text);
  CHECK(x.faults.size() == 1);
  CHECK(x.document.sections.empty());
}

TEST_CASE("lines, keys and sections are bounded", "[config]") {
  auto line = "x=" + std::string(ini_line_bytes_max - 2, 'y');
  CHECK(parse("[a]\n" + line).faults.empty());
  CHECK(parse("[a]\n" + line + "y").faults.size() == 1);
  std::string keys = "[a]\n";
  for (size_t i = 0; i < ini_keys_max; ++i)
    keys += "k" + std::to_string(i) + "=\n";
  CHECK(parse(keys).faults.empty());
  CHECK(parse(keys + "one more=\n").faults.size() == 1);
  std::string sections;
  for (size_t i = 0; i < ini_sections_max; ++i)
    sections += "[s" + std::to_string(i) + "]\n";
  CHECK(parse(sections).faults.empty());
  CHECK(parse(sections + "[s1]\n").faults.empty());
  CHECK(parse(sections + "[one more]\n").faults.size() == 1);
}

TEST_CASE("reading stops at too many faults and says so", "[config]") {
  std::string text;
  for (size_t i = 0; i < 3 * ini_faults_max; ++i)
    text += "garbage\n";
  auto x = parse(text);
  REQUIRE(x.faults.size() == ini_faults_max + 1);
  CHECK(x.faults.back().message
        == "too many faults, the rest of the file was not read");
}
