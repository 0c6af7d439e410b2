#include "actors/actor_directory.hpp"

#include <stdexcept>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <catch2/catch.hpp>

#include "actors/observed.hpp"
#include "actors/protocol.hpp"

using namespace tributary;

namespace {

/// Throws when it is told of tick 13.
class counter final : public observed<collector_actor::base> {
public:
  using observed::observed;

  behavior_type make_behavior() override {
    return {[](sample_atom, tick t) {
      if (t == 13)
        throw std::runtime_error{"thirteen"};
    }};
  }
};

struct stage {
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  actor_directory_ptr directory = std::make_shared<actor_directory>();

  stage() {
    config.set("scheduler.policy", caf::atom("testing"));
    config.set("logger.console", caf::atom("none"));
    system = std::make_unique<caf::actor_system>(config);
  }

  void run() {
    dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler()).run();
  }

  collector_actor spawn(const char* name, const char* parent,
                        actor_tenure tenure = actor_tenure::supervised) {
    return system->spawn<counter>(
        actor_identity{directory, name, parent, tenure});
  }

  actor_record record(const std::string& name) const {
    for (auto& x : directory->records())
      if (x.name == name)
        return x;
    return {};
  }
};

} // namespace

TEST_CASE("messages are counted when they wait and when they are handled",
          "[actors]") {
  stage on;
  auto one = on.spawn("collector one", "framer");
  on.run();
  for (tick t = 1; t <= 3; ++t)
    caf::anon_send(one, sample_atom_v, t);
  CHECK(on.record("collector one").mailbox_depth == 3);
  CHECK(on.record("collector one").handled == 0);
  on.run();
  CHECK(on.record("collector one").mailbox_depth == 0);
  CHECK(on.record("collector one").handled == 3);
  CHECK(on.record("collector one").busy_ns > 0);
  CHECK(on.record("collector one").running_ns == 0);
}

TEST_CASE("a name that failed keeps its error over its next lives",
          "[actors]") {
  stage on;
  auto one = on.spawn("collector one", "framer");
  caf::anon_send(one, sample_atom_v, tick{13});
  on.run();
  auto away = on.record("collector one");
  CHECK(away.id == 0);
  CHECK(away.parent == "framer");
  CHECK(away.last_error.find("thirteen") != std::string::npos);
  CHECK(on.directory->list().empty());

  one = on.spawn("collector one", "framer");
  on.run();
  auto back = on.record("collector one");
  CHECK(back.id == one.id());
  CHECK(back.restarts == 1);
  CHECK(back.last_error == away.last_error);

  caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  on.run();
  CHECK(on.record("collector one").name.empty()); // asked to end: gone
  one = on.spawn("collector one", "framer");
  on.run();
  CHECK(on.record("collector one").restarts == 1);
  CHECK(on.record("collector one").last_error == away.last_error);
}

TEST_CASE("a connection leaves no trace but its sums", "[actors]") {
  stage on;
  auto one = on.spawn("session 10.0.0.7", "listener", actor_tenure::connection);
  caf::anon_send(one, sample_atom_v, tick{1});
  caf::anon_send(one, sample_atom_v, tick{13});
  on.run();
  CHECK(on.directory->records().empty());
  auto totals = on.directory->totals();
  REQUIRE(totals.count("session") == 1);
  CHECK(totals["session"].living == 0);
  CHECK(totals["session"].mailbox_depth == 0);
  CHECK(totals["session"].handled == 2);
  CHECK(totals["session"].busy_ns > 0);
}

TEST_CASE("parents stand before their children, each level by name",
          "[actors]") {
  stage on;
  std::vector<collector_actor> kept{
      on.spawn("writer", "node"), on.spawn("collector two", "framer"),
      on.spawn("framer", "node"), on.spawn("wire lost", "acceptor"),
      on.spawn("node", ""),       on.spawn("collector one", "framer")};
  std::vector<std::string> names;
  for (auto& x : on.directory->records())
    names.push_back(x.name);
  CHECK(names
        == std::vector<std::string>{"node", "framer", "collector one",
                                    "collector two", "writer", "wire lost"});
  for (auto& x : kept)
    caf::anon_send_exit(x, caf::exit_reason::kill);
  on.run();
}

TEST_CASE("sums over a kind add up living and ended", "[actors]") {
  stage on;
  auto one = on.spawn("collector one", "framer");
  auto two = on.spawn("collector two", "framer");
  caf::anon_send(one, sample_atom_v, tick{1});
  caf::anon_send(two, sample_atom_v, tick{1});
  on.run();
  caf::anon_send_exit(one, caf::exit_reason::kill);
  caf::anon_send(two, sample_atom_v, tick{2});
  CHECK(on.directory->totals()["collector"].mailbox_depth == 2);
  on.run();
  auto sums = on.directory->totals()["collector"];
  CHECK(sums.living == 1);
  CHECK(sums.handled == 3 + 1); // the exit is a message too
}
