/// The part of option_table.hpp for TLS of links.

#include "config/option_row.hpp"

namespace tributary {

namespace {

/// The empty path: none.
constexpr path_kind no_path_or_one{4000, true};

template <class Kind, class Access>
void add(std::vector<option_row<node_options>>& to, std::string_view key,
         Kind kind, Access access, const std::string& text,
         const std::vector<option_name>& others = {}) {
  to.push_back(
      make_row<node_options>({"stream", key}, others, kind, access, text));
}

void add_sender(std::vector<option_row<node_options>>& to) {
  add(
      to, "CAfile", no_path_or_one,
      [](auto& x) -> auto& { return x.tls.sender.ca_file; },
      "For destinations with ':SSL': authorities that a parent's certificate "
      "may be of, in PEM. Empty, as 'CApath' too: those of the system.");
  add(
      to, "CApath", no_path_or_one,
      [](auto& x) -> auto& { return x.tls.sender.ca_path; },
      "The same as a directory with names that 'openssl rehash' makes.");
  add(
      to, "ssl skip certificate verification", boolean_kind{},
      [](auto& x) -> auto& { return x.tls.sender.skip_verification; },
      "yes takes any certificate for any name: who can answer at a parent's "
      "address could pose as it and get the API key.");
  add(
      to, "ssl certificate", no_path_or_one,
      [](auto& x) -> auto& { return x.tls.sender.certificate; },
      "What this node shows to parents that ask for it, in PEM, with its "
      "chain. Empty: nothing.");
  add(
      to, "ssl key", no_path_or_one,
      [](auto& x) -> auto& { return x.tls.sender.key; },
      "The key of that, in PEM, without a passphrase. A file that all can read "
      "is a fault.");
  add(
      to, "tls version", choice_kind<tls_version, 2>{},
      [](auto& x) -> auto& { return x.tls.version; },
      "The lowest that is taken, of parents and of children.");
}

void add_receiver(std::vector<option_row<node_options>>& to) {
  add(
      to, "link ssl", choice_kind<tls_policy, 3>{},
      [](auto& x) -> auto& { return x.tls.receiver.policy; },
      "Whether children come to the port over TLS. optional takes plain links "
      "too, force refuses them by name. Both need a certificate and its key.");
  add(
      to, "link ssl certificate", no_path_or_one,
      [](auto& x) -> auto& { return x.tls.receiver.certificate; },
      "What this node shows to children, in PEM, with its chain. It is read "
      "again at a reload, and links that are up stay up.");
  add(
      to, "link ssl key", no_path_or_one,
      [](auto& x) -> auto& { return x.tls.receiver.key; },
      "The key of that, in PEM, without a passphrase. A file that all can read "
      "is a fault.");
  add(
      to, "link ssl client certificates", choice_kind<client_certificates, 3>{},
      [](auto& x) -> auto& { return x.tls.receiver.clients; },
      "Whether children show a certificate. required refuses who has none.");
  add(
      to, "link ssl client CAfile", no_path_or_one,
      [](auto& x) -> auto& { return x.tls.receiver.client_ca_file; },
      "Authorities that children's certificates may be of, in PEM.");
}

} // namespace

void add_tls_rows(std::vector<option_row<node_options>>& to) {
  add_sender(to);
  add_receiver(to);
}

} // namespace tributary
