#include "actors/clock.hpp"

#include <chrono>

namespace tributary {

namespace {

class system_clock final : public wall_clock {
public:
  unix_ms now_ms() const override {
    using namespace std::chrono;
    return duration_cast<milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

} // namespace

wall_clock_ptr system_wall_clock() {
  return std::make_shared<system_clock>();
}

} // namespace tributary
