#include "schema/shell.hpp"

#include <cstring>
#include <random>

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"

using namespace tributary;

namespace {

shell_report example() {
  report_table tree;
  tree.key = "actors";
  tree.title = "Actors";
  tree.columns = {{"name", "actor"},
                  {"id", "id", column_kind::count, true},
                  {"busy_ns", "busy", column_kind::nanoseconds}};
  tree.rows = {{0, {std::string{"node"}, int64_t{7}, int64_t{-1}}},
               {1, {std::string{"writer"}, report_cell{}, int64_t{1} << 62}}};
  report_table sheet;
  sheet.key = "node";
  sheet.vertical = true;
  sheet.columns = {{"age_ms", "age", column_kind::milliseconds}};
  sheet.rows = {{0, {int64_t{5}}}};
  return {{tree, sheet}};
}

std::string framed(const shell_message& what) {
  std::string result;
  put_shell_message(result, what);
  return result;
}

std::string body_of(const shell_message& what) {
  return framed(what).substr(shell_header_bytes);
}

/// The message after a way through bytes.
template <class T>
T sent(const T& what) {
  auto read = open_shell_message(body_of(what));
  REQUIRE(read);
  REQUIRE(std::holds_alternative<T>(*read));
  return std::get<T>(*read);
}

} // namespace

TEST_CASE("requests and failures come through", "[schema]") {
  CHECK(sent(shell_request{{"kill", "collector proc.stat"}}).words
        == std::vector<std::string>{"kill", "collector proc.stat"});
  CHECK(sent(shell_request{}).words.empty());
  auto failure = sent(shell_failure{"not_found", "no such command"});
  CHECK(failure.code == "not_found");
  CHECK(failure.words == "no such command");
}

TEST_CASE("a report comes through with all that it says", "[schema]") {
  auto before = example();
  auto after = sent(before);
  REQUIRE(after.tables.size() == 2);
  for (size_t t = 0; t < 2; ++t) {
    auto& x = before.tables[t];
    auto& y = after.tables[t];
    CHECK(y.key == x.key);
    CHECK(y.title == x.title);
    CHECK(y.vertical == x.vertical);
    REQUIRE(y.columns.size() == x.columns.size());
    for (size_t i = 0; i < x.columns.size(); ++i) {
      CHECK(y.columns[i].key == x.columns[i].key);
      CHECK(y.columns[i].heading == x.columns[i].heading);
      CHECK(y.columns[i].kind == x.columns[i].kind);
      CHECK(y.columns[i].json_only == x.columns[i].json_only);
    }
    REQUIRE(y.rows.size() == x.rows.size());
    for (size_t i = 0; i < x.rows.size(); ++i) {
      CHECK(y.rows[i].depth == x.rows[i].depth);
      CHECK(y.rows[i].cells == x.rows[i].cells);
    }
  }
}

TEST_CASE("messages are taken off a stream whole and in order", "[schema]") {
  auto bytes = framed(shell_request{{"actors"}}) + framed(example());
  std::string stream;
  std::vector<std::string> bodies;
  for (auto byte : bytes) {
    stream.push_back(byte);
    auto body = take_shell_body(stream, shell_report_bytes_max);
    REQUIRE(body);
    if (!body->empty())
      bodies.push_back(*body);
  }
  CHECK(stream.empty());
  CHECK(bodies
        == std::vector<std::string>{body_of(shell_request{{"actors"}}),
                                    body_of(example())});
}

TEST_CASE("bad length words are refused before anything is kept", "[schema]") {
  auto taken = [](uint32_t length, uint32_t zero) {
    std::string bytes(8, '\0');
    memcpy(&bytes[0], &length, 4);
    memcpy(&bytes[4], &zero, 4);
    auto body = take_shell_body(bytes, 1024);
    return body ? ec::none : code_of(body.error());
  };
  CHECK(taken(16, 0) == ec::none);
  CHECK(taken(0, 0) == ec::corrupt);
  CHECK(taken(12, 0) == ec::corrupt);
  CHECK(taken(16, 1) == ec::corrupt);
  CHECK(taken(1032, 0) == ec::too_large);
  CHECK(taken(0xfffffff8, 0) == ec::too_large);
}

TEST_CASE("a row of another width than its table is refused", "[schema]") {
  auto wrong = example();
  wrong.tables[0].rows[1].cells.pop_back();
  auto read = open_shell_message(body_of(wrong));
  REQUIRE(!read);
  CHECK(code_of(read.error()) == ec::corrupt);
}

TEST_CASE("more words than a request has are refused", "[schema]") {
  shell_request many;
  many.words.assign(shell_words_max, "x");
  CHECK(open_shell_message(body_of(many)));
  many.words.emplace_back("x");
  CHECK(!open_shell_message(body_of(many)));
}

TEST_CASE("damaged shell messages are refused or read, never worse",
          "[schema]") {
  std::mt19937_64 random{random_seed("shell")};
  auto good = body_of(example());
  size_t refused = 0;
  for (int i = 0; i < 5000; ++i) {
    auto bad = good;
    for (auto n = 1 + random() % 4; n > 0; --n)
      bad[random() % bad.size()] = static_cast<char>(random());
    if (random() % 4 == 0)
      bad.resize(random() % bad.size());
    refused += !open_shell_message(bad);
  }
  CHECK(refused > 1000);
}

TEST_CASE("a document comes through beside tables", "[schema]") {
  auto report = example();
  report.document = "time,user\r\n1,2\n";
  CHECK(sent(report).document == report.document);
  CHECK(sent(report).tables.size() == report.tables.size());
  CHECK(sent(example()).document.empty());
}
