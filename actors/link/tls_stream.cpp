#include "actors/link/tls_stream.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <ctime>

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "actors/link/tls_words.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

/// What the library reads from and writes to while a member function of the
/// stream runs: the caller's own memory, so that nothing is copied on its way.
struct byte_path {
  std::string_view in;
  std::vector<char>* out = nullptr;
};

byte_path& path_of(BIO* bio) {
  return *static_cast<byte_path*>(BIO_get_data(bio));
}

int read_bytes(BIO* bio, char* to, int size) {
  auto& in = path_of(bio).in;
  BIO_clear_retry_flags(bio);
  auto count = std::min(in.size(), static_cast<size_t>(size));
  if (count == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  memcpy(to, in.data(), count);
  in.remove_prefix(count);
  return static_cast<int>(count);
}

int write_bytes(BIO* bio, const char* from, int size) {
  auto out = path_of(bio).out;
  BIO_clear_retry_flags(bio);
  if (out == nullptr)
    return -1;
  out->insert(out->end(), from, from + size);
  return size;
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* byte_path_method() {
  static const auto result = [] {
    auto x
        = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "byte path");
    BIO_meth_set_read(x, read_bytes);
    BIO_meth_set_write(x, write_bytes);
    BIO_meth_set_ctrl(x, control);
    BIO_meth_set_create(x, create);
    return x;
  }();
  return result;
}

bool is_address(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1
         || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

caf::error failed(std::string words) {
  return make_error(ec::tls_failed, std::move(words));
}

} // namespace

/// Stays where it is: the library holds addresses in it.
struct tls_stream::state {
  tls_context_ptr context;
  /// Empty at the end that was connected to.
  std::string host;
  tls_notes notes;
  byte_path path;
  std::unique_ptr<SSL, decltype(&SSL_free)> connection{nullptr, SSL_free};
  size_t handshake_bytes = 0;
  bool established = false;
  bool failed = false;
  bool ended = false;
  bool closed = false;

  ~state() {
    // Else the library lets nobody resume a session whose connection was cut.
    if (established && !failed)
      SSL_set_shutdown(connection.get(),
                       SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
};

tls_stream::tls_stream(std::unique_ptr<state> made) : state_(std::move(made)) {
  auto& x = *state_;
  x.connection.reset(SSL_new(x.context->native()));
  auto bio = BIO_new(byte_path_method());
  assert(x.connection && bio); // out of memory
  BIO_set_data(bio, &x.path);
  SSL_set_bio(x.connection.get(), bio, bio);
  SSL_set_app_data(x.connection.get(), &x.notes);
}

tls_stream::tls_stream(tls_stream&&) noexcept = default;

tls_stream& tls_stream::operator=(tls_stream&&) noexcept = default;

tls_stream::~tls_stream() = default;

tls_stream tls_stream::connecting(tls_context_ptr context,
                                  const std::string& host,
                                  const std::string& peer) {
  auto made = std::make_unique<state>();
  made->context = std::move(context);
  made->host = host;
  made->notes.peer = peer;
  tls_stream result{std::move(made)};
  auto& x = *result.state_;
  auto connection = x.connection.get();
  SSL_set_connect_state(connection);
  auto wanted = SSL_get0_param(connection);
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
  } else {
    // The dot at the end of a full name stands in no certificate.
    auto name = host.substr(0, host.find_last_not_of('.') + 1);
    X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
    X509_VERIFY_PARAM_set_hostflags(wanted,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set_tlsext_host_name(connection, name.c_str());
  }
  if (auto session = x.context->take_session(peer)) {
    SSL_set_session(connection, session);
    SSL_SESSION_free(session);
  }
  return result;
}

tls_stream tls_stream::accepting(tls_context_ptr context) {
  auto made = std::make_unique<state>();
  made->context = std::move(context);
  tls_stream result{std::move(made)};
  SSL_set_accept_state(result.state_->connection.get());
  return result;
}

caf::error tls_stream::handshake() {
  auto& x = *state_;
  auto connection = x.connection.get();
  auto before = x.path.in.size();
  ERR_clear_error();
  auto done = SSL_do_handshake(connection);
  x.handshake_bytes += before - x.path.in.size();
  if (done != 1) {
    if (SSL_get_error(connection, done) != SSL_ERROR_WANT_READ)
      return failed(tls_failure_words(connection, x.host));
    if (x.handshake_bytes > handshake_bytes_max)
      return make_error(ec::too_large, "the other side's part of the TLS "
                                       "handshake does not end");
    return {};
  }
  // A session that is resumed was checked when it began.
  auto certificate = SSL_get0_peer_certificate(connection);
  if (certificate != nullptr && x.context->verifies()
      && X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
    return failed("the other side's certificate has expired, valid until "
                  + end_of(certificate));
  x.established = true;
  return {};
}

caf::error tls_stream::receive(std::string_view bytes, std::string& plain,
                               std::vector<char>& out) {
  auto& x = *state_;
  auto connection = x.connection.get();
  x.path = {bytes, &out};
  if (!x.established) {
    auto error = handshake();
    if (error || !x.established) {
      x.path = {};
      return error;
    }
  }
  caf::error result;
  while (!x.ended && !result) {
    // A record; not in `plain` itself, which would be cleared for each.
    static thread_local char piece[SSL3_RT_MAX_PLAIN_LENGTH];
    size_t count = 0;
    ERR_clear_error();
    auto done = SSL_read_ex(connection, piece, sizeof(piece), &count);
    if (done == 1) {
      plain.append(piece, count);
      continue;
    }
    auto reason = SSL_get_error(connection, done);
    if (reason == SSL_ERROR_WANT_READ)
      break;
    if (reason == SSL_ERROR_ZERO_RETURN)
      x.ended = true;
    else
      result = failed(tls_failure_words(connection, x.host));
    x.failed = static_cast<bool>(result);
  }
  // Behind the word that nothing follows nothing counts.
  x.path = {};
  return result;
}

caf::error tls_stream::send(std::string_view plain, std::vector<char>& out) {
  auto& x = *state_;
  assert(x.established && !x.closed);
  x.path = {{}, &out};
  caf::error result;
  while (!plain.empty() && !result) {
    size_t count = 0;
    ERR_clear_error();
    if (SSL_write_ex(x.connection.get(), plain.data(), plain.size(), &count)
        == 1)
      plain.remove_prefix(count);
    else
      result = failed(tls_failure_words(x.connection.get(), x.host));
  }
  x.path = {};
  return result;
}

void tls_stream::close(std::vector<char>& out) {
  auto& x = *state_;
  if (x.closed || !x.established)
    return;
  x.closed = true;
  x.path = {{}, &out};
  ERR_clear_error();
  SSL_shutdown(x.connection.get());
  ERR_clear_error();
  x.path = {};
}

bool tls_stream::established() const noexcept {
  return state_->established;
}

bool tls_stream::ended() const noexcept {
  return state_->ended;
}

wire_security tls_stream::security() const {
  auto& x = *state_;
  auto connection = x.connection.get();
  wire_security result;
  result.protocol = SSL_get_version(connection);
  result.resumed = SSL_session_reused(connection) == 1;
  auto certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr)
    return result;
  result.peer_subject = subject_of(certificate);
  result.verified
      = x.context->verifies() && SSL_get_verify_result(connection) == X509_V_OK;
  if (result.verified)
    result.peer_names = names_of(certificate);
  return result;
}

std::string to_text(const wire_security& x) {
  auto result = x.protocol;
  if (!x.peer_subject.empty() && x.verified)
    result += ", " + x.peer_subject;
  else if (!x.peer_subject.empty())
    result += ", not verified";
  return result;
}

} // namespace tributary
