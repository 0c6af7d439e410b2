#pragma once

/// What `stream.conf` says of TLS, for links to parents and for the link port.

#include <cstdint>
#include <string>

namespace tributary {

/// Whether the link port speaks TLS; Netdata's words.
enum class tls_policy : uint8_t {
  /// Plain links only.
  no = 0,
  /// Both: a link's first byte tells.
  optional = 1,
  /// TLS only: a plain link is refused by name.
  force = 2,
};

const char* to_string(tls_policy x) noexcept;

/// Whether a child has to show a certificate of its own.
enum class client_certificates : uint8_t {
  /// None is asked for.
  no = 0,
  /// Asked for, and checked when one comes.
  optional = 1,
  /// A child without one is refused.
  required = 2,
};

const char* to_string(client_certificates x) noexcept;

/// The lowest version of TLS.
enum class tls_version : uint8_t { v1_2 = 0, v1_3 = 1 };

/// The word in files, for example `1.2`.
const char* to_string(tls_version x) noexcept;

/// Links to destinations with `:SSL`.
struct tls_sender_options {
  /// File and directory of the authorities that a parent's certificate may be
  /// of; both empty: those of the system.
  std::string ca_file;
  std::string ca_path;
  /// Takes any certificate for any name. Off: who can answer for a parent's
  /// address could pose as it.
  bool skip_verification = false;
  /// What this node shows as a child, with its key; both empty: nothing.
  std::string certificate;
  std::string key;
};

/// The link port.
struct tls_receiver_options {
  tls_policy policy = tls_policy::no;
  /// Certificate with its chain, and key; needed unless `policy` is `no`.
  std::string certificate;
  std::string key;
  client_certificates clients = client_certificates::no;
  /// Authorities of children's certificates; needed unless `clients` is `no`.
  std::string client_ca_file;
};

struct tls_options {
  /// 1.2 by default, with forward-secret AEAD ciphers only; both ends of ours
  /// speak 1.3 whatever this says.
  tls_version version = tls_version::v1_2;
  tls_sender_options sender;
  tls_receiver_options receiver;
};

} // namespace tributary
