#include <catch2/catch.hpp>

#include "config/ini.hpp"
#include "config/option_reader.hpp"

using namespace tributary;

namespace {

configuration read(const std::string& lines) {
  auto parsed = parse_ini("s.conf", "[stream]\n" + lines);
  REQUIRE(to_text(parsed.faults) == "");
  return read_options({{layer_kind::stream_conf, parsed.document}});
}

std::string faults(const std::string& lines) {
  return to_text(read(lines).faults);
}

} // namespace

TEST_CASE("TLS is off and checks certificates by default", "[config]") {
  auto tls = read("").options.tls;
  CHECK(tls.receiver.policy == tls_policy::no);
  CHECK(tls.receiver.clients == client_certificates::no);
  CHECK_FALSE(tls.sender.skip_verification);
  CHECK(tls.version == tls_version::v1_2);
}

TEST_CASE("options of TLS are read by Netdata's names and ours", "[config]") {
  auto x = read("CAfile = /a\nCApath = /b\n"
                "ssl skip certificate verification = yes\n"
                "ssl certificate = /c\nssl key = /d\ntls version = 1.3\n"
                "link ssl = force\nlink ssl certificate = /e\n"
                "link ssl key = /f\nlink ssl client certificates = required\n"
                "link ssl client CAfile = /g\n");
  CHECK(to_text(x.faults) == "");
  auto& tls = x.options.tls;
  CHECK(tls.sender.ca_file == "/a");
  CHECK(tls.sender.ca_path == "/b");
  CHECK(tls.sender.skip_verification);
  CHECK(tls.sender.certificate == "/c");
  CHECK(tls.sender.key == "/d");
  CHECK(tls.version == tls_version::v1_3);
  CHECK(tls.receiver.policy == tls_policy::force);
  CHECK(tls.receiver.certificate == "/e");
  CHECK(tls.receiver.key == "/f");
  CHECK(tls.receiver.clients == client_certificates::required);
  CHECK(tls.receiver.client_ca_file == "/g");
}

TEST_CASE("files of TLS come with what they need", "[config]") {
  CHECK(faults("ssl certificate = /c\n")
        == "s.conf:2: [stream] ssl certificate: needs 'ssl key', which is "
           "empty\n");
  CHECK(faults("ssl key = /c\n")
        == "s.conf:2: [stream] ssl key: needs 'ssl certificate', which is "
           "empty\n");
  CHECK(faults("link ssl = optional\n")
        == "s.conf:2: [stream] link ssl: needs 'link ssl certificate', which "
           "is empty\n"
           "s.conf:2: [stream] link ssl: needs 'link ssl key', which is "
           "empty\n");
  CHECK(faults("link ssl client certificates = optional\n"
               "link ssl client CAfile = /g\n")
        == "s.conf:2: [stream] link ssl client certificates: 'link ssl' is no, "
           "so none is ever asked for\n");
  CHECK(faults("link ssl = yes\n")
        == "s.conf:2: [stream] link ssl: 'yes' is not one of: no, optional, "
           "force\n");
}
