#include "config/option_table.hpp"

#include <algorithm>

#include "config/option_kind.hpp"
#include "config/option_row.hpp"

namespace tributary {

namespace {

template <class Kind, class Access>
option_row<node_options>
option(option_name name, const std::vector<option_name>& others, Kind kind,
       Access access, const std::string& text) {
  return make_row<node_options>(name, others, kind, access, text);
}

using rows = std::vector<option_row<node_options>>;

constexpr number_kind<uint16_t> any_port{0, 65535};
constexpr uint32_t minute_ms = 60'000;
constexpr uint32_t hour_ms = 60 * minute_ms;

void add_directories(rows& to) {
  to.push_back(option(
      {"directories", "data"}, {{"directories", "lib"}}, path_kind{4000, false},
      [](auto& x) -> auto& { return x.directories.data; },
      "Holds the store and the GUID of this node. --data-dir goes before it."));
  to.push_back(option(
      {"directories", "run"}, {}, path_kind{96, false},
      [](auto& x) -> auto& { return x.directories.run; },
      "Holds the socket of the shell. --run-dir goes before it."));
  to.push_back(option(
      {"directories", "web"},
      {{"web", "web files directory"}, {"global", "web files directory"}},
      path_kind{4000, true}, [](auto& x) -> auto& { return x.directories.web; },
      "Page files to serve instead of the built-in page. Empty: the built-in "
      "page."));
}

void add_global(rows& to) {
  to.push_back(option(
      {"global", "hostname"}, {}, hostname_kind{},
      [](auto& x) -> auto& { return x.global.hostname; },
      "How this node calls its own host, here and at its parents. Empty: the "
      "name that the kernel has."));
  to.push_back(option(
      {"global", "is ephemeral node"}, {}, boolean_kind{},
      [](auto& x) -> auto& { return x.global.is_ephemeral; },
      "yes: this machine is not expected back once it is gone, as with "
      "autoscaling. Its parents forget it then, see '[db] cleanup ephemeral "
      "hosts after'."));
  to.push_back(option(
      {"global", "gap limit ticks"}, {}, number_kind<uint32_t>{1, 60},
      [](auto& x) -> auto& { return x.global.gap_limit_ticks; },
      "A counter's increment over at most so many ticks is spread over them "
      "and marked as estimated; beyond, the ticks are gaps."));
}

/// What becomes of hosts that are away; 10 s to 10 years.
void add_cleanup(rows& to) {
  constexpr duration_kind<uint64_t> any_time{1000, 10, 3650 * uint64_t{86'400}};
  to.push_back(option(
      {"db", "cleanup orphan hosts after"}, {}, any_time,
      [](auto& x) -> auto& { return x.db.cleanup_orphan_s; },
      "A host that nobody streams for so long is shown as archived. Nothing of "
      "it is erased."));
  to.push_back(option(
      {"db", "cleanup ephemeral hosts after"}, {},
      off_kind<duration_kind<uint64_t>>{any_time},
      [](auto& x) -> auto& { return x.db.cleanup_ephemeral_s; },
      "A host with '[global] is ephemeral node = yes' that nobody streams for "
      "so long is forgotten, with all that is kept of it. off: never."));
  to.push_back(option(
      {"db", "forget hosts after"}, {},
      off_kind<duration_kind<uint64_t>>{tier_time},
      [](auto& x) -> auto& { return x.db.forget_hosts_s; },
      "Any host that nobody streams for so long is forgotten, with all that is "
      "kept of it. off: never; 'forget' in tributary-shell forgets one."));
}

void add_db(rows& to) {
  to.push_back(option(
      {"db", "mode"},
      {{"db", "db"}, {"db", "memory mode"}, {"global", "memory mode"}},
      choice_kind<db_mode, 3>{}, [](auto& x) -> auto& { return x.db.mode; },
      "Where samples are kept. dbengine: on disk. ram: in /dev/shm, gone with "
      "the process, half of what is free there at most. none: there, until a "
      "parent has them."));
  to.push_back(option(
      {"db", "commit every"}, {},
      automatic_kind<duration_kind<uint32_t>>{{1, 100, minute_ms}},
      [](auto& x) -> auto& { return x.db.commit_every_ms; },
      "Time between commits, and so the delay of acknowledgements. auto: 1s on "
      "a node that accepts children, else 5s, which spares the disk."));
  to.push_back(option(
      {"db", "window"}, {}, duration_kind<uint32_t>{1000, 60, 3600, 60},
      [](auto& x) -> auto& { return x.db.window_s; },
      "How much time a block of the store spans; whole minutes. Fixed when the "
      "store is made. Half of it takes a fifth more disk, twice of it twice "
      "the memory."));
  to.push_back(option(
      {"db", "group columns"}, {}, number_kind<uint32_t>{16, 1024},
      [](auto& x) -> auto& { return x.db.group_columns; },
      "How many metrics share a block. More pack better, fewer are read "
      "faster."));
  to.push_back(option(
      {"db", "durability"}, {}, choice_kind<durability, 2>{},
      [](auto& x) -> auto& { return x.db.durability; },
      "full: what is acknowledged is on disk. relaxed: a loss of power may "
      "undo the last commit, which takes half the time."));
  to.push_back(option(
      {"db", "map size"}, {}, size_mib_kind{64, 16u << 20},
      [](auto& x) -> auto& { return x.db.map_size_mib; },
      "What the file of the store never exceeds. A plain number is in MiB."));
}

/// What a tier has; `names` are ours and Netdata's.
template <class Access>
void add_tier(rows& to, const std::array<std::string_view, 4>& names,
              Access tier, const std::string& time_text,
              const std::string& size_text) {
  to.push_back(option(
      {"db", names[0]}, {{"db", names[1]}},
      tier_time, [tier](auto& x) -> auto& { return tier(x).time_s; },
      time_text));
  to.push_back(option(
      {"db", names[2]}, {{"db", names[3]}},
      automatic_kind<size_mib_kind>{{16, 16u << 20}},
      [tier](auto& x) -> auto& { return tier(x).size_mib; }, size_text));
}

void add_tiers(rows& to) {
  to.push_back(option(
      {"db", "storage tiers"}, {}, number_kind<uint32_t>{1, 3},
      [](auto& x) -> auto& { return x.db.storage_tiers; },
      "How many of the tiers 0, 1 and 2 there are. With fewer the others are "
      "neither made nor asked, their points go a few at a time, and their part "
      "of the disk is for those that stay. With more again they begin with "
      "what is collected from then on."));
  add_tier(
      to,
      {"tier0 retention time", "dbengine tier 0 retention time",
       "tier0 retention size", "dbengine tier 0 retention size"},
      [](auto& x) -> auto& { return x.db.tier0; },
      "How long the samples of every second are kept, if the size allows.",
      "How much disk they may take; all tiers have at most three quarters of "
      "'map size', the rest is for the journal and the index. auto: eight "
      "twelfths of what the other tiers leave of it.");
  add_tier(
      to,
      {"tier1 retention time", "dbengine tier 1 retention time",
       "tier1 retention size", "dbengine tier 1 retention size"},
      [](auto& x) -> auto& { return x.db.tier1; },
      "How long points of a minute are kept: min, max, sum and count.",
      "How much disk they may take. auto: three twelfths, as above.");
  add_tier(
      to,
      {"tier2 retention time", "dbengine tier 2 retention time",
       "tier2 retention size", "dbengine tier 2 retention size"},
      [](auto& x) -> auto& { return x.db.tier2; },
      "How long points of an hour are kept.",
      "How much disk they may take. auto: one twelfth, as above.");
  to.push_back(option(
      {"db", "tier1 update every iterations"},
      {{"db", "dbengine tier 1 update every iterations"}},
      number_kind<uint32_t>{2, 255},
      [](auto& x) -> auto& { return x.db.tier1_iterations; },
      "How many seconds are a point of tier 1, cut to a divisor of 'window'. "
      "Fixed when the store is made."));
  to.push_back(option(
      {"db", "tier2 update every iterations"},
      {{"db", "dbengine tier 2 update every iterations"}},
      number_kind<uint32_t>{2, 255},
      [](auto& x) -> auto& { return x.db.tier2_iterations; },
      "How many points of tier 1 are one of tier 2. Fixed when the store is "
      "made."));
}

void add_web(rows& to) {
  to.push_back(option(
      {"web", "mode"}, {}, choice_kind<web_mode, 2>{},
      [](auto& x) -> auto& { return x.web.mode; },
      "none closes the port: no page and no API on this node."));
  to.push_back(option(
      {"web", "bind to"}, {{"global", "bind to"}}, bind_address_kind{},
      [](auto& x) -> auto& { return x.web.bind_to; },
      "Who can reach the page and the API, which ask for no password and show "
      "all hosts. '*' opens them to every machine that reaches this one."));
  to.push_back(option(
      {"web", "default port"}, {{"web", "port"}, {"global", "default port"}},
      any_port, [](auto& x) -> auto& { return x.web.port; },
      "Port of the page and the API. 0: a free one, which the log names. "
      "--http-port goes before it."));
}

void add_logs(rows& to) {
  to.push_back(option(
      {"logs", "level"}, {}, choice_kind<log_level, 4>{},
      [](auto& x) -> auto& { return x.log.level; },
      "The least important messages that are written to standard error."));
}

void add_plugins(rows& to) {
  for (const auto& x : collector_rows)
    to.push_back(option(
        {"plugins", x.source}, {}, boolean_kind{},
        [enabled = x.enabled](auto& y) -> auto& {
          return y.collectors.*enabled;
        },
        std::string{x.text}));
}

void add_sender(rows& to) {
  to.push_back(option(
      {"stream", "enabled"}, {}, boolean_kind{},
      [](auto& x) -> auto& { return x.sender.enabled; },
      "Stream this host and all that stream to it. Needs 'destination' and "
      "'api key'."));
  to.push_back(option(
      {"stream", "destination"}, {}, destinations_kind{},
      [](auto& x) -> auto& { return x.sender.destinations; },
      "The parents in order of preference, separated by spaces: "
      "[PROTOCOL:]HOST[%INTERFACE][:PORT][:SSL], an IPv6 address in brackets, "
      "or unix:/path. How several are used, 'mode' says."));
  to.push_back(option(
      {"stream", "mode"}, {}, choice_kind<stream_mode, 3>{},
      [](auto& x) -> auto& { return x.sender.mode; },
      "failover: the first parent of the list that takes this node; another "
      "one as long as that does not. all: every parent at once. freshest: the "
      "one that has the newest samples of this node."));
  to.push_back(option(
      {"stream", "api key"}, {}, key_kind{},
      [](auto& x) -> auto& { return x.sender.api_key; },
      "What the parents know this node by: the name of a section of their "
      "stream.conf."));
  to.push_back(option(
      {"stream", "default port"}, {}, number_kind<uint16_t>{1, 65535},
      [](auto& x) -> auto& { return x.sender.default_port; },
      "For destinations that give no port."));
  to.push_back(option(
      {"stream", "timeout"}, {{"stream", "timeout seconds"}},
      duration_kind<uint32_t>{1, 5000, hour_ms},
      [](auto& x) -> auto& { return x.sender.timeout_ms; },
      "How long a connect may take, and how long a link may be silent."));
  to.push_back(option(
      {"stream", "reconnect delay"}, {{"stream", "reconnect delay seconds"}},
      duration_kind<uint32_t>{1, reconnect_delay_min_ms, hour_ms},
      [](auto& x) -> auto& { return x.sender.reconnect_delay_ms; },
      "The longest wait before a parent that was lost is tried again; the wait "
      "is random from 5s up to it, so that many children don't return in the "
      "same second. One that refuses is tried half as often. The next parent "
      "of the list is tried at once."));
  to.push_back(option(
      {"stream", "buffer size"}, {}, size_mib_kind{1, 1u << 20},
      [](auto& x) -> auto& { return x.sender.buffer_mib; },
      "With '[db] mode = none': memory for what this node collects while no "
      "parent acknowledges it; beyond, the oldest is dropped and counted. A "
      "plain number is in MiB."));
  to.push_back(option(
      {"stream", "answer requests from parents"}, {},
      choice_kind<request_rule, 4>{},
      [](auto& x) -> auto& { return x.sender.answer_requests; },
      "What nodes above may ask this node and, through it, those below it. "
      "introspect: the commands of the shell that change nothing. query: "
      "values of charts. yes: both. What changes a node they can't ask."));
}

void add_compression(rows& to) {
  to.push_back(option(
      {"stream", "enable compression"}, {{"stream", "compression"}},
      boolean_kind{}, [](auto& x) -> auto& { return x.sender.compression; },
      "Whether links to parents are compressed, where the parent agrees. A new "
      "value of this and the three below holds from the next connection on."));
  to.push_back(option(
      {"stream", "compression algorithms order"}, {}, codec_order_kind{},
      [](auto& x) -> auto& { return x.sender.codecs; },
      "What is offered to parents, preferred first; a parent may prefer "
      "another one of them."));
  to.push_back(option(
      {"stream", "zstd compression level"}, {{"stream", "compression level"}},
      number_kind<uint32_t>{1, 22},
      [](auto& x) -> auto& { return x.sender.zstd_level; },
      "Higher levels take more time and hardly less room: frames are packed "
      "bits already."));
  to.push_back(option(
      {"stream", "lz4 compression acceleration"}, {},
      number_kind<uint32_t>{1, 9},
      [](auto& x) -> auto& { return x.sender.lz4_acceleration; },
      "9 is the fastest and takes the most room."));
}

void add_listener(rows& to) {
  to.push_back(option(
      {"stream", "link bind to"}, {}, bind_address_kind{},
      [](auto& x) -> auto& { return x.receiver.bind_to; },
      "Where children connect to. The port is open only while an API key below "
      "is enabled."));
  to.push_back(option(
      {"stream", "link port"}, {}, any_port,
      [](auto& x) -> auto& { return x.receiver.port; },
      "Port for children. 0: a free one, which the log names. --link-port goes "
      "before it."));
}

/// What a running node holds on to: where its files are, how its store is cut,
/// and the name that its parents know.
constexpr std::array<option_name, 17> read_at_start{{
    {"directories", "data"},
    {"directories", "run"},
    {"global", "hostname"},
    {"global", "is ephemeral node"},
    {"db", "cleanup orphan hosts after"},
    {"global", "gap limit ticks"},
    {"db", "mode"},
    {"db", "window"},
    {"db", "group columns"},
    {"db", "durability"},
    {"db", "map size"},
    {"db", "storage tiers"},
    {"db", "tier0 retention size"},
    {"db", "tier1 retention size"},
    {"db", "tier2 retention size"},
    {"db", "tier1 update every iterations"},
    {"db", "tier2 update every iterations"},
}};

constexpr option_name secret{"stream", "api key"};

rows make_node_rows() {
  rows result;
  add_directories(result);
  add_global(result);
  add_db(result);
  add_tiers(result);
  add_cleanup(result);
  add_web(result);
  add_logs(result);
  add_plugins(result);
  add_sender(result);
  add_compression(result);
  add_listener(result);
  add_tls_rows(result);
  for (auto& x : result) {
    x.reloadable = std::find(read_at_start.begin(), read_at_start.end(), x.name)
                   == read_at_start.end();
    x.secret = x.name == secret;
  }
  return result;
}

} // namespace

const char* to_string(config_file x) noexcept {
  return x == config_file::stream_conf ? "stream.conf" : "tributary.conf";
}

bool operator==(const option_name& x, const option_name& y) noexcept {
  return x.section == y.section && x.key == y.key;
}

const std::vector<option_row<node_options>>& node_rows() {
  static const auto result = make_node_rows();
  return result;
}

const std::vector<section_row>& section_rows() {
  using file = config_file;
  static const std::vector<section_row> result{
      {"directories", file::tributary_conf, "Where files are."},
      {"global", file::tributary_conf, "This host."},
      {"db", file::tributary_conf, "How samples are kept."},
      {"web", file::tributary_conf, "The page and the HTTP API."},
      {"logs", file::tributary_conf, "Messages of the node."},
      {"plugins", file::tributary_conf, "What is collected."},
      {"stream", file::stream_conf,
       "Streaming to parents, and the port for "
       "children."},
  };
  return result;
}

} // namespace tributary
