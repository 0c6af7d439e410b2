#include "config/simple_pattern.hpp"

namespace tributary {

namespace {

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t';
}

bool starts_with(std::string_view text, std::string_view head) noexcept {
  return text.substr(0, head.size()) == head;
}

bool ends_with(std::string_view text, std::string_view tail) noexcept {
  return text.size() >= tail.size()
         && text.substr(text.size() - tail.size()) == tail;
}

} // namespace

simple_pattern::simple_pattern(std::string_view text) : text_(text) {
  term current{false, {""}};
  auto at_start = true;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (is_space(c)) {
      add_term(std::move(current));
      current = term{false, {""}};
      at_start = true;
      continue;
    }
    if (c == '!' && at_start)
      current.refuses = true;
    else if (c == '*')
      current.pieces.emplace_back();
    else if (c == '\\' && i + 1 < text.size())
      current.pieces.back() += text[++i];
    else
      current.pieces.back() += c;
    at_start = false;
  }
  add_term(std::move(current));
}

void simple_pattern::add_term(term x) {
  // An empty term comes from two spaces in a row; it says nothing.
  if (x.pieces.size() > 1 || !x.pieces[0].empty())
    terms_.push_back(std::move(x));
}

bool simple_pattern::matches(std::string_view name) const {
  return matches_any({name});
}

bool simple_pattern::matches_any(
    std::initializer_list<std::string_view> names) const {
  for (const auto& x : terms_)
    for (auto name : names)
      if (x.fits(name))
        return !x.refuses;
  return false;
}

bool simple_pattern::term::fits(std::string_view name) const {
  if (pieces.size() == 1)
    return name == pieces[0];
  const auto& head = pieces.front();
  const auto& tail = pieces.back();
  if (!starts_with(name, head))
    return false;
  name.remove_prefix(head.size());
  if (!ends_with(name, tail))
    return false;
  name.remove_suffix(tail.size());
  // The leftmost place for each piece leaves the most room for the others.
  for (size_t i = 1; i + 1 < pieces.size(); ++i) {
    auto found = name.find(pieces[i]);
    if (found == std::string_view::npos)
      return false;
    name.remove_prefix(found + pieces[i].size());
  }
  return true;
}

} // namespace tributary
