/// The part of writer.hpp that forgets hosts.

#include <chrono>

#include <spdlog/spdlog.h>

#include "actors/storage/writer.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Between two commits that erase: each is some milliseconds of work, and
/// others want commits too.
constexpr auto forget_interval = std::chrono::milliseconds(100);

} // namespace

caf::result<forget_state_ptr> writer::on_forget(const guid& host) {
  auto state = [this] {
    return std::make_shared<const forget_state>(forgotten_);
  };
  if (host.empty())
    return forget_state_ptr{state()};
  auto number = store_->number_of(host);
  if (number == 0)
    return make_error(ec::not_found, "host " + to_string(host));
  if (forgotten_.at == forget_state::running
      || forgotten_.at == forget_state::waiting)
    return make_error(ec::busy, forgotten_.hostname + " is being forgotten");
  forgotten_ = {forget_state::waiting,
                to_plain_text(store_->hosts().at(number).definition.hostname),
                host, 0};
  forgotten_number_ = number;
  log_->info("host {} ({}) is forgotten", forgotten_.hostname, to_string(host));
  store_->forget(number);
  sources_.erase(number);
  denied_.erase(number);
  receivers_.forget(number);
  commit_or_retry();
  return forget_state_ptr{state()};
}

/// After a commit.
void writer::note_forgotten() {
  if (store_->is_forgetting())
    delayed_send(this, forget_interval, commit_atom_v);
  if (forgotten_.at != forget_state::running
      && forgotten_.at != forget_state::waiting)
    return;
  forgotten_.at = forget_state::running;
  auto left = store_->forgotten().find(forgotten_number_);
  if (left != store_->forgotten().end()) {
    forgotten_.entries = left->second.entries;
    if (!left->second.is_erased)
      return;
  }
  forgotten_.at = forget_state::done;
  log_->info("host {} ({}): {} entries are erased", forgotten_.hostname,
             to_string(forgotten_.host), forgotten_.entries);
}

} // namespace tributary
