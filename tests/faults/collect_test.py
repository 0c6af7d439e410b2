#!/usr/bin/env python3
"""The charts of a real node against /proc, which the test reads itself four times
a second.

A counter is exact: its increments must add up to what the kernel's counter grew
by between two instants that the readings of the test enclose. A gauge must lie
between the readings around it most of the time, since it may move in between.

  collect_test.py                  25 s
  collect_test.py --seconds 300    by hand; also TRIBUTARY_SECONDS
"""

import bisect
import collections
import os
import pathlib
import re
import sys
import threading
import time

import cluster
from cluster import wait_until

SECONDS = cluster.setting("TRIBUTARY_SECONDS", 25)

# A node that is not scheduled for a second has gaps, as it should.
TICKS_PRESENT_MIN = 0.5
# Gauges move between readings; fewer than this in between is no accident: of
# all, and of each as far as it is seen to jump.
GAUGES_BETWEEN_MIN = 0.8
GAUGES_NEAR_MIN = 0.9
# The API prints seven digits behind the point.
PRINTED = 1e-6

PAGE = os.sysconf("SC_PAGESIZE")


def text(path):
    try:
        return pathlib.Path(path).read_text()
    except OSError:
        return ""


# -- what /proc says, as {(chart, dimension): number}; each reader stands for one
# source of the node and shares no code with it --------------------------------

def read_stat():
    out = {}
    names = {"intr": ("system.intr", "interrupts"),
             "ctxt": ("system.ctxt", "switches"),
             "processes": ("system.forks", "started")}
    for line in text("/proc/stat").splitlines():
        key, *rest = line.split()
        if key in names:
            out[names[key]] = int(rest[0])
        elif key.startswith("cpu"):
            name = "system.cpu" if key == "cpu" else f"cpu.{key}"
            numbers = [int(x) for x in rest[:8]]
            # Not counters of the node: for `check_processors`.
            out[name, "all"] = sum(numbers)
            out[name, "idle"] = numbers[3]
    return out


def read_vmstat():
    figures = dict(x.split() for x in text("/proc/vmstat").splitlines())
    places = {"pgfault": ("mem.pgfaults", "minor"),
              "pgmajfault": ("mem.pgfaults", "major"),
              "pgpgin": ("system.pgpgio", "in"),
              "pgpgout": ("system.pgpgio", "out"),
              "oom_kill": ("mem.oom_kill", "kills"),
              "pswpin": ("system.swapio", "in"),
              "pswpout": ("system.swapio", "out")}
    return {place: int(figures[key]) for key, place in places.items()
            if key in figures}


def read_diskstats():
    out = {}
    places = {0: ("disk_ops", "reads"), 1: ("disk_mops", "reads"),
              2: ("disk", "reads"), 3: ("disk_iotime", "reads"),
              4: ("disk_ops", "writes"), 5: ("disk_mops", "writes"),
              6: ("disk", "writes"), 7: ("disk_iotime", "writes"),
              10: ("disk_backlog", "backlog"), 11: ("disk_ext_ops", "discards"),
              13: ("disk_ext", "discards"), 15: ("disk_ext_ops", "flushes"),
              16: ("disk_ext_iotime", "flushes")}
    for line in text("/proc/diskstats").splitlines():
        name, *rest = line.split()[2:]
        for i, (prefix, dimension) in places.items():
            if i < len(rest):
                out[f"{prefix}.{name}", dimension] = int(rest[i])
        for chart, dimension in (("disk_busy", "busy"),
                                 ("disk_util", "utilization")):
            out[f"{chart}.{name}", dimension] = int(rest[9])
    return out


def read_net_dev():
    out = {}
    places = ["net received", "net_packets received", "net_errors inbound",
              "net_drops inbound", "net_fifo receive", "net_events frames",
              "net_compressed received", "net_packets multicast", "net sent",
              "net_packets sent", "net_errors outbound", "net_drops outbound",
              "net_fifo transmit", "net_events collisions",
              "net_events carrier", "net_compressed sent"]
    for line in text("/proc/net/dev").splitlines()[2:]:
        name, _, numbers = line.partition(":")
        for place, number in zip(places, numbers.split()):
            prefix, dimension = place.split()
            out[f"{prefix}.{name.strip()}", dimension] = int(number)
    return out


PROTOCOL_CHARTS = {
    "Ip": ["ipv4.packets", "ipv4.errors", "ipv4.fragsin", "ipv4.fragsout"],
    "Icmp": ["ipv4.icmp", "ipv4.icmp_errors"],
    "IcmpMsg": ["ipv4.icmpmsg"],
    "Tcp": ["ipv4.tcppackets", "ipv4.tcperrors", "ipv4.tcpopens",
            "ipv4.tcphandshake"],
    "Udp": ["ipv4.udppackets", "ipv4.udperrors"],
    "IpExt": ["system.ip", "ip.mcast", "ip.mcastpkts", "ip.bcast",
              "ip.bcastpkts", "ip.ecnpkts", "ip.inerrors"],
    "TcpExt": ["ipv4.tcphandshake", "ip.tcpconnaborts", "ip.tcpreorders",
               "ip.tcpofo", "ip.tcp_accept_queue"],
    "Ip6": ["system.ipv6", "ipv6.packets", "ipv6.errors", "ipv6.mcast",
            "ipv6.mcastpkts", "ipv6.ect"],
    "Icmp6": ["ipv6.icmp", "ipv6.icmperrors", "ipv6.icmpmldv2",
              "ipv6.icmptypes"],
    "Udp6": ["ipv6.udppackets", "ipv6.udperrors"],
}


def read_protocols():
    figures = []
    for path in ("/proc/net/snmp", "/proc/net/netstat"):
        lines = text(path).splitlines()
        for names, numbers in zip(lines[::2], lines[1::2]):
            label = names.split(":")[0]
            figures += [(label, name, int(number)) for name, number in
                        zip(names.split()[1:], numbers.split()[1:])]
    for line in text("/proc/net/snmp6").splitlines():
        found = re.match(r"(Ip6|Icmp6|Udp6)(\S+)\s+(\d+)$", line)
        if found:
            figures.append((found[1], found[2], int(found[3])))
    return {(chart, name): number for label, name, number in figures
            for chart in PROTOCOL_CHARTS.get(label, [])}


def read_per_core(path, noun):
    out = collections.Counter()
    heading, *lines = text(path).splitlines() or [""]
    cores = [x[3:] for x in heading.split()]
    for line in lines:
        label, _, rest = line.partition(":")
        numbers = rest.split()[:len(cores)]
        if len(numbers) < len(cores):
            continue
        for core, number in zip(cores, numbers):
            out[f"system.{noun}", label.strip()] += int(number)
            out[f"cpu.cpu{core}_{noun}", label.strip()] += int(number)
    return dict(out)


def read_softnet():
    out = collections.Counter()
    places = {0: "processed", 1: "dropped", 2: "squeezed", 9: "received_rps",
              10: "flow_limit_count"}
    for i, line in enumerate(text("/proc/net/softnet_stat").splitlines()):
        numbers = line.split()
        for column, dimension in places.items():
            number = int(numbers[column], 16)
            out["system.softnet_stat", dimension] += number
            out[f"cpu.cpu{i}_softnet_stat", dimension] += number
    return dict(out)


def read_stalls():
    out = {}
    for what in ("cpu", "memory", "io"):
        for line in text(f"/proc/pressure/{what}").splitlines():
            chart = f"system.{what}_{line.split()[0]}_pressure_stall_time"
            out[chart, "time"] = int(line.rpartition("=")[2])
    return out


COUNTERS = [read_stat, read_vmstat, read_diskstats, read_net_dev,
            read_protocols, lambda: read_per_core("/proc/softirqs", "softirqs"),
            lambda: read_per_core("/proc/interrupts", "interrupts"),
            read_softnet, read_stalls]


def read_memory():
    kib = {line.split(":")[0]: int(line.split()[1])
           for line in text("/proc/meminfo").splitlines()}
    cached = kib["Cached"] + kib["SReclaimable"]
    out = {("system.ram", "free"): kib["MemFree"],
           ("system.ram", "cached"): cached,
           ("system.ram", "buffers"): kib["Buffers"],
           ("system.ram", "used"): kib["MemTotal"] - kib["MemFree"] - cached
           - kib["Buffers"],
           ("mem.slab", "reclaimable"): kib["SReclaimable"],
           ("mem.slab", "unreclaimable"): kib["SUnreclaim"]}
    for chart, names in {"mem.available": ["MemAvailable"],
                         "mem.committed": ["Committed_AS"],
                         "mem.writeback": ["Dirty", "Writeback"],
                         "mem.kernel": ["Slab", "KernelStack", "PageTables",
                                        "VmallocUsed", "Percpu"]}.items():
        out |= {(chart, name): kib[name] for name in names}
    return out


def read_sockets():
    out = {}
    charts = {"sockets": "ipv4.sockstat_sockets",
              "TCP": "ipv4.sockstat_tcp_sockets",
              "UDP": "ipv4.sockstat_udp_sockets",
              "TCP6": "ipv6.sockstat6_tcp_sockets"}
    for path in ("/proc/net/sockstat", "/proc/net/sockstat6"):
        for line in text(path).splitlines():
            label, *words = line.replace(":", "").split()
            for name, number in zip(words[::2], words[1::2]):
                name = {"tw": "timewait"}.get(name, name)
                if label in charts and name != "mem":
                    out[charts[label], name] = int(number)
    return out


def read_small_figures():
    load = text("/proc/loadavg").split()
    used, unused, _ = map(int, text("/proc/sys/fs/file-nr").split())
    out = {("system.load", name): round(float(x) * 1000)
           for name, x in zip(("load1", "load5", "load15"), load)}
    out["system.active_processes", "active"] = int(load[3].split("/")[1])
    out["system.uptime", "uptime"] = round(
        float(text("/proc/uptime").split()[0]) * 1000)
    out["system.entropy", "entropy"] = int(
        text("/proc/sys/kernel/random/entropy_avail"))
    out["system.file_nr_used", "used"] = used - unused
    tracked = text("/proc/net/stat/nf_conntrack").splitlines()
    if len(tracked) > 1:
        out["netfilter.conntrack_sockets", "connections"] = int(
            tracked[1].split()[0], 16)
    return out


def read_interfaces():
    out = {}
    for folder in pathlib.Path("/sys/class/net").iterdir():
        mtu, state = text(folder / "mtu"), text(folder / "operstate").strip()
        if mtu:
            out[f"net_mtu.{folder.name}", "mtu"] = int(mtu)
        if state:
            out[f"net_operstate.{folder.name}", state] = 1
    return out


def read_root():
    x = os.statvfs("/")
    return {("disk_space._", "avail"): x.f_bavail * x.f_frsize,
            ("disk_space._", "used"): (x.f_blocks - x.f_bfree) * x.f_frsize,
            ("disk_inodes._", "avail"): x.f_favail,
            ("disk_inodes._", "used"): x.f_files - x.f_ffree}


GAUGES = [read_memory, read_sockets, read_small_figures, read_interfaces,
          read_root]


class Reader(threading.Thread):
    """Reads all of it READINGS times a second, but not at its start, when the
    node does."""

    READINGS = 4

    def __init__(self):
        super().__init__(daemon=True)
        self.rounds = []  # (time before, time after, counters, gauges)
        self.ending = threading.Event()

    def run(self):
        step = 1 / self.READINGS
        while not self.ending.wait(step - (time.time() - step / 2) % step):
            begin = time.time()
            both = [{}, {}]
            for out, readers in zip(both, (COUNTERS, GAUGES)):
                for read in readers:
                    out.update(read())
            self.rounds.append((begin, time.time(), *both))

    def end(self):
        self.ending.set()
        self.join()
        return self.rounds

    def enclosing(self, tick):
        """The rounds from the last that ended before the tick to the first that
        began when the node must have read what it read for it."""
        first = bisect.bisect_right(self.rounds, tick, key=lambda x: x[1]) - 1
        last = bisect.bisect_left(self.rounds, tick + 1, key=lambda x: x[0])
        return self.rounds[first:last + 1]


class Collect(cluster.Test):

    def test_charts_agree_with_the_kernel(self):
        node = self.node("node")
        node.start()
        reader = Reader()
        reader.start()
        begin = wait_until("the first reading",
                           lambda: reader.rounds and int(time.time()) + 1)
        self.wait_tick(node, begin + SECONDS, seconds=SECONDS + 60)
        wait_until("readings beyond",
                   lambda: reader.rounds[-1][0] >= begin + SECONDS + 1)
        reader.end()
        self.charts = node.get("/api/v1/charts")["charts"]
        self.series = self.read_series(node, begin, begin + SECONDS)
        self.around = {t: reader.enclosing(t)
                       for t in range(begin, begin + SECONDS + 1)}
        counters = self.check_counters(reader)
        gauges = self.check_gauges(reader)
        self.check_processors(reader)
        # So few would mean that the test compares nothing.
        self.assertGreater(counters, 50)
        self.assertGreater(gauges, 25)

    def read_series(self, node, after, before):
        """Kernel numbers by tick, of each dimension."""
        result = {}
        for name, chart in self.charts.items():
            data = node.get(f"/api/v1/data?chart={name}&after={after - 1}"
                            f"&before={before}&format=json")
            labels = list(chart["dimensions"])
            for i, dimension in enumerate(labels):
                x = chart["dimensions"][dimension]
                scale = x["divisor"] / x["multiplier"]
                result[name, dimension] = (abs(scale) * PRINTED, {
                    row[0]: None if row[1 + i] is None else row[1 + i] * scale
                    for row in data["data"]})
        return result

    def check_counters(self, reader):
        """How many moved."""
        moving, present, total, compared = 0, 0, 0, 0
        for place, (slack, values) in sorted(self.series.items()):
            if place not in reader.rounds[-1][2] or place[1] == "idle":
                continue
            compared += 1
            moving += any(values.values())
            base, grown = None, 0
            for t in sorted(self.around):
                value = values.get(t)
                total += 1
                present += value is not None
                if base is None or value is None:
                    base, grown = t, 0
                    continue
                grown += value
                low, high = self.bounds(place, base, t)
                self.assertTrue(
                    low - slack * SECONDS <= grown <= high + slack * SECONDS,
                    f"{place}: {grown} from {base} to {t}, kernel {low} to "
                    f"{high}")
        print(f"{compared} counters, {moving} of them moving, add up; "
              f"{present} of {total} ticks are there", flush=True)
        self.assertGreater(present, TICKS_PRESENT_MIN * total)
        return moving

    def bounds(self, place, base, tick):
        """Least and most that the kernel's counter grew by between what the
        node read for those ticks."""
        first, last = self.around[base], self.around[tick]
        return (last[0][2].get(place, 0) - first[-1][2].get(place, 0),
                last[-1][2].get(place, 0) - first[0][2].get(place, 0))

    def check_gauges(self, reader):
        compared, between_all, total_all, bad = 0, 0, 0, []
        for place, (slack, values) in sorted(self.series.items()):
            if place not in reader.rounds[0][3]:
                continue
            readings = [x[3].get(place, 0) for x in reader.rounds]
            # As far as it jumps between two readings, it can jump back too:
            # whoever opens files for a moment moves system.file_nr_used.
            jump = max(abs(x - y) for x, y in zip(readings, readings[1:]))
            between, near, total = 0, 0, 0
            for t, rounds in self.around.items():
                value = values.get(t)
                if value is None or not rounds:
                    continue
                seen = [x[3].get(place, 0) for x in rounds]
                low, high = min(seen) - slack, max(seen) + slack
                total += 1
                between += low <= value <= high
                near += low - jump <= value <= high + jump
            compared += 1
            between_all += between
            total_all += total
            if near < GAUGES_NEAR_MIN * total or not total:
                bad.append(f"{place}: {near} of {total}")
        print(f"{compared} gauges; {100 * between_all / total_all:.1f} % of "
              f"{total_all} values lie between the readings around them",
              flush=True)
        self.assertEqual(bad, [])
        self.assertGreater(between_all, GAUGES_BETWEEN_MIN * total_all)
        return compared

    def check_processors(self, reader):
        """Shares can't be added up, but their mean is that of the kernel, but
        for a second at both ends."""
        ticks = sorted(self.around)
        first, last = (self.around[t][0][2] for t in (ticks[0], ticks[-1]))
        allowed = 1 + 200 / SECONDS
        worst = 0.0
        for name in ["system.cpu"] + [x for x in self.charts
                                      if re.match(r"cpu\.cpu\d+$", x)]:
            dimensions = list(self.charts[name]["dimensions"])
            shares = [[self.series[name, d][1].get(t) for d in dimensions]
                      for t in ticks]
            shares = [x for x in shares if x[0] is not None and sum(x)]
            self.assertGreater(len(shares), TICKS_PRESENT_MIN * SECONDS)
            self.assertLess(max(abs(sum(x) - 100) for x in shares), 0.001)
            idle = dimensions.index("idle")
            mean = sum(x[idle] for x in shares) / len(shares)
            grown = {x: last[name, x] - first[name, x] for x in ("idle", "all")}
            expected = 100 * grown["idle"] / grown["all"]
            worst = max(worst, abs(mean - expected))
            self.assertLess(abs(mean - expected), allowed, name)
        print(f"idle shares differ from the kernel's by {worst:.2f} points at "
              f"most, {allowed:.2f} are allowed", flush=True)


if __name__ == "__main__":
    if "--seconds" in sys.argv:
        at = sys.argv.index("--seconds")
        SECONDS = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    cluster.main()
