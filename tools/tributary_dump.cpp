/// Looks into a store's file from outside: lists, verifies, exports, salvages.

#include <cstdio>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "actors/shell/report_text.hpp"
#include "schema/utf8.hpp"
#include "store/tables.hpp"
#include "store/verify.hpp"
#include "tools/dump/copies.hpp"
#include "tools/dump/export_csv.hpp"
#include "tools/dump/listings.hpp"

namespace {

using namespace tributary;

enum exit_code {
  exit_ok = 0,
  exit_failure = 1,
  exit_usage = 2,
};

struct settings {
  std::string store;
  /// What to list and of whom; of an export the host and its charts.
  std::vector<std::string> words;
  bool json = false;
  bool verify = false;
  bool raw = false;
  bool salvaged = false;
  unsigned tier = 0;
  std::string export_as;
  std::string salvage_to;
  std::string compact_to;
  dump_range range;
  journal_position position = 0;
};

/// Faults of a listing or an export are told up to here.
constexpr size_t told_max = 20;

/// Faults of a verification.
constexpr size_t verify_told_max = 1000;

int fail(const caf::error& error) {
  fprintf(stderr, "tributary-dump: %s\n", words_of(error).c_str());
  return exit_failure;
}

int usage(const std::string& words) {
  fprintf(stderr, "tributary-dump: %s; try --help\n", words.c_str());
  return exit_usage;
}

/// Counts what can't be read, and tells the first of it.
class fault_teller {
public:
  fault_teller(FILE* to, size_t told) : to_(to), told_max_(told) {
    // nop
  }

  fault_sink sink() {
    return [this](store_fault x) {
      if (++count_ <= told_max_)
        // Words of a damaged file: none of them steers a terminal.
        fprintf(to_, "%s\n", to_plain_text(x.place + ": " + x.what).c_str());
      else if (count_ == told_max_ + 1)
        fputs("... more faults are counted, not told\n", to_);
    };
  }

  /// Exit code of a listing: what was left out makes it a failure.
  int end() const {
    if (count_ == 0)
      return exit_ok;
    fputs("tributary-dump: the file is damaged; see --verify and --salvage\n",
          stderr);
    return exit_failure;
  }

private:
  FILE* to_;
  size_t told_max_;
  size_t count_ = 0;
};

int verify(const store_file& store) {
  fault_teller teller{stdout, verify_told_max};
  auto report = verify_store(store, teller.sink());
  printf("%s: %llu entries, %llu blocks, %llu frames: %s\n",
         store.path().c_str(), static_cast<unsigned long long>(report.entries),
         static_cast<unsigned long long>(report.blocks),
         static_cast<unsigned long long>(report.frames),
         report.faults == 0 ? "good"
                            : (std::to_string(report.faults)
                               + (report.faults == 1 ? " fault" : " faults"))
                                  .c_str());
  if (report.format_version != 0
      && report.format_version < tables::format_version)
    printf("an older program made it, in format %u: a node of this version "
           "upgrades it to %u when it opens it\n",
           report.format_version, tables::format_version);
  return report.faults == 0 ? exit_ok : exit_failure;
}

int export_samples(const store_file& store, const settings& how) {
  if (how.export_as != "csv")
    return usage("--export knows csv only");
  if (how.words.empty() || how.words.size() > 2)
    return usage("--export needs a host, and may have a pattern of charts");
  auto host = find_host(store, how.words[0]);
  if (!host)
    return fail(host.error());
  csv_options options;
  options.range = how.range;
  options.raw = how.raw;
  options.tier = how.tier;
  if (how.words.size() == 2)
    options.charts = simple_pattern{how.words[1]};
  fault_teller teller{stderr, told_max};
  if (auto error = export_csv(store, *host, options, stdout, teller.sink()))
    return fail(error);
  return teller.end();
}

/// The listing that the words ask for; `ec::bad_request` for wrong usage.
caf::expected<shell_report> list(const store_file& store, const settings& how,
                                 const fault_sink& faults) {
  auto what = how.words.empty() ? std::string{"summary"} : how.words[0];
  auto needs_host = what == "charts" || what == "coverage";
  auto takes_host = needs_host || what == "blocks";
  if (how.words.size() > (takes_host ? 2u : 1u)
      || (needs_host && how.words.size() != 2))
    return make_error(
        ec::bad_request,
        what + (needs_host ? " needs a host" : " takes less arguments"));
  caf::expected<stored_host> host{stored_host{}};
  if (how.words.size() == 2)
    host = find_host(store, how.words[1]);
  if (!host)
    return std::move(host.error());
  if (what == "summary")
    return list_summary(store, faults);
  if (what == "hosts")
    return list_hosts(store, faults);
  if (what == "charts")
    return list_charts(store, *host, faults);
  if (what == "coverage")
    return list_coverage(store, *host, faults);
  if (what == "blocks")
    return list_blocks(store, how.words.size() == 2 ? &*host : nullptr,
                       how.range, faults);
  if (what == "journal")
    return list_journal(store, how.position, faults);
  return make_error(ec::bad_request, "there is no listing '" + what + "'");
}

int list(const store_file& store, const settings& how) {
  fault_teller teller{stderr, told_max};
  auto report = list(store, how, teller.sink());
  if (!report && code_of(report.error()) == ec::bad_request)
    return usage(words_of(report.error()));
  if (!report)
    return fail(report.error());
  auto bold = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nullptr;
  auto text = how.json ? to_json(*report) : to_text(*report, {bold});
  fwrite(text.data(), 1, text.size(), stdout);
  if (fflush(stdout) != 0)
    return exit_failure;
  return teller.end();
}

int start(const settings& how) {
  if (how.salvaged)
    return with_salvaged(how.store, [&](const store_file& store) {
      return export_samples(store, how);
    });
  if (!how.salvage_to.empty())
    return salvage_to(how.store, how.salvage_to);
  auto store = store_file::open(how.store);
  if (!store)
    return fail(store.error());
  if (!store->warning().empty())
    fprintf(stderr, "tributary-dump: %s\n", store->warning().c_str());
  else if (store->is_in_use())
    fprintf(stderr,
            "tributary-dump: a node uses the file; this is its commit "
            "%llu\n",
            static_cast<unsigned long long>(store->snapshot().transaction));
  if (!how.compact_to.empty())
    return compact_to(*store, how.compact_to);
  if (how.verify)
    return verify(*store);
  return how.export_as.empty() ? list(*store, how)
                               : export_samples(*store, how);
}

} // namespace

int main(int argc, char** argv) {
  settings how;
  CLI::App app{"Looks into the store of a Tributary node, whether it runs or "
               "not. Changes nothing in it.",
               "tributary-dump"};
  app.add_option("store", how.store, "store.mdb, or the data directory")
      ->required()
      ->type_name("STORE");
  app.add_option("what", how.words,
                 "summary (default), hosts, charts HOST, coverage HOST, "
                 "blocks [HOST], journal; with --export: HOST [CHARTS]")
      ->type_name("WHAT");
  app.add_flag("--json", how.json, "listings as JSON, with plain numbers");
  app.add_option("--from", how.range.from, "blocks, export: unix seconds")
      ->check(CLI::Range(tick{0}, tick_max));
  app.add_option("--to", how.range.to, "blocks, export: unix seconds")
      ->check(CLI::Range(tick{0}, tick_max));
  app.add_option("--position", how.position, "journal: from this position on");
  auto verify = app.add_flag("--verify", how.verify,
                             "read everything and name each fault");
  auto csv = app.add_option("--export", how.export_as,
                            "samples to standard output, as csv")
                 ->type_name("FORMAT");
  app.add_flag("--raw", how.raw, "export: the stored integers")->needs(csv);
  app.add_option("--tier", how.tier,
                 "export: points of tier 1 or 2 instead of samples")
      ->check(CLI::Range(1u, 2u))
      ->needs(csv);
  app.add_flag("--salvaged", how.salvaged,
               "export: all that --salvage would find, without a new store")
      ->needs(csv);
  auto salvage = app.add_option("--salvage", how.salvage_to,
                                "write what can be read of a damaged file "
                                "into a new store")
                     ->type_name("OUT");
  auto compact = app.add_option("--compact", how.compact_to,
                                "copy without free pages into a new file")
                     ->type_name("OUT");
  verify->excludes(csv)->excludes(salvage)->excludes(compact);
  csv->excludes(salvage)->excludes(compact);
  salvage->excludes(compact);
  app.set_version_flag("--version", "tributary-dump " TRIBUTARY_VERSION);
  app.footer("HOST is a name, a GUID or a number. CHARTS is a simple pattern "
             "such as 'system.* !system.cpu'.\nExit codes: 0 ok, 1 the file "
             "is damaged or something failed, 2 usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& x) {
    return app.exit(x) == 0 ? exit_ok : exit_usage;
  }
  return start(how);
}
