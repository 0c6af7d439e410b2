#pragma once

/// All that a node can be told, as plain structs: default, unit, bound and
/// reason of each option. An actor gets its own small struct at spawn, never
/// the whole tree. The keys and spellings in the files are in
/// `config/option_table`; bounds are enforced there.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/compression.hpp"
#include "config/destination.hpp"
#include "config/replication.hpp"
#include "config/request_rule.hpp"
#include "config/simple_pattern.hpp"
#include "config/tls_options.hpp"
#include "schema/types.hpp"

namespace tributary {

/// Where a node finds and keeps its files. Relative paths start at the working
/// directory.
struct directory_options {
  /// Holds the configuration files. Set by `--config-dir` only: a file can't
  /// say where it is.
  std::string config = "/etc/tributary";
  /// Holds `store.mdb` and `node.guid`.
  std::string data = "/var/lib/tributary";
  /// Holds `shell.sock`. At most 96 bytes, since the path of a socket ends at
  /// 107.
  std::string run = "/run/tributary";
  /// Page files that are served instead of the built-in page, for those who
  /// work on it; empty: the built-in page.
  std::string web;
};

struct global_options {
  /// How this node calls its own host; none: the kernel's name. At most 128
  /// bytes of letters, digits, `.`, `_`, `-`, as it stands in addresses of the
  /// API.
  std::optional<std::string> hostname;
  /// A counter's increment over at most so many ticks is spread over them;
  /// beyond, the ticks are gaps. 1 to 60: one by default, so that nothing is
  /// estimated unless asked for; an increment of more than a minute says
  /// little about a second.
  uint32_t gap_limit_ticks = 1;
  /// This machine is not expected back once it is gone, and parents may forget
  /// it then. Off: what is kept of a host is kept until somebody says else.
  bool is_ephemeral = false;
};

/// What a host's samples are kept in.
enum class db_mode : uint8_t {
  /// The store on disk, all tiers.
  dbengine = 0,
  /// Hot rows in memory only, gone at exit.
  ram = 1,
  /// A bounded journal in memory, to stream on; nothing to query.
  none = 2,
};

/// The word in files, for example `dbengine`.
const char* to_string(db_mode x) noexcept;

/// What a commit waits for.
enum class durability : uint8_t {
  /// All of it is on disk.
  full = 0,
  /// A loss of power may undo the last commit, and not more; takes half the
  /// time.
  relaxed = 1,
};

const char* to_string(durability x) noexcept;

/// How much of a tier is kept: until the first of both limits.
struct tier_retention {
  /// Seconds, 1 h to 10 years. Two weeks: long enough for "the same day last
  /// week", with hours of coarser tiers beyond.
  uint64_t time_s = 14 * uint64_t{86'400};
  /// MiB of pages; none: a share of the map. All tiers together have at most
  /// three quarters of it. See `tier_size_mib`.
  std::optional<uint64_t> size_mib;
};

struct db_options {
  /// Of this node's own host, and of children whose section says nothing else.
  db_mode mode = db_mode::dbengine;
  /// Milliseconds between commits, 100 to 60,000; none: by role, see
  /// `commit_every_ms`. Also the delay of an acknowledgement. A synced commit
  /// costs some 25 KB written: more often wears disks, more rarely makes
  /// senders hold more.
  std::optional<uint32_t> commit_every_ms;
  /// Seconds of a block of tier 0, 60 to 3600 in whole minutes, as tier 1 has
  /// a point a minute. Fixed when the store is made. 600: half of it
  /// takes a fifth more disk, twice of it twice the memory.
  uint32_t window_s = 600;
  /// Columns of a block, 16 to 1024. More pack better, fewer are read faster;
  /// 128 is within 2 % of the best of both.
  uint32_t group_columns = 128;
  tributary::durability durability = durability::full;
  /// MiB that the store's file never exceeds, 64 MiB to 16 TiB. 4 GiB: two
  /// weeks of 2,000 busy metrics with the journal, and no surprise on a small
  /// disk.
  uint64_t map_size_mib = 4096;
  /// Tiers that are made, kept and asked, 1 to 3. All three: the coarser ones
  /// are half of the disk and all of the past that is older than two weeks.
  uint32_t storage_tiers = 3;
  tier_retention tier0;
  /// Points of a minute: a quarter of a year, for the season's comparison, in
  /// some two thirds of the disk of tier 0.
  tier_retention tier1{90 * uint64_t{86'400}, {}};
  /// Points of an hour, for two years: little disk, and last year beside this.
  tier_retention tier2{730 * uint64_t{86'400}, {}};
  /// Points of the tier below that one of a tier is of, 2 to 255. Fixed when
  /// the store is made.
  uint32_t tier1_iterations = 60;
  uint32_t tier2_iterations = 60;
  /// Seconds, 10 s to 10 years: a host that nobody delivers for so long is
  /// shown as archived. An hour as with Netdata; nothing of it is erased.
  uint64_t cleanup_orphan_s = 3600;
  /// Seconds, 10 s to 10 years: an ephemeral host that nobody delivers for so
  /// long is forgotten; none: never. A week: somebody who comes back after a
  /// weekend still finds what happened.
  std::optional<uint64_t> cleanup_ephemeral_s = 7 * uint64_t{86'400};
  /// The same for every host, 1 h to 10 years; none: never. Nothing that was
  /// acknowledged goes before its retention unless asked for.
  std::optional<uint64_t> forget_hosts_s;
};

enum class web_mode : uint8_t {
  /// The API and the page are served. Netdata's word for it.
  static_threaded = 0,
  /// The port stays closed.
  none = 1,
};

const char* to_string(web_mode x) noexcept;

struct web_options {
  web_mode mode = web_mode::static_threaded;
  /// IPv4 or IPv6 address, `localhost` or `*` for all. This machine only by
  /// default: the page shows all of this host and of all its children to
  /// whoever opens it and asks for no password, so an operator opens it
  /// knowingly.
  std::string bind_to = "127.0.0.1";
  /// 0 to 65535; 0: a free one of the kernel's choice.
  uint16_t port = 19999;
};

enum class log_level : uint8_t { debug = 0, info = 1, warning = 2, error = 3 };

const char* to_string(log_level x) noexcept;

struct log_options {
  log_level level = log_level::info;
};

/// Which sources are read; all, as an unread one explains nothing.
struct collector_options {
  bool proc_stat = true;
  bool proc_loadavg = true;
  bool proc_meminfo = true;
  bool proc_vmstat = true;
  bool proc_pressure = true;
  bool proc_interrupts = true;
  bool proc_softirqs = true;
  bool proc_diskstats = true;
  /// Space and files of mounted file systems.
  bool mounts = true;
  bool proc_net_dev = true;
  bool proc_net_netstat = true;
  bool proc_net_snmp6 = true;
  bool proc_net_sockstat = true;
  bool proc_net_softnet_stat = true;
  bool proc_net_stat_conntrack = true;
  /// Entropy and file handles.
  bool proc_sys = true;
  /// System V semaphores and shared memory.
  bool ipc = true;
  bool proc_uptime = true;
  /// Whether the clock is kept in step.
  bool timex = true;
  /// The node's own figures.
  bool self = true;
};

/// Whether the source of that `source::name()` is read, for example
/// `proc.stat`; true for a name that is not in the table, so that a new source
/// is not lost by a forgotten line.
bool is_enabled(const collector_options& x, std::string_view source) noexcept;

/// How a list of destinations is used.
enum class stream_mode : uint8_t {
  /// One link, to the first in the list that takes this node.
  failover = 0,
  /// A link to each.
  all = 1,
  /// One link, to the one that has the newest samples of this node.
  freshest = 2,
};

/// The word in files, for example `failover`.
const char* to_string(stream_mode x) noexcept;
/// `[stream]`: this node as sender.
struct stream_sender_options {
  /// Needs `destinations` and `api_key`.
  bool enabled = false;
  /// In order of preference, at most `destinations_max`.
  std::vector<destination> destinations;
  /// Failover by default, as with Netdata: a second parent in the list costs
  /// nothing until it is needed.
  stream_mode mode = stream_mode::failover;
  /// What the parent knows us by; empty (all zero): none.
  guid api_key;
  /// For destinations that give no port, 1 to 65535.
  uint16_t default_port = 19998;
  /// Milliseconds, 5 s to 1 h: how long a connect may take, and how long a
  /// link may be silent before it is dropped. Pings go every few seconds, so a
  /// minute of silence is no hiccup; less than 5 s would be.
  uint32_t timeout_ms = 60'000;
  /// Milliseconds, 5 s to 1 h: the upper end of a random wait that starts at
  /// 5 s, so that a thousand children don't come back in the same second.
  uint32_t reconnect_delay_ms = 15'000;
  /// MiB, 1 MiB to 1 TiB: what a node with `db_mode::none` keeps of its own
  /// host for a parent that is away; beyond, the oldest is dropped. 64 MiB: a
  /// day of 2,000 metrics, packed.
  uint64_t buffer_mib = 64;
  /// Whether links to parents are packed, where they know one of `codecs`. On:
  /// a link is a quarter to two thirds smaller for microseconds a second.
  bool compression = true;
  /// What is offered, preferred first; never empty.
  std::vector<link_codec> codecs{packing_codecs.begin(), packing_codecs.end()};
  /// 1 to 22. The lowest: frames are packed bits already, and what repeats from
  /// one to the next is found by any level.
  uint32_t zstd_level = 1;
  /// 1 to 9, which is the fastest and packs least.
  uint32_t lz4_acceleration = 1;
  /// What parents, and nodes above them, may ask this node and those below it.
  /// All that changes nothing: they have the samples already, and who looks for
  /// a fault from above has no other way.
  request_rule answer_requests = request_rule::yes;
};

/// Lower end of the random wait before a reconnect.
inline constexpr uint32_t reconnect_delay_min_ms = 5'000;

/// Seconds that tiers 0 to 2 of a host are kept; none: as the next less
/// specific section says, at last `[db]`.
using tier_times_s = std::array<std::optional<uint64_t>, 3>;

/// `[retention PATTERN]`: hosts whose names fit.
struct retention_section {
  /// On the name that a host gives itself; never empty.
  simple_pattern hosts;
  tier_times_s retention_s;
};

/// Where hosts that came from others are streamed to. None: what the next less
/// specific section says, at last `[stream]`.
struct proxy_rules {
  std::optional<bool> enabled;
  /// At most `destinations_max`.
  std::optional<std::vector<destination>> destinations;
  /// What the parents of these hosts know us by.
  std::optional<guid> api_key;

  friend bool operator==(const proxy_rules& x, const proxy_rules& y) {
    return x.enabled == y.enabled && x.destinations == y.destinations
           && x.api_key == y.api_key;
  }
};

/// `[<API key>]` with `type = api`: who presents this key.
struct api_key_section {
  guid key;
  /// Off by default as with Netdata: a copied example admits nobody.
  bool enabled = false;
  /// On the text of the peer's address.
  simple_pattern allow_from{"*"};
  /// On the GUIDs of hosts, in lower case: the key admits these only.
  simple_pattern machine_guids{"*"};
  /// On the names in the certificate that the child has shown. `*`: whatever
  /// it shows, also nothing.
  simple_pattern certificate_names{"*"};
  /// None: `[db] mode`.
  std::optional<db_mode> db;
  /// Of links whose child presents it. On unless it says otherwise.
  compression_rules compression{true, {}};
  /// Of the hosts that come with it. All of the past unless it says otherwise,
  /// so that a hole closes by itself.
  replication_rules replication{true, {}, {}};
  /// Of the hosts that came with this key last.
  proxy_rules proxy;
  /// What nodes above may ask children that present it, through this node.
  request_rule pass_requests = request_rule::yes;
  /// Of the hosts that came with this key last.
  tier_times_s retention_s;
};

/// `[<machine GUID>]` with `type = machine`: one host, whatever its key. Not a
/// protection: who has a key can claim any GUID.
struct machine_section {
  guid machine;
  /// On by default: a section is written to change something or to deny.
  bool enabled = true;
  /// On the text of the peer's address, beside that of the key.
  simple_pattern allow_from{"*"};
  /// None: what the key's section says.
  std::optional<db_mode> db;
  /// Of links whose child is this machine itself.
  compression_rules compression;
  /// Of this host, whichever link it comes over; the step of links whose child
  /// is this machine itself.
  replication_rules replication;
  proxy_rules proxy;
  /// What nodes above may ask this machine, where it is a child; none: what the
  /// key's section says.
  std::optional<request_rule> pass_requests;
  tier_times_s retention_s;
};

/// This node as receiver. It listens when a key is enabled.
struct stream_receiver_options {
  /// IPv4 or IPv6 address, `localhost` or `*`. All addresses by default: the
  /// port is closed until a key is enabled, which says that other machines
  /// shall come, and whoever comes is asked for that key first.
  std::string bind_to = "*";
  /// 0 to 65535; 0: a free one of the kernel's choice.
  uint16_t port = 19998;
  /// In file order; keys are unique and never empty.
  std::vector<api_key_section> api_keys;
  /// In file order; GUIDs are unique and never empty.
  std::vector<machine_section> machines;
};

struct node_options {
  directory_options directories;
  global_options global;
  db_options db;
  /// In file order, of which the first that fits and says something decides;
  /// patterns are unique.
  std::vector<retention_section> retention;
  web_options web;
  log_options log;
  collector_options collectors;
  stream_sender_options sender;
  stream_receiver_options receiver;
  tls_options tls;
};

/// Whether the link port is open: some API key is enabled.
bool listens(const stream_receiver_options& x) noexcept;

/// What was told, else 1,000 ms for a node that children wait for, and 5,000
/// for a leaf, which spares its disk.
uint32_t commit_every_ms(const node_options& x) noexcept;

/// MiB of pages that a tier (0 to 2) may have: what was told, else its share of
/// what the others leave of three quarters of the map, 8, 3 and 1 parts. The
/// rest is for the journal, the index pages and pages that readers still hold.
/// 0 for a tier that there is not.
uint64_t tier_size_mib(const db_options& x, unsigned tier) noexcept;

} // namespace tributary
