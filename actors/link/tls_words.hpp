#pragma once

/// What people are told of a TLS connection: why it failed, who is at its other
/// end. Asks the library; changes nothing but its queue of errors.

#include <memory>
#include <string>
#include <vector>

struct ssl_st;
struct x509_st;

namespace tributary {

/// What the library's callbacks know of a connection, as its app data. A
/// context's connections all have one.
struct tls_notes {
  /// With whom sessions are resumed; empty at the end that was connected to.
  std::string peer;
  /// The certificate that was not taken; null: none was refused.
  std::shared_ptr<x509_st> refused;
};

/// Why the library gave up, from its queue of errors, which is empty then.
/// `host` is what the certificate should be for; empty at the end that was
/// connected to.
std::string tls_failure_words(ssl_st* connection, const std::string& host);

/// The subject on one line of printable characters, at most 256 bytes.
std::string subject_of(const x509_st* certificate);

/// Common name and DNS names, at most 64 of them.
std::vector<std::string> names_of(const x509_st* certificate);

/// `2026-11-27 08:00`, UTC.
std::string end_of(const x509_st* certificate);

} // namespace tributary
