/// The part of writer.hpp for nodes that keep no history: acks wait for those
/// of the parent, and what it has acknowledged goes.

#include <algorithm>

#include <caf/actor_cast.hpp>
#include <spdlog/spdlog.h>

#include "actors/storage/writer.hpp"

namespace tributary {

const subscriber* writer::receiver() const {
  auto i = store_->subscribers().find(parent_);
  return i == store_->subscribers().end() ? nullptr : &i->second;
}

/// A link to a parent begins. Another one stands where the one before it stood:
/// what that has not acknowledged is for this one.
caf::error writer::succeed_parent(const guid& node) {
  if (!options_.passing)
    return {};
  gate_.begin_link();
  if (!parent_.empty() && parent_ != node)
    if (auto error = store_->inherit(parent_, node))
      return error;
  parent_ = node;
  return {};
}

void writer::on_above(const host_above& what) {
  using stance = host_above::stance;
  auto uplink = current_sender()->id();
  auto takes = what.is == stance::takes || what.is == stance::still_takes;
  if (takes)
    receivers_.take(uplink, what.host);
  else
    receivers_.leave(uplink, what.host);
  note_receivers({what.host});
  if (!options_.passing || what.is == stance::still_takes
      || what.is == stance::closed)
    return;
  if (what.is == stance::refuses) {
    gate_.refuse(what.host);
    offer_again(sources_, what.host, "takes no more");
  } else {
    if (gate_.open(what.host, what.durable, what.wanted_since))
      offer_again(sources_, what.host, "lacks what it had acknowledged");
    offer_again(denied_, what.host, "takes it now");
  }
  answer_above(what.host);
  pass_upstream();
}

/// Ends the links that deliver a host, so that children compare anew.
void writer::offer_again(sources_of_hosts& from, host_number number,
                         const char* why) {
  auto sources = std::move(from[number]);
  from.erase(number);
  if (!sources.empty())
    log_->warn("children offer host number {} again: the parent {}", number,
               why);
  for (auto& x : sources)
    send(x, refuse_atom_v, static_cast<uint64_t>(tick_max));
}

caf::result<host_standing_ptr> writer::on_ask_above(const source_actor& who,
                                                    host_number number) {
  if (!options_.passing || !options_.passing->has_parent)
    return make_error(ec::denied, "'[db] mode' is none and '[stream]' is off: "
                                  "nobody would keep it");
  monitor(who);
  auto promise = make_response_promise<host_standing_ptr>();
  pending_questions_.push_back({promise, who, number});
  answer_above(number);
  return promise;
}

void writer::answer_above(host_number number) {
  if (!gate_.is_open(number) && !gate_.is_refused(number))
    return;
  auto answered = [&](pending_question& x) {
    if (x.number != number)
      return false;
    if (gate_.is_refused(number)) {
      denied_[number].insert(x.source);
      x.promise.deliver(make_error(ec::denied, "the parent refuses it"));
      return true;
    }
    sources_[number].insert(x.source);
    auto standing = std::make_shared<host_standing>(*standing_of(number));
    standing->durable = gate_.above(number);
    standing->wanted_since = gate_.wanted_since(number);
    x.promise.deliver(host_standing_ptr{std::move(standing)});
    return true;
  };
  pending_questions_.erase(std::remove_if(pending_questions_.begin(),
                                          pending_questions_.end(), answered),
                           pending_questions_.end());
}

tick writer::newest_durable(const guid& host) const {
  auto number = store_->number_of(host);
  return options_.passing ? gate_.above(number).newest()
                          : store_->durable(number).newest();
}

/// What a commit took up waits from here on.
void writer::wait_for_parent(commit_report& report) {
  while (!pending_acks_.empty()
         && pending_acks_.front().frame.position <= report.journal_end) {
    auto& x = pending_acks_.front();
    gate_.wait(x.source, x.frame);
    pending_acks_.pop_front();
  }
  for (auto token : report.received_tokens) {
    if (auto x = window_acks_.find(token))
      gate_.wait({token, report.journal_end, x->host, x->runs});
  }
  report.received_tokens.clear();
}

void writer::pass_upstream() {
  if (!options_.passing)
    return;
  auto passed = gate_.pass(receiver());
  for (auto& x : passed.frames)
    send(x.first, commit_atom_v, x.second);
  acknowledge_windows(passed.tokens);
}

void writer::let_go() {
  release_rule rule;
  rule.anybody = options_.passing->has_parent;
  rule.receiver = parent_;
  rule.is_settled = [this](host_number host) {
    return gate_.is_open(host) || gate_.is_refused(host);
  };
  rule.own = store_->number_of(options_.own);
  rule.bytes_max = options_.passing->buffer_bytes;
  auto lost = store_->let_go(rule);
  if (!lost) {
    log_->error("windows can't be let go: {}", to_text(lost.error()));
    return;
  }
  if (*lost == 0) {
    auto waits = receiver();
    if (waits != nullptr && waits->owed.empty())
      dropping_ = false;
    return;
  }
  figures_->dropped_ticks.fetch_add(*lost, std::memory_order_relaxed);
  if (!dropping_)
    log_->error("more than '[stream] buffer size' waits for the parent: the "
                "oldest ticks of this host are dropped until it is back");
  dropping_ = true;
}

} // namespace tributary
