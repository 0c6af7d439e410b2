#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/actors/http/web_client.hpp"

using namespace tributary;
using namespace tributary::test;
using namespace std::chrono_literals;

namespace {

http_limits short_limits() {
  http_limits result;
  result.head_deadline = 60ms;
  result.idle = 5s;
  result.linger = 50ms;
  return result;
}

/// What a server with the default limits answers to `bytes` before it closes.
std::string answer_to(std::string_view bytes) {
  web_server web;
  web_client client{web.port};
  client.send(bytes);
  return client.receive_all() ? client.received() : "open";
}

/// Leaves room for one more descriptor in this process.
class scarce_descriptors {
public:
  scarce_descriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    auto next = dup(STDIN_FILENO);
    close(next);
    auto scarce = before_;
    scarce.rlim_cur = static_cast<rlim_t>(next) + 1;
    setrlimit(RLIMIT_NOFILE, &scarce);
  }

  scarce_descriptors(const scarce_descriptors&) = delete;
  scarce_descriptors& operator=(const scarce_descriptors&) = delete;

  ~scarce_descriptors() {
    setrlimit(RLIMIT_NOFILE, &before_);
  }

private:
  rlimit before_{};
};

} // namespace

TEST_CASE("a silent connection is closed at the head deadline", "[http]") {
  web_server web{short_limits()};
  web_client client{web.port};
  REQUIRE(client.receive_all());
  CHECK(client.received().empty());
}

TEST_CASE("a head that drips in is cut off at the deadline", "[http]") {
  web_server web{short_limits()};
  web_client client{web.port};
  std::string head = "GET /echo HTTP/1.1\r\nHost: x\r\nX-Long: ";
  REQUIRE(client.send(head));
  auto begin = std::chrono::steady_clock::now();
  // Bytes keep coming, so an idle time-out alone would never fire.
  while (client.hears_nothing(5ms) && client.send("a"))
    REQUIRE(std::chrono::steady_clock::now() - begin < patience);
  REQUIRE(client.receive_all());
  CHECK(client.received().find("HTTP/1.1 408") == 0);
  CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
}

TEST_CASE("the head deadline starts anew with a later request", "[http]") {
  web_server web{short_limits()};
  web_client client{web.port};
  REQUIRE(client.send(get("/echo")));
  REQUIRE(client.receive_until("</echo>"));
  client.forget();
  // Idle for longer than a head may take, which is fine.
  CHECK(client.hears_nothing(120ms));
  REQUIRE(client.send("GET /echo"));
  REQUIRE(client.receive_all());
  CHECK(client.received().find("HTTP/1.1 408") == 0);
}

TEST_CASE("an idle connection is closed", "[http]") {
  auto limits = short_limits();
  limits.idle = 30ms;
  web_server web{limits};
  web_client client{web.port};
  REQUIRE(client.send(get("/echo")));
  REQUIRE(client.receive_all());
  CHECK(client.received().find("</echo>") != std::string::npos);
}

TEST_CASE("an answer that does not come is 503", "[http]") {
  auto limits = short_limits();
  limits.answer = 30ms;
  web_server web{limits};
  web_client client{web.port};
  REQUIRE(client.send(get("/slow")));
  REQUIRE(client.receive_until("took too long"));
  CHECK(client.received().find("HTTP/1.1 503") == 0);
  client.forget();
  // The late answer must not become that of the next request.
  auto slow = web.queue.pop();
  REQUIRE(slow);
  slow->respond({200, "text/plain", "<late>", {}});
  REQUIRE(client.send(get("/echo")));
  REQUIRE(client.receive_until("</echo>"));
  CHECK(client.received().find("<late>") == std::string::npos);
}

TEST_CASE("an answer that is not taken is given up", "[http]") {
  auto limits = short_limits();
  limits.write = 50ms;
  web_server web{limits};
  web_client client{web.port, 4096};
  REQUIRE(client.send(get("/slow")));
  auto slow = web.queue.pop();
  REQUIRE(slow);
  slow->respond({200, "text/plain", std::string(64u << 20, 'x'), {}});
  CHECK(eventually([&] { return web.server.connections_count() == 0; }));
}

TEST_CASE("oversized heads are refused", "[http]") {
  std::string line = "GET /echo HTTP/1.1\r\nHost: x\r\n";
  auto one_field = line + "X-Long: " + std::string(40'000, 'a') + "\r\n\r\n";
  CHECK(answer_to(one_field).find("HTTP/1.1 431") == 0);
  auto many_fields = line;
  for (int i = 0; i < 4'000; ++i)
    many_fields += "X-Field: 1\r\n";
  CHECK(answer_to(many_fields + "\r\n").find("HTTP/1.1 431") == 0);
  auto target = "GET /" + std::string(40'000, 'a') + " HTTP/1.1\r\n\r\n";
  CHECK(answer_to(target).find("HTTP/1.1 431") == 0);
}

TEST_CASE("what could smuggle a request is refused", "[http]") {
  std::vector<std::string> heads = {
      "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Host: x\r\nTransfer-Encoding: gzip\r\n",
      "Host: x\r\nTransfer-Encoding: chunked, gzip\r\n",
      "Host: x\r\nContent-Length: -1\r\n",
      "Host: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
      "Host : x\r\n",
      "Host: x\r\nHost: y\r\n",
      "Accept: x\r\n",
      "Host: x\r\nX: a\r\nbroken\r\n",
  };
  for (auto& head : heads) {
    INFO(head);
    auto answer = answer_to("GET /echo HTTP/1.1\r\n" + head + "\r\n0\r\n\r\n"
                            + get("/echo/smuggled"));
    CHECK(answer.find("HTTP/1.1 400") == 0);
    CHECK(answer.find("smuggled") == std::string::npos);
    CHECK(count_of("HTTP/1.1", answer) == 1);
  }
}

TEST_CASE("garbage is refused", "[http]") {
  CHECK(answer_to(std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8))
            .find("HTTP/1.1 400")
        == 0);
  CHECK(answer_to("GET\r\n\r\n").find("HTTP/1.1 400") == 0);
  CHECK(answer_to("GET / HTTP/9.9\r\n\r\n").find("HTTP/1.1 400") == 0);
  CHECK(answer_to("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n").find("HTTP/1.1 400")
        == 0);
  CHECK(answer_to("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n").find("HTTP/1.1 400")
        == 0);
}

TEST_CASE("bodies are thrown away up to their bound", "[http]") {
  web_server web;
  web_client client{web.port};
  auto with_body = "GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000"
                   "\r\n\r\n"
                   + std::string(100'000, 'b');
  auto chunked = "GET /echo/2 HTTP/1.1\r\nHost: x\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n"
                 "5\r\nhello\r\n0\r\nHost: trailer\r\n\r\n";
  REQUIRE(client.send(with_body + chunked + get("/echo/3")));
  REQUIRE(client.receive_until("</echo/3>"));
  CHECK(count_of("HTTP/1.1 200", client.received()) == 3);

  std::string line = "GET /echo HTTP/1.1\r\nHost: x\r\n";
  CHECK(answer_to(line + "Content-Length: 2000000\r\n\r\n").find("HTTP/1.1 413")
        == 0);
  std::string flood;
  for (int i = 0; i < 400'000; ++i)
    flood += "1\r\nx\r\n";
  CHECK(answer_to(line + "Transfer-Encoding: chunked\r\n\r\n" + flood)
            .find("HTTP/1.1 413")
        == 0);
  CHECK(answer_to(line + "Content-Length: 9\r\nExpect: 100-continue\r\n\r\n")
            .find("HTTP/1.1 417")
        == 0);
}

TEST_CASE("accepting pauses at the bound of connections", "[http]") {
  auto limits = short_limits();
  limits.head_deadline = 10s;
  limits.connections = 2;
  web_server web{limits};
  auto first = std::make_unique<web_client>(web.port);
  web_client second{web.port};
  REQUIRE(eventually([&] { return web.server.connections_count() == 2; }));
  web_client third{web.port};
  REQUIRE(third.send(get("/echo")));
  CHECK(third.hears_nothing(50ms));
  CHECK(web.server.connections_count() == 2);
  first.reset();
  CHECK(third.receive_until("</echo>"));
}

TEST_CASE("accepting survives a want of descriptors", "[http]") {
  auto limits = short_limits();
  limits.accept_pause = 5ms;
  web_server web{limits};
  auto scarcity = std::make_unique<scarce_descriptors>();
  // Takes the last descriptor, so none is left to accept it with.
  web_client client{web.port};
  REQUIRE(client.send(get("/echo")));
  CHECK(client.hears_nothing(30ms));
  CHECK(web.server.connections_count() == 0);
  scarcity.reset();
  CHECK(client.receive_until("</echo>"));
}
