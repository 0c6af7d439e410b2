#include "config/option_reader.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "config/spelling.hpp"

namespace tributary {

namespace {

/// An entry and where it stands.
struct placed_entry {
  size_t layer_index = 0;
  layer_kind kind = layer_kind::tributary_conf;
  std::string file;
  ini_entry entry;
};

/// All that was said about one GUID, over all layers.
struct guid_section {
  guid name;
  std::string file;
  size_t line = 0;
  std::vector<placed_entry> entries;
};

/// Nobody corrects more at once; bounds the work that garbage can cause.
constexpr size_t faults_max = 1'000;

/// Where an option was set last, by address of its row.
using set_places = std::map<const void*, placed_entry>;

bool belongs(layer_kind kind, config_file file) noexcept {
  return kind == layer_kind::command_line
         || (kind == layer_kind::stream_conf)
                == (file == config_file::stream_conf);
}

const section_row* find_section(std::string_view name) {
  for (const auto& x : section_rows())
    if (x.name == name)
      return &x;
  return nullptr;
}

template <class Target>
const option_row<Target>* find_row(const std::vector<option_row<Target>>& rows,
                                   const option_name& name) {
  for (const auto& x : rows)
    if (x.name == name
        || std::find(x.alternatives.begin(), x.alternatives.end(), name)
               != x.alternatives.end())
      return &x;
  return nullptr;
}

/// The key as it is, or with spaces for `_` where a shell is the writer.
template <class Target>
const option_row<Target>* find_row(const std::vector<option_row<Target>>& rows,
                                   std::string_view section,
                                   const placed_entry& from) {
  auto result = find_row(rows, option_name{section, from.entry.key});
  if (result || from.kind != layer_kind::command_line)
    return result;
  auto key = from.entry.key;
  std::replace(key.begin(), key.end(), '_', ' ');
  return find_row(rows, option_name{section, key});
}

/// How a message starts; the name of a GUID section may be a key and stays
/// unsaid.
std::string shown_section(std::string_view section) {
  return section.empty() ? "" : fmt::format("[{}] ", section);
}

class option_reader {
public:
  void take(const config_layer& layer);
  configuration finish();

private:
  void take_section(const config_layer& layer, const ini_section& section);
  void take_guid(const config_layer& layer, const ini_section& section,
                 const guid& name);
  void report_unknown(const config_layer& layer, const ini_section& section);

  template <class Target>
  void apply(const std::vector<option_row<Target>>& rows,
             std::string_view section, const placed_entry& from, Target& target,
             set_places& places);
  template <class Target>
  std::string unknown_key(const std::vector<option_row<Target>>& rows,
                          std::string_view section,
                          const std::string& key) const;
  template <class Section>
  Section read_guid(const std::vector<option_row<Section>>& rows,
                    const guid_section& from);

  void finish_guid(const guid_section& from);
  void check_sender();
  void check_ports();
  void check_store();

  /// Where the option was set last; null when it was not.
  const placed_entry* place_of(std::string_view section,
                               std::string_view key) const;
  /// Whether the option was left out or set to nothing.
  bool is_empty(std::string_view section, std::string_view key) const;

  bool is_full() const noexcept {
    return result_.faults.size() > faults_max;
  }
  void report(const std::string& file, size_t line, std::string message);
  void report(const placed_entry& where, std::string message);

  configuration result_;
  set_places places_;
  std::vector<guid_section> guids_;
  std::map<guid, size_t> guid_index_;
  size_t layer_index_ = 0;
};

void option_reader::report(const std::string& file, size_t line,
                           std::string message) {
  if (result_.faults.size() < faults_max)
    result_.faults.push_back({file, line, std::move(message)});
  else if (!is_full())
    result_.faults.push_back({file, line, "too many faults to name them all"});
}

void option_reader::report(const placed_entry& where, std::string message) {
  report(where.file, where.entry.line, std::move(message));
}

void option_reader::take(const config_layer& layer) {
  for (const auto& section : layer.document.sections)
    if (!is_full())
      take_section(layer, section);
  ++layer_index_;
}

void option_reader::take_section(const config_layer& layer,
                                 const ini_section& section) {
  if (auto name = guid::parse(section.name))
    return take_guid(layer, section, *name);
  auto known = find_section(section.name);
  if (!known)
    return report_unknown(layer, section);
  if (!belongs(layer.kind, known->file)) {
    report(layer.document.file, section.line,
           fmt::format("section [{}] belongs into {}", section.name,
                       to_string(known->file)));
    return;
  }
  for (const auto& entry : section.entries)
    apply(node_rows(), known->name,
          {layer_index_, layer.kind, layer.document.file, entry},
          result_.options, places_);
}

void option_reader::take_guid(const config_layer& layer,
                              const ini_section& section, const guid& name) {
  if (name.empty() || !belongs(layer.kind, config_file::stream_conf)) {
    report(layer.document.file, section.line,
           name.empty() ? "a section of zeros names nobody"
                        : "a section with a GUID belongs into stream.conf");
    return;
  }
  auto [at, is_new] = guid_index_.emplace(name, guids_.size());
  if (is_new)
    guids_.push_back({name, layer.document.file, section.line, {}});
  for (const auto& entry : section.entries)
    guids_[at->second].entries.push_back(
        {layer_index_, layer.kind, layer.document.file, entry});
}

void option_reader::report_unknown(const config_layer& layer,
                                   const ini_section& section) {
  std::vector<std::string_view> names;
  std::string possible;
  for (const auto& x : section_rows()) {
    names.push_back(x.name);
    if (belongs(layer.kind, x.file))
      possible += fmt::format("{}{}", possible.empty() ? "" : ", ", x.name);
  }
  auto hint = spelling_hint(section.name, names);
  auto message
      = fmt::format("there is no section {}{}", in_quotes(section.name), hint);
  if (hint.empty() && layer.kind == layer_kind::tributary_conf)
    message += "; there are " + possible;
  else if (hint.empty()) // a key with a slip in it must not be in a log
    message = fmt::format("the section is {} nor a UUID of 36 characters, as "
                          "uuidgen makes it",
                          layer.kind == layer_kind::stream_conf
                              ? "neither [stream]"
                              : "none of " + possible);
  report(layer.document.file, section.line, std::move(message));
}

template <class Target>
std::string
option_reader::unknown_key(const std::vector<option_row<Target>>& rows,
                           std::string_view section,
                           const std::string& key) const {
  std::vector<std::string_view> near;
  for (const auto& x : rows) {
    if (x.name.section == section)
      near.push_back(x.name.key);
    for (const auto& y : x.alternatives)
      if (y.section == section)
        near.push_back(y.key);
  }
  auto hint = spelling_hint(key, near);
  for (const auto& x : node_rows())
    if (hint.empty() && x.name.key == key)
      hint = fmt::format("; it is an option of [{}]", x.name.section);
  return fmt::format("{}there is no option {}{}", shown_section(section),
                     in_quotes(key), hint);
}

template <class Target>
void option_reader::apply(const std::vector<option_row<Target>>& rows,
                          std::string_view section, const placed_entry& from,
                          Target& target, set_places& places) {
  if (is_full())
    return;
  auto row = find_row(rows, section, from);
  if (!row)
    return report(from, unknown_key(rows, section, from.entry.key));
  auto before = places.find(row);
  if (before != places.end()
      && before->second.layer_index == from.layer_index) {
    const auto& first = before->second.entry;
    return report(from, fmt::format("{} is the same option as {} in line {}",
                                    in_quotes(from.entry.key),
                                    in_quotes(first.key), first.line));
  }
  places[row] = from;
  if (auto error = row->read(target, from.entry.value))
    report(from, fmt::format("{}{}: {}", shown_section(section), row->name.key,
                             detail_of(error)));
}

template <class Section>
Section option_reader::read_guid(const std::vector<option_row<Section>>& rows,
                                 const guid_section& from) {
  Section result;
  set_places places;
  for (const auto& entry : from.entries)
    apply(rows, "", entry, result, places);
  return result;
}

void option_reader::finish_guid(const guid_section& from) {
  const placed_entry* type = nullptr;
  for (const auto& x : from.entries)
    if (x.entry.key == "type")
      type = &x;
  auto& receiver = result_.options.receiver;
  // Without a type the section is a key, as with Netdata; but one that denies
  // denies in both readings, since it may have been meant for a host.
  if (!type || type->entry.value == "api") {
    receiver.api_keys.push_back(read_guid(api_key_rows(), from));
    receiver.api_keys.back().key = from.name;
    auto denies = [](const placed_entry& x) {
      return x.entry.key == "enabled";
    };
    auto told = std::any_of(from.entries.begin(), from.entries.end(), denies);
    if (!type && told && !receiver.api_keys.back().enabled) {
      machine_section denied;
      denied.machine = from.name;
      denied.enabled = false;
      receiver.machines.push_back(std::move(denied));
    }
  } else if (type && type->entry.value == "machine") {
    receiver.machines.push_back(read_guid(machine_rows(), from));
    receiver.machines.back().machine = from.name;
  } else {
    report(*type, fmt::format("type: {} is neither 'api' nor 'machine'",
                              in_quotes(type->entry.value)));
    // Its other lines are checked all the same; both types have these keys.
    read_guid(api_key_rows(), from);
  }
}

const placed_entry* option_reader::place_of(std::string_view section,
                                            std::string_view key) const {
  auto row = find_row(node_rows(), option_name{section, key});
  auto found = places_.find(row);
  return found == places_.end() ? nullptr : &found->second;
}

bool option_reader::is_empty(std::string_view section,
                             std::string_view key) const {
  auto where = place_of(section, key);
  return !where || where->entry.value.empty();
}

void option_reader::check_sender() {
  auto where = place_of("stream", "enabled");
  if (!where || !result_.options.sender.enabled)
    return;
  // What is there and wrong has its own fault already.
  for (auto key : {"destination", "api key"})
    if (is_empty("stream", key))
      report(*where, fmt::format("[stream] enabled: streaming needs '{}', "
                                 "which is empty",
                                 key));
}

void option_reader::check_ports() {
  const auto& web = result_.options.web;
  const auto& receiver = result_.options.receiver;
  auto share_address = web.bind_to == receiver.bind_to || web.bind_to == "*"
                       || receiver.bind_to == "*";
  if (web.mode == web_mode::none || !listens(receiver) || web.port == 0
      || web.port != receiver.port || !share_address)
    return;
  auto where = place_of("web", "default port");
  if (!where)
    where = place_of("stream", "link port");
  // One of both differs from its default, so somebody set it.
  if (where)
    report(*where, fmt::format("port {} is both '[web] default port' and "
                               "'[stream] link port'",
                               web.port));
}

void option_reader::check_store() {
  const auto& db = result_.options.db;
  auto limit_mib = db.map_size_mib / 4 * 3;
  uint64_t sum_mib = 0;
  uint32_t tiers = 0;
  for (auto [key, tier] : {std::pair{"tier0 retention size", &db.tier0},
                           std::pair{"tier1 retention size", &db.tier1},
                           std::pair{"tier2 retention size", &db.tier2}}) {
    auto where = place_of("db", key);
    if (tiers++ == db.storage_tiers)
      break; // it takes nothing
    if (!where || !tier->size_mib)
      continue;
    auto others = sum_mib;
    sum_mib += *tier->size_mib;
    if (sum_mib > limit_mib && others <= limit_mib)
      report(*where,
             fmt::format("[db] {}: {}at most three quarters of 'map size', "
                         "which are {} MiB",
                         key, others == 0 ? "" : "with the tiers before it ",
                         limit_mib));
  }
}

configuration option_reader::finish() {
  for (const auto& x : guids_)
    finish_guid(x);
  check_sender();
  check_ports();
  check_store();
  return std::move(result_);
}

} // namespace

configuration read_options(const std::vector<config_layer>& layers) {
  option_reader reader;
  for (const auto& x : layers)
    reader.take(x);
  return reader.finish();
}

} // namespace tributary
