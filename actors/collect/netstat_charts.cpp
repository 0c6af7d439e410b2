/// The table of `proc_net_netstat`: which figure of /proc/net/snmp and
/// /proc/net/netstat is a dimension of which chart.

#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/proc_net_netstat.hpp"

namespace tributary {

namespace {

constexpr const char* module_name = "proc.net.netstat";
constexpr value_scale received_kilobits{8, 1000};
constexpr value_scale sent_kilobits{-8, 1000};

/// A counter whose id is the key behind its colon.
figure_row figure(std::string_view key, value_scale factor = {}) {
  std::string id{key.substr(key.find(':') + 1)};
  return counter_of(key, id, id, factor);
}

/// The same with a name for people.
figure_row figure(std::string_view key, const char* name,
                  value_scale factor = {}) {
  return counter_of(key, std::string{key.substr(key.find(':') + 1)}, name,
                    factor);
}

figure_chart_row row(const char* id, const char* family, const char* title,
                     const char* units, int32_t priority,
                     std::vector<figure_row> figures) {
  return {
      {id, id, family, title, units, chart_type::line, priority, module_name},
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
  to.push_back(bandwidth("system.ip", "network", "IPv4 bandwidth", 501,
                         "IpExt:InOctets", "IpExt:OutOctets"));
  to.push_back(row("ip.inerrors", "errors", "Input errors", "packets/s", 4100,
                   {figure("IpExt:InNoRoutes", "noroutes"),
                    figure("IpExt:InTruncatedPkts", "truncated"),
                    figure("IpExt:InCsumErrors", "checksum")}));
  to.push_back(bandwidth("ip.bcast", "broadcast", "Broadcast bandwidth", 4500,
                         "IpExt:InBcastOctets", "IpExt:OutBcastOctets"));
  to.push_back(row("ip.bcastpkts", "broadcast", "Broadcast packets",
                   "packets/s", 4510,
                   {figure("IpExt:InBcastPkts", "received"),
                    figure("IpExt:OutBcastPkts", "sent", below)}));
  to.push_back(bandwidth("ip.mcast", "multicast", "Multicast bandwidth", 4600,
                         "IpExt:InMcastOctets", "IpExt:OutMcastOctets"));
  to.push_back(row("ip.mcastpkts", "multicast", "Multicast packets",
                   "packets/s", 4610,
                   {figure("IpExt:InMcastPkts", "received"),
                    figure("IpExt:OutMcastPkts", "sent", below)}));
  to.push_back(row("ip.ecnpkts", "ecn", "Packets by congestion mark",
                   "packets/s", 4700,
                   {figure("IpExt:InCEPkts", "CEP"),
                    figure("IpExt:InNoECTPkts", "NoECTP", below),
                    figure("IpExt:InECT0Pkts", "ECTP0"),
                    figure("IpExt:InECT1Pkts", "ECTP1")}));
}

void add_tcp_extensions(table& to) {
  to.push_back(row("ip.tcpconnaborts", "tcp", "Aborted TCP connections",
                   "connections/s", 4210,
                   {figure("TcpExt:TCPAbortOnData", "baddata"),
                    figure("TcpExt:TCPAbortOnClose", "userclosed"),
                    figure("TcpExt:TCPAbortOnMemory", "nomemory"),
                    figure("TcpExt:TCPAbortOnTimeout", "timeout"),
                    figure("TcpExt:TCPAbortOnLinger", "linger"),
                    figure("TcpExt:TCPAbortFailed", "failed", below)}));
  to.push_back(row("ip.tcp_syn_queue", "tcp", "Overflows of the SYN queue",
                   "packets/s", 4215,
                   {figure("TcpExt:TCPReqQFullDrop", "drops"),
                    figure("TcpExt:TCPReqQFullDoCookies", "cookies")}));
  to.push_back(row("ip.tcp_accept_queue", "tcp",
                   "Overflows of the accept queue", "packets/s", 4216,
                   {figure("TcpExt:ListenOverflows", "overflows"),
                    figure("TcpExt:ListenDrops", "drops")}));
  to.push_back(row("ip.tcpreorders", "tcp", "Reordered packets by detection",
                   "packets/s", 4220,
                   {figure("TcpExt:TCPTSReorder", "timestamp"),
                    figure("TcpExt:TCPSACKReorder", "sack"),
                    figure("TcpExt:TCPFACKReorder", "fack"),
                    figure("TcpExt:TCPRenoReorder", "reno")}));
  to.push_back(row("ip.tcpofo", "tcp", "Queue of out-of-order packets",
                   "packets/s", 4250,
                   {figure("TcpExt:TCPOFOQueue", "inqueue"),
                    figure("TcpExt:TCPOFODrop", "dropped", below),
                    figure("TcpExt:TCPOFOMerge", "merged"),
                    figure("TcpExt:OfoPruned", "pruned", below)}));
  to.push_back(row("ip.tcpsyncookies", "tcp", "SYN cookies", "packets/s", 4260,
                   {figure("TcpExt:SyncookiesRecv", "received"),
                    figure("TcpExt:SyncookiesSent", "sent", below),
                    figure("TcpExt:SyncookiesFailed", "failed", below)}));
  to.push_back(row("ip.tcpmemorypressures", "tcp", "TCP memory pressures",
                   "events/s", 4290,
                   {figure("TcpExt:TCPMemoryPressures", "pressures")}));
}

void add_packets(table& to) {
  to.push_back(row("ipv4.packets", "packets", "IPv4 packets", "packets/s", 5130,
                   {figure("Ip:InReceives", "received"),
                    figure("Ip:OutRequests", "sent", below),
                    figure("Ip:ForwDatagrams", "forwarded"),
                    figure("Ip:InDelivers", "delivered")}));
  to.push_back(row("ipv4.errors", "errors", "IPv4 errors", "packets/s", 5150,
                   {figure("Ip:InDiscards"), figure("Ip:OutDiscards", below),
                    figure("Ip:InHdrErrors"), figure("Ip:OutNoRoutes", below),
                    figure("Ip:InAddrErrors"), figure("Ip:InUnknownProtos")}));
  to.push_back(
      row("ipv4.fragsout", "fragments", "Fragmented IPv4 packets", "packets/s",
          5460,
          {figure("Ip:FragOKs", "ok"), figure("Ip:FragFails", "failed", below),
           figure("Ip:FragCreates", "created")}));
  to.push_back(row("ipv4.fragsin", "fragments", "Reassembled IPv4 packets",
                   "packets/s", 5461,
                   {figure("Ip:ReasmOKs", "ok"),
                    figure("Ip:ReasmFails", "failed", below),
                    figure("Ip:ReasmReqds", "all")}));
}

void add_icmp(table& to) {
  to.push_back(row("ipv4.icmp", "icmp", "ICMP packets", "packets/s", 5170,
                   {figure("Icmp:InMsgs", "received"),
                    figure("Icmp:OutMsgs", "sent", below)}));
  to.push_back(row("ipv4.icmp_errors", "icmp", "ICMP errors", "packets/s", 5171,
                   {figure("Icmp:InErrors"), figure("Icmp:OutErrors", below),
                    figure("Icmp:InCsumErrors")}));
  to.back().presence = chart_presence::always;
  to.push_back(row("ipv4.icmpmsg", "icmp", "ICMP messages by type", "packets/s",
                   5172,
                   {figure("IcmpMsg:InType0", "InEchoReps"),
                    figure("IcmpMsg:OutType0", "OutEchoReps", below),
                    figure("IcmpMsg:InType3", "InDestUnreachs"),
                    figure("IcmpMsg:OutType3", "OutDestUnreachs", below),
                    figure("IcmpMsg:InType5", "InRedirects"),
                    figure("IcmpMsg:OutType5", "OutRedirects", below),
                    figure("IcmpMsg:InType8", "InEchos"),
                    figure("IcmpMsg:OutType8", "OutEchos", below),
                    figure("IcmpMsg:InType9", "InRouterAdvert"),
                    figure("IcmpMsg:OutType9", "OutRouterAdvert", below),
                    figure("IcmpMsg:InType10", "InRouterSelect"),
                    figure("IcmpMsg:OutType10", "OutRouterSelect", below),
                    figure("IcmpMsg:InType11", "InTimeExcds"),
                    figure("IcmpMsg:OutType11", "OutTimeExcds", below),
                    figure("IcmpMsg:InType12", "InParmProbs"),
                    figure("IcmpMsg:OutType12", "OutParmProbs", below),
                    figure("IcmpMsg:InType13", "InTimestamps"),
                    figure("IcmpMsg:OutType13", "OutTimestamps", below),
                    figure("IcmpMsg:InType14", "InTimestampReps"),
                    figure("IcmpMsg:OutType14", "OutTimestampReps", below)}));
}

void add_tcp(table& to) {
  auto established = gauge_of("Tcp:CurrEstab", "CurrEstab");
  established.what.name = "connections";
  to.push_back(row("ipv4.tcpsock", "tcp", "Established TCP connections",
                   "active connections", 5200, {established}));
  to.push_back(row("ipv4.tcppackets", "tcp", "TCP packets", "packets/s", 5204,
                   {figure("Tcp:InSegs", "received"),
                    figure("Tcp:OutSegs", "sent", below)}));
  to.push_back(row("ipv4.tcpopens", "tcp", "Opened TCP connections",
                   "connections/s", 5205,
                   {figure("Tcp:ActiveOpens", "active"),
                    figure("Tcp:PassiveOpens", "passive")}));
  to.push_back(row("ipv4.tcperrors", "tcp", "TCP errors", "packets/s", 5220,
                   {figure("Tcp:InErrs"), figure("Tcp:InCsumErrors"),
                    figure("Tcp:RetransSegs", below)}));
  to.push_back(row("ipv4.tcphandshake", "tcp", "Issues of TCP connections",
                   "events/s", 5230,
                   {figure("Tcp:EstabResets"), figure("Tcp:OutRsts"),
                    figure("Tcp:AttemptFails"),
                    figure("TcpExt:TCPSynRetrans", "SynRetrans")}));
}

/// The same figures of UDP and of UDP-Lite.
struct datagram_keys {
  std::string_view in;
  std::string_view out;
  std::string_view receive_buffer;
  std::string_view send_buffer;
  std::string_view errors;
  std::string_view no_ports;
  std::string_view checksum;
  std::string_view ignored;
};

void add_datagrams(table& to, const datagram_keys& x, const char* id,
                   const char* errors_id, const char* family,
                   const char* errors_units, int32_t priority) {
  to.push_back(row(id, family, "Datagrams", "packets/s", priority,
                   {figure(x.in, "received"), figure(x.out, "sent", below)}));
  to.push_back(row(
      errors_id, family, "Errors of datagrams", errors_units, priority + 10,
      {figure(x.receive_buffer), figure(x.send_buffer, below), figure(x.errors),
       figure(x.no_ports), figure(x.checksum), figure(x.ignored)}));
}

} // namespace

std::vector<figure_chart_row> netstat_charts() {
  table result;
  add_ip(result);
  add_tcp_extensions(result);
  add_packets(result);
  add_icmp(result);
  add_tcp(result);
  add_datagrams(result,
                {"Udp:InDatagrams", "Udp:OutDatagrams", "Udp:RcvbufErrors",
                 "Udp:SndbufErrors", "Udp:InErrors", "Udp:NoPorts",
                 "Udp:InCsumErrors", "Udp:IgnoredMulti"},
                "ipv4.udppackets", "ipv4.udperrors", "udp", "events/s", 5300);
  add_datagrams(
      result,
      {"UdpLite:InDatagrams", "UdpLite:OutDatagrams", "UdpLite:RcvbufErrors",
       "UdpLite:SndbufErrors", "UdpLite:InErrors", "UdpLite:NoPorts",
       "UdpLite:InCsumErrors", "UdpLite:IgnoredMulti"},
      "ipv4.udplite", "ipv4.udplite_errors", "udplite", "packets/s", 5400);
  return result;
}

} // namespace tributary
