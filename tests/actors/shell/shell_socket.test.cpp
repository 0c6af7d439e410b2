#include "actors/shell/shell_socket.hpp"

#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/send.hpp>
#include <catch2/catch.hpp>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "actors/shell/introspection.hpp"
#include "actors/shell/shell_client.hpp"
#include "actors/shell/shell_door.hpp"

using namespace tributary;

namespace {

class temporary_run_directory {
public:
  temporary_run_directory() {
    auto pattern
        = (std::filesystem::temp_directory_path() / "run.XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  temporary_run_directory(const temporary_run_directory&) = delete;
  temporary_run_directory& operator=(const temporary_run_directory&) = delete;
  ~temporary_run_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::string path;
};

class system_clock_of_tests final : public wall_clock {
public:
  unix_ms now_ms() const override {
    return 1;
  }
};

/// A door with introspection behind it, on real threads.
struct open_node {
  temporary_run_directory run;
  std::string socket = shell_socket_path(run.path);
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  actor_directory_ptr directory = std::make_shared<actor_directory>();
  introspection_actor asked;
  shell_door_actor door;

  open_node() {
    config.load<caf::io::middleman>();
    config.set("logger.console", caf::atom("none"));
    system = std::make_unique<caf::actor_system>(config);
    introspection_options options;
    options.clock = std::make_shared<system_clock_of_tests>();
    options.directory = directory;
    options.figures = std::make_shared<node_figures>();
    options.node.facts.hostname = "leaf";
    asked = system->spawn<introspection>(
        actor_identity{directory, "introspection", "node"}, options,
        node_actor{});
    auto log = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::null_sink_mt>());
    auto opened = open_shell_door(*system, {directory, "shell-door", "node"},
                                  socket, log, asked);
    REQUIRE(opened);
    door = *opened;
  }

  ~open_node() {
    caf::anon_send_exit(door, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(asked, caf::exit_reason::user_shutdown);
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!directory->list().empty()
           && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    // CAF lets go of closed sockets a turn of its loop later, and of none once
    // the loop has ended.
    for (int turn = 0; turn < 3; ++turn) {
      std::promise<void> done;
      system->middleman().backend().post([&] { done.set_value(); });
      done.get_future().wait();
    }
  }
};

/// A raw connection that can misbehave; closes with the test.
struct raw_shell {
  explicit raw_shell(const std::string& path) {
    auto connected = connect_to_node(path);
    REQUIRE(connected);
    fd = *connected;
    timeval limit{10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  raw_shell(const raw_shell&) = delete;
  raw_shell& operator=(const raw_shell&) = delete;
  ~raw_shell() {
    close(fd);
  }

  void send(const std::string& bytes) const {
    ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  /// All that comes until the node closes.
  std::string rest() const {
    std::string result;
    char buffer[4096];
    for (;;) {
      auto n = recv(fd, buffer, sizeof(buffer), 0);
      if (n <= 0)
        return result;
      result.append(buffer, static_cast<size_t>(n));
    }
  }

  /// The next whole message; the test fails when none comes.
  shell_message next() {
    for (;;) {
      auto body = take_shell_body(bytes, shell_report_bytes_max);
      REQUIRE(body);
      if (!body->empty()) {
        auto message = open_shell_message(*body);
        REQUIRE(message);
        return *message;
      }
      char buffer[4096];
      auto n = recv(fd, buffer, sizeof(buffer), 0);
      REQUIRE(n > 0);
      bytes.append(buffer, static_cast<size_t>(n));
    }
  }

  int fd = -1;
  std::string bytes;
};

std::string framed(const shell_message& what) {
  std::string result;
  put_shell_message(result, what);
  return result;
}

} // namespace

TEST_CASE("the socket is open to its owner alone", "[shell]") {
  temporary_run_directory run;
  auto path = shell_socket_path(run.path);
  auto fd = listen_for_shells(path);
  REQUIRE(fd);
  struct stat found {};
  REQUIRE(stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  close(*fd);
}

TEST_CASE("a socket that a dead node left is replaced", "[shell]") {
  temporary_run_directory run;
  auto path = shell_socket_path(run.path);
  auto dead = listen_for_shells(path);
  REQUIRE(dead);
  auto second = listen_for_shells(path);
  REQUIRE(!second);
  CHECK(code_of(second.error()) == ec::already_running);
  close(*dead);
  auto again = listen_for_shells(path);
  REQUIRE(again);
  close(*again);
}

TEST_CASE("a path that can't be a socket's is refused by name", "[shell]") {
  auto longest = std::string(200, 'x');
  auto refused = listen_for_shells(longest);
  REQUIRE(!refused);
  CHECK(to_text(refused.error()).find("107") != std::string::npos);
  auto nowhere = listen_for_shells("/nowhere/shell.sock");
  REQUIRE(!nowhere);
  CHECK(code_of(nowhere.error()) == ec::file_unusable);
}

TEST_CASE("without a node a shell says so", "[shell]") {
  temporary_run_directory run;
  auto node = shell_client::connect(run.path);
  REQUIRE(!node);
  CHECK(code_of(node.error()) == ec::disconnected);
  CHECK(words_of(node.error()).find("no node listens at " + run.path)
        != std::string::npos);
}

TEST_CASE("a shell asks and is answered, again and again", "[shell]") {
  open_node node;
  auto client = shell_client::connect(node.run.path);
  REQUIRE(client);
  for (int i = 0; i < 3; ++i) {
    auto answer = client->ask({"status"});
    REQUIRE(answer);
    CHECK(std::holds_alternative<shell_report>(*answer));
    auto failed = client->ask({"dance"});
    REQUIRE(failed);
    REQUIRE(std::holds_alternative<shell_failure>(*failed));
    CHECK(std::get<shell_failure>(*failed).code == "not_found");
  }
}

TEST_CASE("requests that come at once are answered in order", "[shell]") {
  open_node node;
  raw_shell shell{node.socket};
  shell.send(framed(shell_request{{"status"}})
             + framed(shell_request{{"dance"}}));
  CHECK(std::holds_alternative<shell_report>(shell.next()));
  CHECK(std::holds_alternative<shell_failure>(shell.next()));
}

TEST_CASE("bytes that are no request end the connection with a word",
          "[shell]") {
  open_node node;
  std::string huge(8, '\0');
  huge[3] = 1; // 16 MiB
  for (auto& bad : {std::string{"GET / HTTP/1.1\r\n\r\n"}, huge,
                    framed(shell_failure{"x", "y"})}) {
    raw_shell shell{node.socket};
    shell.send(bad);
    auto bytes = shell.rest();
    auto body = take_shell_body(bytes, shell_report_bytes_max);
    REQUIRE((body && !body->empty()));
    auto said = open_shell_message(*body);
    REQUIRE(said);
    CHECK(std::holds_alternative<shell_failure>(*said));
  }
  // Others are served as before.
  auto client = shell_client::connect(node.run.path);
  REQUIRE(client);
  CHECK(client->ask({"status"}));
}

TEST_CASE("shells beyond the bound are closed, and one that leaves makes room",
          "[shell]") {
  open_node node;
  std::vector<shell_client> shells;
  for (size_t i = 0; i < shell_door::sessions_max; ++i) {
    auto client = shell_client::connect(node.run.path);
    REQUIRE(client);
    REQUIRE(client->ask({"status"}));
    shells.push_back(std::move(*client));
  }
  auto one_more = shell_client::connect(node.run.path);
  REQUIRE(one_more);
  CHECK(!one_more->ask({"status"}));
  shells.pop_back();
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    auto client = shell_client::connect(node.run.path);
    REQUIRE(client);
    if (client->ask({"status"}))
      break;
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
}

TEST_CASE("a shell that stays open does not keep the door's system",
          "[shell]") {
  auto node = std::make_unique<open_node>();
  raw_shell shell{node->socket};
  shell.send(framed(shell_request{{"status"}}));
  CHECK(std::holds_alternative<shell_report>(shell.next()));
  node.reset(); // waits until all actors have ended
  CHECK(shell.rest().empty());
}

TEST_CASE("the socket's file goes with the door", "[shell]") {
  std::string path;
  {
    open_node node;
    path = node.socket;
    CHECK(access(path.c_str(), F_OK) == 0);
    caf::anon_send_exit(node.door, caf::exit_reason::user_shutdown);
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (access(path.c_str(), F_OK) == 0)
      REQUIRE(std::chrono::steady_clock::now() < deadline);
  }
  CHECK(access(path.c_str(), F_OK) != 0);
}
