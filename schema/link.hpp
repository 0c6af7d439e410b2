#pragma once

/// The messages of a link as values, and as bytes. The protocol is specified in
/// link.capnp, which only this wrapper includes.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <caf/expected.hpp>

#include "schema/coverage.hpp"
#include "schema/definition.hpp"
#include "schema/frame.hpp"
#include "schema/link_codec.hpp"

namespace tributary {

/// Why a link or a host is refused or ended; numbers as in link.capnp.
enum class link_reason : uint16_t {
  none,
  denied,
  version,
  loop,
  clone,
  busy,
  shutdown,
  malformed,
  timeout,
  replaced,
  unsupported,
  draining,
  /// The port takes TLS only.
  tls_wanted,
};

/// The word that both sides log and show, for example `denied`.
const char* to_string(link_reason x) noexcept;

/// What an ack of a node means.
enum class ack_durability : uint8_t { disk = 0, ram = 1, upstream = 2 };

const char* to_string(ack_durability x) noexcept;

/// What this program speaks to its parent. From a child it takes version 1 too.
constexpr uint16_t link_version = 2;

/// What a child can do or wants, in `link_hello::wishes`.
enum link_wish : uint16_t {
  /// It understands `link_drain`.
  wish_drain = 1,
  /// It only asks: see Hello.wishes in link.capnp.
  wish_question = 2,
  /// It takes `link_request`.
  wish_requests = 4,
};

/// What a parent understands beyond the first messages of version 2.
enum link_knowledge : uint16_t { knows_host_state = 1 };

struct link_hello {
  uint16_t version_min = link_version;
  uint16_t version_max = link_version;
  guid node;
  guid boot;
  std::string api_key;
  std::string hostname;
  std::string program;
  /// What may pack the live lane, preferred first; at most four.
  std::vector<link_codec> codecs;
  /// Bits of `link_wish`.
  uint16_t wishes = 0;
};

struct link_welcome {
  uint16_t version = 1;
  guid node;
  std::string hostname;
  ack_durability durability = ack_durability::disk;
  uint32_t credit_bytes = 0;
  uint32_t ping_ms = 0;
  std::string program;
  /// What packs the live lane.
  link_codec codec = link_codec::none;
  /// A packed run unpacks to at most two to this power of bytes.
  uint8_t run_bytes_log = 0;
  /// In the answer to a question: the newest tick of the child's own host that
  /// is durable; 0: none, or not known.
  tick newest = 0;
  /// Bits of `link_knowledge`.
  uint16_t knows = 0;
  /// Seconds of windows that may be in flight at once, at least one window; 0:
  /// as many as the child likes.
  uint32_t replication_step_s = 0;
};

struct link_refuse {
  link_reason reason = link_reason::none;
  std::string detail;
};

struct link_host_open {
  uint32_t channel = 0;
  host_definition host;
  /// Nodes that the data came through, origin first, the sender last.
  std::vector<guid> path;
  /// The channel was open before on this link; its definition changed.
  bool reopened = false;
  /// Somebody delivers it to the sender. Else only its past is there.
  bool online = true;
  /// Why it is not online, for people.
  std::string why;
};

/// A host of an open channel came or went below the sender.
struct link_host_state {
  uint32_t channel = 0;
  bool online = true;
  std::string why;
};

struct link_host_accept {
  uint32_t channel = 0;
  tributary::coverage coverage;
  /// Of the past the child owes nothing before this tick.
  tick wanted_since = 0;
};

struct link_host_refuse {
  uint32_t channel = 0;
  link_reason reason = link_reason::none;
};

struct link_host_close {
  uint32_t channel = 0;
  link_reason reason = link_reason::none;
};

struct link_roster {
  uint32_t channel = 0;
  roster_run run;
};

struct link_layout {
  uint32_t channel = 0;
  std::string sealed;
};

struct link_frame {
  uint32_t channel = 0;
  uint64_t number = 0;
  frame_ptr frame;
};

struct link_block {
  uint32_t channel = 0;
  uint64_t number = 0;
  uint16_t group = 0;
  uint16_t group_count = 0;
  std::string sealed;
};

struct link_ack {
  uint64_t live = 0;
  uint64_t history = 0;
};

struct link_need_key {
  uint32_t channel = 0;
  tributary::tick tick = 0;
};

struct link_ping {
  uint64_t cookie = 0;
};

struct link_pong {
  uint64_t cookie = 0;
};

struct link_bye {
  link_reason reason = link_reason::none;
};

struct link_drain {
  /// From a child: it has nowhere else to go.
  bool stays = false;
  /// From a parent: it is drained no longer.
  bool ended = false;
};

/// What a request is about.
enum class request_kind : uint8_t {
  /// A command of the shell that changes nothing.
  introspect,
  /// Values of a chart.
  query,
};

/// From a parent: what a node below shall tell.
struct link_request {
  uint64_t id = 0;
  /// How long the receiver may take.
  uint32_t wait_ms = 0;
  /// Nodes that it came through, who asks first, the sender last.
  std::vector<guid> via;
  /// Names or GUIDs of the nodes that are still to go; empty: the receiver is
  /// meant.
  std::vector<std::string> path;
  request_kind kind = request_kind::introspect;
  /// The command and its arguments; of a query one text, its parameters.
  std::vector<std::string> words;
};

/// From a parent: a piece of a reply arrived, there is room for another.
struct link_more {};

/// From a parent: nobody waits for this reply any more.
struct link_cancel {
  uint64_t id = 0;
};

/// A piece of an answer.
struct link_reply {
  uint64_t id = 0;
  /// Another piece follows.
  bool more = false;
  std::string piece;
};

using link_message
    = std::variant<link_hello, link_welcome, link_refuse, link_host_open,
                   link_host_accept, link_host_refuse, link_host_close,
                   link_roster, link_layout, link_frame, link_block, link_ack,
                   link_need_key, link_ping, link_pong, link_bye, link_drain,
                   link_host_state, link_request, link_more, link_cancel,
                   link_reply>;

/// Appends the framed message (length word and body) to `out`.
void put_message(std::string& out, const link_message& message);

/// Reads one body without its length word. Yields `ec::corrupt` with what is
/// wrong; a frame inside is checked whole.
caf::expected<link_message> open_message(std::string_view body);

/// What each side sends first.
constexpr std::string_view link_preface{"TRBL\0\0\0\1", 8};

/// Bytes before each body: u32 length, u32 zero.
constexpr size_t link_header_bytes = 8;

/// The cap on a body before the key is checked.
constexpr size_t link_hello_bytes_max = 16u << 10;

/// The cap on a body after it: one frame or block of the largest host.
constexpr size_t link_message_bytes_max = frame::sealed_bytes_max + 4096;

/// What is kept of `why` of a host, bytes.
constexpr size_t link_why_bytes_max = 200;

/// Nodes on the way of a request, the one that asks and the one that answers
/// included.
constexpr size_t request_nodes_max = 16;

/// What a node keeps for itself of the time that it gives a request: the way of
/// the request and of its answer over one link, so that the node above the one
/// that is late still says so in time.
constexpr uint32_t request_hop_ms = 500;

/// Words of a request, and the bytes of all its texts together.
constexpr size_t request_words_max = 64;
constexpr size_t request_bytes_max = 16u << 10;

/// Requests that wait on one link.
constexpr size_t requests_max = 8;

/// A whole answer.
constexpr size_t reply_bytes_max = 4u << 20;

/// One piece of it, and the pieces that are under way on one link: what a live
/// frame may find before it.
constexpr size_t reply_piece_bytes_max = 32u << 10;
constexpr size_t reply_pieces_max = 2;

/// More groups in a window than a host's columns can make is an attack.
constexpr uint16_t link_groups_max = 16384;

} // namespace tributary
