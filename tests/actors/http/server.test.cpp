#include "actors/http/server.hpp"

#include <thread>

#include <catch2/catch.hpp>

#include "schema/error.hpp"
#include "tests/actors/http/web_client.hpp"

using namespace tributary;
using namespace tributary::test;
using namespace std::chrono_literals;

TEST_CASE("a request is answered from another thread", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send("GET /api/v1/data?chart=a%20b&points=3 HTTP/1.1\r\n"
                      "Host: x\r\nIf-None-Match: \"1\"\r\n"
                      "last-event-id: 7\r\n\r\n"));
  auto x = web.queue.pop();
  REQUIRE(x);
  auto& request = x->request();
  CHECK(request.method == http_method::get);
  CHECK(request.path == "/api/v1/data");
  REQUIRE(request.parameters.size() == 2);
  CHECK(request.parameters[0].name == "chart");
  CHECK(request.parameters[0].value == "a b");
  CHECK(request.host == "x");
  CHECK(request.if_none_match == "\"1\"");
  CHECK(request.last_event_id == "7");
  CHECK(request.peer_address == "127.0.0.1");
  x->respond({200, "application/json", "{\"a\":1}", {{"X-Test", "y\r\nz"}}});
  x->respond({500, "text/plain", "too late", {}});
  REQUIRE(client.receive_until("{\"a\":1}"));
  auto& answer = client.received();
  CHECK(answer.find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(answer.find("Content-Length: 7\r\n") != std::string::npos);
  CHECK(answer.find("X-Content-Type-Options: nosniff") != std::string::npos);
  CHECK(answer.find("default-src 'self'") != std::string::npos);
  CHECK(answer.find("Access-Control-Allow-Origin: *") != std::string::npos);
  CHECK(answer.find("X-Test: yz\r\n") != std::string::npos);
  CHECK(answer.find("too late") == std::string::npos);
}

TEST_CASE("only the API is open to other origins", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send(get("/echo")));
  REQUIRE(client.receive_until("</echo>"));
  CHECK(client.received().find("Access-Control") == std::string::npos);
}

TEST_CASE("pipelined requests are answered in order", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send(get("/slow") + get("/echo/2") + "\r\n" + get("/echo/3")));
  auto slow = web.queue.pop();
  REQUIRE(slow);
  CHECK(client.hears_nothing(20ms));
  slow->respond({200, "text/plain", "<first>", {}});
  REQUIRE(client.receive_until("</echo/3>"));
  auto& all = client.received();
  CHECK(all.find("<first>") < all.find("</echo/2>"));
  CHECK(all.find("</echo/2>") < all.find("</echo/3>"));
  CHECK(count_of("HTTP/1.1 200", all) == 3);
}

TEST_CASE("a dropped exchange is answered 503", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send(get("/drop") + get("/echo")));
  REQUIRE(client.receive_until("</echo>"));
  CHECK(client.received().find("HTTP/1.1 503") == 0);
}

TEST_CASE("HEAD has the head of GET and no body", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send("HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n"
                      "GET /echo/2 HTTP/1.1\r\nHost: x\r\n"
                      "Connection: close\r\n\r\n"));
  REQUIRE(client.receive_all());
  CHECK(client.received().find("Content-Length: 7\r\n") != std::string::npos);
  CHECK(count_of("</echo>", client.received()) == 0);
  CHECK(count_of("</echo/2>", client.received()) == 1);
}

TEST_CASE("keep-alive follows the client's version and wish", "[http]") {
  web_server web;
  web_client old{web.port};
  REQUIRE(old.send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  REQUIRE(old.receive_until("</echo>"));
  CHECK(old.received().find("Connection: keep-alive\r\n") != std::string::npos);
  old.forget();
  REQUIRE(old.send("GET /echo HTTP/1.0\r\n\r\n"));
  REQUIRE(old.receive_all());
  CHECK(old.received().find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("other methods are answered 405", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send("POST /api/v1/info HTTP/1.1\r\nHost: x\r\n"
                      "Content-Length: 5\r\n\r\nhello"));
  REQUIRE(client.receive_all());
  CHECK(client.received().find("HTTP/1.1 405") == 0);
  CHECK(client.received().find("Allow: GET, HEAD, OPTIONS\r\n")
        != std::string::npos);
}

TEST_CASE("a link or Netdata client is told which port is meant", "[http]") {
  web_server web;
  std::string greetings[]
      = {"STREAM key=1&os=Debian GNU/Linux HTTP/1.1\r\n\r\n",
         std::string{"TRBL\0\0\0\x10", 8}};
  for (auto& greeting : greetings) {
    web_client client{web.port};
    // In two pieces, for the first may not reach the HTTP parser.
    REQUIRE(client.send(greeting.substr(0, 2)));
    REQUIRE(client.send(greeting.substr(2)));
    REQUIRE(client.receive_all());
    CHECK(client.received().find("web port") != std::string::npos);
    CHECK(client.received().find("4321") != std::string::npos);
    CHECK(client.received().find("HTTP/1.1") == std::string::npos);
    CHECK(count_of("\n", client.received()) == 1);
  }
}

TEST_CASE("stop answers what is in flight and closes the rest", "[http]") {
  http_limits limits;
  // The clients of this test hang up at its end only.
  limits.linger = 20ms;
  web_server web{limits};
  web_client idle{web.port};
  web_client busy{web.port};
  web_client streaming{web.port};
  REQUIRE(idle.send(get("/echo")));
  REQUIRE(idle.receive_until("</echo>"));
  REQUIRE(streaming.send(get("/live")));
  auto live = web.queue.pop();
  REQUIRE(live);
  auto stream = live->open_stream();
  REQUIRE(streaming.receive_until("\r\n\r\n"));
  REQUIRE(busy.send(get("/slow")));
  auto slow = web.queue.pop();
  REQUIRE(slow);
  std::thread stopper{[&] {
    web.server.stop();
  }};
  REQUIRE(idle.receive_all());
  REQUIRE(streaming.receive_all());
  slow->respond({200, "text/plain", "<done>", {}});
  REQUIRE(busy.receive_all());
  stopper.join();
  CHECK(busy.received().find("<done>") != std::string::npos);
  CHECK(busy.received().find("Connection: close\r\n") != std::string::npos);
  CHECK(stream.closed());
  CHECK_THROWS(web_client{web.port});
}

TEST_CASE("stop is bounded, and exchanges may outlive it", "[http]") {
  http_limits limits;
  limits.drain = 20ms;
  web_server web{limits};
  web_client client{web.port};
  REQUIRE(client.send(get("/slow")));
  auto slow = web.queue.pop();
  REQUIRE(slow);
  web.server.stop();
  REQUIRE(client.receive_all());
  slow->respond({200, "text/plain", "in vain", {}});
  CHECK(client.received().empty());
}

TEST_CASE("a server that can't listen says where", "[http]") {
  web_server web;
  http_server second;
  http_options options;
  options.port = web.port;
  auto taken = second.start(options, [](std::shared_ptr<exchange>) {});
  REQUIRE_FALSE(taken);
  CHECK(code_of(taken.error()) == ec::disconnected);
  CHECK(
      to_text(taken.error()).find("127.0.0.1 port " + std::to_string(web.port))
      != std::string::npos);
  options.addresses = {"not an address"};
  auto unknown = second.start(options, [](std::shared_ptr<exchange>) {});
  REQUIRE_FALSE(unknown);
  CHECK(code_of(unknown.error()) == ec::bad_configuration);
}

TEST_CASE("several addresses share the chosen port", "[http]") {
  http_server server;
  http_options options;
  options.port = 0;
  options.addresses = {"127.0.0.1", "127.0.0.2"};
  auto port = server.start(options, [](std::shared_ptr<exchange> x) {
    x->respond({200, "text/plain", "<here>", {}});
  });
  REQUIRE(port);
  web_client client{*port};
  REQUIRE(client.send(get("/")));
  CHECK(client.receive_until("<here>"));
  server.stop();
  options.addresses = {"*"};
  auto all = server.start(options, [](std::shared_ptr<exchange> x) {
    x->respond({200, "text/plain", x->request().peer_address, {}});
  });
  REQUIRE(all);
  web_client again{*all};
  REQUIRE(again.send(get("/")));
  CHECK(again.receive_until("\r\n\r\n127.0.0.1"));
}
