#include "actors/http/entity_tag.hpp"

#include "schema/types.hpp"

namespace tributary {

std::string entity_tag_of(std::string_view bytes) {
  auto hash = hash_of(bytes.data(), bytes.size());
  guid name = guid::from_words(hash.high, hash.low);
  return '"' + to_string(name) + '"';
}

bool has_tag(std::string_view if_none_match, std::string_view tag) {
  if (tag.substr(0, 2) == "W/")
    tag.remove_prefix(2);
  // Our tags hold nothing that could be part of another one.
  return if_none_match == "*"
         || if_none_match.find(tag) != std::string_view::npos;
}

} // namespace tributary
