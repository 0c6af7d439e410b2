#include "config/section_check.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/admission.hpp"
#include "config/host_history.hpp"
#include "config/host_routes.hpp"

namespace tributary {

namespace {

constexpr std::array<const char*, 3> proxy_keys{
    {"proxy destination", "proxy api key", "proxy enabled"}};

class section_check {
public:
  section_check(const node_options& options, const find_place& place_of,
                std::vector<fault>& faults)
      : options_(options),
        place_of_(place_of),
        faults_(faults),
        routes_(options, guid{}) {
    // nop
  }

  void run() {
    auto before = faults_.size();
    for (auto& x : options_.receiver.api_keys)
      if (x.enabled) {
        check_proxy(x.key, x.proxy, options_.sender);
        check_history(x.key, x.db, goes_somewhere(x));
      }
    for (auto& x : options_.receiver.machines)
      if (x.enabled) {
        check_proxy(x.machine, x.proxy, with_keys());
        check_pair(x);
        check_history(x.machine, x.db, goes_somewhere(x));
      }
    check_links();
    if (faults_.size() == before) // else lists may be others
      check_lists();
  }

private:
  void report(const guid& section, const char* key, const std::string& words) {
    auto at = to_string(section);
    if (auto where = place_of_(at, key))
      faults_.push_back(
          {where->file, where->line,
           fmt::format("[{}...] {}: {}", at.substr(0, 8), key, words)});
  }

  /// At the first of the options that say where hosts go, wherever it stands.
  void report_anywhere(const std::string& words) {
    auto at = [&](const std::string& section, const char* key) {
      auto where = place_of_(section, key);
      if (where)
        faults_.push_back({where->file, where->line, words});
      return where.has_value();
    };
    for (auto key : proxy_keys) {
      for (auto& x : options_.receiver.api_keys)
        if (x.enabled && at(to_string(x.key), key))
          return;
      for (auto& x : options_.receiver.machines)
        if (x.enabled && at(to_string(x.machine), key))
          return;
    }
    at("stream", "destination");
  }

  template <class Predicate>
  bool any_key(Predicate fits) const {
    auto& keys = options_.receiver.api_keys;
    return std::any_of(keys.begin(), keys.end(),
                       [&](auto& x) { return x.enabled && fits(x); });
  }

  /// What the section of a machine may leave to that of a key.
  stream_sender_options with_keys() const {
    auto result = options_.sender;
    for (auto& x : options_.receiver.api_keys) {
      if (x.enabled && x.proxy.destinations && result.destinations.empty())
        result.destinations = *x.proxy.destinations;
      if (x.enabled && x.proxy.api_key && result.api_key.empty())
        result.api_key = *x.proxy.api_key;
    }
    return result;
  }

  bool goes_somewhere(const api_key_section& x) const {
    return routes_.of_host(guid{}, key_mark(guid{}, x.key)).has_value();
  }

  /// Without a key that is on it can't come, and so need not go.
  bool goes_somewhere(const machine_section& x) const {
    return !any_key([](auto&) { return true; }) || any_key([&](auto& key) {
      return routes_.of_host(x.machine, key_mark(guid{}, key.key)).has_value();
    });
  }

  /// Hosts of others go somewhere.
  /// @param general what holds where `proxy` says nothing.
  void check_proxy(const guid& at, const proxy_rules& proxy,
                   const stream_sender_options& general) {
    if (proxy.destinations && proxy.destinations->empty())
      report(at, "proxy destination",
             "it names nobody; 'auto' is for those of [stream]");
    if (proxy.api_key && proxy.api_key->empty())
      report(at, "proxy api key",
             "it is empty; 'auto' is for that of "
             "[stream]");
    auto list_wanted = proxy.enabled == true && !proxy.destinations
                       && general.destinations.empty();
    if (list_wanted)
      report(at, "proxy enabled",
             "needs 'proxy destination', as that of [stream] is empty");
    auto goes = proxy.enabled == true || (!proxy.enabled && proxy.destinations);
    if (goes && !list_wanted && !proxy.api_key && general.api_key.empty())
      report(at, proxy.destinations ? "proxy destination" : "proxy enabled",
             "needs 'proxy api key', as 'api key' of [stream] is empty");
    if (options_.db.mode != db_mode::none || proxy == proxy_rules{})
      return;
    for (auto key : proxy_keys)
      report(at, key,
             "needs a node that keeps its samples; with '[db] mode = none' "
             "all hosts go to one parent");
  }

  /// A list and its key belong together: with a part from here and one from
  /// the section of some key, parents would be shown keys of others.
  void check_pair(const machine_section& x) {
    auto& proxy = x.proxy;
    if (proxy.enabled == false)
      return;
    auto has_list = [](auto& y) {
      return y.proxy.destinations.has_value();
    };
    auto has_key = [](auto& y) {
      return y.proxy.api_key.has_value();
    };
    constexpr auto words
        = "needs '{}' beside it, since sections of keys have their own";
    if (proxy.destinations && !proxy.api_key && any_key(has_key))
      report(x.machine, "proxy destination",
             fmt::format(words, "proxy api key"));
    if (proxy.api_key && !proxy.destinations && any_key(has_list))
      report(x.machine, "proxy api key",
             fmt::format(words, "proxy destination"));
  }

  /// What a node keeps nothing of must go on, and all else is kept in one way.
  void check_history(const guid& at, const std::optional<db_mode>& mode,
                     bool goes_on) {
    auto of_node = options_.db.mode;
    if (!mode || *mode == of_node)
      return;
    if (*mode == db_mode::none) {
      if (!goes_on)
        report(at, "db",
               "none needs parents: these hosts are streamed to nobody, and "
               "nobody would keep their samples");
      return;
    }
    auto why = of_node == db_mode::none
                   ? "as '[db] mode' is none, this node keeps nothing"
               : of_node == db_mode::ram
                   ? "as '[db] mode' is ram, this node keeps nothing on disk"
                   : "hosts that are kept share one store, and '[db] mode' is "
                     "dbengine; 'tier0 retention time' says how much of these "
                     "is kept";
    report(at, "db", fmt::format("{}: {}", to_string(*mode), why));
  }

  void check_links() {
    size_t links = 0;
    for (auto& x : routes_.all())
      links += options_.sender.mode == stream_mode::all ? x.destinations.size()
                                                        : size_t{1};
    if (links > destinations_max)
      report_anywhere(fmt::format("with those of all sections there are {} "
                                  "links to parents, at most {}",
                                  links, destinations_max));
  }

  /// A parent takes one link of a node.
  void check_lists() {
    auto& all = routes_.all();
    for (auto x = all.begin(); x != all.end(); ++x)
      for (auto& to : x->destinations)
        for (auto y = all.begin(); y != x; ++y)
          if (std::find(y->destinations.begin(), y->destinations.end(), to)
              != y->destinations.end()) {
            report_anywhere(fmt::format(
                "{} stands in two lists of parents, or is shown two keys: a "
                "parent takes one link of a node, so that the hosts of one "
                "list would not be sent to it",
                to_string(to)));
            return;
          }
  }

  const node_options& options_;
  const find_place& place_of_;
  std::vector<fault>& faults_;
  /// With marks of keys as a node of no GUID has them.
  const host_routes routes_;
};

} // namespace

void check_sections(const node_options& options, const find_place& place_of,
                    std::vector<fault>& faults) {
  section_check{options, place_of, faults}.run();
}

} // namespace tributary
