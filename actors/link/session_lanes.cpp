/// The part of session.hpp that moves data: frames, rosters and blocks in, acks
/// and key requests out.

#include <algorithm>

#include "actors/link/session.hpp"

namespace tributary {

namespace {

/// A layout is some KiB; a host that needs more in one link changes its charts
/// all the time.
constexpr size_t layout_bytes_max = 32u << 20;

} // namespace

// -- lanes --------------------------------------------------------------------

caf::error session::on_run(const std::string& body) {
  auto saved = unpacker_.saved_bytes();
  auto error = unpacker_.unpack(body, [this](link_message& message) {
    if (auto x = std::get_if<link_frame>(&message))
      return on_frame(*x);
    return on_roster(std::get<link_roster>(message));
  });
  figures_->bytes_saved_received.fetch_add(unpacker_.saved_bytes() - saved,
                                           std::memory_order_relaxed);
  return error;
}

caf::error session::on_roster(link_roster& x) {
  auto to = channel_of(x.channel);
  if (!to)
    return to.error();
  if ((*to)->given_up)
    return {};
  hand_over(); // frames before it were sealed without it
  auto update = std::make_shared<incoming_roster>();
  update->source = this;
  update->host = (*to)->number;
  update->run = std::move(x.run);
  send(ingest_, roster_atom_v, incoming_roster_ptr{std::move(update)});
  return {};
}

caf::error session::on_frame(link_frame& x) {
  if (x.number != live_number_ + 1)
    return malformed("a frame is missing on the live lane");
  auto to = channel_of(x.channel);
  if (!to)
    return to.error();
  live_number_ = x.number;
  auto bytes = x.frame->sealed().size();
  auto t = x.frame->header().tick;
  unacked_[x.number] = {bytes, t};
  newest_ = std::max(newest_, t);
  unacked_bytes_ += bytes;
  // Some slack: the child counts a frame when it sends it, we when it arrives.
  if (unacked_bytes_
      > size_t{2} * options_->credit_bytes + link_message_bytes_max)
    return make_error(ec::too_large, "the peer ignores its credit");
  figures_->frames_received.fetch_add(1, std::memory_order_relaxed);
  figures_->samples_received.fetch_add(x.frame->header().columns,
                                       std::memory_order_relaxed);
  if (!(*to)->given_up)
    frames_.push_back({(*to)->number, x.number, std::move(x.frame)});
  return {};
}

void session::hand_over() {
  if (frames_.empty())
    return;
  auto batch = std::make_shared<incoming_batch>();
  batch->source = this;
  batch->frames.swap(frames_);
  send(ingest_, frames_atom_v, incoming_batch_ptr{std::move(batch)});
}

caf::error session::on_layout(link_layout& x) {
  auto to = channel_of(x.channel);
  if (!to)
    return to.error();
  auto& channel = **to;
  channel.layout_bytes += x.sealed.size();
  if (channel.layout_bytes > layout_bytes_max)
    return make_error(ec::too_large, "layouts of one host");
  auto hash = hash_of(x.sealed.data(), x.sealed.size());
  channel.layouts[hash] = std::move(x.sealed);
  return {};
}

caf::error session::on_block(link_block& x) {
  if (x.number != history_number_ + 1)
    return malformed("a block is missing on the history lane");
  auto to = channel_of(x.channel);
  if (!to)
    return to.error();
  auto& channel = **to;
  history_number_ = x.number;
  if (channel.given_up)
    return {};
  if (x.group != channel.groups.size())
    return malformed("the groups of a window are out of order");
  auto header = open_block_header(x.sealed);
  if (!header)
    return header.error();
  auto layout = channel.layouts.find(header->layout_hash);
  if (layout == channel.layouts.end())
    return make_error(ec::unknown_layout, "block before its layout");
  channel.groups.push_back(
      {layout->first, layout->second, std::move(x.sealed)});
  if (x.group + 1 < x.group_count)
    return {};
  auto window = check_window(channel.host, std::move(channel.groups));
  channel.groups.clear();
  if (!window)
    return window.error();
  auto whole = std::make_shared<incoming_window>();
  whole->source = this;
  whole->source_node = node_;
  whole->host = channel.number;
  whole->lane_number = x.number;
  whole->window = std::move(*window);
  hand_over();
  send(ingest_, history_atom_v, incoming_window_ptr{std::move(whole)});
  return {};
}

// -- from storage -------------------------------------------------------------

void session::on_committed(uint64_t number) {
  live_acked_ = std::max(live_acked_, number);
  auto end = unacked_.upper_bound(live_acked_);
  for (auto i = unacked_.begin(); i != end; ++i) {
    unacked_bytes_ -= i->second.bytes;
    acked_ = std::max(acked_, i->second.tick);
  }
  unacked_.erase(unacked_.begin(), end);
  transmit(link_ack{live_acked_, history_acked_});
}

void session::on_window_committed(uint64_t number) {
  history_acked_ = std::max(history_acked_, number);
  transmit(link_ack{live_acked_, history_acked_});
}

void session::on_need_key(host_number number, tick t) {
  auto i = channel_numbers_.find(number);
  // Asked for without a loss (0), no tick is named: none reaches tick_max.
  if (i != channel_numbers_.end())
    transmit(link_need_key{i->second, t > 0 ? t : tick_max});
}

} // namespace tributary
