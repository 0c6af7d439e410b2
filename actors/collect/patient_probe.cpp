#include "actors/collect/patient_probe.hpp"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/statvfs.h>

namespace tributary {

namespace {

std::atomic<int> thread_count{0};

/// What is beyond int64 is no size.
int64_t product(uint64_t count, uint64_t size) noexcept {
  int64_t result = 0;
  return __builtin_mul_overflow(count, size, &result)
             ? std::numeric_limits<int64_t>::max()
             : result;
}

} // namespace

std::optional<file_system_usage> read_usage(const std::string& point) {
  struct statvfs x {};
  int result = 0;
  do
    result = ::statvfs(point.c_str(), &x);
  while (result != 0 && errno == EINTR);
  if (result != 0)
    return std::nullopt;
  uint64_t size = x.f_frsize != 0 ? x.f_frsize : x.f_bsize;
  return file_system_usage{product(x.f_blocks, size), product(x.f_bfree, size),
                           product(x.f_bavail, size), product(x.f_files, 1),
                           product(x.f_ffree, 1),     product(x.f_favail, 1)};
}

struct patient_probe::shared {
  usage_reader read;
  std::string point;
  std::mutex mutex;
  std::condition_variable changed;
  bool asked = false;
  bool answered = false;
  bool ended = false;
  std::optional<file_system_usage> answer;

  void serve() {
    std::unique_lock guard{mutex};
    for (;;) {
      changed.wait(guard, [this] { return asked || ended; });
      if (ended)
        return;
      guard.unlock();
      auto found = read(point);
      guard.lock();
      answer = found;
      asked = false;
      answered = true;
      changed.notify_all();
    }
  }
};

std::unique_ptr<patient_probe> patient_probe::make(usage_reader read,
                                                   std::string point) {
  if (thread_count.fetch_add(1) >= thread_count_max) {
    thread_count.fetch_sub(1);
    return nullptr;
  }
  auto state = std::make_shared<shared>();
  state->read = std::move(read);
  state->point = std::move(point);
  try {
    std::thread{[state] {
      state->serve();
      thread_count.fetch_sub(1);
    }}.detach();
  } catch (const std::system_error&) {
    thread_count.fetch_sub(1); // no more threads to be had: not watched
    return nullptr;
  }
  return std::unique_ptr<patient_probe>{new patient_probe{std::move(state)}};
}

patient_probe::patient_probe(std::shared_ptr<shared> state)
    : state_(std::move(state)) {}

patient_probe::~patient_probe() {
  std::lock_guard guard{state_->mutex};
  state_->ended = true;
  state_->changed.notify_all();
}

void patient_probe::ask() {
  std::lock_guard guard{state_->mutex};
  ++unanswered_count_;
  fresh_ = !state_->asked && !state_->answered;
  if (!fresh_)
    return;
  state_->asked = true;
  state_->changed.notify_all();
}

void patient_probe::wait(std::chrono::steady_clock::time_point deadline) {
  if (!fresh_)
    return;
  std::unique_lock guard{state_->mutex};
  state_->changed.wait_until(guard, deadline,
                             [this] { return state_->answered; });
}

std::optional<file_system_usage> patient_probe::take() {
  std::lock_guard guard{state_->mutex};
  if (!state_->answered)
    return std::nullopt;
  state_->answered = false;
  unanswered_count_ = 0;
  return std::exchange(state_->answer, std::nullopt);
}

} // namespace tributary
