#include "tests/support/link_audit.hpp"

#include <algorithm>

#include "store/block.hpp"

namespace tributary {

link_audit::link_audit(std::shared_ptr<sim_promises> promises)
    : promises_(std::move(promises)) {
  up_.trust();
  down_.trust();
}

void link_audit::sent_up(std::string_view bytes) {
  std::vector<std::string> bodies;
  up_.feed(bytes, bodies);
  for (auto& body : bodies)
    if (is_run(body))
      unpacker_.unpack(body, [this](link_message& message) {
        ++packed_messages_;
        on_up(message);
        return caf::error{};
      });
    else if (auto message = open_message(body))
      on_up(*message);
}

void link_audit::sent_down(std::string_view bytes) {
  std::vector<std::string> bodies;
  down_.feed(bytes, bodies);
  for (auto& body : bodies)
    if (auto message = open_message(body))
      on_down(*message);
}

void link_audit::on_up(const link_message& message) {
  if (auto x = std::get_if<link_host_open>(&message)) {
    channels_[x->channel] = x->host.id;
  } else if (auto x = std::get_if<link_frame>(&message)) {
    unpacker_.passed(*x);
    auto& header = x->frame->header();
    auto bytes = x->frame->sealed().size();
    live_[x->number].push_back(
        {channels_[x->channel],
         {header.tick, header.tick, header.part == 0 ? header.epoch : 0},
         x->channel,
         bytes});
    unacked_bytes_ += bytes;
    unacked_bytes_max_ = std::max(unacked_bytes_max_, unacked_bytes_);
  } else if (auto x = std::get_if<link_block>(&message)) {
    ++blocks_;
    if (auto header = open_block_header(x->sealed))
      for (auto& run : header->runs)
        history_[x->number].push_back(
            {channels_[x->channel], run, x->channel, 0});
  }
}

void link_audit::on_down(const link_message& message) {
  if (auto x = std::get_if<link_need_key>(&message)) {
    need_key_.insert({x->channel, x->tick});
  } else if (auto x = std::get_if<link_welcome>(&message)) {
    unpacker_ = run_unpacker{x->codec};
  } else if (auto x = std::get_if<link_ack>(&message)) {
    promise(live_, x->live);
    promise(history_, x->history);
  }
}

void link_audit::promise(std::map<uint64_t, std::vector<sent_run>>& lane,
                         uint64_t number) {
  while (!lane.empty() && lane.begin()->first <= number) {
    for (auto& x : lane.begin()->second) {
      unacked_bytes_ -= x.bytes;
      // Told to come again before it was acknowledged.
      if (x.run.from == x.run.to
          && need_key_.count({x.channel, x.run.from}) != 0)
        continue;
      (*promises_)[x.host].add(x.run);
    }
    lane.erase(lane.begin());
  }
}

} // namespace tributary
