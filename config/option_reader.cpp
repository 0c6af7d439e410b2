#include "config/option_reader.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "config/netdata_options.hpp"
#include "config/option_check.hpp"
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

/// All that was said in sections of one name, over all layers.
template <class Name>
struct named_section {
  Name name;
  std::string file;
  size_t line = 0;
  std::vector<placed_entry> entries;
};

using guid_section = named_section<guid>;
/// By the text of its pattern.
using pattern_section = named_section<std::string>;

/// The pattern of a `[retention PATTERN]`; none for other sections.
std::optional<std::string_view> pattern_in(std::string_view section) {
  auto word = section.substr(0, section.find_first_of(" \t"));
  if (word != retention_word)
    return std::nullopt;
  return trimmed(section.substr(word.size()));
}

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
  void take_pattern(const config_layer& layer, const ini_section& section,
                    std::string_view pattern);
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
  Section read_section(const std::vector<option_row<Section>>& rows,
                       const std::vector<placed_entry>& from);

  void finish_guid(const guid_section& from);

  /// Where the option was set last; null when it was not.
  const placed_entry* place_of(std::string_view section,
                               std::string_view key) const;
  const placed_entry* place_in_guid(const guid& section,
                                    std::string_view key) const;

  bool is_full() const noexcept {
    return result_.faults.size() > faults_max;
  }
  void report(const std::string& file, size_t line, std::string message);
  void report(const placed_entry& where, std::string message);

  configuration result_;
  set_places places_;
  std::vector<guid_section> guids_;
  std::map<guid, size_t> guid_index_;
  std::vector<pattern_section> patterns_;
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
  if (auto pattern = pattern_in(section.name))
    return take_pattern(layer, section, *pattern);
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

void option_reader::take_pattern(const config_layer& layer,
                                 const ini_section& section,
                                 std::string_view pattern) {
  if (pattern.empty() || !belongs(layer.kind, config_file::tributary_conf)) {
    report(layer.document.file, section.line,
           pattern.empty()
               ? "[retention] needs a pattern of host names behind the word, "
                 "as in [retention web-* db-*]"
               : "a section with a pattern of host names belongs into "
                 "tributary.conf");
    return;
  }
  auto at = std::find_if(patterns_.begin(), patterns_.end(),
                         [&](const auto& x) { return x.name == pattern; });
  if (at == patterns_.end())
    at = patterns_.insert(
        at, {std::string{pattern}, layer.document.file, section.line, {}});
  for (const auto& entry : section.entries)
    at->entries.push_back(
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
  auto why = section == "stream" || section.empty() ? why_absent(key)
                                                    : std::string_view{};
  auto hint = why.empty() ? spelling_hint(key, near) : fmt::format("; {}", why);
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
Section
option_reader::read_section(const std::vector<option_row<Section>>& rows,
                            const std::vector<placed_entry>& from) {
  Section result;
  set_places places;
  for (const auto& entry : from)
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
    receiver.api_keys.push_back(read_section(api_key_rows(), from.entries));
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
    receiver.machines.push_back(read_section(machine_rows(), from.entries));
    receiver.machines.back().machine = from.name;
  } else {
    report(*type, fmt::format("type: {} is neither 'api' nor 'machine'",
                              in_quotes(type->entry.value)));
    // Its other lines are checked all the same; this type has all keys.
    read_section(api_key_rows(), from.entries);
  }
}

const placed_entry* option_reader::place_of(std::string_view section,
                                            std::string_view key) const {
  auto row = find_row(node_rows(), option_name{section, key});
  auto found = places_.find(row);
  return found == places_.end() ? nullptr : &found->second;
}

const placed_entry* option_reader::place_in_guid(const guid& section,
                                                 std::string_view key) const {
  auto i = guid_index_.find(section);
  const placed_entry* result = nullptr;
  if (i != guid_index_.end())
    for (auto& x : guids_[i->second].entries)
      // (the type of a key has all rows that faults are told at)
      if (auto row = find_row(api_key_rows(), "", x);
          row != nullptr && row->name.key == key)
        result = &x;
  return result;
}

configuration option_reader::finish() {
  for (const auto& x : guids_)
    finish_guid(x);
  for (const auto& x : patterns_) {
    auto& section = result_.options.retention.emplace_back(
        read_section(retention_rows(), x.entries));
    section.hosts = simple_pattern{x.name};
  }
  auto place = [this](std::string_view section, std::string_view key) {
    std::optional<option_place> result;
    auto name = guid::parse(section);
    if (auto x = name ? place_in_guid(*name, key) : place_of(section, key))
      result = {x->file, x->entry.line, x->entry.value.empty()};
    return result;
  };
  for (auto& x : check_options(result_.options, place))
    report(x.file, x.line, std::move(x.message));
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
