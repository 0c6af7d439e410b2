#include "actors/link/scout.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

/// What a scout does, as its neighbours see it.
struct seen {
  std::string sent;
  bool closed = false;
  wire_user user;
  std::vector<scout_report> reports;
};

class fake_wire final : public wire_actor::base {
public:
  fake_wire(caf::actor_config& cfg, seen& to) : wire_actor::base(cfg), to_(to) {
    // nop
  }

  behavior_type make_behavior() override {
    return {
        [this](start_atom, const wire_user& x) { to_.user = x; },
        [this](bytes_atom, const wire_bytes_ptr& x) { to_.sent += *x; },
        [](trust_atom) {},
        [](consumed_atom, uint64_t) {},
        [this](close_atom) {
          to_.closed = true;
          quit();
        },
    };
  }

private:
  seen& to_;
};

class fake_connector final : public connector_actor::base {
public:
  fake_connector(caf::actor_config& cfg, wire_actor wire)
      : connector_actor::base(cfg), wire_(std::move(wire)) {
    // nop
  }

  behavior_type make_behavior() override {
    return {[this](connect_atom,
                   const link_target_ptr&) -> caf::result<wire_actor> {
      if (!wire_)
        return make_error(ec::disconnected, "127.0.0.1:1: refused");
      return wire_;
    }};
  }

  void on_exit() override {
    wire_ = nullptr;
  }

private:
  wire_actor wire_;
};

class fake_uplink final : public uplink_actor::base {
public:
  fake_uplink(caf::actor_config& cfg, seen& to)
      : uplink_actor::base(cfg), to_(to) {
    // nop
  }

  behavior_type make_behavior() override {
    return {
        [](publish_atom, const publication_ptr&) {},
        [](bytes_atom, const wire_batch_ptr&) {},
        [](tick_atom) {},
        [](connect_atom) {},
        [this](found_atom, const scout_report_ptr& x) {
          to_.reports.push_back(*x);
        },
        [](offer_atom, const responder_actor&) {},
        [](reload_atom, const uplink_options_ptr&) {},
    };
  }

private:
  seen& to_;
};

struct stage {
  seen what;
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  actor_directory_ptr directory = std::make_shared<actor_directory>();
  caf::actor connector;
  caf::actor uplink;
  caf::actor wire;

  explicit stage(bool answers = true) {
    config.set("scheduler.policy", caf::atom("testing"));
    config.set("logger.console", caf::atom("none"));
    system = std::make_unique<caf::actor_system>(config);
    auto there = system->spawn<fake_wire>(what);
    auto way = system->spawn<fake_connector>(answers ? wire_actor{there}
                                                     : wire_actor{});
    auto asks = system->spawn<fake_uplink>(what);
    scout_task task;
    task.index = 3;
    task.round = 9;
    task.target.timeout_ms = 60'000;
    task.hello.hostname = "leaf";
    task.hello.wishes = wish_question;
    system->spawn<scout>(actor_identity{directory, "scout a", "uplink"}, task,
                         way, asks);
    connector = caf::actor_cast<caf::actor>(way);
    uplink = caf::actor_cast<caf::actor>(asks);
    wire = caf::actor_cast<caf::actor>(there);
    run();
  }

  ~stage() {
    for (auto& x : {connector, uplink, wire})
      caf::anon_send_exit(x, caf::exit_reason::kill);
    what.user = nullptr;
    run();
    scheduler().trigger_timeouts();
    run();
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler());
  }

  void run() {
    scheduler().run();
  }

  void say(const link_message& message) {
    std::string framed;
    put_message(framed, message);
    auto batch = std::make_shared<wire_batch>();
    batch->bodies.push_back(framed.substr(link_header_bytes));
    caf::anon_send(what.user, bytes_atom_v, wire_batch_ptr{std::move(batch)});
    run();
  }

  /// Nothing of it is left.
  bool is_over() const {
    return directory->list().empty();
  }
};

} // namespace

TEST_CASE("a scout asks, tells what it found and leaves", "[actors]") {
  stage s;
  CHECK(s.what.sent.substr(0, link_preface.size()) == link_preface);
  CHECK(s.what.reports.empty());
  link_welcome welcome;
  welcome.node = guid::from_words(1, 2);
  welcome.newest = 1'790'000'000;
  s.say(welcome);
  REQUIRE(s.what.reports.size() == 1);
  auto& report = s.what.reports[0];
  CHECK_FALSE(report.error);
  CHECK(report.index == 3);
  CHECK(report.round == 9);
  CHECK(report.node == guid::from_words(1, 2));
  CHECK(report.newest == 1'790'000'000);
  CHECK(s.what.closed);
  CHECK(s.is_over());
}

TEST_CASE("a scout tells the reason of a refusal", "[actors]") {
  stage s;
  s.say(link_refuse{link_reason::draining, {}});
  REQUIRE(s.what.reports.size() == 1);
  CHECK(s.what.reports[0].refusal == link_reason::draining);
  CHECK(to_text(s.what.reports[0].error)
        == "denied: the parent refuses this node: draining");
  CHECK(s.is_over());
}

TEST_CASE("a scout takes no other answer", "[actors]") {
  stage s;
  s.say(link_ping{1});
  REQUIRE(s.what.reports.size() == 1);
  CHECK(code_of(s.what.reports[0].error) == ec::corrupt);
  CHECK(s.is_over());
}

TEST_CASE("a scout that can't connect says why", "[actors]") {
  stage s{false};
  REQUIRE(s.what.reports.size() == 1);
  CHECK(to_text(s.what.reports[0].error)
        == "disconnected: 127.0.0.1:1: refused");
  CHECK(s.is_over());
}

TEST_CASE("a scout waits ten seconds and no longer", "[actors]") {
  stage s;
  s.scheduler().advance_time(std::chrono::milliseconds(scout::patience_ms - 1));
  s.run();
  CHECK(s.what.reports.empty());
  s.scheduler().advance_time(std::chrono::milliseconds(1));
  s.run();
  REQUIRE(s.what.reports.size() == 1);
  CHECK(code_of(s.what.reports[0].error) == ec::timed_out);
  CHECK(s.what.closed);
  CHECK(s.is_over());
}

TEST_CASE("a scout ends with its uplink", "[actors]") {
  stage s;
  caf::anon_send_exit(s.uplink, caf::exit_reason::kill);
  s.run();
  CHECK(s.what.closed);
  CHECK(s.is_over());
}
