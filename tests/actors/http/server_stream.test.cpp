#include <thread>

#include <catch2/catch.hpp>

#include "tests/actors/http/web_client.hpp"

using namespace tributary;
using namespace tributary::test;
using namespace std::chrono_literals;

namespace {

event_stream open(web_server& web, web_client& client) {
  REQUIRE(client.send(get("/api/v1/live")));
  auto x = web.queue.pop();
  REQUIRE(x);
  auto result = x->open_stream();
  REQUIRE(client.receive_until("\r\n\r\n"));
  CHECK(client.received().find("Content-Type: text/event-stream\r\n")
        != std::string::npos);
  CHECK(client.received().find("Content-Length") == std::string::npos);
  client.forget();
  return result;
}

} // namespace

TEST_CASE("events arrive in order as they are sent", "[http]") {
  web_server web;
  web_client client{web.port};
  auto stream = open(web, client);
  for (int i = 0; i < 50; ++i)
    REQUIRE(stream.send("tick", std::to_string(i), "{\"n\":1}"));
  REQUIRE(client.receive_until("event: tick\nid: 49\ndata: {\"n\":1}\n\n"));
  CHECK(client.received().find("event: tick\nid: 0\n") == 0);
  CHECK(count_of("event: tick", client.received()) == 50);
  CHECK_FALSE(stream.closed());
}

TEST_CASE("events go on after more than a queue of them", "[http]") {
  web_server web;
  web_client client{web.port};
  auto stream = open(web, client);
  for (int i = 0; i < 500; ++i) {
    auto id = std::to_string(i);
    REQUIRE(stream.send("tick", id, "x"));
    REQUIRE(client.receive_until("id: " + id + "\n"));
  }
}

TEST_CASE("a slow reader is dropped at 64 events", "[http]") {
  web_server web;
  web_client client{web.port, 4096};
  auto stream = open(web, client);
  std::string large(1u << 20, 'x');
  size_t sent_count = 0;
  while (sent_count < 1000 && stream.send("tick", "1", large))
    ++sent_count;
  // The kernel's own buffers take a few before the queue begins to fill.
  CHECK(sent_count >= 64);
  CHECK(sent_count < 100);
  CHECK(stream.closed());
  CHECK_FALSE(stream.send("tick", "1", "x"));
  CHECK(eventually([&] { return web.server.connections_count() == 0; }));
}

TEST_CASE("silence is filled with comments", "[http]") {
  http_limits limits;
  limits.silence = 20ms;
  web_server web{limits};
  web_client client{web.port};
  auto stream = open(web, client);
  REQUIRE(client.receive_until(": still here\n\n: still here\n\n"));
  REQUIRE(stream.send("tick", "1", "x"));
  CHECK(client.receive_until("data: x\n\n"));
}

TEST_CASE("a stream knows that its client left", "[http]") {
  web_server web;
  auto client = std::make_unique<web_client>(web.port);
  auto stream = open(web, *client);
  CHECK_FALSE(stream.closed());
  client.reset();
  CHECK(eventually([&] { return stream.closed(); }));
  CHECK_FALSE(stream.send("tick", "1", "x"));
}

TEST_CASE("the last handle's end is the stream's end", "[http]") {
  web_server web;
  web_client client{web.port};
  auto stream = open(web, client);
  auto copy = stream;
  stream = {};
  REQUIRE(copy.send("tick", "1", "last"));
  copy = {};
  REQUIRE(client.receive_all());
  CHECK(client.received() == "event: tick\nid: 1\ndata: last\n\n");
}

TEST_CASE("a stream that is asked for with HEAD is only its head", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send("HEAD /api/v1/live HTTP/1.1\r\nHost: x\r\n\r\n"));
  auto x = web.queue.pop();
  REQUIRE(x);
  auto stream = x->open_stream();
  REQUIRE(client.receive_all());
  CHECK(client.received().find("text/event-stream") != std::string::npos);
  CHECK(eventually([&] { return stream.closed(); }));
}

TEST_CASE("an answered exchange opens no stream", "[http]") {
  web_server web;
  web_client client{web.port};
  REQUIRE(client.send(get("/api/v1/live")));
  auto x = web.queue.pop();
  REQUIRE(x);
  x->respond({200, "text/plain", "<answer>", {}});
  auto stream = x->open_stream();
  CHECK(stream.closed());
  CHECK_FALSE(stream.send("tick", "1", "x"));
  CHECK(client.receive_until("<answer>"));
}

TEST_CASE("a stream of a stopped server takes no more", "[http]") {
  http_limits limits;
  limits.drain = 50ms;
  web_server web{limits};
  web_client client{web.port};
  auto stream = open(web, client);
  web_client late{web.port};
  REQUIRE(late.send(get("/api/v1/live")));
  auto x = web.queue.pop();
  REQUIRE(x);
  std::thread stopper{[&] {
    web.server.stop();
  }};
  REQUIRE(client.receive_all());
  stopper.join();
  CHECK(stream.closed());
  CHECK(x->open_stream().closed());
}
