#include "tests/store/golden_file.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

namespace tributary::examples {

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

namespace {

std::string from_hex(const std::string& text) {
  std::string result;
  std::istringstream in{text};
  std::string word;
  while (in >> word)
    for (size_t i = 0; i + 1 < word.size(); i += 2)
      result += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
  return result;
}

} // namespace

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

} // namespace tributary::examples
