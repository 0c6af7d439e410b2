/// The part of session.hpp that asks whether the child is who it says, and
/// proves to others that it lives.

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

#include "actors/link/node_links.hpp"
#include "actors/link/session.hpp"

namespace tributary {

namespace {

/// How long a child that lives may take for an answer. A restarted one waits as
/// long for its link of before.
constexpr auto answer_time = std::chrono::seconds(2);

} // namespace

void session::greet(const link_hello& x) {
  is_offered_ = true;
  silent_ms_ = 0; // it says nothing while it waits for the welcome
  auto greeting = std::make_shared<link_greeting>();
  greeting->node = x.node;
  greeting->boot = x.boot;
  greeting->hostname = hostname_;
  greeting->address = address_;
  peer_ = greeting->text();
  request(listener_, caf::infinite, offer_atom_v, session_actor{this},
          link_greeting_ptr{std::move(greeting)})
      .then(
          [this, x](bool is_alone, const std::string& other) {
            if (mode_ != mode::hello_wanted)
              return;
            if (is_alone) {
              is_alone_ = true;
              on_hello(x); // by the rules of now
              return;
            }
            tell_status(); // by name
            transmit(link_refuse{link_reason::clone,
                                 other + " is live with this machine GUID"});
            end(link_reason::clone, "refused as a clone: " + other
                                        + " is live with the same machine "
                                          "GUID");
          },
          [this](caf::error&) { end(link_reason::shutdown, {}); });
}

caf::result<bool> session::on_doubt() {
  if (mode_ != mode::open)
    return false;
  auto promise = make_response_promise<bool>();
  questions_.push_back({++last_cookie_, promise});
  // Apart from those of `on_tick`, which count milliseconds.
  transmit(link_ping{~last_cookie_});
  delayed_send(this, answer_time, late_atom_v, last_cookie_);
  return promise;
}

void session::end_doubt(uint64_t cookie, bool lives) {
  auto i = std::find_if(questions_.begin(), questions_.end(),
                        [&](auto& x) { return x.cookie == cookie; });
  if (i == questions_.end())
    return;
  i->promise.deliver(lives);
  questions_.erase(i);
}

} // namespace tributary
