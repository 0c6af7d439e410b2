#include "actors/link/tls_words.hpp"

#include <algorithm>
#include <ctime>
#include <memory>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "schema/utf8.hpp"

namespace tributary {

namespace {

constexpr size_t subject_bytes_max = 256;
constexpr size_t names_max = 64;
constexpr size_t names_shown = 4;

std::string in_words(const std::vector<std::string>& names) {
  if (names.empty())
    return "nobody by name";
  std::string result;
  for (size_t i = 0; i < std::min(names.size(), names_shown); ++i)
    result += (i == 0 ? "" : ", ") + names[i];
  return names.size() > names_shown ? result + ", ..." : result;
}

/// The name or the address, as the certificate has it.
std::vector<std::string> alternatives_of(const X509* certificate) {
  std::vector<std::string> result;
  auto list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list) && result.size() < names_max;
       ++i) {
    auto name = sk_GENERAL_NAME_value(list, i);
    if (name->type != GEN_DNS)
      continue;
    auto data = ASN1_STRING_get0_data(name->d.dNSName);
    auto size = ASN1_STRING_length(name->d.dNSName);
    result.push_back(to_plain_text(
        {reinterpret_cast<const char*>(data), static_cast<size_t>(size)}));
  }
  GENERAL_NAMES_free(list);
  return result;
}

/// Why the peer's certificate was not taken.
std::string words_of_check(SSL* connection, const std::string& host) {
  auto whose = host.empty() ? std::string{"the child's certificate"}
                            : "the certificate of " + host;
  auto notes = static_cast<const tls_notes*>(SSL_get_app_data(connection));
  auto shown = notes == nullptr ? nullptr : notes->refused.get();
  auto of = shown == nullptr ? std::string{} : " (" + subject_of(shown) + ")";
  auto result = SSL_get_verify_result(connection);
  switch (result) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return whose + " has expired"
           + (shown == nullptr ? "" : ", valid until " + end_of(shown));
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return whose + " is not valid yet: is one of the clocks wrong?";
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return whose + " is for another name: "
           + (shown == nullptr ? "unknown" : in_words(names_of(shown)));
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    return whose + " is self-signed" + of
           + (host.empty() ? "" : ": name it as CAfile if it is the right one");
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    return whose + " is of an unknown authority" + of
           + (host.empty() ? "" : ": name it as CAfile");
  default:
    return whose + of + ": " + X509_verify_cert_error_string(result);
  }
}

/// What an alert of the peer, or a fault of our own, means here; null: the
/// library's words do.
const char* words_of_reason(int reason) {
  switch (reason) {
  case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    return "the other side wants a certificate and none was shown: set 'ssl "
           "certificate'";
  case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    return "the other side refuses: no common cipher, or it wants a "
           "certificate and none was shown";
  case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    return "the other side does not know the authority of this node's "
           "certificate";
  case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    return "the other side says that this node's certificate has expired";
  case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
  case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    return "the other side does not take this node's certificate";
  case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
    return "the child shows no certificate, and one is required";
  case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
  case SSL_R_UNSUPPORTED_PROTOCOL:
  case SSL_R_NO_PROTOCOLS_AVAILABLE:
    return "no version of TLS that both sides take: see 'tls version'";
  case SSL_R_NO_SHARED_CIPHER:
    return "no cipher that both sides take";
  case SSL_R_HTTP_REQUEST:
  case SSL_R_HTTPS_PROXY_REQUEST:
  case SSL_R_WRONG_VERSION_NUMBER:
  case SSL_R_UNKNOWN_PROTOCOL:
    return "the other side does not speak TLS";
  default:
    return nullptr;
  }
}

} // namespace

std::string tls_failure_words(ssl_st* connection, const std::string& host) {
  auto code = ERR_peek_error();
  auto reason = ERR_GET_REASON(code);
  std::string result;
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
    result = words_of_check(connection, host);
  else if (auto words = words_of_reason(reason))
    result = words;
  else if (auto text = ERR_reason_error_string(code))
    result = text;
  else
    result = "the handshake failed";
  ERR_clear_error();
  return result;
}

std::string subject_of(const x509_st* certificate) {
  std::unique_ptr<BIO, decltype(&BIO_free)> to{BIO_new(BIO_s_mem()), BIO_free};
  X509_NAME_print_ex(to.get(), X509_get_subject_name(certificate), 0,
                     XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  auto size = BIO_get_mem_data(to.get(), &text);
  return to_plain_text(
      {text, std::min(static_cast<size_t>(size), subject_bytes_max)});
}

std::vector<std::string> names_of(const x509_st* certificate) {
  auto result = alternatives_of(certificate);
  auto subject = X509_get_subject_name(certificate);
  auto at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0)
    return result;
  unsigned char* text = nullptr;
  auto size = ASN1_STRING_to_UTF8(
      &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0)
    return result;
  auto name = to_plain_text(
      {reinterpret_cast<char*>(text), static_cast<size_t>(size)});
  OPENSSL_free(text);
  if (std::find(result.begin(), result.end(), name) == result.end())
    result.insert(result.begin(), std::move(name));
  return result;
}

std::string end_of(const x509_st* certificate) {
  std::tm parts{};
  char text[32] = "?";
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1)
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

} // namespace tributary
