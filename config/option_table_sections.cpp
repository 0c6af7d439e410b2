/// The part of option_table.hpp for sections whose names people choose.

#include "config/option_row.hpp"

namespace tributary {

namespace {

/// What both kinds of GUID section have.
template <class Section>
std::vector<option_row<Section>>
receiver_rows(std::string type, const std::vector<option_name>& db_spellings,
              const std::string& db_text) {
  std::vector<option_row<Section>> result;
  option_row<Section> type_row;
  type_row.name = {"", "type"};
  type_row.text = "api: the section's name is an API key that children "
                  "present. machine: it is the GUID of one host.";
  type_row.bounds = "api, machine";
  type_row.read = [](Section&, std::string_view) {
    return caf::error{};
  };
  type_row.write = [type = std::move(type)](const Section&) {
    return type;
  };
  result.push_back(std::move(type_row));
  result.push_back(make_row<Section>(
      {"", "enabled"}, {}, boolean_kind{},
      [](auto& x) -> auto& { return x.enabled; },
      "no refuses whoever comes with it."));
  result.push_back(make_row<Section>(
      {"", "allow from"}, {}, address_pattern_kind{},
      [](auto& x) -> auto& { return x.allow_from; },
      "Addresses that may come with it: patterns separated by spaces, the "
      "first "
      "that fits decides, '!' before it refuses. 'localhost' is this machine, "
      "'unix' a unix socket."));
  result.push_back(make_row<Section>(
      {"", "db"}, db_spellings, automatic_kind<choice_kind<db_mode, 3>>{},
      [](auto& x) -> auto& { return x.db; }, db_text));
  return result;
}

/// How long each tier is kept.
template <class Section>
void add_times(std::vector<option_row<Section>>& to, const std::string& text) {
  constexpr std::array<std::array<std::string_view, 2>, 3> names{{
      {"tier0 retention time", "dbengine tier 0 retention time"},
      {"tier1 retention time", "dbengine tier 1 retention time"},
      {"tier2 retention time", "dbengine tier 2 retention time"},
  }};
  for (size_t i = 0; i < names.size(); ++i)
    to.push_back(make_row<Section>(
        {"", names[i][0]}, {{"", names[i][1]}},
        automatic_kind<duration_kind<uint64_t>>{tier_time},
        [i](auto& x) -> auto& { return x.retention_s[i]; }, text));
}

template <class Section>
void add_compression(std::vector<option_row<Section>>& to,
                     const std::string& enabled_text,
                     const std::string& order_text) {
  to.push_back(make_row<Section>(
      {"", "enable compression"}, {{"", "compression"}},
      automatic_kind<yes_no_kind>{},
      [](auto& x) -> auto& { return x.compression.enabled; }, enabled_text));
  to.push_back(make_row<Section>(
      {"", "compression algorithms order"}, {},
      automatic_kind<codec_order_kind>{},
      [](auto& x) -> auto& { return x.compression.order; }, order_text));
}

template <class Section>
void add_replication(std::vector<option_row<Section>>& to,
                     const std::array<std::string, 3>& texts) {
  to.push_back(make_row<Section>(
      {"", "enable replication"}, {}, automatic_kind<yes_no_kind>{},
      [](auto& x) -> auto& { return x.replication.enabled; }, texts[0]));
  constexpr uint64_t ten_years_s = 3650ull * 86'400;
  to.push_back(make_row<Section>(
      {"", "replication period"}, {{"", "seconds to replicate"}},
      automatic_kind<duration_kind<uint64_t>>{{1000, 1, ten_years_s}},
      [](auto& x) -> auto& { return x.replication.period_s; }, texts[1]));
  to.push_back(make_row<Section>(
      {"", "replication step"}, {{"", "seconds per replication step"}},
      automatic_kind<duration_kind<uint32_t>>{{1000, 60, 86'400}},
      [](auto& x) -> auto& { return x.replication.step_s; }, texts[2]));
}

template <class Section>
void add_proxy(std::vector<option_row<Section>>& to,
               const std::array<std::string, 3>& texts) {
  to.push_back(make_row<Section>(
      {"", "proxy enabled"}, {{"", "default proxy enabled"}},
      automatic_kind<yes_no_kind>{},
      [](auto& x) -> auto& { return x.proxy.enabled; }, texts[0]));
  to.push_back(make_row<Section>(
      {"", "proxy destination"}, {{"", "default proxy destination"}},
      automatic_kind<destinations_kind>{},
      [](auto& x) -> auto& { return x.proxy.destinations; }, texts[1]));
  to.push_back(make_row<Section>(
      {"", "proxy api key"}, {{"", "default proxy api key"}},
      automatic_kind<key_kind>{},
      [](auto& x) -> auto& { return x.proxy.api_key; }, texts[2]));
  to.back().secret = true;
}

} // namespace

const std::vector<option_row<api_key_section>>& api_key_rows() {
  static const auto result = [] {
    auto rows = receiver_rows<api_key_section>(
        "api",
        {{"", "default memory mode"},
         {"", "db mode"},
         {"", "default db mode"},
         {"", "memory mode"}},
        "none: the samples of these hosts are kept until the parents have "
        "them. auto: as '[db] mode' says, which is the only other way.");
    add_compression(
        rows,
        "no keeps the links of these children uncompressed. A new value of "
        "this and the next one holds from the next connection on.",
        "What may compress them, preferred first. auto: what the child offers, "
        "in its order.");
    add_replication(
        rows,
        {"no makes up only for the last minute before a link begins. A new "
         "value of this and the next two holds from the "
         "next connection on.",
         "How far back the holes of these hosts are filled from what their "
         "senders hold. auto: all of it.",
         "How much of the past one such child may have under way at once, in "
         "whole windows, at least one. auto: four windows, which is also the "
         "most."});
    add_proxy(rows,
              {"Whether the hosts that come with this key are streamed on to "
               "parents. auto: as '[stream] enabled' says.",
               "Their parents, in order of preference, written as in "
               "'[stream]'. auto: those of '[stream]'.",
               "What these parents know this node by, where they get these "
               "hosts. auto: the key of '[stream]'."});
    rows.push_back(make_row<api_key_section>(
        {"", "machine guid"}, {}, guid_pattern_kind{},
        [](auto& x) -> auto& { return x.machine_guids; },
        "GUIDs of the hosts that may come with it, separated by spaces, as "
        "patterns. A key for one child names that child's GUID: whoever copies "
        "the key can't deliver another host with it."));
    rows.push_back(make_row<api_key_section>(
        {"", "certificate name"}, {}, name_pattern_kind{},
        [](auto& x) -> auto& { return x.certificate_names; },
        "Patterns on the names in the certificate that the child shows (see "
        "'link ssl client certificates'); a child without a fitting one is "
        "refused. '*': whatever it shows, also nothing."));
    rows.push_back(make_row<api_key_section>(
        {"", "pass requests"}, {}, choice_kind<request_rule, 4>{},
        [](auto& x) -> auto& { return x.pass_requests; },
        "What nodes above this one may ask these children, through it: "
        "introspect, query, yes for both, or no."));
    add_times(rows, "How long the tier is kept of hosts that come with this "
                    "key. auto: as '[db]' says. The section of a machine, or "
                    "a [retention] section in tributary.conf that fits its "
                    "name, goes before this.");
    return rows;
  }();
  return result;
}

const std::vector<option_row<machine_section>>& machine_rows() {
  static const auto result = [] {
    auto rows = receiver_rows<machine_section>(
        "machine", {{"", "memory mode"}, {"", "db mode"}},
        "none: the samples of this host are kept until the parents have them. "
        "auto: as the section of its key says. Else as '[db] mode' says.");
    add_compression(rows,
                    "no keeps the link of this machine uncompressed. auto: as "
                    "the section of its key says.",
                    "What may compress it, preferred first. auto: as the "
                    "section of its key says.");
    add_replication(
        rows,
        {"no makes up only for the last minute before a link begins. auto: as "
         "the section of its key says.",
         "How far back holes of this host are filled. auto: as the section of "
         "its key says.",
         "How much of the past this machine may have under way at once. auto: "
         "as the section of its key says."});
    add_proxy(rows,
              {"Whether this host is streamed on to parents. auto: as the "
               "section of its key says.",
               "Its parents, in order of preference. auto: as the "
               "section of its key says.",
               "What these parents know this node by, where they get "
               "this host. auto: as the section of its key says."});
    rows.push_back(make_row<machine_section>(
        {"", "pass requests"}, {},
        automatic_kind<choice_kind<request_rule, 4>>{},
        [](auto& x) -> auto& { return x.pass_requests; },
        "What nodes above this one may ask this machine, where it is a child. "
        "auto: as the section of its key says."));
    add_times(rows, "How long this host's samples of the tier are kept. auto: "
                    "as a [retention] section says that fits its name, or the "
                    "section of its key, or '[db]'.");
    return rows;
  }();
  return result;
}

const std::vector<option_row<retention_section>>& retention_rows() {
  static const auto result = [] {
    std::vector<option_row<retention_section>> rows;
    add_times(rows, "How long the tier is kept of these hosts. auto: as the "
                    "next [retention] section says that fits, or the section "
                    "of their key, or '[db]'.");
    return rows;
  }();
  return result;
}

} // namespace tributary
