#include "actors/link/wires_door.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <catch2/catch.hpp>

#include "actors/link/beside_wires.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

using namespace tributary;

namespace {

constexpr int threads = 4;
constexpr int messages_each = 2'000;

using counter_actor = caf::typed_actor<on<tick_atom>>;

/// What counters count together, and the threads that they ran in.
struct tally {
  std::atomic<int> handled{0};
  std::atomic<int> elsewhere{0};
  std::thread::id sockets;
};

class counter final : public beside_wires<observed<counter_actor::base>> {
public:
  counter(caf::actor_config& cfg, actor_identity identity, tally& to)
      : beside_wires(cfg, std::move(identity)), to_(to) {
    // nop
  }

  behavior_type make_behavior() override {
    return {[this](tick_atom) {
      if (std::this_thread::get_id() != to_.sockets)
        ++to_.elsewhere;
      ++to_.handled;
    }};
  }

private:
  tally& to_;
};

} // namespace

TEST_CASE("mail from other threads goes in through the door", "[actors]") {
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  config.set("logger.console", caf::atom("none"));
  tally seen;
  auto directory = std::make_shared<actor_directory>();
  {
    caf::actor_system system{config};
    auto& backend = system.middleman().backend();
    seen.sockets = backend.thread_id();
    auto door = std::make_shared<wires_door>(backend);
    std::vector<counter_actor> counters;
    for (int i = 0; i < 50; ++i)
      counters.push_back(spawn_beside_wires<counter>(
          *door, actor_identity{directory, "counter", {}}, seen));
    std::vector<std::thread> senders;
    for (int i = 0; i < threads; ++i)
      senders.emplace_back([&, i] {
        for (int k = 0; k < messages_each; ++k)
          caf::anon_send(counters[static_cast<size_t>(i + k) % 50],
                         tick_atom_v);
      });
    for (auto& x : senders)
      x.join();
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (seen.handled < threads * messages_each
           && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    caf::scoped_actor self{system};
    for (auto& x : counters) {
      self->send_exit(x, caf::exit_reason::user_shutdown);
      self->wait_for(x);
    }
  }
  CHECK(seen.handled == threads * messages_each);
  CHECK(seen.elsewhere == 0);
}
