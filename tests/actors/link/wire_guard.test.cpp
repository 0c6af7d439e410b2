#include "actors/link/wire_guard.hpp"

#include <catch2/catch.hpp>

#include "actors/link/message_splitter.hpp"
#include "schema/error.hpp"
#include "schema/link.hpp"
#include "tests/actors/link/certificates.hpp"

using namespace tributary;
using examples::test_authority;

namespace {

constexpr auto name = "parent.example.org";

struct contexts {
  test_authority authority{"CA"};
  tls_context_ptr below;
  tls_context_ptr above;

  contexts() {
    tls_sender_options x;
    x.ca_file = authority.file();
    below = *tls_context::for_sender(x, tls_version::v1_2);
    tls_receiver_options y;
    y.policy = tls_policy::force;
    auto own = authority.issue({"parent", {name}, {}});
    y.certificate = own.certificate;
    y.key = own.key;
    above = *tls_context::for_receiver(y, tls_version::v1_2);
  }
};

struct end {
  wire_guard guard;
  std::string plain;
  std::vector<char> out;
  caf::error error;
};

std::string text(const std::vector<char>& bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Carries bytes between the two until none are left; turns come at once.
void run(end& child, end& parent) {
  auto carry = [](end& from, end& to) {
    if (from.out.empty() || to.error)
      return false;
    auto bytes = text(from.out);
    from.out.clear();
    to.error = to.guard.receive(bytes, to.plain, to.out);
    if (to.guard.waits() && !to.error)
      to.error = to.guard.begin(to.plain, to.out);
    return true;
  };
  while (carry(child, parent) || carry(parent, child))
    ;
}

std::string hello_bytes() {
  std::string result{link_preface};
  put_message(result, link_hello{});
  return result;
}

} // namespace

TEST_CASE("a link over TLS carries what was said before it", "[actors]") {
  contexts with;
  end child{wire_guard{peer_security{with.below, name, name}}, {}, {}, {}};
  end parent{
      wire_guard{port_security{tls_policy::force, with.above}}, {}, {}, {}};
  REQUIRE_FALSE(child.guard.connect(child.out));
  REQUIRE_FALSE(child.guard.send("hello with a key", child.out));
  CHECK(text(child.out).find("key") == std::string::npos);
  run(child, parent);
  CHECK(parent.plain == "hello with a key");
  CHECK(child.guard.settled());
  CHECK(parent.guard.settled());
  REQUIRE(parent.guard.security());
  CHECK(child.guard.security()->verified);
  REQUIRE_FALSE(parent.guard.send("welcome", parent.out));
  run(child, parent);
  CHECK(child.plain == "welcome");
  parent.guard.close(parent.out);
  run(child, parent);
  CHECK(child.guard.ended());
}

TEST_CASE("a port of both kinds tells them by the first byte", "[actors]") {
  contexts with;
  end parent{
      wire_guard{port_security{tls_policy::optional, with.above}}, {}, {}, {}};
  auto hello = hello_bytes();
  for (auto x : hello)
    REQUIRE_FALSE(parent.guard.receive({&x, 1}, parent.plain, parent.out));
  CHECK(parent.plain == hello);
  CHECK(parent.guard.is_plain());
  REQUIRE_FALSE(parent.guard.send("welcome", parent.out));
  CHECK(text(parent.out) == "welcome");
  CHECK(parent.guard.security() == nullptr);
}

TEST_CASE("a plain link on a port of TLS is told so by name", "[actors]") {
  contexts with;
  end parent{
      wire_guard{port_security{tls_policy::force, with.above}}, {}, {}, {}};
  auto error = parent.guard.receive(hello_bytes(), parent.plain, parent.out);
  CHECK(to_text(error)
        == "tls_failed: a plain link, and this port takes TLS "
           "only");
  CHECK(parent.plain.empty());
  message_splitter splitter;
  splitter.trust();
  std::vector<std::string> bodies;
  REQUIRE_FALSE(splitter.feed(text(parent.out), bodies));
  REQUIRE(bodies.size() == 1);
  auto answer = open_message(bodies[0]);
  REQUIRE(answer);
  REQUIRE(std::get_if<link_refuse>(&*answer));
  CHECK(std::get<link_refuse>(*answer).reason == link_reason::tls_wanted);
  // Who speaks neither is told nothing.
  end other{
      wire_guard{port_security{tls_policy::force, with.above}}, {}, {}, {}};
  CHECK(other.guard.receive("GET / HTTP/1.1\r\n", other.plain, other.out));
  CHECK(other.out.empty());
}

TEST_CASE("nothing is computed before a whole ClientHello is there",
          "[actors]") {
  contexts with;
  end child{wire_guard{peer_security{with.below, name, name}}, {}, {}, {}};
  REQUIRE_FALSE(child.guard.connect(child.out));
  auto hello = text(child.out);
  end parent{
      wire_guard{port_security{tls_policy::force, with.above}}, {}, {}, {}};
  for (size_t i = 0; i < hello.size(); ++i) {
    CHECK_FALSE(parent.guard.waits());
    REQUIRE_FALSE(
        parent.guard.receive({&hello[i], 1}, parent.plain, parent.out));
  }
  CHECK(parent.guard.waits());
  CHECK(parent.out.empty());
  CHECK_FALSE(parent.guard.settled());
  // Lengths that no record has.
  for (std::string bad : {std::string{"\x16\x03\x01\x00\x00", 5},
                          std::string{"\x16\x03\x01\x41\x00", 5},
                          std::string{"\x16\x02\x01\x01\x00", 5}}) {
    end stranger{
        wire_guard{port_security{tls_policy::force, with.above}}, {}, {}, {}};
    CHECK(code_of(stranger.guard.receive(bad, stranger.plain, stranger.out))
          == ec::tls_failed);
  }
}

TEST_CASE("a child never goes on plainly where TLS was asked for", "[actors]") {
  contexts with;
  auto answer_to = [&](const std::string& answer) {
    end child{wire_guard{peer_security{with.below, name, name}}, {}, {}, {}};
    REQUIRE_FALSE(child.guard.connect(child.out));
    REQUIRE_FALSE(child.guard.send("the secret key", child.out));
    auto error = child.guard.receive(answer, child.plain, child.out);
    CHECK(code_of(error) == ec::tls_failed);
    CHECK(child.plain.empty());
    CHECK(text(child.out).find("secret") == std::string::npos);
    return to_text(error);
  };
  CHECK(answer_to(std::string{link_preface}).find("speaks plain links")
        != std::string::npos);
  CHECK(answer_to("HTTP/1.1 400 Bad Request\r\n").find("web server answered")
        != std::string::npos);
  CHECK(answer_to("SSH-2.0-OpenSSH\r\n").find("not a Tributary link")
        != std::string::npos);
  // An alert is TLS: no common version.
  CHECK(answer_to(std::string{"\x15\x03\x01\x00\x02\x02\x46", 7})
            .find("no version of TLS")
        != std::string::npos);
  end child{wire_guard{peer_security{with.below, name, name}}, {}, {}, {}};
  REQUIRE_FALSE(child.guard.connect(child.out));
  CHECK(child.guard.words_of_end().find("without a word of TLS")
        != std::string::npos);
}

TEST_CASE("what is kept until there is a connection has a bound", "[actors]") {
  contexts with;
  end child{wire_guard{peer_security{with.below, name, name}}, {}, {}, {}};
  REQUIRE_FALSE(child.guard.connect(child.out));
  std::string much(wire_guard::kept_bytes_max, 'x');
  CHECK_FALSE(child.guard.send(much, child.out));
  CHECK(code_of(child.guard.send("x", child.out)) == ec::too_large);
}
