#include "schema/error.hpp"

#include <caf/atom.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>

namespace tributary {

namespace {

constexpr auto category = caf::atom("tributary");

} // namespace

const char* to_string(ec code) noexcept {
  switch (code) {
  case ec::none:
    return "none";
  case ec::bad_configuration:
    return "bad_configuration";
  case ec::file_unusable:
    return "file_unusable";
  case ec::already_running:
    return "already_running";
  case ec::newer_format:
    return "newer_format";
  case ec::store_failed:
    return "store_failed";
  case ec::store_full:
    return "store_full";
  case ec::corrupt:
    return "corrupt";
  case ec::too_large:
    return "too_large";
  case ec::unknown_layout:
    return "unknown_layout";
  case ec::need_key:
    return "need_key";
  case ec::duplicate:
    return "duplicate";
  case ec::not_found:
    return "not_found";
  case ec::bad_request:
    return "bad_request";
  case ec::denied:
    return "denied";
  case ec::loop:
    return "loop";
  case ec::clone:
    return "clone";
  case ec::version_mismatch:
    return "version_mismatch";
  case ec::not_a_link:
    return "not_a_link";
  case ec::timed_out:
    return "timed_out";
  case ec::disconnected:
    return "disconnected";
  case ec::busy:
    return "busy";
  case ec::tls_failed:
    return "tls_failed";
  }
  return "unknown";
}

caf::error make_error(ec code) {
  return {static_cast<uint8_t>(code), category};
}

caf::error make_error(ec code, std::string detail) {
  return {static_cast<uint8_t>(code), category,
          caf::make_message(std::move(detail))};
}

ec code_of(const caf::error& what) noexcept {
  if (!what || what.category() != category)
    return ec::none;
  return static_cast<ec>(what.code());
}

std::string words_of(const caf::error& what) {
  if (what && what.category() == category
      && what.context().match_elements<std::string>())
    return what.context().get_as<std::string>(0);
  return to_text(what);
}

std::string to_text(const caf::error& what) {
  if (!what)
    return "none";
  if (what.category() != category)
    return caf::to_string(what);
  std::string result = to_string(static_cast<ec>(what.code()));
  if (what.context().match_elements<std::string>()) {
    result += ": ";
    result += what.context().get_as<std::string>(0);
  }
  return result;
}

} // namespace tributary
