#include "actors/shell/introspection.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <catch2/catch.hpp>

#include "schema/shell.hpp"

using namespace tributary;

namespace {

class fixed_clock final : public wall_clock {
public:
  unix_ms now_ms() const override {
    return 100'000;
  }
};

/// Ends when it is told to and counts nothing.
class sleeper final : public observed<collector_actor::base> {
public:
  using observed::observed;

  behavior_type make_behavior() override {
    return {[](sample_atom, tick) {
    }};
  }
};

struct stage {
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  actor_directory_ptr directory = std::make_shared<actor_directory>();
  std::shared_ptr<node_figures> figures = std::make_shared<node_figures>();
  introspection_actor asked;

  stage() {
    config.set("scheduler.policy", caf::atom("testing"));
    config.set("logger.console", caf::atom("none"));
    system = std::make_unique<caf::actor_system>(config);
    introspection_options options;
    options.clock = std::make_shared<fixed_clock>();
    options.directory = directory;
    options.figures = figures;
    options.node.facts.hostname = "leaf";
    asked = system->spawn<introspection>(
        actor_identity{directory, "introspection", "node"}, options,
        node_actor{});
    run();
  }

  ~stage() {
    caf::anon_send_exit(asked, caf::exit_reason::kill);
    run();
  }

  void run() {
    dynamic_cast<caf::scheduler::test_coordinator&>(system->scheduler()).run();
  }

  caf::expected<shell_report_ptr> ask(std::vector<std::string> words,
                                      bool is_from_above = false) {
    caf::scoped_actor self{*system};
    auto answer
        = self->request(asked, caf::infinite, introspect_atom_v,
                        std::make_shared<const shell_request>(
                            shell_request{std::move(words), is_from_above}));
    run();
    caf::expected<shell_report_ptr> result{caf::error{}};
    answer.receive([&](const shell_report_ptr& x) { result = x; },
                   [&](caf::error& x) { result = std::move(x); });
    return result;
  }

  std::string fault(std::vector<std::string> words) {
    auto answer = ask(std::move(words));
    return answer ? "none" : to_text(answer.error());
  }
};

} // namespace

TEST_CASE("help lists every command and each of them is known", "[shell]") {
  stage on;
  auto help = on.ask({"help"});
  REQUIRE(help);
  auto& rows = (*help)->tables.at(0).rows;
  CHECK(rows.size() >= 6);
  for (auto& row : rows) {
    auto name = std::get<std::string>(row.cells[0]);
    INFO(name);
    CHECK(on.fault({name}).find("there is no command") == std::string::npos);
    CHECK(!std::get<std::string>(row.cells[2]).empty());
  }
}

TEST_CASE("what is no command is refused with a hint", "[shell]") {
  stage on;
  CHECK(on.fault({"dance"})
        == "not_found: there is no command 'dance'; try help");
  CHECK(on.fault({}) == "bad_request: no command; try help");
  CHECK(on.fault({"links", "now"}) == "bad_request: links takes no argument");
}

TEST_CASE("the node, its actors and links are told without storage",
          "[shell]") {
  stage on;
  for (auto name : {"status", "actors", "links"}) {
    INFO(name);
    CHECK(on.ask({name}));
  }
  CHECK(on.fault({"hosts"}) == "busy: storage is not open");
  CHECK(on.fault({"store"}) == "busy: storage is not open");
}

TEST_CASE("an actor is ended by its name, with blanks, or its id", "[shell]") {
  stage on;
  auto spawn = [&](const char* name) {
    return on.system->spawn<sleeper>(
        actor_identity{on.directory, name, "framer"});
  };
  auto one = spawn("collector proc.stat");
  auto two = spawn("collector self");
  on.run();
  CHECK(on.ask({"kill", "collector", "proc.stat"}));
  on.run();
  CHECK(on.ask({"kill", std::to_string(two.id())}));
  on.run();
  CHECK(on.directory->list().size() == 1);
  CHECK(on.fault({"kill", "collector", "proc.stat"})
        == "not_found: no actor is called collector proc.stat");
  CHECK(on.fault({"kill"}) == "bad_request: which actor?");
}

TEST_CASE("an actor is not ended by a name that several have", "[shell]") {
  stage on;
  auto spawn = [&] {
    return on.system->spawn<sleeper>(
        actor_identity{on.directory, "session 10.0.0.7", "listener",
                       actor_tenure::connection});
  };
  auto one = spawn();
  auto two = spawn();
  on.run();
  CHECK(on.fault({"kill", "session", "10.0.0.7"}).find("several")
        != std::string::npos);
  CHECK(on.directory->list().size() == 3);
  for (auto& x : {one, two})
    caf::anon_send_exit(x, caf::exit_reason::kill);
  on.run();
}

TEST_CASE("a drain tells who is still here", "[shell]") {
  drain_desk desk;
  CHECK(std::get<std::string>(drain_table(desk.state(), false).rows[0].cells[0])
        == "off");
  desk.joined(1, "leaf");
  desk.joined(2, "alone");
  desk.begin();
  desk.stays(2, true);
  auto row = drain_table(desk.state(), true).rows[0];
  CHECK(std::get<std::string>(row.cells[0]) == "running");
  CHECK(std::get<std::string>(row.cells[3]) == "leaf");
  CHECK(std::get<std::string>(row.cells[5]) == "alone");
  desk.gone(1);
  row = drain_table(desk.state(), false).rows[0];
  CHECK(std::get<std::string>(row.cells[0]) == "running"); // not committed
  row = drain_table(desk.state(), true).rows[0];
  CHECK(std::get<std::string>(row.cells[0]) == "done");
  CHECK(std::get<int64_t>(row.cells[1]) == 1);
}

TEST_CASE("nodes above may give the commands that change nothing, and no "
          "others",
          "[shell]") {
  stage on;
  auto help = on.ask({"help"}, true);
  REQUIRE(help);
  std::vector<std::string> allowed;
  for (auto& row : (*help)->tables.at(0).rows) {
    auto name = std::get<std::string>(row.cells[0]);
    auto answer = on.ask({name}, true);
    if (answer || code_of(answer.error()) != ec::denied)
      allowed.push_back(name);
    else
      CHECK(to_text(answer.error())
            == "denied: " + name + " is for this node's own shell only");
  }
  // A command that joins these must change nothing and tell no key.
  CHECK(allowed
        == std::vector<std::string>{"actors", "charts", "help", "hosts",
                                    "links", "query", "status", "store"});
}

TEST_CASE("nobody is asked whom no link leads to", "[shell]") {
  stage on;
  CHECK(on.fault({"on", "x", "status"}) == "not_found: no node is known as x");
  for (auto words :
       {std::vector<std::string>{"on"}, {"on", "x"}, {"on", "/", "status"}})
    CHECK(on.fault(words) == "bad_request: on NODE[/NODE...] COMMAND");
  CHECK(on.fault({"on", "x", std::string(request_bytes_max, 'y')})
        == "too_large: the command is too long");
  // A path may begin with the node itself, and end there.
  CHECK(on.ask({"on", "leaf", "status"}));
  CHECK(on.fault({"on", "leaf", "kill", "writer"})
        == "denied: kill is for this node's own shell only");
  // A link that has just ended.
  link_status ended;
  ended.id = 1u << 30;
  ended.side = link_side::from_child;
  ended.node = guid::from_words(1, 1);
  ended.peer = "x";
  ended.up = true;
  on.figures->links.put(ended);
  CHECK(on.fault({"on", "x", "status"})
        == "disconnected: the link has just ended");
}
