#include "schema/link.hpp"

#include <algorithm>
#include <limits>

#include <capnp/message.h>

#include "schema/definition_wire.hpp"
#include "schema/framed.hpp"
#include "schema/link.capnp.h"

namespace tributary {

namespace {

kj::ArrayPtr<const kj::byte> data_of(std::string_view bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

wire::Reason wire_reason(link_reason x) {
  return static_cast<wire::Reason>(x);
}

/// Four bits each, preferred first.
uint16_t codec_bits(const std::vector<link_codec>& codecs) {
  uint16_t result = 0;
  for (size_t i = 0; i < std::min<size_t>(codecs.size(), 4); ++i)
    result = static_cast<uint16_t>(result
                                   | static_cast<unsigned>(codecs[i]) << 4 * i);
  return result;
}

wire::Presence wire_presence(bool online) {
  return online ? wire::Presence::ONLINE : wire::Presence::OFFLINE;
}

void write_texts(const std::vector<std::string>& from,
                 capnp::List<capnp::Text>::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i)
    to.set(i, from[i]);
}

/// Fills a message builder from each alternative.
struct message_writer {
  wire::Message::Builder to;

  void operator()(const link_hello& x) {
    auto b = to.initHello();
    b.setVersionMin(x.version_min);
    b.setVersionMax(x.version_max);
    b.setNodeHigh(x.node.high());
    b.setNodeLow(x.node.low());
    b.setBootHigh(x.boot.high());
    b.setBootLow(x.boot.low());
    b.setApiKey(x.api_key);
    b.setHostname(x.hostname);
    b.setProgram(x.program);
    b.setCodecs(codec_bits(x.codecs));
    b.setWishes(x.wishes);
  }

  void operator()(const link_welcome& x) {
    auto b = to.initWelcome();
    b.setVersion(x.version);
    b.setNodeHigh(x.node.high());
    b.setNodeLow(x.node.low());
    b.setHostname(x.hostname);
    b.setDurability(static_cast<uint8_t>(x.durability));
    b.setCreditBytes(x.credit_bytes);
    b.setPingMs(x.ping_ms);
    b.setProgram(x.program);
    b.setCodec(static_cast<uint8_t>(x.codec));
    b.setRunBytesLog(x.run_bytes_log);
    b.setNewest(static_cast<uint32_t>(
        std::clamp<tick>(x.newest, 0, std::numeric_limits<uint32_t>::max())));
    b.setKnows(x.knows);
    b.setReplicationStepS(x.replication_step_s);
  }

  void operator()(const link_refuse& x) {
    auto b = to.initRefuse();
    b.setReason(wire_reason(x.reason));
    b.setDetail(x.detail);
  }

  void operator()(const link_host_open& x) {
    auto b = to.initHostOpen();
    b.setChannel(x.channel);
    write_host(x.host, b.initHost());
    auto path = b.initPath(static_cast<unsigned>(x.path.size()));
    for (unsigned i = 0; i < path.size(); ++i) {
      path[i].setHigh(x.path[i].high());
      path[i].setLow(x.path[i].low());
    }
    b.setReopened(x.reopened);
    b.setState(wire_presence(x.online));
    b.setWhy(x.why);
  }

  void operator()(const link_host_state& x) {
    auto b = to.initHostState();
    b.setChannel(x.channel);
    b.setState(wire_presence(x.online));
    b.setWhy(x.why);
  }

  void operator()(const link_host_accept& x) {
    auto b = to.initHostAccept();
    b.setChannel(x.channel);
    auto& runs = x.coverage.runs();
    write_runs(runs, b.initCoverage(static_cast<unsigned>(runs.size())));
    b.setWantedSince(x.wanted_since);
  }

  void operator()(const link_host_refuse& x) {
    auto b = to.initHostRefuse();
    b.setChannel(x.channel);
    b.setReason(wire_reason(x.reason));
  }

  void operator()(const link_host_close& x) {
    auto b = to.initHostClose();
    b.setChannel(x.channel);
    b.setReason(wire_reason(x.reason));
  }

  void operator()(const link_roster& x) {
    auto b = to.initRoster();
    b.setChannel(x.channel);
    auto run = b.initRoster();
    run.setEpoch(x.run.epoch);
    run.setFirstChart(x.run.first_chart);
    write_charts(x.run.charts,
                 run.initCharts(static_cast<unsigned>(x.run.charts.size())));
  }

  void operator()(const link_layout& x) {
    auto b = to.initLayout();
    b.setChannel(x.channel);
    b.setSealed(data_of(x.sealed));
  }

  void operator()(const link_frame& x) {
    auto b = to.initFrame();
    b.setChannel(x.channel);
    b.setNumber(x.number);
    b.setSealed(data_of(x.frame->sealed()));
  }

  void operator()(const link_block& x) {
    auto b = to.initBlock();
    b.setChannel(x.channel);
    b.setNumber(x.number);
    b.setGroup(x.group);
    b.setGroupCount(x.group_count);
    b.setSealed(data_of(x.sealed));
  }

  void operator()(const link_ack& x) {
    auto b = to.initAck();
    b.setLive(x.live);
    b.setHistory(x.history);
  }

  void operator()(const link_need_key& x) {
    auto b = to.initNeedKey();
    b.setChannel(x.channel);
    b.setTick(x.tick);
  }

  void operator()(const link_ping& x) {
    to.initPing().setCookie(x.cookie);
  }

  void operator()(const link_pong& x) {
    to.initPong().setCookie(x.cookie);
  }

  void operator()(const link_bye& x) {
    to.initBye().setReason(wire_reason(x.reason));
  }

  void operator()(const link_drain& x) {
    auto b = to.initDrain();
    b.setStays(x.stays);
    b.setEnded(x.ended);
  }

  void operator()(const link_request& x) {
    auto b = to.initRequest();
    b.setId(x.id);
    b.setWaitMs(x.wait_ms);
    auto via = b.initVia(static_cast<unsigned>(x.via.size()));
    for (unsigned i = 0; i < via.size(); ++i) {
      via[i].setHigh(x.via[i].high());
      via[i].setLow(x.via[i].low());
    }
    write_texts(x.path, b.initPath(static_cast<unsigned>(x.path.size())));
    if (x.kind == request_kind::query)
      b.setQuery(x.words.empty() ? std::string{} : x.words.front());
    else
      write_texts(x.words,
                  b.initIntrospect(static_cast<unsigned>(x.words.size())));
  }

  void operator()(const link_more&) {
    to.initRequest().setMore();
  }

  void operator()(const link_cancel& x) {
    auto b = to.initRequest();
    b.setId(x.id);
    b.setCancel();
  }

  void operator()(const link_reply& x) {
    auto b = to.initReply();
    b.setId(x.id);
    b.setMore(x.more);
    b.setPiece(data_of(x.piece));
  }
};

/// Words for the first segment, so that a large message is not cut in two.
size_t size_hint_words(const link_message& message) {
  if (auto x = std::get_if<link_frame>(&message))
    return x->frame->sealed().size() / 8 + 32;
  if (auto x = std::get_if<link_block>(&message))
    return x->sealed.size() / 8 + 32;
  if (auto x = std::get_if<link_reply>(&message))
    return x->piece.size() / 8 + 32;
  return 128;
}

} // namespace

void put_message(std::string& out, const link_message& message) {
  capnp::MallocMessageBuilder builder{
      static_cast<kj::uint>(size_hint_words(message))};
  std::visit(message_writer{builder.initRoot<wire::Message>()}, message);
  put_framed(out, builder);
}

const char* to_string(link_reason x) noexcept {
  static constexpr const char* names[]
      = {"none",        "denied",   "version",   "loop",    "clone",
         "busy",        "shutdown", "malformed", "timeout", "replaced",
         "unsupported", "draining", "tls wanted"};
  auto i = static_cast<size_t>(x);
  return i < std::size(names) ? names[i] : "unknown";
}

const char* to_string(ack_durability x) noexcept {
  switch (x) {
  case ack_durability::disk:
    return "disk";
  case ack_durability::ram:
    return "ram";
  case ack_durability::upstream:
    return "upstream";
  }
  return "unknown";
}

} // namespace tributary
