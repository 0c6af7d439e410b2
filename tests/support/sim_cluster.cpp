#include "tests/support/sim_cluster.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "actors/shell/report_text.hpp"
#include "schema/shell.hpp"
#include "store/block.hpp"

namespace tributary {

namespace {

constexpr int64_t never = INT64_MAX;

/// Jobs in one instant; more is a message that goes round for ever.
constexpr size_t jobs_max = 5'000'000;

bool is_collector(std::string_view name, bool any) {
  constexpr std::string_view kind = "collector ";
  return name.substr(0, kind.size()) == kind
         && (any || name.substr(kind.size()) == sim_slow_source);
}

std::string fresh_folder() {
  std::string result = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  result += "/tributary-sim-XXXXXX";
  if (mkdtemp(result.data()) == nullptr)
    throw std::runtime_error{"no folder for the stores"};
  return result;
}

guid guid_of(const std::string& name) {
  auto hash = hash_of(name.data(), name.size());
  return guid::from_words(hash.high, hash.low);
}

} // namespace

struct sim_cluster::sim_node {
  std::string name;
  sim_plan plan;
  guid id;
  std::string path;
  std::shared_ptr<sim_clock> clock;
  sim_origin_ptr origin;
  // While it runs.
  std::shared_ptr<node_setup> setup;
  node_actor supervisor;
  connector_actor connector;
  ingest_actor ingest;
  reader_actor reader;
  std::map<std::string, std::vector<caf::actor_addr>> children;
};

/// Keeps the log of all nodes with simulated time, and notes what no scenario
/// may cause.
class sim_cluster::log_sink final
    : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
  explicit log_sink(sim_cluster& owner)
      : owner_(owner), loud_(getenv("TRIBUTARY_SIM_LOG") != nullptr) {
    // nop
  }

  std::vector<std::string> lines;

protected:
  void sink_it_(const spdlog::details::log_msg& what) override {
    std::string words{what.payload.data(), what.payload.size()};
    auto now = owner_.now_ms();
    auto line = std::to_string(now / 1000) + "."
                + std::to_string(1000 + now % 1000).substr(1) + " "
                + std::string{what.logger_name.data(), what.logger_name.size()}
                + ": " + words;
    auto restart = words.find("it is started again") != std::string::npos;
    if (restart && !owner_.expects_restarts)
      owner_.faults.push_back(line);
    for (auto bad : {"can't be started", "can't be read", "malformed",
                     "commit failed", "does not take"})
      if (words.find(bad) != std::string::npos)
        owner_.faults.push_back(line);
    if (loud_)
      fprintf(stderr, "%s\n", line.c_str());
    lines.push_back(std::move(line));
  }

  void flush_() override {
    // nop
  }

private:
  sim_cluster& owner_;
  bool loud_;
};

namespace {

caf::actor_system_config& prepared(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
  config.set("logger.console", caf::atom("none"));
  return config;
}

} // namespace

sim_cluster::sim_cluster(uint64_t seed)
    : system_(prepared(config_)),
      scheduler_(
          dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())),
      random_(seed),
      network_(seed + 1),
      folder_(fresh_folder()),
      log_(std::make_shared<log_sink>(*this)) {
  // nop
}

sim_cluster::~sim_cluster() {
  for (auto& kvp : nodes_)
    if (kvp.second->supervisor)
      crash(kvp.first);
  for (auto& kvp : nodes_)
    for (auto suffix : {"", "-lock", ".owner", ".epoch"})
      remove((kvp.second->path + suffix).c_str());
  rmdir(folder_.c_str());
  // Timers of ended actors hold their memory until they fire.
  scheduler_.trigger_timeouts();
  run_jobs();
}

sim_cluster::sim_node& sim_cluster::at(const std::string& name) {
  return *nodes_.at(name);
}

const sim_cluster::sim_node& sim_cluster::at(const std::string& name) const {
  return *nodes_.at(name);
}

// -- nodes --------------------------------------------------------------------

void sim_cluster::add_node(const std::string& name, sim_plan plan) {
  auto& node = nodes_[name];
  node = std::make_unique<sim_node>();
  node->name = name;
  node->plan = std::move(plan);
  node->id = guid_of(node->plan.copy_of.empty() ? name : node->plan.copy_of);
  node->path = folder_ + "/" + name + ".mdb";
  node->clock = std::make_shared<sim_clock>(scheduler_);
  node->clock->offset_ms = node->plan.clock_offset_ms;
  node->origin = std::make_shared<sim_origin>();
  node->origin->seed = node->id.low();
  node->origin->clock = node->clock;
  node->origin->wide_gauges = node->plan.wide_gauges;
  start(name);
}

void sim_cluster::start(const std::string& name) {
  auto& node = at(name);
  if (node.supervisor)
    throw std::logic_error{name + " runs already"};
  auto setup = std::make_shared<node_setup>();
  auto& options = setup->options;
  options.db.mode = node.plan.mode;
  options.sender.buffer_mib = node.plan.buffer_mib;
  options.global.is_ephemeral = node.plan.is_ephemeral;
  options.db.window_s = node.plan.window_s;
  options.db.group_columns = 16;
  options.db.commit_every_ms = node.plan.commit_every_ms;
  options.db.map_size_mib = 1024;
  options.web.mode = web_mode::none;
  options.sender.enabled = !node.plan.parents.empty();
  for (auto& parent : node.plan.parents)
    options.sender.destinations.push_back(
        {transport::tcp, parent, {}, {}, false});
  options.sender.mode = node.plan.parents_mode;
  options.sender.api_key = node.plan.key;
  options.sender.timeout_ms = 20000;
  options.sender.compression = !node.plan.codecs.empty();
  options.sender.codecs = node.plan.codecs;
  api_key_section admitted;
  admitted.key = sim_plan{}.key;
  admitted.enabled = true;
  admitted.replication = node.plan.replication;
  options.receiver.api_keys.push_back(admitted);
  for (auto& x : node.plan.keys)
    options.receiver.api_keys.push_back(x);
  setup->own = node.id;
  setup->hostname = name;
  setup->version = "0";
  setup->store_path = node.path;
  if (node.plan.mode != db_mode::dbengine)
    setup->epoch_path = node.path + ".epoch";
  setup->clock = node.clock;
  setup->directory = std::make_shared<actor_directory>();
  setup->figures = std::make_shared<node_figures>();
  setup->log = std::make_shared<spdlog::logger>(name, log_);
  setup->threads = false;
  setup->sync = false;
  setup->seed = random_();
  setup->start_connector = [this, &node](caf::actor_system& system) {
    if (node.connector)
      caf::anon_send_exit(node.connector, caf::exit_reason::kill);
    node.connector = network_.start_connector(system, node.name);
    return node.connector;
  };
  setup->offer_listener = [this, &node](const listener_actor& x) {
    network_.set_listener(node.name, x);
  };
  setup->make_sources = [this, &node] {
    return make_sim_sources(node.origin, random_());
  };
  setup->offer_storage
      = [&node](const ingest_actor& ingest, const reader_actor& reader) {
          node.ingest = ingest;
          node.reader = reader;
        };
  setup->offer_child
      = [&node](const std::string& name, const caf::strong_actor_ptr& x) {
          node.children[name].push_back(caf::actor_cast<caf::actor_addr>(x));
        };
  node.setup = setup;
  node.supervisor = system_.spawn<tributary::node>(
      std::shared_ptr<const node_setup>{setup});
  if (!ask<bool>(node.supervisor, start_atom_v))
    faults.push_back(name + " did not start");
}

void sim_cluster::expect_nobody(sim_node& node, const char* when) {
  for (auto& x : node.setup->directory->list())
    faults.push_back(node.name + ": " + x->name + " is alive after " + when);
  node.setup = nullptr;
  node.children.clear();
}

void sim_cluster::crash(const std::string& name, bool silent) {
  auto& node = at(name);
  network_.forget(name, silent);
  caf::anon_send_exit(node.supervisor, caf::exit_reason::kill);
  if (node.connector)
    caf::anon_send_exit(node.connector, caf::exit_reason::kill);
  node.supervisor = nullptr;
  node.connector = nullptr;
  node.ingest = nullptr;
  node.reader = nullptr;
  // Those that wait for a disk end too.
  held_disks_.clear();
  release_due(never);
  run_jobs();
  release_due(never);
  run_jobs();
  expect_nobody(node, "a crash");
}

void sim_cluster::stop(const std::string& name,
                       const std::function<void()>& meanwhile) {
  auto& node = at(name);
  caf::scoped_actor self{system_};
  auto answer = self->request(node.supervisor, caf::infinite, stop_atom_v);
  if (meanwhile) {
    run_jobs();
    meanwhile();
  }
  step(500);
  auto committed = false;
  answer.receive([&](bool x) { committed = x; }, [](caf::error&) {});
  if (!committed)
    faults.push_back(name + " did not commit when it was stopped");
  if (node.connector)
    caf::anon_send_exit(node.connector, caf::exit_reason::kill);
  node.supervisor = nullptr;
  node.connector = nullptr;
  node.ingest = nullptr;
  node.reader = nullptr;
  network_.set_listener(name, listener_actor{});
  step(500);
  expect_nobody(node, "a stop");
}

void sim_cluster::reload(const std::string& name,
                         const std::function<void(node_options&)>& change) {
  auto& node = at(name);
  auto options = node.setup->options;
  change(options);
  caf::anon_send(
      node.supervisor, reload_atom_v,
      node_options_ptr{std::make_shared<const node_options>(options)});
  run_jobs();
}

void sim_cluster::erase_store(const std::string& name) {
  for (auto suffix : {"", "-lock"})
    remove((at(name).path + suffix).c_str());
  network_.promises_of(name)->clear();
}

bool sim_cluster::running(const std::string& name) const {
  return static_cast<bool>(at(name).supervisor);
}

guid sim_cluster::id_of(const std::string& name) const {
  return at(name).id;
}

std::vector<std::string> sim_cluster::names() const {
  std::vector<std::string> result;
  for (auto& kvp : nodes_)
    result.push_back(kvp.first);
  return result;
}

const sim_plan& sim_cluster::plan_of(const std::string& name) const {
  return at(name).plan;
}

sim_origin& sim_cluster::origin_of(const std::string& name) {
  return *at(name).origin;
}

const std::string& sim_cluster::store_path(const std::string& name) const {
  return at(name).path;
}

node_figures& sim_cluster::figures_of(const std::string& name) {
  return *at(name).setup->figures;
}

void sim_cluster::drain(const std::string& name, bool on) {
  if (on)
    at(name).setup->drains->begin();
  else
    at(name).setup->drains->end();
}

drain_state sim_cluster::drain_of(const std::string& name) {
  return at(name).setup->drains->state();
}

void sim_cluster::set_clock_offset(const std::string& name, int64_t ms) {
  at(name).clock->offset_ms = ms;
}

bool sim_cluster::kill(const std::string& name, const std::string& actor) {
  auto& node = at(name);
  std::set<caf::actor_id> living;
  for (auto& x : node.setup->directory->list())
    living.insert(x->id);
  if (node.connector) // not one of the directory's
    living.insert(node.connector.id());
  auto& all = node.children[actor];
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](auto& x) { return living.count(x.id()) == 0; }),
            all.end());
  if (all.empty())
    return false;
  auto who = caf::actor_cast<caf::actor>(all[random(all.size())]);
  caf::anon_send_exit(who, caf::exit_reason::unhandled_exception);
  return true;
}

std::shared_ptr<const std::string>
sim_cluster::ask_shell(const std::string& name,
                       std::vector<std::string> words) {
  auto whom = caf::actor_cast<introspection_actor>(
      at(name).children["introspection"].back());
  auto result = std::make_shared<std::string>();
  auto what
      = std::make_shared<const shell_request>(shell_request{std::move(words)});
  system_.spawn([=](caf::event_based_actor* self) {
    self->request(whom, caf::infinite, introspect_atom_v, what)
        .then([=](const shell_report_ptr& x) { *result = to_json(*x); },
              [=](caf::error& error) { *result = to_text(error); });
  });
  run_jobs();
  return result;
}

std::vector<child_status> sim_cluster::children_of(const std::string& name) {
  auto result = ask<child_list_ptr>(at(name).supervisor, status_atom_v);
  return result ? **result : std::vector<child_status>{};
}

void sim_cluster::hold_disk(const std::string& name) {
  for (auto& x : at(name).setup->directory->list())
    if (x->name == "writer")
      held_disks_.insert(x->id);
}

void sim_cluster::release_disks() {
  held_disks_.clear();
  for (auto& x : held_)
    if (x.release_ms == never)
      x.release_ms = 0;
}

void sim_cluster::finish_slow_collectors() {
  for (auto& x : held_)
    if (x.release_ms != never)
      x.release_ms = 0;
  release_due(0);
  run_jobs();
}

void sim_cluster::freeze(bool frozen) {
  finish_slow_collectors();
  for (auto& kvp : nodes_)
    kvp.second->origin->frozen = frozen;
}

// -- time ---------------------------------------------------------------------

bool sim_cluster::hold(caf::resumable* job) {
  if (released_.erase(job) != 0)
    return false;
  auto who = dynamic_cast<caf::local_actor*>(job);
  if (who == nullptr)
    return false;
  auto release = int64_t{0};
  if (held_disks_.count(who->id()) != 0)
    release = never;
  else if (is_collector(who->name(), all_slow) && random(2) == 0)
    release
        = now_ms()
          + static_cast<int64_t>(random(static_cast<uint64_t>(slow_ms_max)));
  else
    return false;
  held_.push_back({release, job});
  return true;
}

void sim_cluster::release_due(int64_t now) {
  for (size_t i = 0; i < held_.size();) {
    if (held_[i].release_ms > now) {
      ++i;
      continue;
    }
    released_.insert(held_[i].job);
    scheduler_.jobs.push_back(held_[i].job);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void sim_cluster::run_jobs() {
  auto& jobs = scheduler_.jobs;
  for (size_t n = 0; !jobs.empty(); ++n) {
    if (n > jobs_max)
      throw std::runtime_error{"no end of messages"};
    // Any order that mailboxes allow.
    std::swap(jobs.front(), jobs[random(jobs.size())]);
    if (hold(jobs.front()))
      jobs.pop_front();
    else
      scheduler_.run_once();
  }
}

void sim_cluster::step(int64_t ms) {
  using namespace std::chrono;
  auto& clock = scheduler_.clock();
  auto end = clock.now() + milliseconds(ms);
  for (;;) {
    release_due(now_ms());
    run_jobs();
    auto next = end;
    if (!clock.schedule().empty())
      next = std::min(next, clock.schedule().begin()->first);
    for (auto& x : held_)
      if (x.release_ms != never)
        next = std::min(
            next, caf::actor_clock::time_point{milliseconds(x.release_ms)});
    if (next >= end && clock.now() >= end)
      return;
    scheduler_.advance_time(
        std::max(next - clock.now(), caf::actor_clock::duration_type{0}));
  }
}

void sim_cluster::settle(int64_t seconds) {
  network_.heal();
  release_disks();
  freeze(true);
  step_seconds(seconds);
}

// -- looking in ---------------------------------------------------------------

template <class Result, class Handle, class... Ts>
std::shared_ptr<Result> sim_cluster::ask(const Handle& whom, Ts&&... xs) {
  caf::scoped_actor self{system_};
  auto answer = self->request(whom, caf::infinite, std::forward<Ts>(xs)...);
  run_jobs();
  std::shared_ptr<Result> result;
  if (self->mailbox().empty())
    throw std::runtime_error{"no answer"};
  answer.receive([&](const Result& x) { result = std::make_shared<Result>(x); },
                 [&](caf::error& error) {
                   faults.push_back("a question was answered with: "
                                    + to_text(error));
                 });
  return result;
}

std::vector<host_summary> sim_cluster::hosts_of(const std::string& name) {
  auto result = ask<host_list_ptr>(at(name).ingest, hosts_atom_v);
  return result ? **result : std::vector<host_summary>{};
}

sim_table sim_cluster::values(const std::string& name,
                              const std::string& host) {
  sim_table result;
  auto id = id_of(host);
  auto hosts = hosts_of(name);
  auto known = std::find_if(hosts.begin(), hosts.end(),
                            [&](auto& x) { return x.definition.id == id; });
  if (known == hosts.end())
    return result;
  std::set<tick> starts;
  for (auto& kvp : origin_of(host).reads)
    starts.insert(known->definition.window_start(kvp.first));
  for (auto start : starts) {
    auto groups
        = ask<window_groups_ptr>(at(name).reader, window_atom_v, id, start);
    if (!groups || !*groups)
      continue;
    window_table table{start,
                       static_cast<uint16_t>(known->definition.window_seconds)};
    for (auto& group : (*groups)->groups) {
      auto columns_of = open_layout(group.layout);
      if (!columns_of || open_block(group.block, *columns_of, table))
        faults.push_back(name + ": a block does not decode");
    }
    for (size_t slot = 0; slot < table.slots(); ++slot) {
      if (table.epochs()[slot] == 0)
        continue;
      auto& row = result[start + static_cast<tick>(slot)];
      row.epoch = table.epochs()[slot];
      for (auto& kvp : table.charts())
        for (size_t d = 0; d < kvp.second.columns.size(); ++d)
          if (bit_at(kvp.second.columns[d].present, slot))
            row.values[kvp.first + "/" + kvp.second.chart->dimensions[d].id]
                = kvp.second.columns[d].values[slot];
    }
  }
  return result;
}

const std::vector<std::string>& sim_cluster::log() const {
  return log_->lines;
}

bool sim_cluster::logged(const std::string& words) const {
  auto& lines = log_->lines;
  return std::any_of(lines.begin(), lines.end(), [&](auto& x) {
    return x.find(words) != std::string::npos;
  });
}

} // namespace tributary
