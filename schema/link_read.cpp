/// The reading half of schema/link.hpp: bytes of a stranger to values.

#include "schema/link.hpp"

#include "schema/definition_wire.hpp"
#include "schema/framed.hpp"
#include "schema/link.capnp.h"
#include "schema/link_run.hpp"

namespace tributary {

namespace {

/// A relay chain of more hops is a mistake.
constexpr unsigned path_nodes_max = 64;

/// Ends at a zero byte, as it would where it is written again.
std::string text_of(capnp::Text::Reader x) {
  return x.cStr();
}

std::string_view bytes_of(capnp::Data::Reader x) {
  return {reinterpret_cast<const char*>(x.begin()), x.size()};
}

link_reason reason_of(wire::Reason x) {
  auto number = static_cast<uint16_t>(x);
  auto last = static_cast<uint16_t>(link_reason::tls_wanted);
  // A reason newer than this program still ends what it ends.
  return number > last ? link_reason::unsupported
                       : static_cast<link_reason>(number);
}

/// A presence newer than this program is as if it was not told.
bool is_online(wire::Presence x) {
  return x != wire::Presence::OFFLINE;
}

std::string why_of(capnp::Text::Reader x) {
  return text_of(x).substr(0, link_why_bytes_max);
}

caf::error broken(const char* what) {
  return make_error(ec::corrupt, std::string{"link: "} + what);
}

link_message read_hello(wire::Hello::Reader from) {
  link_hello x;
  x.version_min = from.getVersionMin();
  x.version_max = from.getVersionMax();
  x.node = guid::from_words(from.getNodeHigh(), from.getNodeLow());
  x.boot = guid::from_words(from.getBootHigh(), from.getBootLow());
  x.api_key = text_of(from.getApiKey());
  x.hostname = text_of(from.getHostname());
  x.program = text_of(from.getProgram());
  for (unsigned bits = from.getCodecs(); bits != 0; bits >>= 4)
    for (auto codec : packing_codecs)
      if ((bits & 15) == static_cast<unsigned>(codec))
        x.codecs.push_back(codec);
  x.wishes = from.getWishes();
  return x;
}

caf::expected<link_message> read_welcome(wire::Welcome::Reader from) {
  link_welcome x;
  x.version = from.getVersion();
  x.node = guid::from_words(from.getNodeHigh(), from.getNodeLow());
  x.hostname = text_of(from.getHostname());
  if (from.getDurability() > 2)
    return broken("unknown durability");
  x.durability = static_cast<ack_durability>(from.getDurability());
  x.credit_bytes = from.getCreditBytes();
  x.ping_ms = from.getPingMs();
  x.program = text_of(from.getProgram());
  if (from.getCodec() > static_cast<unsigned>(link_codec::zstd))
    return broken("unknown codec");
  x.codec = static_cast<link_codec>(from.getCodec());
  x.run_bytes_log = from.getRunBytesLog();
  x.newest = from.getNewest();
  x.knows = from.getKnows();
  x.replication_step_s = from.getReplicationStepS();
  return link_message{std::move(x)};
}

caf::expected<link_message> read_host_open(wire::HostOpen::Reader from) {
  link_host_open x;
  x.channel = from.getChannel();
  auto host = read_host(from.getHost());
  auto path = from.getPath();
  if (!host || path.size() == 0 || path.size() > path_nodes_max)
    return broken("hostOpen breaks a bound");
  x.host = std::move(*host);
  for (auto node : path)
    x.path.push_back(guid::from_words(node.getHigh(), node.getLow()));
  x.reopened = from.getReopened();
  x.online = is_online(from.getState());
  x.why = why_of(from.getWhy());
  return link_message{std::move(x)};
}

caf::expected<link_message> read_host_accept(wire::HostAccept::Reader from) {
  auto runs = from.getCoverage();
  tick last = 0;
  for (auto run : runs) {
    if (run.getFrom() <= last || run.getTo() < run.getFrom()
        || run.getTo() > tick_max || run.getEpoch() == 0)
      return broken("hostAccept coverage is out of order or bounds");
    last = run.getTo();
  }
  auto since = from.getWantedSince();
  if (since < 0 || since > tick_max)
    return broken("hostAccept wantedSince is out of bounds");
  return link_message{
      link_host_accept{from.getChannel(), read_runs(runs), since}};
}

caf::expected<link_message> read_need_key(wire::NeedKey::Reader from) {
  if (from.getTick() <= 0 || from.getTick() > tick_max)
    return broken("needKey tick out of bounds");
  return link_message{link_need_key{from.getChannel(), from.getTick()}};
}

caf::expected<link_message> read_roster(wire::RosterUpdate::Reader from) {
  auto roster = from.getRoster();
  auto charts = read_charts(roster.getCharts());
  if (!charts || roster.getEpoch() == 0)
    return broken("roster breaks a bound");
  return link_message{link_roster{
      from.getChannel(),
      {roster.getEpoch(), roster.getFirstChart(), std::move(*charts)}}};
}

caf::expected<link_message> read_frame(wire::SealedFrame::Reader from) {
  auto frame = frame::open(bytes_of(from.getSealed()));
  if (!frame)
    return std::move(frame.error());
  return link_message{
      link_frame{from.getChannel(), from.getNumber(), std::move(*frame)}};
}

caf::expected<link_message> read_block(wire::SealedBlock::Reader from) {
  link_block x;
  x.channel = from.getChannel();
  x.number = from.getNumber();
  x.group = from.getGroup();
  x.group_count = from.getGroupCount();
  x.sealed = bytes_of(from.getSealed());
  if (x.group_count == 0 || x.group_count > link_groups_max
      || x.group >= x.group_count)
    return broken("block group out of bounds");
  return link_message{std::move(x)};
}

/// Appends the texts and adds their bytes to `bytes`.
void read_texts(capnp::List<capnp::Text>::Reader from,
                std::vector<std::string>& to, size_t& bytes) {
  for (auto x : from) {
    to.push_back(text_of(x));
    bytes += to.back().size();
  }
}

caf::expected<link_message> read_request(wire::Request::Reader from) {
  if (from.isMore())
    return link_message{link_more{}};
  if (from.isCancel())
    return link_message{link_cancel{from.getId()}};
  link_request x;
  x.id = from.getId();
  x.wait_ms = from.getWaitMs();
  auto nodes = from.getVia().size() + from.getPath().size();
  if (x.id == 0 || from.getVia().size() == 0 || nodes > request_nodes_max)
    return broken("request breaks a bound");
  for (auto node : from.getVia())
    x.via.push_back(guid::from_words(node.getHigh(), node.getLow()));
  size_t bytes = 0;
  read_texts(from.getPath(), x.path, bytes);
  if (from.isQuery()) {
    x.kind = request_kind::query;
    x.words.push_back(text_of(from.getQuery()));
    bytes += x.words.back().size();
  } else if (from.isIntrospect()
             && from.getIntrospect().size() <= request_words_max) {
    read_texts(from.getIntrospect(), x.words, bytes);
  } else {
    return broken("request of an unknown kind, or of too many words");
  }
  if (bytes > request_bytes_max)
    return broken("request is too long");
  return link_message{std::move(x)};
}

caf::expected<link_message> read_reply(wire::Reply::Reader from) {
  link_reply x;
  x.id = from.getId();
  x.more = from.getMore();
  x.piece = bytes_of(from.getPiece());
  if (x.piece.size() > reply_piece_bytes_max || x.piece.empty())
    return broken("reply piece breaks a bound");
  return link_message{std::move(x)};
}

caf::expected<link_message> read_union(wire::Message::Reader from) {
  switch (from.which()) {
  case wire::Message::HELLO:
    return read_hello(from.getHello());
  case wire::Message::WELCOME:
    return read_welcome(from.getWelcome());
  case wire::Message::REFUSE: {
    auto x = from.getRefuse();
    return link_message{
        link_refuse{reason_of(x.getReason()), text_of(x.getDetail())}};
  }
  case wire::Message::HOST_OPEN:
    return read_host_open(from.getHostOpen());
  case wire::Message::HOST_ACCEPT:
    return read_host_accept(from.getHostAccept());
  case wire::Message::HOST_REFUSE: {
    auto x = from.getHostRefuse();
    return link_message{
        link_host_refuse{x.getChannel(), reason_of(x.getReason())}};
  }
  case wire::Message::HOST_CLOSE: {
    auto x = from.getHostClose();
    return link_message{
        link_host_close{x.getChannel(), reason_of(x.getReason())}};
  }
  case wire::Message::ROSTER:
    return read_roster(from.getRoster());
  case wire::Message::LAYOUT: {
    auto x = from.getLayout();
    return link_message{
        link_layout{x.getChannel(), std::string{bytes_of(x.getSealed())}}};
  }
  case wire::Message::FRAME:
    return read_frame(from.getFrame());
  case wire::Message::BLOCK:
    return read_block(from.getBlock());
  case wire::Message::ACK: {
    auto x = from.getAck();
    return link_message{link_ack{x.getLive(), x.getHistory()}};
  }
  case wire::Message::NEED_KEY:
    return read_need_key(from.getNeedKey());
  case wire::Message::PING:
    return link_message{link_ping{from.getPing().getCookie()}};
  case wire::Message::PONG:
    return link_message{link_pong{from.getPong().getCookie()}};
  case wire::Message::BYE:
    return link_message{link_bye{reason_of(from.getBye().getReason())}};
  case wire::Message::DRAIN: {
    auto x = from.getDrain();
    return link_message{link_drain{x.getStays(), x.getEnded()}};
  }
  case wire::Message::HOST_STATE: {
    auto x = from.getHostState();
    return link_message{link_host_state{x.getChannel(), is_online(x.getState()),
                                        why_of(x.getWhy())}};
  }
  case wire::Message::REQUEST:
    return read_request(from.getRequest());
  case wire::Message::REPLY:
    return read_reply(from.getReply());
  case wire::Message::PACKED:
    break;
  }
  return broken("unknown message");
}

} // namespace

caf::expected<link_message> open_message(std::string_view body) {
  if (is_run(body))
    return broken("a packed run, which was not agreed on");
  caf::expected<link_message> result{caf::error{}};
  constexpr unsigned nesting_max = 8;
  auto error = with_framed(body, nesting_max, "link", [&](auto& message) {
    result = read_union(message.template getRoot<wire::Message>());
    return result ? caf::error{} : result.error();
  });
  if (error)
    return error;
  return result;
}

} // namespace tributary
