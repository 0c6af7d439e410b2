#include "actors/observed.hpp"

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>

namespace tributary {

caf::error error_of_exception(const std::exception_ptr& what) {
  try {
    std::rethrow_exception(what);
  } catch (std::exception& x) {
    return caf::make_error(caf::sec::runtime_error, std::string{x.what()});
  } catch (...) {
    return caf::make_error(caf::sec::runtime_error,
                           std::string{"an exception without words"});
  }
}

std::string words_of_end(const caf::error& reason) {
  if (!reason || reason == caf::exit_reason::normal
      || reason == caf::exit_reason::user_shutdown)
    return {};
  if (reason == caf::exit_reason::kill)
    return "killed";
  return to_text(reason);
}

} // namespace tributary
