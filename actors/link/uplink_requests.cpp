/// The part of uplink.hpp that answers what the parent asks: checks this node's
/// rule, lets introspection answer, and sends the answer piece by piece.

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

#include "actors/link/uplink.hpp"
#include "schema/shell.hpp"

namespace tributary {

namespace {

/// Longer than any parent of ours waits.
constexpr uint32_t wait_ms_max = 60'000;

} // namespace

caf::error uplink::on_request(const link_request& x) {
  auto now = steady_ms();
  auto wait_ms = std::min(x.wait_ms, wait_ms_max);
  // The parent waits so much longer, for the words of who is late below.
  auto kept_ms = wait_ms + request_hop_ms;
  replies_.expire(now);
  if (auto error = replies_.begin(x.id, now + kept_ms))
    return error;
  figures_->requests_received.fetch_add(1, std::memory_order_relaxed);
  if (!allows(options_.answer_requests, x.kind)) {
    refuse_request(x.id, make_error(ec::denied,
                                    "requests of this kind from parents are "
                                    "switched off ('[stream] answer requests "
                                    "from parents')"));
    return {};
  }
  if (!responder_) {
    refuse_request(x.id, make_error(ec::busy, "the node starts"));
    return {};
  }
  log_->debug("uplink: {} asks something, through {} nodes", parent_name_,
              x.via.size());
  auto what = std::make_shared<link_request>(x);
  what->wait_ms = wait_ms;
  auto generation = generation_;
  request(responder_, std::chrono::milliseconds(kept_ms), request_atom_v,
          link_request_ptr{std::move(what)})
      .then(
          [this, generation, id = x.id](const wire_bytes_ptr& bytes) {
            if (generation == generation_)
              answer_request(id, bytes);
          },
          [this, generation, id = x.id](caf::error& error) {
            if (generation == generation_)
              refuse_request(id, code_of(error) == ec::none ? make_error(
                                     ec::busy, "no answer: " + to_text(error))
                                                            : std::move(error));
          });
  return {};
}

void uplink::refuse_request(uint64_t id, const caf::error& why) {
  auto words = options_.hostname + ": " + words_of(why);
  words.resize(std::min(words.size(), reply_lane::refusal_bytes_max / 2));
  auto bytes = std::make_shared<std::string>();
  put_shell_message(*bytes, shell_failure{to_string(code_of(why)), words});
  answer_request(id, wire_bytes_ptr{std::move(bytes)});
}

void uplink::answer_request(uint64_t id, const wire_bytes_ptr& bytes) {
  if (replies_.answer(id, bytes))
    send_replies();
  else
    refuse_request(id, make_error(ec::busy, "too many long answers wait"));
}

void uplink::on_more() {
  replies_.taken();
  send_replies();
}

void uplink::send_replies() {
  replies_.expire(steady_ms());
  while (auto piece = replies_.next())
    transmit(*piece);
}

} // namespace tributary
