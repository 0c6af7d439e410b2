#pragma once

/// Every atom, message and typed interface of the node, on one page. Payloads
/// are immutable values behind shared pointers: no copies, and no message ever
/// leaves the process (what crosses a link is schema/link.capnp). Their structs
/// live with their subject, in traffic.hpp, readings.hpp, wire.hpp,
/// exchange.hpp and restart_table.hpp.

#include <memory>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include "schema/types.hpp"

namespace tributary {

// -- payloads -----------------------------------------------------------------

struct child_status;
struct closed_windows;
struct commit_report;
struct cursor_update;
class exchange;
struct hot_answer;
struct hot_request;
struct host_latest;
struct forget_state;
struct host_offer;
struct host_above;
struct host_presence;
struct host_standing;
struct host_summary;
struct incoming_batch;
struct incoming_roster;
struct incoming_window;
struct ingest_options;
struct journal_batch;
struct journal_chunk;
struct late_rows;
struct link_greeting;
struct link_request;
struct link_target;
struct node_options;
struct port_security;
struct query_answer;
struct query_request;
struct publication;
class roster;
struct scout_report;
struct session_options;
struct shell_report;
struct shell_request;
struct store_statistics;
struct subscriber_standing;
struct subscription_start;
struct tick_readings;
struct uplink_options;
struct window_groups;
struct wire_batch;
struct writer_options;

using child_list_ptr = std::shared_ptr<const std::vector<child_status>>;
using closed_windows_ptr = std::shared_ptr<const closed_windows>;
/// The collectors that shall run, see framer_options.
using collector_names_ptr = std::shared_ptr<const std::vector<std::string>>;
using commit_report_ptr = std::shared_ptr<const commit_report>;
using cursor_update_ptr = std::shared_ptr<const cursor_update>;
using exchange_ptr = std::shared_ptr<exchange>;
using forget_state_ptr = std::shared_ptr<const forget_state>;
using hot_answer_ptr = std::shared_ptr<const hot_answer>;
using hot_request_ptr = std::shared_ptr<const hot_request>;
using host_above_ptr = std::shared_ptr<const host_above>;
using host_list_ptr = std::shared_ptr<const std::vector<host_summary>>;
using host_latest_list_ptr = std::shared_ptr<const std::vector<host_latest>>;
using host_offer_ptr = std::shared_ptr<const host_offer>;
using host_presence_ptr = std::shared_ptr<const host_presence>;
using host_standing_ptr = std::shared_ptr<const host_standing>;
using incoming_batch_ptr = std::shared_ptr<const incoming_batch>;
using incoming_roster_ptr = std::shared_ptr<const incoming_roster>;
using incoming_window_ptr = std::shared_ptr<const incoming_window>;
using ingest_options_ptr = std::shared_ptr<const ingest_options>;
using journal_batch_ptr = std::shared_ptr<const journal_batch>;
using journal_chunk_ptr = std::shared_ptr<const journal_chunk>;
using late_rows_ptr = std::shared_ptr<const late_rows>;
using link_greeting_ptr = std::shared_ptr<const link_greeting>;
using link_request_ptr = std::shared_ptr<const link_request>;
using link_target_ptr = std::shared_ptr<const link_target>;
using node_options_ptr = std::shared_ptr<const node_options>;
/// What a link port speaks, see actors/link/wire_guard.hpp.
using port_security_ptr = std::shared_ptr<const port_security>;
using publication_ptr = std::shared_ptr<const publication>;
using query_answer_ptr = std::shared_ptr<const query_answer>;
using query_request_ptr = std::shared_ptr<const query_request>;
using roster_update_ptr = std::shared_ptr<
    const std::pair<host_number, std::shared_ptr<const roster>>>;
using scout_report_ptr = std::shared_ptr<const scout_report>;
using session_options_ptr = std::shared_ptr<const session_options>;
using shell_report_ptr = std::shared_ptr<const shell_report>;
using shell_request_ptr = std::shared_ptr<const shell_request>;
using store_statistics_ptr = std::shared_ptr<const store_statistics>;
using subscriber_standing_ptr = std::shared_ptr<const subscriber_standing>;
using subscription_start_ptr = std::shared_ptr<const subscription_start>;
using tick_readings_ptr = std::shared_ptr<const tick_readings>;
using uplink_options_ptr = std::shared_ptr<const uplink_options>;
using window_groups_ptr = std::shared_ptr<const window_groups>;
using wire_batch_ptr = std::shared_ptr<const wire_batch>;
using writer_options_ptr = std::shared_ptr<const writer_options>;
/// Bytes ready for a socket: whole framed messages.
using wire_bytes_ptr = std::shared_ptr<const std::string>;

} // namespace tributary

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tributary::guid)

namespace caf {

/// Payloads are shared: messages never leave the process, see decision 0001.
template <class T>
struct allowed_unsafe_message_type<std::shared_ptr<T>> : std::true_type {};

} // namespace caf

// clang-format off

CAF_BEGIN_TYPE_ID_BLOCK(tributary, caf::first_custom_type_id)
  CAF_ADD_ATOM(tributary, tributary, accept_atom, "accept")
  CAF_ADD_ATOM(tributary, tributary, bytes_atom, "bytes")
  CAF_ADD_ATOM(tributary, tributary, close_atom, "close")
  CAF_ADD_ATOM(tributary, tributary, commit_atom, "commit")
  CAF_ADD_ATOM(tributary, tributary, connect_atom, "connect")
  CAF_ADD_ATOM(tributary, tributary, consumed_atom, "consumed")
  CAF_ADD_ATOM(tributary, tributary, cursor_atom, "cursor")
  CAF_ADD_ATOM(tributary, tributary, flush_atom, "flush")
  CAF_ADD_ATOM(tributary, tributary, key_atom, "key")
  CAF_ADD_ATOM(tributary, tributary, forget_atom, "forget")
  CAF_ADD_ATOM(tributary, tributary, found_atom, "found")
  CAF_ADD_ATOM(tributary, tributary, frames_atom, "frames")
  CAF_ADD_ATOM(tributary, tributary, history_atom, "history")
  CAF_ADD_ATOM(tributary, tributary, hosts_atom, "hosts")
  CAF_ADD_ATOM(tributary, tributary, hot_atom, "hot")
  CAF_ADD_ATOM(tributary, tributary, introspect_atom, "introspect")
  CAF_ADD_ATOM(tributary, tributary, journal_atom, "journal")
  CAF_ADD_ATOM(tributary, tributary, late_atom, "late")
  CAF_ADD_ATOM(tributary, tributary, latest_atom, "latest")
  CAF_ADD_ATOM(tributary, tributary, leave_atom, "leave")
  CAF_ADD_ATOM(tributary, tributary, need_key_atom, "needkey")
  CAF_ADD_ATOM(tributary, tributary, offer_atom, "offer")
  CAF_ADD_ATOM(tributary, tributary, publish_atom, "publish")
  CAF_ADD_ATOM(tributary, tributary, query_atom, "query")
  CAF_ADD_ATOM(tributary, tributary, readings_atom, "readings")
  CAF_ADD_ATOM(tributary, tributary, refuse_atom, "refuse")
  CAF_ADD_ATOM(tributary, tributary, reload_atom, "reload")
  CAF_ADD_ATOM(tributary, tributary, request_atom, "request")
  CAF_ADD_ATOM(tributary, tributary, resume_atom, "resume")
  CAF_ADD_ATOM(tributary, tributary, roster_atom, "roster")
  CAF_ADD_ATOM(tributary, tributary, sample_atom, "sample")
  CAF_ADD_ATOM(tributary, tributary, start_atom, "start")
  CAF_ADD_ATOM(tributary, tributary, status_atom, "status")
  CAF_ADD_ATOM(tributary, tributary, stop_atom, "stop")
  CAF_ADD_ATOM(tributary, tributary, stored_atom, "stored")
  CAF_ADD_ATOM(tributary, tributary, subscr_atom, "subscribe")
  CAF_ADD_ATOM(tributary, tributary, tick_atom, "tick")
  CAF_ADD_ATOM(tributary, tributary, trust_atom, "trust")
  CAF_ADD_ATOM(tributary, tributary, watch_atom, "watch")
  CAF_ADD_ATOM(tributary, tributary, window_atom, "window")
CAF_END_TYPE_ID_BLOCK(tributary)
// clang-format on

namespace tributary {

template <class... Ts>
using on = caf::reacts_to<Ts...>;

template <class... Ts>
using asks = caf::replies_to<Ts...>;

// -- sources of frames --------------------------------------------------------

/// Part of framer and session: who delivers a host.
using source_actor = caf::typed_actor<
    // All frames of this source up to this lane number are durable here.
    on<commit_atom, uint64_t>,
    // The window with this lane number is durable here.
    on<window_atom, uint64_t>,
    // The host's next frame must be a key frame; from this tick on nothing
    // could be read. Tick 0: somebody above asked, nothing was lost here.
    on<need_key_atom, host_number, tick>,
    // Another source took over the host.
    on<leave_atom, host_number>,
    // Ingest has no room (the disk is full or slow): frames from this lane
    // number on were not taken and will not be acknowledged. `tick_max`: the
    // node above lacks what was acknowledged, offer the host again.
    on<refuse_atom, uint64_t>>;

/// Runs one source module when told which tick it is.
using collector_actor = caf::typed_actor<on<sample_atom, tick>>;

/// Keeps the time, asks collectors, seals the frames of the node's own host.
using framer_actor = source_actor::extend<
    // Its own timers: the next second; the deadline of a tick.
    on<tick_atom>, on<late_atom, tick>,
    // Its own timer: a collector that ended is started again.
    on<start_atom, uint64_t>, on<readings_atom, tick_readings_ptr>,
    // These sources are read from now on.
    on<reload_atom, collector_names_ptr>>;

// -- storage ------------------------------------------------------------------

/// Any consumer of accepted frames: uplink, live, later health and exporters.
using subscriber_actor = caf::typed_actor<on<publish_atom, publication_ptr>>;

/// Checks and decodes frames, publishes them at once, keeps the open windows.
using ingest_actor = caf::typed_actor<
    // A source has a host: made known, made durable, answered with what is
    // here. `ec::clone` when another life of it is live elsewhere, after some
    // seconds.
    asks<offer_atom, source_actor, host_offer_ptr>::with<host_standing_ptr>,
    on<roster_atom, incoming_roster_ptr>, on<frames_atom, incoming_batch_ptr>,
    on<history_atom, incoming_window_ptr>,
    // The source no longer delivers the host, for this reason.
    on<leave_atom, source_actor, host_number, std::string>,
    // The source has it live again, or only its past from now on.
    on<status_atom, host_presence_ptr>,
    // A subscriber needs a key frame of the host.
    on<need_key_atom, host_number>,
    // A subscriber begins, and wants no more.
    asks<subscr_atom, subscriber_actor>::with<subscription_start_ptr>,
    on<leave_atom, subscriber_actor>,
    // The subscriber wants (or no longer wants) this host's rows decoded.
    on<watch_atom, host_number, bool>,
    // From the writer, after each commit.
    on<stored_atom, commit_report_ptr>,
    asks<hot_atom, hot_request_ptr>::with<hot_answer_ptr>,
    asks<hosts_atom>::with<host_list_ptr>,
    // The newest readings of a host, of all with an empty guid; with sums over
    // the rows of its newest seconds, without any for 0.
    asks<latest_atom, guid, int64_t>::with<host_latest_list_ptr>,
    // Forgets a host for good. Refused with `ec::busy` while a source has it,
    // and for the own one.
    asks<forget_atom, guid>::with<forget_state_ptr>,
    on<reload_atom, ingest_options_ptr>,
    // Its own timer: the host of an offer that waits.
    on<late_atom, guid>,
    // Its own timer: windows of idle hosts are closed.
    on<tick_atom>>;

/// Owner of the write transaction; runs detached.
using writer_actor = caf::typed_actor<
    asks<offer_atom, host_offer_ptr>::with<host_standing_ptr>,
    on<roster_atom, roster_update_ptr>, on<journal_atom, journal_batch_ptr>,
    on<window_atom, closed_windows_ptr>, on<late_atom, late_rows_ptr>,
    on<history_atom, incoming_window_ptr>,
    // A subscriber by its node guid: where it stands. Makes it known.
    asks<resume_atom, subscriber_actor, guid>::with<subscriber_standing_ptr>,
    // Journal items from a position on, durable or not yet, about so many
    // bytes.
    asks<journal_atom, journal_position, uint64_t>::with<journal_chunk_ptr>,
    on<cursor_atom, cursor_update_ptr>,
    // From an uplink: what its parent has of a host, after the cursor says what
    // that makes owed.
    on<accept_atom, host_above_ptr>,
    // From an uplink: it has no link any more.
    on<leave_atom, subscriber_actor>,
    on<key_atom, host_number, uint32_t>, // from ingest: its mark from now on
    // A source asks what is acknowledged above of a host that it offered.
    // Answered once that is known; `ec::denied` when the parent refuses it.
    asks<accept_atom, source_actor, host_number>::with<host_standing_ptr>,
    // The newest tick of a host that is durable, above where this node keeps no
    // history; 0: none.
    asks<latest_atom, guid>::with<tick>, on<reload_atom, writer_options_ptr>,
    // From ingest: forgets a host, one at a time. With an empty guid: how far
    // the last one is.
    asks<forget_atom, guid>::with<forget_state_ptr>,
    // Its own timer.
    on<commit_atom>,
    // To itself: the next slice of work on windows.
    on<tick_atom>,
    // Commits what there is and answers when it is durable; false when the
    // commit failed.
    asks<flush_atom>::with<bool>>;

/// Range queries on snapshots; runs detached.
using reader_actor = caf::typed_actor<
    asks<query_atom, query_request_ptr>::with<query_answer_ptr>,
    // A whole window for the history lane.
    asks<window_atom, guid, tick>::with<window_groups_ptr>,
    // What the store holds, for people.
    asks<status_atom>::with<store_statistics_ptr>,
    // Its own: the next query that waits has its turn.
    on<tick_atom>,
    // Its own timer, while it has decoded windows.
    on<hot_atom>>;

// -- links --------------------------------------------------------------------

/// Who speaks the protocol over a wire.
using wire_user = caf::typed_actor<on<bytes_atom, wire_batch_ptr>>;

/// The broker that stands for the other side of a connection.
using wire_actor = caf::typed_actor<
    // Who uses it; nothing is read before.
    on<start_atom, wire_user>, on<bytes_atom, wire_bytes_ptr>,
    // The peer is trusted: messages up to the full size are read from now on.
    on<trust_atom>,
    // So many bytes of what was read are done with; reading goes on.
    on<consumed_atom, uint64_t>,
    // Sends what is buffered and closes.
    on<close_atom>>;

/// Answers requests over links with framed messages of schema/shell.hpp.
using responder_actor = caf::typed_actor<
    asks<request_atom, link_request_ptr>::with<wire_bytes_ptr>>;

/// Parent side of one connection. Asks the child, for at most `wait_ms`.
using session_actor = source_actor::extend_with<wire_user>::extend<
    asks<request_atom, link_request_ptr>::with<wire_bytes_ptr>,
    // Its own timer: the end of a request's time.
    on<request_atom>,
    // From the listener, once a second: deadline of the hello, pings, silence.
    on<tick_atom>,
    // From the listener: whether the child answers within 2 s.
    asks<status_atom>::with<bool>,
    // Its own timer: the ping with this cookie was not answered in time.
    on<late_atom, uint64_t>,
    // From the listener: a newer link of the same node has taken over.
    on<stop_atom>,
    // Other rules: who is not admitted any more is refused.
    on<reload_atom, session_options_ptr>>;

/// Makes connections; runs detached.
using connector_actor
    = caf::typed_actor<asks<connect_atom, link_target_ptr>::with<wire_actor>>;

/// Asks one destination for its uplink.
using scout_actor = wire_user::extend<
    // Its own timer: nobody answers.
    on<tick_atom>>;

/// Child side: one destination list.
using uplink_actor = subscriber_actor::extend_with<wire_user>::extend<
    on<tick_atom>, on<connect_atom>,
    // From a scout, which it sent.
    on<found_atom, scout_report_ptr>,
    on<offer_atom, responder_actor>, // who answers what parents ask
    // The link stays if it is still wanted.
    on<reload_atom, uplink_options_ptr>>;

/// Accepts connections, one session each.
using listener_actor = caf::typed_actor<
    on<accept_atom, wire_actor, std::string>,
    // A node has said hello to this session. Answered when its other link, if
    // there is one, was asked: whether it may stay, else who is live with its
    // GUID.
    asks<offer_atom, session_actor, link_greeting_ptr>::with<bool, std::string>,
    // For the sessions that there are, and those to come.
    on<reload_atom, session_options_ptr>,
    // Its own timer: sessions have theirs from it.
    on<tick_atom>>;

// -- HTTP ---------------------------------------------------------------------

/// Answers HTTP exchanges, each once.
using http_actor = caf::typed_actor<on<accept_atom, exchange_ptr>>;

/// Pushes new values to browsers.
using live_actor = subscriber_actor::extend<
    // A request for a stream of the host with this guid.
    on<accept_atom, exchange_ptr, guid>, on<tick_atom>>;

// -- shell --------------------------------------------------------------------

/// Answers the commands of the shell, here and for nodes above.
using introspection_actor = responder_actor::extend<
    asks<introspect_atom, shell_request_ptr>::with<shell_report_ptr>,
    // From the node: the storage of the moment.
    on<offer_atom, ingest_actor, reader_actor, writer_actor>>;

// -- node ---------------------------------------------------------------------

/// Supervisor: starts, restarts and stops the others in order.
using node_actor = caf::typed_actor<
    // Starts all; answers when they run, or with why one could not start.
    asks<start_atom>::with<bool>,
    // Its own timer: what waits to be started again is.
    on<tick_atom>,
    // The configuration as it is now: what can be is applied. Answers how many
    // options are, and how many wait for a restart.
    asks<reload_atom, node_options_ptr>::with<uint64_t, uint64_t>,
    // Every child of the table: what it does, why it ended, when it is tried.
    asks<status_atom>::with<child_list_ptr>,
    // Drains, commits, stops all; answers when the last commit is done.
    asks<stop_atom>::with<bool>>;

} // namespace tributary
