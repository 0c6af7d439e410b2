#include "actors/link/tls_context.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "actors/link/tls_words.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

/// Above any bundle of authorities.
constexpr size_t file_bytes_max = 4u << 20;

/// Forward secret and authenticated encryption; all of TLS 1.3 is.
constexpr auto ciphers_of_1_2
    = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!eNULL:!PSK:!SRP";

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* x) const noexcept {
    Free(x);
  }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

caf::error fault_of(const std::string& path, const std::string& words) {
  ERR_clear_error();
  return make_error(ec::bad_configuration, path + ": " + words);
}

/// Nobody is at the terminal of a node to be asked.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

int quiet(char*, int, int, void*) {
  return -1;
}

/// What is in a file; a secret one must not be open to all.
caf::expected<std::string> contents_of(const std::string& path, bool secret) {
  std::unique_ptr<FILE, freed_by<fclose>> file{fopen(path.c_str(), "rbe")};
  struct stat status {};
  if (!file || fstat(fileno(file.get()), &status) != 0)
    return fault_of(path, strerror(errno));
  if (!S_ISREG(status.st_mode))
    return fault_of(path, "this is not a file");
  if (secret && (status.st_mode & S_IROTH) != 0)
    return fault_of(path, "everybody on this machine can read the key: chmod "
                          "o-rwx keeps it to you");
  std::string result(file_bytes_max + 1, '\0');
  result.resize(fread(result.data(), 1, result.size(), file.get()));
  if (ferror(file.get()) != 0)
    return fault_of(path, strerror(errno));
  if (result.size() > file_bytes_max)
    return fault_of(path, "this is too large for a file of PEM");
  return result;
}

bio_ptr reader_of(const std::string& text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::time_t unix_s_of(const ASN1_TIME* x) {
  std::tm parts{};
  return x != nullptr && ASN1_TIME_to_tm(x, &parts) == 1 ? timegm(&parts) : 0;
}

/// Remembers a certificate that is not taken, to say what is wrong with it.
int on_verified(int is_good, X509_STORE_CTX* what) {
  auto connection = static_cast<SSL*>(
      X509_STORE_CTX_get_ex_data(what, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto notes = static_cast<tls_notes*>(SSL_get_app_data(connection));
  auto shown = X509_STORE_CTX_get0_cert(what);
  if (is_good != 1 && notes != nullptr && shown != nullptr
      && X509_up_ref(shown) == 1)
    notes->refused = {shown, X509_free};
  return is_good;
}

int on_new_session(SSL* connection, SSL_SESSION* session);

} // namespace

void tls_context::deleter::operator()(ssl_ctx_st* x) const noexcept {
  SSL_CTX_free(x);
}

void tls_context::deleter::operator()(ssl_session_st* x) const noexcept {
  SSL_SESSION_free(x);
}

void tls_context::keep_session(const std::string& peer,
                               ssl_session_st* session) const {
  std::unique_ptr<ssl_session_st, deleter> mine{session};
  std::lock_guard<std::mutex> guard{mutex_};
  if (sessions_.size() >= sessions_max && sessions_.count(peer) == 0)
    sessions_.clear();
  sessions_[peer] = std::move(mine);
}

ssl_session_st* tls_context::take_session(const std::string& peer) const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = sessions_.find(peer);
  if (i == sessions_.end())
    return nullptr;
  auto result = i->second.release();
  sessions_.erase(i);
  return result;
}

/// Makes one context, step by step, and its fingerprint with it.
class tls_context::builder {
public:
  explicit builder(tls_version version) : made_(new tls_context) {
    made_->native_.reset(SSL_CTX_new(TLS_method()));
    if (!native())
      return;
    SSL_CTX_set_min_proto_version(native(), version == tls_version::v1_3
                                                ? TLS1_3_VERSION
                                                : TLS1_2_VERSION);
    SSL_CTX_set_options(native(), SSL_OP_NO_COMPRESSION
                                      | SSL_OP_NO_RENEGOTIATION
                                      | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Thousands of links that are idle most of a second hold no buffers.
    SSL_CTX_set_mode(native(), SSL_MODE_RELEASE_BUFFERS
                                   | SSL_MODE_ENABLE_PARTIAL_WRITE
                                   | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Some three certificates of 4096 bits.
    SSL_CTX_set_max_cert_list(native(), 16 << 10);
    SSL_CTX_set_default_passwd_cb(native(), quiet);
    usable_ = SSL_CTX_set_cipher_list(native(), ciphers_of_1_2) == 1;
    note(to_string(version));
  }

  bool usable() const {
    return usable_;
  }

  SSL_CTX* native() const {
    return made_->native_.get();
  }

  void note(const std::string& text) {
    noted_ += std::to_string(text.size()) + ':' + text;
  }

  void set_verifies(bool value) {
    made_->verifies_ = value;
    note(value ? "verify" : "skip");
  }

  caf::error use_certificate(const std::string& path,
                             const std::string& key_path) {
    auto text = contents_of(path, false);
    if (!text)
      return std::move(text.error());
    auto key_text = contents_of(key_path, true);
    if (!key_text)
      return std::move(key_text.error());
    note(*text);
    note(*key_text);
    auto from = reader_of(*text);
    certificate_ptr own{
        PEM_read_bio_X509_AUX(from.get(), nullptr, quiet, nullptr)};
    if (!own)
      return fault_of(path, "there is no certificate in PEM in it");
    if (SSL_CTX_use_certificate(native(), own.get()) != 1)
      return fault_of(path, "the certificate is of a kind that is too weak or "
                            "unknown");
    while (auto next = PEM_read_bio_X509(from.get(), nullptr, quiet, nullptr))
      SSL_CTX_add0_chain_cert(native(), next);
    auto asked = false;
    auto key_from = reader_of(*key_text);
    key_ptr key{PEM_read_bio_PrivateKey(key_from.get(), nullptr, no_passphrase,
                                        &asked)};
    if (!key)
      return fault_of(key_path,
                      asked ? "the key has a passphrase, and nobody is there "
                              "to be asked for it"
                            : "there is no key in PEM in it");
    if (X509_check_private_key(own.get(), key.get()) != 1
        || SSL_CTX_use_PrivateKey(native(), key.get()) != 1)
      return fault_of(key_path,
                      "the key does not belong to the certificate in " + path);
    made_->expires_s_ = unix_s_of(X509_get0_notAfter(own.get()));
    ERR_clear_error(); // the end of the chain is an error of its own
    return {};
  }

  /// Trusts the authorities of a bundle; tells peers of them if `announced`.
  caf::error use_authorities(const std::string& path, bool announced) {
    auto text = contents_of(path, false);
    if (!text)
      return std::move(text.error());
    note(*text);
    auto from = reader_of(*text);
    auto store = SSL_CTX_get_cert_store(native());
    size_t count = 0;
    while (auto read = PEM_read_bio_X509(from.get(), nullptr, quiet, nullptr)) {
      certificate_ptr x{read};
      X509_STORE_add_cert(store, x.get());
      if (announced)
        SSL_CTX_add_client_CA(native(), x.get());
      ++count;
    }
    ERR_clear_error();
    if (count == 0)
      return fault_of(path, "there is no certificate in PEM in it");
    return {};
  }

  caf::error use_authorities_of(const std::string& folder) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error))
      return fault_of(folder, "there is no such directory");
    if (SSL_CTX_load_verify_dir(native(), folder.c_str()) != 1)
      return fault_of(folder, "can't be used as CApath");
    note(folder);
    auto changed = std::filesystem::last_write_time(folder, error);
    note(std::to_string(changed.time_since_epoch().count()));
    return {};
  }

  void use_system_authorities() {
    SSL_CTX_set_default_verify_paths(native());
  }

  void keep_sessions_of_peers() {
    SSL_CTX_set_session_cache_mode(
        native(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(native(), on_new_session);
    SSL_CTX_set_app_data(native(), made_.get());
  }

  tls_context_ptr take() {
    made_->fingerprint_ = hash_of(noted_.data(), noted_.size());
    return tls_context_ptr{made_.release()};
  }

private:
  std::unique_ptr<tls_context> made_;
  bool usable_ = false;
  std::string noted_;
};

namespace {

int on_new_session(SSL* connection, SSL_SESSION* session) {
  auto context = static_cast<const tls_context*>(
      SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
  auto notes = static_cast<const tls_notes*>(SSL_get_app_data(connection));
  if (context == nullptr || notes == nullptr)
    return 0;
  context->keep_session(notes->peer, session);
  return 1;
}

caf::error unusable() {
  return make_error(ec::bad_configuration, "the TLS library can't be used");
}

} // namespace

caf::expected<tls_context_ptr>
tls_context::for_sender(const tls_sender_options& x, tls_version version) {
  builder to{version};
  if (!to.usable())
    return unusable();
  if (!x.certificate.empty())
    if (auto error = to.use_certificate(x.certificate, x.key))
      return error;
  to.set_verifies(!x.skip_verification);
  SSL_CTX_set_verify(to.native(),
                     x.skip_verification ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     on_verified);
  if (!x.ca_file.empty())
    if (auto error = to.use_authorities(x.ca_file, false))
      return error;
  if (!x.ca_path.empty())
    if (auto error = to.use_authorities_of(x.ca_path))
      return error;
  if (x.ca_file.empty() && x.ca_path.empty())
    to.use_system_authorities();
  to.keep_sessions_of_peers();
  return to.take();
}

caf::expected<tls_context_ptr>
tls_context::for_receiver(const tls_receiver_options& x, tls_version version) {
  builder to{version};
  if (!to.usable())
    return unusable();
  if (auto error = to.use_certificate(x.certificate, x.key))
    return error;
  auto mode = SSL_VERIFY_NONE;
  if (x.clients != client_certificates::no) {
    if (auto error = to.use_authorities(x.client_ca_file, true))
      return error;
    mode = SSL_VERIFY_PEER;
    if (x.clients == client_certificates::required)
      mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  to.set_verifies(mode != SSL_VERIFY_NONE);
  to.note(to_string(x.clients));
  SSL_CTX_set_verify(to.native(), mode, on_verified);
  // Tickets hold all that is needed to resume; nothing is kept here. Their key
  // is the context's own, so that another certificate, or other authorities,
  // end what was resumed with the old ones.
  SSL_CTX_set_session_cache_mode(to.native(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(to.native(), 1);
  constexpr std::string_view name = "tributary link";
  SSL_CTX_set_session_id_context(
      to.native(), reinterpret_cast<const unsigned char*>(name.data()),
      static_cast<unsigned>(name.size()));
  return to.take();
}

} // namespace tributary
