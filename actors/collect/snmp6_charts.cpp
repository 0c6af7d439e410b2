/// The table of `proc_net_snmp6`: which figure of /proc/net/snmp6 is a
/// dimension of which chart.

#include <string>
#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/proc_net_snmp6.hpp"

namespace tributary {

namespace {

constexpr value_scale received_kilobits{8, 1000};
constexpr value_scale sent_kilobits{-8, 1000};

/// A counter whose id is the key behind `Ip6`, `Icmp6`, `Udp6` or `UdpLite6`.
figure_row figure(std::string_view key, value_scale factor = {}) {
  std::string id{key.substr(key.find('6') + 1)};
  return counter_of(key, id, id, factor);
}

/// The same with another id.
figure_row renamed(std::string_view key, const char* id,
                   value_scale factor = {}) {
  return counter_of(key, id, id, factor);
}

/// The same with a name for people.
figure_row figure(std::string_view key, const char* name,
                  value_scale factor = {}) {
  return counter_of(key, std::string{key.substr(key.find('6') + 1)}, name,
                    factor);
}

figure_chart_row row(const char* id, const char* family, const char* title,
                     const char* units, int32_t priority,
                     std::vector<figure_row> figures) {
  return {{id, id, family, title, units, chart_type::line, priority,
           "proc.net.snmp6"},
          chart_presence::once_not_zero,
          std::move(figures)};
}

figure_chart_row bandwidth(const char* id, const char* family,
                           const char* title, int32_t priority,
                           std::string_view in, std::string_view out) {
  auto result = row(id, family, title, "kilobits/s", priority,
                    {figure(in, "received", received_kilobits),
                     figure(out, "sent", sent_kilobits)});
  result.heading.type = chart_type::area;
  return result;
}

using table = std::vector<figure_chart_row>;

void add_ip(table& to) {
  to.push_back(bandwidth("system.ipv6", "network", "IPv6 bandwidth", 502,
                         "Ip6InOctets", "Ip6OutOctets"));
  to.push_back(row("ipv6.packets", "packets", "IPv6 packets", "packets/s", 6200,
                   {figure("Ip6InReceives", "received"),
                    figure("Ip6OutRequests", "sent", below),
                    figure("Ip6OutForwDatagrams", "forwarded", below),
                    figure("Ip6InDelivers", "delivers")}));
  to.push_back(row("ipv6.ect", "packets", "IPv6 packets by congestion mark",
                   "packets/s", 6210,
                   {figure("Ip6InNoECTPkts"), figure("Ip6InECT1Pkts"),
                    figure("Ip6InECT0Pkts"), figure("Ip6InCEPkts")}));
  to.push_back(row("ipv6.errors", "errors", "IPv6 errors", "packets/s", 6300,
                   {figure("Ip6InDiscards"), figure("Ip6OutDiscards", below),
                    figure("Ip6InHdrErrors"), figure("Ip6InAddrErrors"),
                    figure("Ip6InUnknownProtos"), figure("Ip6InTooBigErrors"),
                    figure("Ip6InTruncatedPkts"), figure("Ip6InNoRoutes"),
                    figure("Ip6OutNoRoutes", below)}));
  to.push_back(
      row("ipv6.fragsout", "fragments6", "Fragmented IPv6 packets", "packets/s",
          6401,
          {figure("Ip6FragOKs", "ok"), figure("Ip6FragFails", "failed", below),
           figure("Ip6FragCreates", "all")}));
  to.push_back(row("ipv6.fragsin", "fragments6", "Reassembled IPv6 packets",
                   "packets/s", 6402,
                   {figure("Ip6ReasmOKs", "ok"),
                    figure("Ip6ReasmFails", "failed", below),
                    figure("Ip6ReasmTimeout", "timeout", below),
                    figure("Ip6ReasmReqds", "all")}));
  to.push_back(bandwidth("ipv6.bcast", "broadcast6", "IPv6 broadcast bandwidth",
                         6840, "Ip6InBcastOctets", "Ip6OutBcastOctets"));
  to.push_back(bandwidth("ipv6.mcast", "multicast6", "IPv6 multicast bandwidth",
                         6850, "Ip6InMcastOctets", "Ip6OutMcastOctets"));
  to.push_back(row("ipv6.mcastpkts", "multicast6", "IPv6 multicast packets",
                   "packets/s", 6851,
                   {figure("Ip6InMcastPkts", "received"),
                    figure("Ip6OutMcastPkts", "sent", below)}));
}

void add_datagrams(table& to) {
  to.push_back(row("ipv6.udppackets", "udp6", "IPv6 datagrams", "packets/s",
                   6601,
                   {figure("Udp6InDatagrams", "received"),
                    figure("Udp6OutDatagrams", "sent", below)}));
  to.push_back(row(
      "ipv6.udperrors", "udp6", "Errors of IPv6 datagrams", "events/s", 6610,
      {figure("Udp6RcvbufErrors"), figure("Udp6SndbufErrors", below),
       figure("Udp6InErrors"), figure("Udp6NoPorts"),
       figure("Udp6InCsumErrors"), figure("Udp6IgnoredMulti")}));
  to.push_back(row("ipv6.udplitepackets", "udplite6", "IPv6 UDP-Lite datagrams",
                   "packets/s", 6701,
                   {figure("UdpLite6InDatagrams", "received"),
                    figure("UdpLite6OutDatagrams", "sent", below)}));
  to.push_back(
      row("ipv6.udpliteerrors", "udplite6", "Errors of IPv6 UDP-Lite datagrams",
          "events/s", 6710,
          {figure("UdpLite6RcvbufErrors"),
           figure("UdpLite6SndbufErrors", below), figure("UdpLite6InErrors"),
           figure("UdpLite6NoPorts"), figure("UdpLite6InCsumErrors")}));
}

figure_chart_row icmp(const char* id, const char* title, const char* units,
                      int32_t priority, std::vector<figure_row> figures) {
  return row(id, "icmp6", title, units, priority, std::move(figures));
}

void add_icmp(table& to) {
  to.push_back(icmp("ipv6.icmp", "ICMPv6 messages", "messages/s", 6900,
                    {figure("Icmp6InMsgs", "received"),
                     figure("Icmp6OutMsgs", "sent", below)}));
  to.push_back(icmp("ipv6.icmpredir", "ICMPv6 redirects", "redirects/s", 6910,
                    {figure("Icmp6InRedirects", "received"),
                     figure("Icmp6OutRedirects", "sent", below)}));
  to.push_back(icmp(
      "ipv6.icmperrors", "ICMPv6 errors", "errors/s", 6920,
      {figure("Icmp6InErrors"), figure("Icmp6OutErrors", below),
       figure("Icmp6InCsumErrors"), figure("Icmp6InDestUnreachs"),
       figure("Icmp6InPktTooBigs"), figure("Icmp6InTimeExcds"),
       figure("Icmp6InParmProblems"), figure("Icmp6OutDestUnreachs", below),
       figure("Icmp6OutPktTooBigs", below), figure("Icmp6OutTimeExcds", below),
       figure("Icmp6OutParmProblems", below)}));
  to.push_back(icmp("ipv6.icmpechos", "ICMPv6 echos", "messages/s", 6930,
                    {figure("Icmp6InEchos"), figure("Icmp6OutEchos", below),
                     figure("Icmp6InEchoReplies"),
                     figure("Icmp6OutEchoReplies", below)}));
  to.push_back(
      icmp("ipv6.groupmemb", "ICMPv6 group membership", "messages/s", 6940,
           {renamed("Icmp6InGroupMembQueries", "InQueries"),
            renamed("Icmp6OutGroupMembQueries", "OutQueries", below),
            renamed("Icmp6InGroupMembResponses", "InResponses"),
            renamed("Icmp6OutGroupMembResponses", "OutResponses", below),
            renamed("Icmp6InGroupMembReductions", "InReductions"),
            renamed("Icmp6OutGroupMembReductions", "OutReductions", below)}));
  to.push_back(icmp(
      "ipv6.icmprouter", "ICMPv6 router messages", "messages/s", 6950,
      {renamed("Icmp6InRouterSolicits", "InSolicits"),
       renamed("Icmp6OutRouterSolicits", "OutSolicits", below),
       renamed("Icmp6InRouterAdvertisements", "InAdvertisements"),
       renamed("Icmp6OutRouterAdvertisements", "OutAdvertisements", below)}));
  to.push_back(icmp(
      "ipv6.icmpneighbor", "ICMPv6 neighbour messages", "messages/s", 6960,
      {renamed("Icmp6InNeighborSolicits", "InSolicits"),
       renamed("Icmp6OutNeighborSolicits", "OutSolicits", below),
       renamed("Icmp6InNeighborAdvertisements", "InAdvertisements"),
       renamed("Icmp6OutNeighborAdvertisements", "OutAdvertisements", below)}));
  to.push_back(icmp("ipv6.icmpmldv2", "Multicast listener reports", "reports/s",
                    6970,
                    {figure("Icmp6InMLDv2Reports", "received"),
                     figure("Icmp6OutMLDv2Reports", "sent", below)}));
  to.push_back(icmp(
      "ipv6.icmptypes", "ICMPv6 messages by type", "messages/s", 6980,
      {figure("Icmp6InType1"), figure("Icmp6InType128"),
       figure("Icmp6InType129"), figure("Icmp6InType136"),
       figure("Icmp6OutType1", below), figure("Icmp6OutType128", below),
       figure("Icmp6OutType129", below), figure("Icmp6OutType133", below),
       figure("Icmp6OutType135", below), figure("Icmp6OutType143", below)}));
}

} // namespace

std::vector<figure_chart_row> snmp6_charts() {
  table result;
  add_ip(result);
  add_datagrams(result);
  add_icmp(result);
  return result;
}

} // namespace tributary
