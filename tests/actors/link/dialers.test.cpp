#include "actors/link/dialers.hpp"

#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>
#include <catch2/catch.hpp>

#include "actors/link/wire.hpp"
#include "schema/error.hpp"

using namespace tributary;

namespace {

/// Answers with an error, or, for the default port 1, not at all.
class slow_connector final : public connector_actor::base {
public:
  slow_connector(caf::actor_config& cfg, int& living)
      : connector_actor::base(cfg), living_(living) {
    ++living_;
  }

  behavior_type make_behavior() override {
    return {[this](connect_atom,
                   const link_target_ptr& target) -> caf::result<wire_actor> {
      if (target->default_port != 1)
        return make_error(ec::disconnected, "refused");
      waiting_.push_back(make_response_promise<wire_actor>());
      return waiting_.back();
    }};
  }

  void on_exit() override {
    --living_;
    waiting_.clear();
  }

private:
  int& living_;
  std::vector<caf::typed_response_promise<wire_actor>> waiting_;
};

link_target_ptr target_of(uint16_t port) {
  auto result = std::make_shared<link_target>();
  result->default_port = port;
  return result;
}

struct stage {
  caf::actor_system_config config;
  int living = 0;
  std::unique_ptr<caf::actor_system> system;
  connector_actor dialing;

  stage() {
    config.set("scheduler.policy", caf::atom("testing"));
    config.set("logger.console", caf::atom("none"));
    system = std::make_unique<caf::actor_system>(config);
    auto start = [this]() -> connector_actor {
      return system->spawn<slow_connector>(living);
    };
    dialing = system->spawn<dialers>(
        actor_identity{std::make_shared<actor_directory>(), "connector", {}},
        start);
    run();
  }

  ~stage() {
    caf::anon_send_exit(dialing, caf::exit_reason::kill);
    dialing = nullptr;
    run();
  }

  void run() {
    dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler()).run();
  }
};

} // namespace

TEST_CASE("an attempt waits for no other", "[actors]") {
  stage s;
  caf::scoped_actor self{*s.system};
  self->send(s.dialing, connect_atom_v, target_of(1));
  s.run();
  CHECK(s.living == 1);
  auto quick
      = self->request(s.dialing, caf::infinite, connect_atom_v, target_of(2));
  s.run();
  std::string told;
  quick.receive([](const wire_actor&) {},
                [&](caf::error& x) { told = to_text(x); });
  CHECK(told == "disconnected: refused");
  CHECK(s.living == 1); // who has answered is gone
}

TEST_CASE("attempts at once are bounded", "[actors]") {
  stage s;
  caf::scoped_actor self{*s.system};
  for (size_t i = 0; i < dialers::attempts_max; ++i)
    self->send(s.dialing, connect_atom_v, target_of(1));
  auto one_more
      = self->request(s.dialing, caf::infinite, connect_atom_v, target_of(2));
  s.run();
  std::string told;
  one_more.receive([](const wire_actor&) {},
                   [&](caf::error& x) { told = to_text(x); });
  CHECK(told == "busy: too many attempts to connect at once");
  CHECK(s.living == static_cast<int>(dialers::attempts_max));
  caf::anon_send_exit(s.dialing, caf::exit_reason::user_shutdown);
  s.run();
  CHECK(s.living == 0);
}
