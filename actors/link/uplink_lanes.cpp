/// The part of uplink.hpp that moves data: the live lane frame by frame, the
/// history lane window by window.

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/link/uplink.hpp"

namespace tributary {

namespace {

/// Reading and packing a window of a large host.
constexpr auto window_timeout = std::chrono::seconds(60);

tick_set one(tick t) {
  tick_set result;
  result.add({t, t});
  return result;
}

} // namespace

// -- publications -------------------------------------------------------------

void uplink::on_publication(const publication& news) {
  for (auto& item : news.items)
    std::visit([this](auto& x) { on_published(x); }, item);
  if (mode_ == mode::open)
    flush();
}

void uplink::on_published(const published_host& x) {
  if (mode_ == mode::resuming) { // opened with the others
    auto same = [&](auto& y) {
      return y.number == x.summary.number;
    };
    auto i = std::find_if(hosts_.begin(), hosts_.end(), same);
    if (i == hosts_.end())
      hosts_.push_back(x.summary);
    else
      *i = x.summary;
  }
  if (mode_ != mode::open)
    return;
  auto is_back = kept_back_.count(x.summary.number) != 0;
  if (is_back && goes_here(x.summary)) {
    // It may have gone here before on this link: only a new one compares.
    start_anew("a host that comes with another key");
    return;
  }
  auto i = channels_.find(x.summary.number);
  if (i == channels_.end() || !goes_here(x.summary)) {
    // Offline as well: its past may be owed, and a node that keeps no history
    // answers who offers it only when the parent has.
    open_host(x.summary);
    return;
  }
  if (std::exchange(i->second.host.key_mark, x.summary.key_mark)
      != x.summary.key_mark)
    tell_again(i->second);
  auto& known = i->second.host.definition;
  auto changed = known.epoch != x.summary.definition.epoch
                 || known.hostname != x.summary.definition.hostname;
  auto comes = x.summary.connected && !i->second.host.connected;
  if (!i->second.refused && (comes || (changed && x.summary.connected))) {
    auto was_live = known.boot == x.summary.definition.boot && !comes;
    auto channel = std::move(i->second);
    // A life that was not live there is held until the parent knows that it is
    // no clone. One that came from the parent is not told: an answer would be
    // waited for in vain, and all other hosts with it.
    channel.accepted
        = channel.accepted && (was_live || is_of_parent(x.summary));
    open_host(x.summary); // the same channel, told anew
    channel.host = x.summary;
    i->second = std::move(channel);
    return;
  }
  tell_state(i->second, x.summary);
}

void uplink::on_published(const published_end& x) {
  auto channel = channels_.find(x.host);
  if (channel != channels_.end()) {
    if (mode_ == mode::open && !channel->second.refused)
      transmit(link_host_close{x.host, link_reason::none});
    channels_.erase(channel);
  }
  hosts_.erase(std::remove_if(hosts_.begin(), hosts_.end(),
                              [&](auto& y) { return y.number == x.host; }),
               hosts_.end());
  kept_back_.erase(x.host);
  rosters_.erase(x.host);
  backlog_ticks_.erase(x.host);
  standing_.owed.erase(x.host);
  standing_.durable.erase(x.host);
  history_.forget(x.host);
}

void uplink::on_published(const published_roster& x) {
  auto& kept = rosters_[x.host];
  kept[x.columns_of->epoch()] = x.columns_of;
  // Frames of two lives may wait at once, not of more.
  constexpr size_t epochs_max = 3;
  while (kept.size() > epochs_max)
    kept.erase(kept.begin());
}

void uplink::on_published(const published_frame& x) {
  newest_ = std::max(newest_, x.frame->header().tick);
  if (mode_ == mode::resuming) {
    auto bytes = x.frame->sealed().size();
    if (arrivals_bytes_ + bytes > live_lane::waiting_bytes_max)
      drop("more arrives than can be kept while resuming");
    arrivals_bytes_ += bytes;
    arrivals_.push_back(x);
    return;
  }
  if (mode_ != mode::open || x.position <= head_)
    return; // the journal has it
  owed_ticks owed;
  live_.push(x, owed);
  for (auto& kvp : owed) {
    owe(kvp.first, kvp.second);
    want_key(kvp.first);
  }
}

void uplink::on_published(const published_debt& x) {
  // The writer has it on disk already.
  if (x.subscriber != parent_)
    return;
  if (mode_ == mode::open && channels_.count(x.host) != 0)
    owe_wanted(x.host, x.ticks);
  else if (mode_ == mode::open || mode_ == mode::resuming)
    for (auto& range : x.ticks.ranges())
      standing_.owed[x.host].add(range);
  send_history();
  note_progress(); // what is not wanted is paid at once
}

// -- live lane ----------------------------------------------------------------

void uplink::flush() {
  if (moving_since_ms_ >= 0)
    return; // for the next parent
  while (auto frame = live_.next()) {
    auto i = channels_.find(frame->host);
    // Held until the parent has answered for the host, so that nothing that is
    // resumed is owed twice.
    if (i != channels_.end() && !i->second.accepted && !i->second.refused)
      break;
    if (!send_frame(*frame))
      live_.skipped();
  }
  // All of a publication at once, and nothing waits for more.
  auto saved = packer_.saved_bytes();
  if (auto bytes = packer_.take(); !bytes.empty())
    transmit(std::move(bytes));
  figures_->bytes_saved_sent.fetch_add(packer_.saved_bytes() - saved,
                                       std::memory_order_relaxed);
}

bool uplink::send_frame(const published_frame& what) {
  auto i = channels_.find(what.host);
  auto t = what.frame->header().tick;
  if (i == channels_.end()) {
    // The parent has the host from elsewhere. Should we be the one to tell of
    // it later, this is among what its coverage is compared with.
    backlog_ticks_[what.host].remove({t, t});
    standing_.durable[what.host].add({t, t, what.frame->header().epoch});
    return false;
  }
  auto& to = i->second;
  if (to.refused) {
    to.skipped.add({t, t});
    return false;
  }
  auto& header = what.frame->header();
  if (to.key_wanted && header.part == 0 && !header.is_key()) {
    owe(what.host, one(header.tick));
    return false;
  }
  if (!send_roster(to, header, what.host)) {
    owe(what.host, one(header.tick));
    want_key(what.host);
    return false;
  }
  if (header.part == 0)
    to.key_wanted = false;
  link_frame message{what.host, 0, what.frame};
  message.number = live_.sent(); // `what` is gone from here on
  packer_.add(message);
  figures_->frames_sent.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool uplink::send_roster(channel& to, const frame_header& header,
                         host_number number) {
  auto& kept = rosters_[number];
  auto i = kept.find(header.epoch);
  if (i == kept.end() || i->second->columns() < header.columns)
    return false;
  auto& charts = i->second->charts();
  auto& sent = to.charts_sent[header.epoch];
  if (sent == charts.size())
    return true;
  link_roster update;
  update.channel = number;
  update.run.epoch = header.epoch;
  update.run.first_chart = static_cast<uint32_t>(sent);
  for (; sent < charts.size(); ++sent)
    update.run.charts.push_back(charts[sent].chart);
  packer_.add(update);
  return true;
}

void uplink::want_key(host_number number) {
  auto i = channels_.find(number);
  if (i == channels_.end())
    return;
  i->second.key_wanted = true;
  send(peers_.ingest, need_key_atom_v, number);
}

void uplink::owe(host_number number, const tick_set& ticks) {
  if (ticks.empty())
    return;
  history_.owe(number, ticks);
  progress_.owe.emplace_back(number, ticks);
}

/// Of what is written down as owed already: what the parent does not want is
/// paid by that.
void uplink::owe_wanted(host_number number, const tick_set& ticks) {
  auto i = channels_.find(number);
  auto since = i == channels_.end() ? tick{0} : i->second.wanted_since;
  auto wanted = ticks;
  wanted.remove({0, since - 1});
  history_.owe(number, wanted);
  // Again: what was on its way meanwhile may have paid the same ticks.
  progress_.owe.emplace_back(number, wanted);
  for (auto& range : ticks.ranges())
    if (range.from < since)
      progress_.pay.emplace_back(
          number, tick_range{range.from, std::min(range.to, since - 1)});
}

// -- history lane -------------------------------------------------------------

void uplink::send_history() {
  if (mode_ != mode::open || moving_since_ms_ >= 0)
    return;
  std::map<host_number, host_definition> open;
  for (auto& kvp : channels_)
    if (kvp.second.accepted && !kvp.second.refused)
      open.emplace(kvp.first, kvp.second.host.definition);
  while (auto window = history_.next(open)) {
    auto generation = generation_;
    request(peers_.reader, window_timeout, window_atom_v,
            open.at(window->host).id, window->start)
        .then(
            [this, generation, what = *window](const window_groups_ptr& x) {
              if (generation == generation_)
                send_window(what, *x);
            },
            [this, generation, what = *window](caf::error& error) {
              if (generation != generation_)
                return;
              log_->error("uplink: window {} can't be read: {}", what.start,
                          to_text(error));
              history_.failed(what);
            });
  }
}

void uplink::send_window(const owed_window& what, const window_groups& groups) {
  auto i = channels_.find(what.host);
  if (!history_.is_read(what)) // it was cut off meanwhile
    return;
  if (i == channels_.end() || i->second.refused) {
    history_.failed(what);
    return;
  }
  if (groups.groups.empty()) { // retention took it: nobody has it any more
    auto paid = history_.nothing_to_send(what);
    pace_.paid(paid.count());
    for (auto& range : paid.ranges())
      progress_.pay.emplace_back(what.host, range);
    send_history();
    return;
  }
  size_t bytes = 0;
  uint64_t number = 0;
  link_block block;
  block.channel = what.host;
  block.group_count = static_cast<uint16_t>(groups.groups.size());
  for (auto& group : groups.groups) {
    if (i->second.layouts_sent.insert(group.layout_hash).second)
      transmit(link_layout{what.host, group.layout});
    number = history_.take_number();
    block.number = number;
    block.sealed = group.block;
    transmit(block);
    ++block.group;
    bytes += group.block.size();
  }
  history_.sent(what, number, bytes);
}

/// Once a second while the link is open.
void uplink::mind_pace() {
  if (mode_ != mode::open || !pace_.second_passed(history_.owed_count()))
    return;
  log_->info("uplink: {} has all that it was owed, {} ticks in {} s",
             parent_name_, pace_.paid_ticks(), pace_.seconds());
  pace_ = history_pace{};
}

// -- from the parent ----------------------------------------------------------

void uplink::on_ack(const link_ack& x) {
  auto count = live_.acknowledged(x.live);
  figures_->acked_frames.fetch_add(static_cast<int64_t>(count),
                                   std::memory_order_relaxed);
  acked_ = std::max(acked_, live_.acked());
  progress_.position = live_.cursor();
  for (auto& window : history_.acknowledged(x.history)) {
    pace_.paid(window.ticks.count());
    for (auto& range : window.ticks.ranges())
      progress_.pay.emplace_back(window.host, range);
  }
  note_progress();
  flush();
  send_history();
  if (moving_since_ms_ >= 0)
    finish_move();
}

void uplink::on_need_key(const link_need_key& x) {
  auto number = static_cast<host_number>(x.channel);
  if (channels_.count(number) == 0)
    return;
  if (x.tick < tick_max) // else nothing was lost: a key alone is wanted
    owe(number, live_.unread_from(number, x.tick));
  want_key(number);
}

void uplink::note_progress() {
  auto nothing = progress_.position == 0 && progress_.owe.empty()
                 && progress_.pay.empty();
  if (nothing || progress_.subscriber.empty())
    return;
  auto update = std::make_shared<cursor_update>(std::move(progress_));
  progress_ = cursor_update{};
  progress_.subscriber = parent_;
  send(peers_.writer, cursor_atom_v, cursor_update_ptr{std::move(update)});
}

} // namespace tributary
