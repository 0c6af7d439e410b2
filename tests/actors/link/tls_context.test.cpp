#include "actors/link/tls_context.hpp"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "actors/link/link_security.hpp"
#include "schema/error.hpp"
#include "tests/actors/link/certificates.hpp"

using namespace tributary;
using examples::certificate_files;
using examples::test_authority;

namespace {

tls_receiver_options port(const certificate_files& own) {
  tls_receiver_options x;
  x.policy = tls_policy::optional;
  x.certificate = own.certificate;
  x.key = own.key;
  return x;
}

/// The words of the fault; empty when there is none.
std::string fault_of(const tls_receiver_options& x) {
  auto made = tls_context::for_receiver(x, tls_version::v1_2);
  if (made)
    return {};
  CHECK(code_of(made.error()) == ec::bad_configuration);
  return words_of(made.error());
}

void write(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
}

} // namespace

TEST_CASE("each file of TLS that is no good is named", "[actors]") {
  test_authority authority{"CA"};
  auto own = authority.issue({"parent", {}, {}});
  auto other = authority.issue({"other", {}, {}});
  CHECK(fault_of(port(own)) == "");
  auto missing = authority.path("missing.pem");
  CHECK(fault_of(port({missing, own.key}))
        == missing + ": No such file or directory");
  CHECK(fault_of(port({own.certificate, missing}))
        == missing + ": No such file or directory");
  CHECK(fault_of(port({own.key, own.key}))
        == own.key + ": there is no certificate in PEM in it");
  auto no_key = authority.path("no.key");
  write(no_key, "not PEM\n");
  std::filesystem::permissions(no_key, std::filesystem::perms::owner_read);
  CHECK(fault_of(port({own.certificate, no_key}))
        == no_key + ": there is no key in PEM in it");
  CHECK(fault_of(port({own.certificate, other.key}))
        == other.key + ": the key does not belong to the certificate in "
               + own.certificate);
  auto folder = std::filesystem::path{own.key}.parent_path().string();
  CHECK(fault_of(port({folder, own.key})) == folder + ": this is not a file");
  auto clients = port(own);
  clients.clients = client_certificates::required;
  clients.client_ca_file = own.key;
  CHECK(fault_of(clients)
        == own.key + ": there is no certificate in PEM in it");
  tls_sender_options below;
  below.ca_path = missing;
  auto made = tls_context::for_sender(below, tls_version::v1_2);
  REQUIRE_FALSE(made);
  CHECK(words_of(made.error()) == missing + ": there is no such directory");
}

TEST_CASE("a key that everybody can read is refused", "[actors]") {
  test_authority authority{"CA"};
  auto own = authority.issue({"parent", {}, {}});
  using std::filesystem::perms;
  std::filesystem::permissions(own.key, perms::owner_read | perms::group_read);
  CHECK(fault_of(port(own)) == "");
  std::filesystem::permissions(own.key, perms::owner_read | perms::others_read);
  CHECK(fault_of(port(own)).find("everybody on this machine can read the key")
        != std::string::npos);
}

TEST_CASE("a key with a passphrase asks nobody", "[actors]") {
  test_authority authority{"CA"};
  auto own = authority.issue({"parent", {}, {}});
  // Made by the openssl tool; what it holds does not matter.
  write(own.key,
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiVlVfZ8SsV2QICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOF7vYyTkRx7gYnrmfcUUgAEgZAO\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n");
  auto words = fault_of(port(own));
  CHECK(words.find(own.key) == 0);
}

TEST_CASE("equal files make an equal fingerprint", "[actors]") {
  test_authority authority{"CA"};
  auto own = authority.issue({"parent", {}, {}});
  auto mark = [&](const certificate_files& x, tls_version version) {
    return (*tls_context::for_receiver(port(x), version))->fingerprint();
  };
  auto first = mark(own, tls_version::v1_2);
  CHECK(first == mark(own, tls_version::v1_2));
  CHECK(first != mark(own, tls_version::v1_3));
  CHECK(first != mark(authority.issue({"parent", {}, {}}), tls_version::v1_2));
}

TEST_CASE("a certificate that ends soon is worth a word", "[actors]") {
  test_authority authority{"CA"};
  auto context = [&](long ends_s) {
    auto x = authority.issue({"parent", {}, {}, -7200, ends_s});
    return *tls_context::for_receiver(port(x), tls_version::v1_2);
  };
  auto now_s = static_cast<int64_t>(std::time(nullptr));
  CHECK(warning_of(*context(30 * 86'400), now_s) == "");
  CHECK(warning_of(*context(5 * 86'400 + 3600), now_s) == "expires in 5 days");
  CHECK(warning_of(*context(-3600), now_s).find("has expired") == 0);
}

TEST_CASE("contexts are made where options ask for TLS", "[actors]") {
  test_authority authority{"CA"};
  node_options options;
  CHECK((*security_of_port(options))->context == nullptr);
  CHECK(*security_of_uplink(options) == nullptr);
  options.tls.receiver = port(authority.issue({"parent", {}, {}}));
  options.sender.enabled = true;
  options.sender.api_key = guid::from_words(1, 1);
  options.sender.destinations = *parse_destinations("a b:SSL");
  options.tls.sender.ca_file = authority.file();
  CHECK((*security_of_port(options))->context != nullptr);
  CHECK(*security_of_uplink(options) != nullptr);
  CHECK(check_security(options).empty());
  options.tls.sender.ca_file = authority.path("gone.pem");
  auto faults = check_security(options);
  REQUIRE(faults.size() == 1);
  CHECK(to_text(faults[0])
        == "stream.conf: " + authority.path("gone.pem")
               + ": No such file or directory");
}
