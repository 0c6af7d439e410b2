#include "tests/actors/link/certificates.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

namespace tributary::examples {

struct test_authority::pair {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"),
                                                          EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(),
                                                          X509_free};
};

namespace {

void require(bool condition) {
  if (!condition)
    throw std::runtime_error("a certificate of a test can't be made");
}

void extend(X509* to, int what, const std::string& value) {
  auto extension = X509V3_EXT_nconf_nid(nullptr, nullptr, what, value.c_str());
  require(extension != nullptr && X509_add_ext(to, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void fill(X509* to, EVP_PKEY* key, const certificate_wish& wish, int number) {
  X509_set_version(to, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(to), number);
  X509_gmtime_adj(X509_getm_notBefore(to), wish.begins_s);
  X509_gmtime_adj(X509_getm_notAfter(to), wish.ends_s);
  X509_set_pubkey(to, key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(to), "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
  std::string names;
  for (auto& x : wish.dns)
    names += (names.empty() ? "DNS:" : ",DNS:") + x;
  for (auto& x : wish.addresses)
    names += (names.empty() ? "IP:" : ",IP:") + x;
  if (!names.empty())
    extend(to, NID_subject_alt_name, names);
}

std::unique_ptr<FILE, decltype(&fclose)> open_file(const std::string& path) {
  std::unique_ptr<FILE, decltype(&fclose)> result{fopen(path.c_str(), "w"),
                                                  fclose};
  require(result != nullptr);
  return result;
}

void write_key(const std::string& path, EVP_PKEY* key) {
  auto file = open_file(path);
  require(fchmod(fileno(file.get()), 0600) == 0);
  require(PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr,
                               nullptr)
          == 1);
}

void write_certificate(const std::string& path, X509* x) {
  require(PEM_write_X509(open_file(path).get(), x) == 1);
}

} // namespace

test_authority::test_authority(const std::string& name)
    : own_(std::make_unique<pair>()) {
  auto certificate = own_->certificate.get();
  fill(certificate, own_->key.get(), {name, {}, {}}, 1);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
  require(X509_sign(certificate, own_->key.get(), EVP_sha256()) > 0);
  write_certificate(file(), certificate);
}

test_authority::~test_authority() = default;

std::string test_authority::file() const {
  return folder_.file("authority.pem");
}

certificate_files test_authority::issue(const certificate_wish& wish) {
  pair made;
  auto number = ++count_ + 1;
  fill(made.certificate.get(), made.key.get(), wish, number);
  X509_set_issuer_name(made.certificate.get(),
                       X509_get_subject_name(own_->certificate.get()));
  require(X509_sign(made.certificate.get(), own_->key.get(), EVP_sha256()) > 0);
  auto stem = folder_.file(std::to_string(number));
  write_key(stem + ".key", made.key.get());
  write_certificate(stem + ".pem", made.certificate.get());
  return {stem + ".pem", stem + ".key"};
}

certificate_files test_authority::self_signed(const certificate_wish& wish) {
  pair made;
  auto number = ++count_ + 1;
  auto certificate = made.certificate.get();
  fill(certificate, made.key.get(), wish, number);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  require(X509_sign(certificate, made.key.get(), EVP_sha256()) > 0);
  auto stem = folder_.file(std::to_string(number));
  write_key(stem + ".key", made.key.get());
  write_certificate(stem + ".pem", certificate);
  return {stem + ".pem", stem + ".key"};
}

} // namespace tributary::examples
