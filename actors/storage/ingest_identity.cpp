/// The part of ingest.hpp that knows which life of a host is live, over whom it
/// comes, and when nobody has it any more.

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/storage/ingest.hpp"
#include "schema/utf8.hpp"

namespace tributary {

// -- lives --------------------------------------------------------------------

host_lives::verdict ingest::verdict_on(const source_actor& source,
                                       const host_offer& offer) {
  auto number = numbers_.find(offer.definition.id);
  if (number == numbers_.end())
    return host_lives::verdict::take;
  auto& entry = hosts_.at(number->second);
  auto& known = entry.kept.hot.definition();
  if (offer.definition.id != options_.own
      && (host_lives::have_one_number(known, offer.definition)
          || (offer.presence.online
              && host_lives::is_numbered_below(known, offer.definition))))
    return host_lives::verdict::clone;
  std::vector<host_lives::life> there;
  for (auto& x : entry.sources.all())
    if (x.who != source)
      there.push_back({x.sender(), x.boot, x.presence.online, x.heard_ms});
  // A past that is newer than what is live belongs to a life of now as well.
  auto is_newer = offer.definition.epoch > known.epoch;
  host_lives::life newcomer{offer.path.empty() ? guid{} : offer.path.back(),
                            offer.definition.boot,
                            offer.presence.online || is_newer};
  return entry.lives.offered(newcomer, there, entry.kept.hot.newest(),
                             clock_->now_ms());
}

host_offer_ptr ingest::with_fresh_epoch(const host_offer_ptr& offer) const {
  auto number = numbers_.find(options_.own);
  if (offer->definition.id != options_.own || number == numbers_.end())
    return offer;
  auto& known = hosts_.at(number->second).kept.hot.definition();
  if (known.boot == offer->definition.boot
      || known.epoch < offer->definition.epoch)
    return offer;
  auto result = std::make_shared<host_offer>(*offer);
  result->definition.epoch = next_epoch(known.epoch, clock_->now_ms() / 1000);
  return result;
}

/// A life that was before the one that is known, offered for its past, or
/// beside others, changes neither name nor facts of the host.
host_offer_ptr
ingest::with_known_definition(const source_actor& source,
                              const host_offer_ptr& offer) const {
  auto number = numbers_.find(offer->definition.id);
  if (number == numbers_.end())
    return offer;
  auto& entry = hosts_.at(number->second);
  auto& known = entry.kept.hot.definition();
  auto others = false;
  for (auto& x : entry.sources.all())
    others = others || (x.who != source && x.presence.online);
  auto is_newest = offer->definition.epoch >= known.epoch;
  auto result = std::make_shared<host_offer>(*offer);
  if (offer->presence.online ? !is_newest && others : !is_newest || others)
    result->definition = known;
  if (entry.kept.key_mark != 0) // until `choose_key` says otherwise
    result->key_mark = entry.kept.key_mark;
  return result;
}

void ingest::wait_for_silence(
    const source_actor& source, const host_offer_ptr& offer,
    caf::typed_response_promise<host_standing_ptr> promise) {
  auto& id = offer->definition.id;
  log_->info("host {} comes over {} with another life while one is live: it "
             "waits whether that goes on",
             to_plain_text(offer->definition.hostname),
             offer->path.empty() ? "" : name_of(offer->path.back()));
  waiting_.emplace(
      id, waiting_offer{source, offer, std::move(promise),
                        clock().now()
                            + std::chrono::milliseconds(host_lives::wait_ms)});
  delayed_send(this, std::chrono::milliseconds(host_lives::wait_ms),
               late_atom_v, id);
}

/// Offers of a host that wait for nothing any more.
template <class Predicate>
std::vector<ingest::waiting_offer> ingest::take_waiting(const guid& host,
                                                        Predicate is_over) {
  std::vector<waiting_offer> result;
  auto range = waiting_.equal_range(host);
  for (auto i = range.first; i != range.second;)
    if (is_over(i->second)) {
      result.push_back(std::move(i->second));
      i = waiting_.erase(i);
    } else {
      ++i;
    }
  return result;
}

void ingest::on_silence(const guid& host) {
  auto number = numbers_.find(host);
  auto now = clock().now();
  auto is_due = [&](auto& x) {
    return x.due <= now;
  };
  for (auto& x : take_waiting(host, is_due)) {
    if (number != numbers_.end())
      hosts_.at(number->second).lives.waited(x.offer->definition.boot);
    offer_to_writer(x.source, x.offer, x.promise);
  }
}

/// A frame of the host came.
void ingest::note_life(host_entry& entry, const source_actor& source, tick t) {
  auto from = entry.sources.find(source);
  from->heard_ms = entry.newest_arrival_ms;
  if (!entry.lives.is_contested())
    return;
  for (auto& boot : entry.lives.heard(from->sender(), from->boot, t,
                                      entry.newest_arrival_ms)) {
    auto is_clone = [&](auto& x) {
      return x.offer->definition.boot == boot;
    };
    for (auto& x : take_waiting(entry.kept.hot.definition().id, is_clone))
      x.promise.deliver(clone_error(entry, x.offer->definition));
  }
}

caf::error ingest::clone_error(const host_entry& entry,
                               const host_definition& newcomer) const {
  std::string over;
  for (auto& x : entry.sources.all())
    if (x.presence.online && !x.path.empty())
      over += (over.empty() ? " over " : ", ") + name_of(x.sender());
  auto& definition = entry.kept.hot.definition();
  if (host_lives::have_one_number(definition, newcomer))
    return make_error(ec::clone,
                      "life " + std::to_string(newcomer.epoch)
                          + " of machine GUID " + to_string(definition.id)
                          + " was another one's; give one of the two a GUID "
                            "of its own");
  if (over.empty() && host_lives::is_numbered_below(definition, newcomer))
    return make_error(ec::clone,
                      "life " + std::to_string(newcomer.epoch)
                          + " of machine GUID " + to_string(definition.id)
                          + " is below " + std::to_string(definition.epoch)
                          + ", which is known here; start it again, with that "
                            "number in its node.epoch if its clock was ahead");
  return make_error(ec::clone, to_plain_text(definition.hostname) + over
                                   + " is live with the same machine GUID "
                                   + to_string(definition.id));
}

// -- presence -----------------------------------------------------------------

void ingest::on_presence(const host_presence& what) {
  auto entry = find(what.number, what.source);
  if (entry == nullptr)
    return;
  auto from = entry->sources.find(what.source);
  if (from->presence == what.presence)
    return;
  from->presence = what.presence;
  tell_presence(*entry);
}

/// To all who follow the host: its sources are others, or say something else.
void ingest::tell_presence(host_entry& entry) {
  if (!entry.sources.empty()) {
    auto& nearest = entry.sources.nearest();
    entry.kept.path = nearest.path;
    choose_key(entry);
  }
  auto online = entry.sources.online();
  if (online)
    entry.left_ms = 0;
  else if (entry.was_online)
    entry.left_ms = clock_->now_ms();
  entry.was_online = online;
  publication news;
  news.items.push_back(published_host{summary_of(entry)});
  publish(std::move(news));
}

/// Written down as well, so that its way is the same after a restart.
void ingest::choose_key(host_entry& entry) {
  auto mark = entry.sources.key_mark(entry.kept.key_mark);
  entry.kept.key_mark = mark;
  if (std::exchange(entry.written_mark, mark) != mark)
    send(writer_, key_atom_v, entry.kept.number, mark);
}

/// Why nobody has it live.
std::string ingest::absence_of(const host_entry& entry) const {
  if (entry.sources.empty())
    return entry.reason;
  auto& x = entry.sources.all().front();
  auto why = x.presence.why.empty() ? "offline" : x.presence.why;
  return "at " + name_of(x.sender()) + ": " + why;
}

/// What people call the node, if its own host is here.
std::string ingest::name_of(const guid& node) const {
  auto number = numbers_.find(node);
  return number == numbers_.end()
             ? to_string(node)
             : to_plain_text(
                 hosts_.at(number->second).kept.hot.definition().hostname);
}

/// Of one that ended without a word, or while its offer was answered.
void ingest::drop_source(const caf::actor_addr& source) {
  if (known_sources_.erase(source) == 0)
    return;
  for (auto& kvp : hosts_) {
    auto& all = kvp.second.sources.all();
    auto gone = std::find_if(all.begin(), all.end(), [&](auto& x) {
      return x.who.address() == source;
    });
    if (gone == all.end())
      continue;
    kvp.second.sources.remove(source_actor{gone->who});
    kvp.second.reason = "link ended";
    tell_presence(kvp.second);
  }
}

} // namespace tributary
