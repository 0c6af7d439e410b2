/// Many children in one process, to load a parent with.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <limits>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "actors/link/tls_context.hpp"
#include "config/destination.hpp"
#include "schema/error.hpp"
#include "tools/swarm/clocks.hpp"
#include "tools/swarm/fixed_set.hpp"
#include "tools/swarm/swarm.hpp"
#include "tools/swarm/swarm_report.hpp"

namespace {

using namespace tributary;
using namespace tributary::load;

enum exit_code {
  exit_ok = 0,
  exit_failure = 1,
  exit_usage = 2,
  exit_unavailable = 69,
};

struct settings {
  std::string parent = "localhost";
  uint16_t default_port = 19998;
  std::string api_key;
  std::string api_key_file;
  std::string data;
  std::string json;
  std::string compression = "zstd";
  tls_sender_options tls;
  swarm_options swarm;
  swarm::pace pace;
  uint32_t history_s = 0;
  double connect_s = 30;
  double drain_s = 30;
  bool quiet = false;
};

volatile std::sig_atomic_t stopped = 0;

void on_signal(int) {
  stopped = 1;
}

int fail(const std::string& words, exit_code code = exit_failure) {
  fprintf(stderr, "tributary-swarm: %s\n", words.c_str());
  return code;
}

/// Counts of a stretch are the difference of two moments.
swarm_report since(const swarm_counts& now, const swarm_counts& then) {
  swarm_report result;
  result.counts = now;
  result.counts.samples_acked -= then.samples_acked;
  result.counts.bytes_sent -= then.bytes_sent;
  return result;
}

/// Tells every second what came of it.
class teller {
public:
  explicit teller(swarm& children) : children_(children), begin_ms_(now_ms()) {
    // nop
  }

  bool operator()() {
    auto now = now_ms();
    auto& counts = children_.counts();
    auto report = since(counts, last_);
    report.seconds = (now - last_ms_) / 1e3;
    report.children = children_.size();
    report.accepted = children_.accepted_count();
    report.frames_unacked = children_.unacknowledged();
    if (last_ms_ > 0)
      fprintf(stderr, "%s\n",
              progress_line((now - begin_ms_) / 1e3, report).c_str());
    if (counts.links_lost != last_.links_lost)
      fprintf(stderr, "a link was lost: %s\n", children_.last_reason().c_str());
    last_ = counts;
    last_ms_ = now;
    return stopped == 0;
  }

private:
  swarm& children_;
  double begin_ms_;
  swarm_counts last_;
  double last_ms_ = 0;
};

caf::error read_inputs(settings& how) {
  auto parent = parse_destination(how.parent);
  if (!parent)
    return parent.error();
  if (parent->tls) {
    auto context = tls_context::for_sender(how.tls, tls_version::v1_2);
    if (!context)
      return context.error();
    how.swarm.parent.tls = *context;
  }
  how.swarm.parent.destination = *parent;
  how.swarm.parent.default_port = how.default_port;
  how.swarm.parent.timeout_ms = 2000;
  how.swarm.codec = codec_of(how.compression).value_or(link_codec::none);
  how.swarm.api_key = how.api_key;
  if (!how.api_key_file.empty()) {
    std::ifstream in{how.api_key_file};
    if (!(in >> how.swarm.api_key))
      return make_error(ec::file_unusable,
                        how.api_key_file + ": no key can be read from it");
  }
  if (how.data.empty())
    return {};
  auto set = read_fixed_set(how.data);
  if (!set)
    return set.error();
  auto rows = rows_of(*set, series_choice::all);
  how.swarm.rows = std::make_shared<const row_set>(std::move(rows));
  return {};
}

int write_results(const settings& how, const swarm_report& report) {
  fputs(to_text(report).c_str(), stdout);
  if (!how.json.empty()) {
    std::ofstream out{how.json};
    out << to_json(report);
    if (!out.flush())
      return fail(how.json + ": can't be written");
  }
  if (!report.is_whole())
    return fail("not every frame was acknowledged");
  return exit_ok;
}

int run(settings& how) {
  if (auto error = read_inputs(how))
    return fail(words_of(error), exit_usage);
  allow_sockets(how.swarm.children);
  swarm children{how.swarm};
  if (auto error = children.connect_all(1e3 * how.connect_s))
    return fail(words_of(error), exit_unavailable);
  swarm_report report;
  auto begin = now_ms();
  if (how.history_s > 0) {
    auto to = static_cast<tick>(begin / 1000) - 5;
    children.flood(to - how.history_s, to, std::numeric_limits<size_t>::max());
  }
  teller tell{children};
  how.pace.on_second = [&] {
    return how.quiet ? stopped == 0 : tell();
  };
  if (how.pace.seconds > 0)
    children.live(how.pace);
  report.seconds = (now_ms() - begin) / 1e3;
  children.drain(1e3 * how.drain_s);
  report.children = children.size();
  report.accepted = children.accepted_count();
  report.frames_unacked = children.unacknowledged();
  report.counts = children.counts();
  report.frames_made = report.counts.frames_acked + report.frames_unacked
                       + report.counts.frames_dropped;
  return write_results(how, report);
}

void add_load(CLI::App& app, settings& how) {
  app.add_option("--children", how.swarm.children, "nodes to be")
      ->check(CLI::Range(1u, swarm::children_max))
      ->capture_default_str();
  auto metrics = app.add_option("--metrics", how.swarm.metrics,
                                "metrics of each, a multiple of ten, of the "
                                "synthetic pattern")
                     ->check(CLI::Range(10u, 100'000u))
                     ->capture_default_str();
  app.add_option("--data", how.data,
                 "replay this recording (.csv.zst) instead of the pattern")
      ->type_name("FILE")
      ->excludes(metrics);
  app.add_option("--compression", how.compression,
                 "what the links may be packed by, where the parent agrees")
      ->check(CLI::IsMember({"none", "lz4", "zstd"}))
      ->capture_default_str();
  app.add_option("--rate", how.pace.rate_hz,
                 "ticks a second of each; above 1 they begin in the past")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  app.add_flag("--spread", how.pace.spread,
               "children one after the other over the second, not at once");
  app.add_option("--seconds", how.pace.seconds, "how long")
      ->check(CLI::Range(0.0, 1e7))
      ->capture_default_str();
  app.add_option("--history", how.history_s,
                 "before that, so many seconds of the past as fast as the "
                 "parent takes them")
      ->check(CLI::Range(0u, 86'400u))
      ->capture_default_str();
  app.add_option("--seed", how.swarm.seed, "repeats rows, cuts and charts")
      ->capture_default_str();
  app.add_option("--first", how.swarm.first_index,
                 "number of the first child, for swarms side by side")
      ->check(CLI::Range(0u, 1'000'000u))
      ->capture_default_str();
  app.add_option("--cut-every", how.swarm.cut_every_s,
                 "seconds until a child's link is cut, on average; 0: never")
      ->check(CLI::Range(0.0, 1e7))
      ->capture_default_str();
  app.add_option("--chart-every", how.swarm.chart_every_s,
                 "seconds until a child has ten metrics more, on average; 0: "
                 "never")
      ->check(CLI::Range(0.0, 1e7))
      ->capture_default_str();
}

} // namespace

int main(int argc, char** argv) {
  settings how;
  how.pace.seconds = 60;
  CLI::App app{"Loads a Tributary parent with many children in one process.",
               "tributary-swarm"};
  app.add_option("--parent", how.parent, "as in 'destination' of stream.conf")
      ->type_name("DESTINATION")
      ->capture_default_str();
  auto key = app.add_option("--api-key", how.api_key,
                            "an enabled section of the parent's stream.conf; "
                            "others on this machine see it in the process "
                            "list")
                 ->type_name("UUID");
  auto file = app.add_option("--api-key-file", how.api_key_file,
                             "a file with nothing but the key")
                  ->type_name("FILE")
                  ->excludes(key);
  app.add_option("--ca-file", how.tls.ca_file,
                 "with ':SSL' in --parent: authorities of its certificate; "
                 "else those of the system")
      ->type_name("FILE");
  app.add_flag("--skip-verification", how.tls.skip_verification,
               "take any certificate");
  auto certificate = app.add_option("--certificate", how.tls.certificate,
                                    "what all children show")
                         ->type_name("FILE");
  auto certificate_key
      = app.add_option("--certificate-key", how.tls.key, "its key")
            ->type_name("FILE")
            ->needs(certificate);
  certificate->needs(certificate_key);
  add_load(app, how);
  app.add_option("--connect-limit", how.connect_s,
                 "seconds until all must have been taken")
      ->check(CLI::Range(1.0, 3600.0))
      ->capture_default_str();
  app.add_option("--drain-limit", how.drain_s,
                 "seconds that the last acks may take")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  app.add_option("--json", how.json, "write the figures there too")
      ->type_name("FILE");
  app.add_flag("--quiet", how.quiet, "no line for each second");
  app.set_version_flag("--version", "tributary-swarm " TRIBUTARY_VERSION);
  app.footer("Prints a line 'key value' for each figure. Exit codes: 0 every "
             "frame is acknowledged, 1 not every one,\n2 usage, 69 the parent "
             "does not take the children.");
  try {
    app.parse(argc, argv);
    if (key->count() + file->count() == 0)
      throw CLI::RequiredError("--api-key or --api-key-file");
    if (how.swarm.metrics % pattern_chart_columns != 0)
      throw CLI::ValidationError("--metrics", "is no multiple of ten");
  } catch (const CLI::ParseError& x) {
    return app.exit(x) == 0 ? exit_ok : exit_usage;
  }
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  return run(how);
}
