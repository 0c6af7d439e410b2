#include "tools/swarm/swarm_link.hpp"

#include <algorithm>
#include <utility>

#include "schema/error.hpp"
#include "tools/swarm/pattern.hpp"

namespace tributary::load {

namespace {

constexpr uint32_t only_channel = 1;

caf::error ended(const std::string& how, link_reason reason) {
  return make_error(ec::disconnected, how + to_string(reason));
}

} // namespace

swarm_link::swarm_link(host_lane lane, std::string api_key, link_codec codec,
                       swarm_counts& counts)
    : lane_(std::move(lane)),
      api_key_(std::move(api_key)),
      codec_(codec),
      counts_(counts) {
  // nop
}

void swarm_link::begin() {
  splitter_ = message_splitter{};
  splitter_.trust(); // it is this side that has to be trusted
  out_ = link_preface;
  link_hello hello;
  hello.node = lane_.host().id;
  hello.boot = lane_.host().boot;
  hello.api_key = api_key_;
  hello.hostname = lane_.host().hostname;
  hello.program = "tributary-swarm";
  if (codec_ != link_codec::none)
    hello.codecs = {codec_};
  put_message(out_, hello);
}

void swarm_link::end() {
  out_.clear();
  accepted_ = false;
  credit_bytes_ = in_flight_bytes_ = charts_told_ = sent_ = 0;
  last_number_ = 0;
}

void swarm_link::push(tick t, frame_row row, double since_ms) {
  if (rows_.size() >= rows_max) {
    ++counts_.frames_dropped;
    return;
  }
  waiting_row x{t, std::move(row), since_ms};
  rows_.push_back(std::move(x));
  pump();
}

void swarm_link::add_chart(chart_ptr chart) {
  lane_.add_chart(std::move(chart));
}

void swarm_link::pump() {
  while (accepted_ && sent_ < rows_.size() && out_.size() < out_bytes_max
         && in_flight_bytes_ < std::min(credit_bytes_, flight_bytes_max_)) {
    auto& x = rows_[sent_];
    if (auto charts = lane_.columns_of().charts().size();
        charts_told_ < charts) {
      packer_.add(link_roster{only_channel, lane_.run(charts_told_)});
      charts_told_ = charts;
    }
    auto frame = lane_.seal(x.tick, x.row);
    x.bytes = frame->sealed().size();
    x.number = ++last_number_;
    counts_.frames_again += x.was_sent;
    x.was_sent = x.is_counted = true;
    in_flight_bytes_ += x.bytes;
    ++sent_;
    ++counts_.frames_sent;
    packer_.add(link_frame{only_channel, x.number, std::move(frame)});
    out_ += packer_.take();
  }
}

caf::error swarm_link::feed(std::string_view bytes, double now_ms) {
  std::vector<std::string> bodies;
  auto fault = splitter_.feed(bytes, bodies);
  for (auto& body : bodies) {
    auto message = open_message(body);
    if (!message)
      return std::move(message.error());
    if (auto error = handle(*message, now_ms))
      return error;
  }
  if (!fault)
    pump();
  return fault;
}

caf::error swarm_link::handle(const link_message& message, double now_ms) {
  if (auto ack = std::get_if<link_ack>(&message)) {
    on_ack(ack->live, now_ms);
  } else if (auto welcome = std::get_if<link_welcome>(&message)) {
    credit_bytes_ = welcome->credit_bytes;
    packer_ = welcome->codec == link_codec::none
                  ? run_packer{}
                  : run_packer{welcome->codec, 1,
                               run_bytes_of(welcome->run_bytes_log)};
    link_host_open open;
    open.channel = only_channel;
    open.host = lane_.host();
    open.path = {lane_.host().id};
    put_message(out_, open);
  } else if (auto accept = std::get_if<link_host_accept>(&message)) {
    on_accept(*accept, now_ms);
  } else if (auto ping = std::get_if<link_ping>(&message)) {
    put_message(out_, link_pong{ping->cookie});
  } else if (auto key = std::get_if<link_need_key>(&message)) {
    on_need_key(*key);
  } else if (auto refuse = std::get_if<link_refuse>(&message)) {
    return ended("refused: ", refuse->reason);
  } else if (auto host = std::get_if<link_host_refuse>(&message)) {
    return ended("the host is refused: ", host->reason);
  } else if (auto close = std::get_if<link_host_close>(&message)) {
    return ended("the host is closed: ", close->reason);
  } else if (auto bye = std::get_if<link_bye>(&message)) {
    return ended("the parent said ", bye->reason);
  }
  return {};
}

void swarm_link::acknowledged(const waiting_row& x, double now_ms) {
  ++counts_.frames_acked;
  counts_.samples_acked += present_count(x.row);
  counts_.ack_ms.add(now_ms - x.since_ms);
}

void swarm_link::on_accept(const link_host_accept& x, double now_ms) {
  accepted_ = true;
  lane_.want_key();
  // An ack of the link before may have been on its way.
  std::deque<waiting_row> rest;
  for (auto& row : rows_)
    if (row.was_sent && x.coverage.epoch_at(row.tick) == lane_.host().epoch)
      acknowledged(row, now_ms);
    else {
      if (std::exchange(row.is_counted, false))
        lane_.take_back(row.row);
      rest.push_back(std::move(row));
    }
  rows_ = std::move(rest);
}

void swarm_link::on_ack(uint64_t number, double now_ms) {
  while (sent_ > 0 && rows_.front().number <= number) {
    auto& x = rows_.front();
    in_flight_bytes_ -= x.bytes;
    if (x.bytes > 0)
      acknowledged(x, now_ms);
    rows_.pop_front();
    --sent_;
  }
}

void swarm_link::on_need_key(const link_need_key& x) {
  ++counts_.keys_wanted;
  lane_.want_key();
  // A node would send them as blocks; a swarm has none and says so.
  for (size_t i = 0; i < sent_; ++i)
    if (rows_[i].tick >= x.tick && rows_[i].bytes > 0) {
      ++counts_.frames_refused;
      in_flight_bytes_ -= rows_[i].bytes;
      rows_[i].bytes = 0;
    }
}

} // namespace tributary::load
