#include "actors/collect/patient_probe.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

using std::chrono::steady_clock;

constexpr auto long_enough = std::chrono::seconds(60);

/// A file system that answers once it is let. Shared with the threads that ask
/// it, which may outlive a test.
class gate {
public:
  std::optional<file_system_usage> ask(const std::string& point) {
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [this] { return open_; });
    auto size = static_cast<int64_t>(point.size());
    return file_system_usage{size, 0, 0, 0, 0, 0};
  }

  void open() {
    std::lock_guard guard{mutex_};
    open_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

usage_reader reader_of(const std::shared_ptr<gate>& what) {
  return [what](auto& point) {
    return what->ask(point);
  };
}

std::optional<file_system_usage> take_patiently(patient_probe& probe) {
  auto deadline = steady_clock::now() + long_enough;
  while (steady_clock::now() < deadline) {
    if (auto result = probe.take())
      return result;
    std::this_thread::yield();
  }
  return std::nullopt;
}

} // namespace

TEST_CASE("a file system that answers is heard in the same round",
          "[collect]") {
  auto probe = patient_probe::make(
      [](auto&) {
        return std::optional{file_system_usage{7, 6, 5, 4, 3, 2}};
      },
      "/");
  REQUIRE(probe != nullptr);
  CHECK(!probe->take());
  for (int i = 0; i < 3; ++i) {
    probe->ask();
    probe->wait(steady_clock::now() + long_enough);
    auto usage = probe->take();
    REQUIRE(usage);
    CHECK(usage->bytes == 7);
    CHECK(probe->unanswered_count() == 0);
    CHECK(!probe->take());
  }
}

TEST_CASE("an answer that there is none is an answer", "[collect]") {
  auto probe = patient_probe::make(
      [](auto&) { return std::optional<file_system_usage>{}; }, "/");
  REQUIRE(probe != nullptr);
  probe->ask();
  probe->wait(steady_clock::now() + long_enough);
  CHECK(!probe->take());
  CHECK(probe->unanswered_count() == 0);
}

TEST_CASE("one that hangs is asked once and waited for once", "[collect]") {
  auto closed = std::make_shared<gate>();
  auto probe = patient_probe::make(reader_of(closed), "/mnt");
  REQUIRE(probe != nullptr);
  for (uint32_t i = 1; i <= 4; ++i) {
    probe->ask();
    // Past at once, else this would wait for ever from the second round on.
    probe->wait(i == 1 ? steady_clock::now() : steady_clock::time_point::max());
    CHECK(!probe->take());
    CHECK(probe->unanswered_count() == i);
  }
  closed->open();
  auto usage = take_patiently(*probe);
  REQUIRE(usage);
  CHECK(usage->bytes == 4);
  CHECK(probe->unanswered_count() == 0);
}

TEST_CASE("probes that hang are left behind, and bounded", "[collect]") {
  auto closed = std::make_shared<gate>();
  std::vector<std::unique_ptr<patient_probe>> probes;
  // Threads of other tests may still be about to end.
  while (auto probe = patient_probe::make(reader_of(closed), "/mnt")) {
    probe->ask();
    probes.push_back(std::move(probe));
  }
  CHECK(!probes.empty());
  CHECK(probes.size() <= size_t{patient_probe::thread_count_max});
  // Nothing waits for those threads here, but they still count.
  probes.clear();
  closed->open();
  // Once they have ended there is room again.
  auto deadline = steady_clock::now() + long_enough;
  std::unique_ptr<patient_probe> next;
  while (!next && steady_clock::now() < deadline)
    next = patient_probe::make(reader_of(closed), "/mnt");
  CHECK(next != nullptr);
}

TEST_CASE("the kernel tells how full the root is", "[collect]") {
  auto usage = read_usage("/");
  REQUIRE(usage);
  CHECK(usage->bytes > 0);
  CHECK(usage->bytes_available <= usage->bytes_free);
  CHECK(usage->bytes_free <= usage->bytes);
  CHECK(!read_usage("/there is no such folder"));
}
