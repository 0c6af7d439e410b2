/// The node: reads its configuration, starts the supervisor, waits for a
/// signal.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include <sys/stat.h>
#include <sys/wait.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "actors/host_info.hpp"
#include "actors/link/link_security.hpp"
#include "actors/node.hpp"
#include "actors/node_identity.hpp"
#include "actors/storage/memory_folder.hpp"
#include "config/dump.hpp"
#include "config/load.hpp"
#include "tools/limits_of_version.hpp"

namespace {

using namespace tributary;

enum exit_code {
  exit_ok = 0,
  exit_failure = 1,
  exit_unavailable = 69,
  exit_bad_configuration = 78,
};

struct system_config : caf::actor_system_config {
  system_config() {
    load<caf::io::middleman>();
    // Measured: 3.5 % of a core against 44-49 % at 200 children, since workers
    // that steal poll after each wake-up.
    set("scheduler.policy", caf::atom("sharing"));
    set("logger.console", caf::atom("none"));
  }
};

std::shared_ptr<spdlog::logger> make_log(log_level level) {
  auto result = std::make_shared<spdlog::logger>(
      "tributary", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  // Under systemd the journal adds the time and reads the priority.
  auto journal = getenv("JOURNAL_STREAM") != nullptr;
  result->set_pattern(journal ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
  set_level(*result, level);
  result->flush_on(spdlog::level::debug);
  return result;
}

bool make_directory(const std::string& path) {
  for (size_t at = 1; at <= path.size(); ++at)
    if (at == path.size() || path[at] == '/')
      if (mkdir(path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST)
        return false;
  return true;
}

/// Puts the store into RAM that no other user reads.
caf::expected<memory_folder> use_memory(node_setup& setup) {
  auto folder = memory_folder::open(setup.own);
  if (!folder)
    return std::move(folder.error());
  auto& wanted = setup.options.db.map_size_mib;
  auto room = folder->room_mib(wanted);
  if (!room)
    return std::move(room.error());
  setup.store_path = folder->store_path();
  setup.room_mib = *room;
  setup.sync = false;
  if (setup.options.db.mode == db_mode::none && !setup.options.sender.enabled)
    setup.log->warn("'[db] mode' is none and '[stream]' is off: samples are "
                    "shown live and kept nowhere, and children are refused");
  setup.log->info("the store is in RAM, {} MiB at most{}", *room,
                  *room < wanted ? ", half of what is free" : "");
  return folder;
}

int exit_code_of(const caf::error& error) {
  switch (code_of(error)) {
  case ec::disconnected:
  case ec::already_running:
    return exit_unavailable;
  case ec::bad_configuration:
    return exit_bad_configuration;
  default:
    return exit_failure;
  }
}

/// All files, those of TLS with them.
configuration read_configuration(const command_line& flags) {
  auto result = load_configuration(flags);
  add_limits_of_version(result);
  if (result.faults.empty()) // else their paths may be others
    result.faults = check_security(result.options);
  return result;
}

/// Reads all files again. With any fault in them the node goes on as before.
void reload(caf::scoped_actor& self, const node_actor& supervisor,
            const command_line& flags, spdlog::logger& log) {
  auto conf = read_configuration(flags);
  if (!conf.faults.empty()) {
    for (auto& x : conf.faults)
      log.error("{}", to_text(x));
    log.error("not reloaded: {} in the configuration; the node goes on with "
              "the one that it had",
              conf.faults.size() == 1 ? "a fault" : "faults");
    return;
  }
  // A web port that moves waits for its requests for seconds.
  constexpr auto timeout = std::chrono::seconds(30);
  self->request(supervisor, timeout, reload_atom_v,
                std::make_shared<const node_options>(std::move(conf.options)))
      .receive([](uint64_t, uint64_t) {},
               [&](caf::error& error) {
                 log.error("not reloaded: {}", to_text(error));
               });
}

/// Waits for the end of the node or a signal to stop; the node's exit code.
int run(caf::actor_system& system, const std::shared_ptr<node_setup>& setup,
        const command_line& flags, const sigset_t& signals) {
  auto& log = *setup->log;
  auto supervisor = system.spawn<node, caf::detached>(
      std::shared_ptr<const node_setup>{setup});
  caf::scoped_actor self{system};
  int code = exit_ok;
  self->request(supervisor, caf::infinite, start_atom_v)
      .receive([](bool) {},
               [&](caf::error& error) {
                 auto running = code_of(error) == ec::already_running;
                 log.critical("{}{}", to_text(error),
                              running ? ": another node uses it" : "");
                 code = exit_code_of(error);
               });
  if (code != exit_ok) {
    self->send_exit(supervisor, caf::exit_reason::kill);
    return code;
  }
  log.info("tributary {} runs as {} ({})", setup->version, setup->hostname,
           to_string(setup->own));
  // A node that gives up raises the signal that ends the wait.
  supervisor->attach_functor([&code](const caf::error& reason) {
    if (reason && reason != caf::exit_reason::normal)
      code = exit_failure;
    kill(getpid(), SIGTERM);
  });
  for (int signal = 0; signal != SIGTERM && signal != SIGINT;) {
    sigwait(&signals, &signal);
    if (signal == SIGHUP)
      reload(self, supervisor, flags, log);
  }
  log.info("stopping");
  constexpr auto stop_timeout = std::chrono::seconds(10);
  self->request(supervisor, stop_timeout, stop_atom_v)
      .receive(
          [&](bool committed) {
            if (!committed)
              code = exit_failure;
          },
          [&](caf::error&) { code = exit_failure; });
  return code;
}

int start(const configuration& conf, const command_line& flags) {
  auto& options = conf.options;
  auto& folders = options.directories;
  for (auto& path : {folders.data, folders.run})
    if (!make_directory(path)) {
      fprintf(stderr, "tributary: %s: %s\n", path.c_str(), strerror(errno));
      return exit_failure;
    }
  auto own = load_node_guid(folders.data + "/node.guid");
  if (!own) {
    fprintf(stderr, "tributary: %s\n", to_text(own.error()).c_str());
    return exit_failure;
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (auto x : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, x);
  // Blocked before there are threads, so that only the wait below sees them.
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  auto setup = std::make_shared<node_setup>();
  setup->options = options;
  setup->own = *own;
  setup->hostname = options.global.hostname.value_or(machine_hostname());
  setup->version = TRIBUTARY_VERSION;
  setup->store_path = folders.data + "/store.mdb";
  setup->epoch_path = folders.data + "/node.epoch";
  setup->clock = system_wall_clock();
  setup->started_ms = setup->clock->now_ms();
  setup->directory = std::make_shared<actor_directory>();
  setup->figures = std::make_shared<node_figures>();
  setup->figures->actors = setup->directory;
  setup->log = make_log(options.log.level);
  for (auto& x : conf.notices)
    setup->log->warn("{}", to_text(x));
  setup->seed = own->low() ^ static_cast<uint64_t>(setup->clock->now_ms());
  std::optional<memory_folder> memory;
  if (options.db.mode != db_mode::dbengine) {
    auto folder = use_memory(*setup);
    if (!folder) {
      setup->log->critical("{}", to_text(folder.error()));
      return exit_code_of(folder.error());
    }
    memory.emplace(std::move(*folder));
  }
  system_config config;
  caf::actor_system system{config};
  return run(system, setup, flags, signals);
}

} // namespace

int main(int argc, char** argv) {
  auto parsed = parse_command_line(argc, argv, TRIBUTARY_VERSION);
  if (auto leave = std::get_if<early_exit>(&parsed)) {
    fputs(leave->text.c_str(), leave->code == 0 ? stdout : stderr);
    return leave->code;
  }
  auto& flags = std::get<command_line>(parsed);
  auto conf = read_configuration(flags);
  if (!conf.faults.empty()) {
    fputs(to_text(conf.faults).c_str(), stderr);
    return exit_bad_configuration;
  }
  if (flags.dump_config) {
    fputs(dump_options(conf.options).c_str(), stdout);
    return exit_ok;
  }
  if (flags.check_config) {
    fputs(to_text(conf.notices).c_str(), stderr);
    puts("the configuration is good");
    return exit_ok;
  }
  return start(conf, flags);
}
