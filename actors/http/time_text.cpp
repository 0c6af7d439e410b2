#include "actors/http/time_text.hpp"

#include <cstdio>
#include <ctime>

namespace tributary {

namespace {

std::tm date_of(tick at) {
  std::tm result{};
  auto seconds = static_cast<std::time_t>(at);
  gmtime_r(&seconds, &result);
  return result;
}

} // namespace

char* write_rfc3339(char* to, tick at) {
  auto x = date_of(at);
  return to
         + std::snprintf(to, date_chars_max, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                         x.tm_year + 1900, x.tm_mon + 1, x.tm_mday, x.tm_hour,
                         x.tm_min, x.tm_sec);
}

char* write_google_date(char* to, tick at) {
  auto x = date_of(at);
  return to
         + std::snprintf(to, date_chars_max, "Date(%d,%d,%d,%d,%d,%d)",
                         x.tm_year + 1900, x.tm_mon, x.tm_mday, x.tm_hour,
                         x.tm_min, x.tm_sec);
}

} // namespace tributary
