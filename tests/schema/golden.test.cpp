#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"

/// What was sealed by a released version is read by each later one, and sealed
/// to the same bytes. With TRIBUTARY_GOLDEN_WRITE=1 in the environment missing
/// files are made (of a new example); none that exists is ever changed.

using namespace tributary;

namespace {

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string result;
  for (size_t i = 0; i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    result += digits[byte >> 4];
    result += digits[byte & 15];
    if (i % 32 == 31 || i + 1 == bytes.size())
      result += '\n';
    else if (i % 8 == 7)
      result += ' ';
  }
  return result;
}

std::string from_hex(const std::string& text) {
  std::string result;
  std::istringstream in{text};
  std::string word;
  while (in >> word)
    for (size_t i = 0; i + 1 < word.size(); i += 2)
      result += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
  return result;
}

/// Bytes of a golden file; made of `today` when missing and asked for.
std::string golden(const std::string& name, std::string_view today) {
  auto path = std::string{TRIBUTARY_GOLDEN_DIR} + '/' + name + ".hex";
  std::ifstream in{path};
  if (!in && std::getenv("TRIBUTARY_GOLDEN_WRITE") != nullptr) {
    std::ofstream{path} << to_hex(today);
    in.open(path);
  }
  INFO(path);
  REQUIRE(in);
  std::stringstream text;
  text << in.rdbuf();
  return from_hex(text.str());
}

} // namespace

namespace {

/// Reads the example frames that lie in a folder to their values.
void check_frames(const std::string& folder) {
  auto columns_of = examples::wide_roster();
  frame_chain chain;
  for (auto& x : examples::sealed_rows()) {
    INFO(folder << ' ' << x.name);
    auto read = frame::open(golden(folder + x.name, x.frame->sealed()));
    REQUIRE(read);
    auto header = (*read)->header();
    header.flags = x.header.flags; // sections differ by version
    CHECK(describe(header) == describe(x.header));
    frame_row row;
    auto error = open_row(**read, columns_of, chain, row);
    INFO(to_text(error));
    REQUIRE_FALSE(error);
    CHECK(describe(row) == describe(x.row));
  }
}

} // namespace

TEST_CASE("frames of version 1 are read to their values", "[schema][golden]") {
  check_frames("frame_v1/");
}

TEST_CASE("frames of version 2 are read to their values", "[schema][golden]") {
  check_frames("frame_v2/");
}

TEST_CASE("frames are sealed to the bytes of version 2", "[schema][golden]") {
  for (auto& x : examples::sealed_rows()) {
    INFO(x.name);
    CHECK(to_hex(x.frame->sealed())
          == to_hex(
              golden("frame_v2/" + std::string{x.name}, x.frame->sealed())));
  }
}

namespace {

/// What version 2 added...
bool is_only_in_version_2(const std::string& name) {
  static const std::set<std::string> names{"drain",
                                           "welcome_knowing",
                                           "host_open_offline",
                                           "host_state",
                                           "host_back",
                                           "host_accept_since",
                                           "welcome_step",
                                           "request",
                                           "more",
                                           "cancel",
                                           "reply"};
  return names.count(name) != 0;
}

/// ...or made longer by fields that version 1 leaves out.
bool is_new_in_version_2(const std::string& name) {
  return is_only_in_version_2(name) || name == "welcome" || name == "host_open"
         || name == "host_accept";
}

void check_message(const std::string& folder,
                   const examples::named_message& x) {
  INFO(folder << x.name);
  auto body = examples::body_of(x.message);
  auto read = open_message(golden(folder + std::string{x.name}, body));
  REQUIRE(read);
  CHECK(describe(*read) == describe(x.message));
}

} // namespace

TEST_CASE("messages of both link versions are read to their values",
          "[schema][golden]") {
  auto all = examples::messages();
  std::set<size_t> kinds;
  for (auto& x : all)
    kinds.insert(x.message.index());
  CHECK(kinds.size() == std::variant_size_v<link_message>);
  for (auto& x : all) {
    if (!is_only_in_version_2(x.name))
      check_message("link_v1/", x);
    if (is_new_in_version_2(std::string{x.name}))
      check_message("link_v2/", x);
  }
}

TEST_CASE("messages are written to the bytes of their link version",
          "[schema][golden]") {
  for (auto& x : examples::messages()) {
    auto body = examples::body_of(x.message);
    auto name = std::string{x.name};
    auto folder = is_new_in_version_2(name) ? "link_v2/" : "link_v1/";
    INFO(folder << name);
    CHECK(to_hex(body) == to_hex(golden(folder + name, body)));
  }
}
