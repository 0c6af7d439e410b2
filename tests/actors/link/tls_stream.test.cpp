#include "actors/link/tls_stream.hpp"

#include <deque>
#include <functional>
#include <random>

#include <catch2/catch.hpp>
#include <openssl/ssl.h>

#include "schema/error.hpp"
#include "tests/actors/link/certificates.hpp"

using namespace tributary;
using examples::certificate_files;
using examples::test_authority;

namespace {

constexpr auto name = "parent.example.org";

tls_context_ptr child_context(const std::string& ca_file,
                              const certificate_files& own = {},
                              tls_version version = tls_version::v1_2) {
  tls_sender_options x;
  x.ca_file = ca_file;
  x.certificate = own.certificate;
  x.key = own.key;
  auto result = tls_context::for_sender(x, version);
  REQUIRE(result);
  return *result;
}

tls_context_ptr port_context(const certificate_files& own,
                             client_certificates clients
                             = client_certificates::no,
                             const std::string& client_ca_file = {},
                             tls_version version = tls_version::v1_2) {
  tls_receiver_options x;
  x.policy = tls_policy::force;
  x.certificate = own.certificate;
  x.key = own.key;
  x.clients = clients;
  x.client_ca_file = client_ca_file;
  auto result = tls_context::for_receiver(x, version);
  REQUIRE(result);
  return *result;
}

/// One end, with what it has received and what waits to be carried to the
/// other.
struct end {
  tls_stream stream;
  std::string plain;
  std::vector<char> out;
  caf::error error;
};

/// Takes a piece of what is left, from its front.
using cutter = std::function<size_t(size_t left)>;

size_t whole(size_t left) {
  return left;
}

size_t one(size_t) {
  return 1;
}

struct connection {
  end child;
  end parent;

  connection(tls_context_ptr below, tls_context_ptr above,
             const std::string& host = name)
      : child{tls_stream::connecting(std::move(below), host, host), {}, {}, {}},
        parent{tls_stream::accepting(std::move(above)), {}, {}, {}} {
    child.error = child.stream.receive({}, child.plain, child.out);
  }

  /// Carries bytes until none are left or an end is of no more use; what an
  /// end said last still arrives.
  void run(const cutter& cut = whole) {
    while (carry(child, parent, cut) || carry(parent, child, cut))
      ;
  }

  static bool carry(end& from, end& to, const cutter& cut) {
    if (from.out.empty())
      return false;
    std::string bytes{from.out.begin(), from.out.end()};
    from.out.clear();
    for (size_t at = 0; at < bytes.size() && !to.error;) {
      auto count = std::min(cut(bytes.size() - at), bytes.size() - at);
      to.error = to.stream.receive({&bytes[at], count}, to.plain, to.out);
      at += count;
    }
    return true;
  }

  bool good() const {
    return child.stream.established() && parent.stream.established()
           && !child.error && !parent.error;
  }
};

std::string text(const end& of) {
  return to_text(of.error);
}

} // namespace

TEST_CASE("both ends read what the other has sent", "[actors]") {
  test_authority authority{"CA"};
  connection link{child_context(authority.file()),
                  port_context(authority.issue({"parent", {name}, {}}))};
  link.run();
  REQUIRE(link.good());
  std::string large(100'000, 'x');
  REQUIRE_FALSE(link.child.stream.send(large, link.child.out));
  REQUIRE_FALSE(link.parent.stream.send("welcome", link.parent.out));
  std::string seen{link.child.out.begin(), link.child.out.end()};
  CHECK(seen.find("xxxx") == std::string::npos);
  link.run();
  CHECK(link.parent.plain == large);
  CHECK(link.child.plain == "welcome");
  auto security = link.child.stream.security();
  CHECK(security.protocol == "TLSv1.3");
  CHECK(security.verified);
  CHECK_FALSE(security.resumed);
  CHECK(to_text(security) == "TLSv1.3, CN = parent");
  CHECK(to_text(link.parent.stream.security()) == "TLSv1.3");
}

TEST_CASE("bytes may come in any pieces", "[actors]") {
  test_authority authority{"CA"};
  auto below = child_context(authority.file());
  auto above = port_context(authority.issue({"parent", {name}, {}}));
  std::mt19937 random{1};
  for (auto& cut : {cutter{one}, cutter{[&](size_t) {
                      return random() % 700 + 1;
                    }}}) {
    connection link{below, above};
    link.run(cut);
    REQUIRE(link.good());
    for (int i = 0; i < 20; ++i) {
      std::string message(random() % 3000 + 1, static_cast<char>('a' + i));
      link.parent.plain.clear();
      REQUIRE_FALSE(link.child.stream.send(message, link.child.out));
      link.run(cut);
      REQUIRE(link.parent.plain == message);
    }
  }
}

TEST_CASE("each cut of a handshake goes on where it was", "[actors]") {
  test_authority authority{"CA"};
  auto below = child_context(authority.file());
  auto above = port_context(authority.issue({"parent", {name}, {}}));
  connection whole_one{below, above};
  auto hello = whole_one.child.out.size();
  for (size_t cut = 1; cut < hello; cut += 7) {
    connection link{below, above};
    auto first = true;
    link.run(
        [&](size_t left) { return std::exchange(first, false) ? cut : left; });
    REQUIRE(link.good());
  }
}

TEST_CASE("the last word is told from a connection that is cut", "[actors]") {
  test_authority authority{"CA"};
  connection link{child_context(authority.file()),
                  port_context(authority.issue({"parent", {name}, {}}))};
  link.run();
  REQUIRE(link.good());
  REQUIRE_FALSE(link.child.stream.send("last", link.child.out));
  link.child.stream.close(link.child.out);
  auto sent = link.child.out.size();
  link.child.stream.close(link.child.out); // once is enough
  CHECK(link.child.out.size() == sent);
  CHECK_FALSE(link.parent.stream.ended());
  link.run();
  CHECK(link.parent.plain == "last");
  CHECK(link.parent.stream.ended());
  CHECK_FALSE(link.parent.error);
}

TEST_CASE("bytes that were changed on their way end a connection", "[actors]") {
  test_authority authority{"CA"};
  auto below = child_context(authority.file());
  auto above = port_context(authority.issue({"parent", {name}, {}}));
  connection link{below, above};
  link.run();
  REQUIRE_FALSE(link.child.stream.send("a message", link.child.out));
  link.child.out[link.child.out.size() / 2] ^= 1;
  link.run();
  CHECK(code_of(link.parent.error) == ec::tls_failed);
  CHECK(link.parent.plain.empty());
}

TEST_CASE("garbage ends a handshake and costs little", "[actors]") {
  test_authority authority{"CA"};
  auto above = port_context(authority.issue({"parent", {name}, {}}));
  auto below = child_context(authority.file());
  std::mt19937 random{2};
  connection model{below, above};
  std::string hello{model.child.out.begin(), model.child.out.end()};
  for (int i = 0; i < 300; ++i) {
    auto bytes = hello;
    if (i % 3 == 0)
      for (auto& x : bytes)
        x = static_cast<char>(random());
    for (int n = 0; n < 3; ++n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    end parent{tls_stream::accepting(above), {}, {}, {}};
    parent.error = parent.stream.receive(bytes, parent.plain, parent.out);
    CHECK(parent.plain.empty());
    CHECK_FALSE(parent.stream.established());
    CHECK(parent.out.size() < 8192);
  }
}

TEST_CASE("a handshake without an end is ended", "[actors]") {
  test_authority authority{"CA"};
  end parent{tls_stream::accepting(
                 port_context(authority.issue({"parent", {name}, {}}))),
             {},
             {},
             {}};
  // Pieces of a ClientHello that says it is 16 MiB long.
  std::string record{"\x16\x03\x01\x40\x00\x01\xff\xff\xff", 9};
  record.resize(5 + 0x4000, 'x');
  size_t sent = 0;
  while (!parent.error && sent < 4 * tls_stream::handshake_bytes_max) {
    parent.error = parent.stream.receive(record, parent.plain, parent.out);
    sent += record.size();
  }
  CHECK(parent.error);
}

TEST_CASE("a certificate that does not fit is told by name", "[actors]") {
  test_authority authority{"CA"};
  test_authority foreign{"Other CA"};
  auto below = child_context(authority.file());
  auto verdict
      = [&](const certificate_files& shown, const std::string& host = name) {
          connection link{below, port_context(shown), host};
          link.run();
          CHECK_FALSE(link.child.stream.established());
          CHECK(link.child.plain.empty());
          CHECK(code_of(link.child.error) == ec::tls_failed);
          CHECK(link.parent.error); // it got an alert
          return text(link.child);
        };
  auto has = [](const std::string& whole_text, const std::string& part) {
    CAPTURE(whole_text, part);
    CHECK(whole_text.find(part) != std::string::npos);
  };
  has(verdict(authority.issue({"parent", {name}, {}, -7200, -3600})),
      "has expired, valid until 20");
  has(verdict(authority.issue({"parent", {name}, {}, 3600, 7200})),
      "is not valid yet");
  has(verdict(authority.issue({"other", {"other.example.org"}, {}})),
      "parent.example.org is for another name: other, other.example.org");
  has(verdict(authority.issue({"parent", {name}, {}}), "10.0.0.1"),
      "10.0.0.1 is for another name: parent, parent.example.org");
  has(verdict(authority.issue({"x", {"*.org", "parent.*"}, {}})),
      "for another name");
  has(verdict(foreign.issue({"parent", {name}, {}})),
      "is of an unknown authority (CN = parent): name it as CAfile");
  has(verdict(foreign.self_signed({"parent", {name}, {}})),
      "is self-signed (CN = parent): name it as CAfile");
}

TEST_CASE("names, wildcards and addresses in a certificate fit", "[actors]") {
  test_authority authority{"CA"};
  auto below = child_context(authority.file());
  auto above = port_context(
      authority.issue({"p", {"*.example.org"}, {"127.0.0.1", "::1"}}));
  for (auto host :
       {"parent.example.org", "parent.example.org.", "127.0.0.1", "::1"}) {
    CAPTURE(host);
    connection link{below, above, host};
    link.run();
    CHECK(link.good());
  }
  for (auto host : {"a.b.example.org", "example.org", "127.0.0.2"}) {
    CAPTURE(host);
    connection link{below, above, host};
    link.run();
    CHECK_FALSE(link.good());
  }
}

TEST_CASE("a certificate that is its own authority may be trusted",
          "[actors]") {
  test_authority authority{"CA"};
  auto shown = authority.self_signed({"parent", {name}, {}});
  connection link{child_context(shown.certificate), port_context(shown)};
  link.run();
  CHECK(link.good());
}

TEST_CASE("verification may be skipped, and that is told", "[actors]") {
  test_authority authority{"CA"};
  tls_sender_options x;
  x.skip_verification = true;
  auto below = tls_context::for_sender(x, tls_version::v1_2);
  REQUIRE(below);
  connection link{*below,
                  port_context(authority.self_signed({"x", {}, {}, -9, -5}))};
  link.run();
  REQUIRE(link.good());
  CHECK(to_text(link.child.stream.security()) == "TLSv1.3, not verified");
  CHECK_FALSE(link.child.stream.security().verified);
}

TEST_CASE("children's certificates are asked for and checked", "[actors]") {
  test_authority authority{"CA"};
  test_authority children{"Children CA"};
  auto shown = authority.issue({"parent", {name}, {}});
  auto connect = [&](const certificate_files& own, client_certificates clients,
                     tls_version version) {
    auto result = std::make_unique<connection>(
        child_context(authority.file(), own, version),
        port_context(shown, clients, children.file(), version));
    result->run();
    return result;
  };
  for (auto version : {tls_version::v1_2, tls_version::v1_3}) {
    auto good = connect(children.issue({"child-7", {"c7.example.org"}, {}}),
                        client_certificates::required, version);
    REQUIRE(good->good());
    auto security = good->parent.stream.security();
    CHECK(security.verified);
    CHECK(security.peer_subject == "CN = child-7");
    CHECK(security.peer_names
          == std::vector<std::string>{"child-7", "c7.example.org"});
    auto none = connect({}, client_certificates::required, version);
    CHECK_FALSE(none->parent.stream.established());
    CHECK(text(none->parent)
          == "tls_failed: the child shows no certificate, and one is required");
    CHECK(text(none->child).find("wants a certificate and none was shown")
          != std::string::npos);
    auto foreign = connect(authority.issue({"child-8", {}, {}}),
                           client_certificates::optional, version);
    CHECK(text(foreign->parent)
          == "tls_failed: the child's certificate is of an unknown authority "
             "(CN = child-8)");
    CHECK(text(foreign->child)
              .find("does not know the authority of this "
                    "node's certificate")
          != std::string::npos);
    auto expired = connect(children.issue({"child-9", {}, {}, -9, -5}),
                           client_certificates::required, version);
    CHECK(text(expired->parent).find("the child's certificate has expired")
          != std::string::npos);
    CHECK(text(expired->child).find("this node's certificate has expired")
          != std::string::npos);
    auto free = connect({}, client_certificates::optional, version);
    CHECK(free->good());
    CHECK_FALSE(free->parent.stream.security().verified);
  }
}

TEST_CASE("a session is resumed with the context that began it", "[actors]") {
  test_authority authority{"CA"};
  auto shown = authority.issue({"parent", {name}, {}});
  auto own = authority.issue({"child-7", {}, {}});
  auto below = child_context(authority.file(), own);
  auto above
      = port_context(shown, client_certificates::required, authority.file());
  auto connect = [&](const tls_context_ptr& port) {
    connection link{below, port};
    link.run();
    REQUIRE(link.good());
    CHECK(link.parent.stream.security().peer_subject == "CN = child-7");
    CHECK(link.parent.stream.security().verified);
    CHECK(link.child.stream.security().verified);
    return link.child.stream.security().resumed;
  };
  CHECK_FALSE(connect(above));
  CHECK(connect(above));
  CHECK(connect(above));
  // After a reload everybody is checked anew.
  auto reloaded
      = port_context(shown, client_certificates::required, authority.file());
  CHECK_FALSE(connect(reloaded));
  CHECK(connect(reloaded));
}

TEST_CASE("older versions and anonymous ends are refused", "[actors]") {
  test_authority authority{"CA"};
  auto shown = authority.issue({"parent", {name}, {}});
  auto above = port_context(shown);
  auto new_only
      = port_context(shown, client_certificates::no, {}, tls_version::v1_3);
  auto connect = [](SSL_CTX* native, const tls_context_ptr& port) {
    // A stranger with the library's own ways.
    std::unique_ptr<SSL, decltype(&SSL_free)> child{SSL_new(native), SSL_free};
    auto in = BIO_new(BIO_s_mem());
    auto out = BIO_new(BIO_s_mem());
    SSL_set_bio(child.get(), in, out);
    SSL_set_connect_state(child.get());
    end parent{tls_stream::accepting(port), {}, {}, {}};
    for (int i = 0; i < 8 && !parent.error; ++i) {
      SSL_do_handshake(child.get());
      char bytes[16384];
      auto count = BIO_read(out, bytes, sizeof(bytes));
      if (count > 0)
        parent.error = parent.stream.receive(
            {bytes, static_cast<size_t>(count)}, parent.plain, parent.out);
      if (!parent.out.empty())
        BIO_write(in, parent.out.data(), static_cast<int>(parent.out.size()));
      parent.out.clear();
    }
    return parent.stream.established() ? "established" : text(parent);
  };
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> native{
      SSL_CTX_new(TLS_method()), SSL_CTX_free};
  SSL_CTX_set_security_level(native.get(), 0);
  auto versions = "tls_failed: no version of TLS that both sides take: see "
                  "'tls version'";
  SSL_CTX_set_min_proto_version(native.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(native.get(), TLS1_1_VERSION);
  CHECK(connect(native.get(), above) == std::string{versions});
  SSL_CTX_set_max_proto_version(native.get(), TLS1_2_VERSION);
  CHECK(connect(native.get(), above) == std::string{"established"});
  CHECK(connect(native.get(), new_only) == std::string{versions});
  for (auto ciphers : {"aNULL", "eNULL", "AES128-SHA", "ECDHE-ECDSA-AES128-SHA",
                       "ADH-AES128-SHA256"}) {
    REQUIRE(SSL_CTX_set_cipher_list(native.get(), ciphers) == 1);
    CHECK(connect(native.get(), above)
          == std::string{"tls_failed: no cipher that both sides take"});
  }
}
