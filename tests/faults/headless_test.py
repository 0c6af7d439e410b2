#!/usr/bin/env python3
"""Nodes with `[db] mode = none` at their limits: a collector whose buffer is
full, a relay whose parent takes nothing. What they hold is bounded, what they
drop is the oldest, counted and told, and they acknowledge nothing that would be
lost with them."""

import json
import os
import re
import signal
import subprocess
import threading

import cluster
from cluster import KEY, listens, streams_to, wait_until
from proxy import Proxy
from stored import stored, ticks_of

SWARM = os.environ.get("TRIBUTARY_SWARM", "")

DISK = "[db]\nwindow = 60s\ncommit every = 1s\n"
NONE = DISK + "mode = none\n"

# What a collector reads: so many lines for so many CPUs, in noise of three
# bytes a second each. A minute of it is three quarters of the buffer.
LINES, CPUS = 128, 40
BUFFER_MIB = 1
DROPPED_TICKS_MIN = 30
DROP_SECONDS_MAX = 420

# Beside the buffer: open windows as rows, one that is being packed, the
# allocator's rest.
COLLECTOR_GROWTH_BYTES_MAX = 48 << 20
# Credit of 512 KiB a child and what it is decoded to.
RELAY_GROWTH_BYTES_MAX = 64 << 20

CHILDREN = 10
METRICS = 200
AHEAD_TICKS = 8
STOPPED_SECONDS = 20


def memory(node):
    """Bytes: anonymous, and the store that is in memory."""
    with open(f"/proc/{node.pid}/status") as status:
        text = status.read()
    return sum(int(x) << 10
               for x in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+)", text))


class Noise:
    """A file like /proc/interrupts whose counters grow at random."""

    def __init__(self, path, random):
        self.path = path
        self._random = random
        self._counts = [[0] * CPUS for _ in range(LINES)]
        self._ended = threading.Event()
        self._write()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _write(self):
        text = " " * 11 + "".join(f"CPU{x}".ljust(14) for x in range(CPUS))
        for number, line in enumerate(self._counts):
            noise = self._random.randbytes(3 * CPUS)
            for cpu in range(CPUS):
                at = 3 * cpu
                line[cpu] += 1 + int.from_bytes(noise[at:at + 3], "little")
            text += (f"\n{number:4}:" + "".join(f"{x:13} " for x in line)
                     + f" noise {number:4}")
        # In place, since the file is mounted: its size never changes.
        with open(self.path, "r+b" if self.path.exists() else "wb",
                  buffering=0) as file:
            file.write(text.encode() + b"\n")

    def _run(self):
        while not self._ended.wait(0.7):
            self._write()

    def end(self):
        self._ended.set()
        self._thread.join()


class Collector(cluster.Test):

    def dropped(self, node):
        return node.metric("tributary_dropped_ticks_total")

    def noisy_collector(self, parent):
        """It reads the noise for /proc/interrupts, in a namespace of its own.
        """
        file = self.folder / "interrupts"
        noise = Noise(file, self.random)
        self.addCleanup(noise.end)
        mount = f"mount --bind {file} /proc/interrupts"
        if subprocess.run(["unshare", "-m", "sh", "-c", mount],
                          capture_output=True).returncode != 0:
            self.skipTest("no namespaces here")
        collector = self.node(
            "collector", streams_to(parent.link_port,
                                    buffer_size=f"{BUFFER_MIB}MiB"), NONE)
        plain = collector.command()
        collector.command = lambda: ["unshare", "-m", "sh", "-c",
                                     mount + ' && exec "$@"', "sh", *plain]
        return collector

    def test_beyond_its_buffer_the_oldest_goes(self):
        parent = self.node("parent", listens(), DISK).start()
        collector = self.noisy_collector(parent).start()
        host = collector.guid()
        self.wait_streaming(collector, parent)
        self.wait_tick(collector, collector.newest() + 15)
        self.assertEqual(self.dropped(collector), 0)
        before = memory(collector)
        parent.kill()
        away = collector.newest()
        held, store = [], []

        def enough():
            held.append(memory(collector))
            tick = collector.newest() - 1
            [sizes] = collector.rows("tributary.store_size", tick - 1,
                                     tick).values()
            store.append(sum(x or 0 for x in sizes)) # MiB
            return self.dropped(collector) >= DROPPED_TICKS_MIN
        wait_until("the oldest is dropped", enough, DROP_SECONDS_MAX, every=1)
        self.wait_tick(collector, collector.newest() + 65, seconds=120)
        enough()
        print(f"memory {before >> 20} MiB before, {max(held) >> 20} MiB at "
              f"most; its store {max(store):.1f} MiB at most; "
              f"{collector.newest() - away} s away")
        self.assertLess(max(held) - before, COLLECTOR_GROWTH_BYTES_MAX)
        # Said once, and shown wherever one looks.
        said = collector.this_life()
        self.assertEqual(said.count("'[stream] buffer size'"), 1, said)
        dropped = self.dropped(collector)
        node = collector.shell("status")["node"]
        self.assertEqual(node["dropped_ticks"], dropped)
        rows = collector.rows("tributary.ticks", away, collector.newest())
        self.assertGreater(sum(x[2] or 0 for x in rows.values()), 0)
        # What is left is whole, and what went is the oldest of it.
        parent.start()
        self.wait_streaming(collector, parent)
        last = collector.newest()
        self.wait_tick(parent, last, host)
        first_ticks = away - 10

        def missing():
            have = ticks_of(stored(parent, host, first_ticks, last,
                                   "system.ram"))
            return sorted(set(range(first_ticks + 1, last + 1)) - have)
        dropped = self.dropped(collector)
        # What the collector never had, dropped or not.
        missed = collector.metric("tributary_missed_ticks_total")
        wait_until("all that was left is there",
                   lambda: len(missing()) <= dropped + missed, 90, every=1)
        gone = missing()
        print(f"{dropped} ticks dropped, {len(gone)} missing at the parent, "
              f"{gone[0] - away} to {gone[-1] - away} s after it left")
        self.assertGreaterEqual(len(gone), dropped)
        # Where the run of them begins; the first one may be that of `away`.
        first = max(gone, key=lambda x: len(set(gone).intersection(
            range(x, x + dropped + missed))))
        self.assertLessEqual(first - away, 3 + missed)
        apart = len(set(gone) - set(range(first, first + dropped + missed)))
        self.assertLessEqual(apart, missed, "one run")


class Relay(cluster.Test):

    def start_relay(self, *flags):
        """Swarm, relay without a store, top; streaming."""
        self.top = self.node("top", listens(), DISK).start()
        self.proxy = Proxy(self.top.link_port)
        self.addCleanup(self.proxy.close)
        self.relay = self.node("relay", listens()
                               + streams_to(self.proxy.port), NONE).start()
        self.wait_streaming(self.relay, self.top)
        self.swarm = subprocess.Popen(
            [SWARM, "--parent", f"127.0.0.1:{self.relay.link_port}",
             "--api-key", KEY, "--children", str(CHILDREN), "--metrics",
             str(METRICS), "--quiet", "--json",
             str(self.folder / "figures.json"), *flags],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(self.swarm.kill)
        for number in range(CHILDREN):
            self.wait_tick(self.top, 1, f"swarm{number}")

    def figures(self):
        return json.loads((self.folder / "figures.json").read_text())

    def ticks_at(self, node, number):
        host = node.status_of(f"swarm{number}")["guid"]
        return ticks_of(stored(node, host, 0, 1 << 40, "bench.chart0"))

    def test_a_relay_gives_no_ack_of_its_own(self):
        """Nothing gets from the relay to the top while it takes frames; it is
        killed and never comes back: what children count as acknowledged is at
        the top."""
        self.start_relay("--seconds", "600", "--drain-limit", "1")
        self.wait_tick(self.top, self.top.newest("swarm0") + 5, "swarm0")
        self.proxy.stall()
        newest = self.relay.newest("swarm0")
        self.wait_tick(self.relay, newest + AHEAD_TICKS, "swarm0")
        self.relay.kill()
        self.proxy.cut() # what it holds is lost
        self.proxy.go_on()
        self.swarm.send_signal(signal.SIGINT)
        said = self.swarm.communicate(timeout=60)[0]
        self.assertEqual(self.swarm.returncode, 1, said)
        acked, made = (self.figures()[x]
                       for x in ("frames_acked", "frames_made"))
        at_top = [self.ticks_at(self.top, x) for x in range(CHILDREN)]
        for x in at_top:
            self.assertEqual(max(x) - min(x) + 1, len(x), "a gap")
        print(f"{made} frames made, {acked} acknowledged, "
              f"{sum(len(x) for x in at_top)} at the top")
        self.assertGreater(acked, 0)
        self.assertLessEqual(acked, sum(len(x) for x in at_top))
        self.assertLessEqual(acked, made - CHILDREN * (AHEAD_TICKS - 3))

    def test_a_relay_holds_no_more_than_the_credit(self):
        """Its parent is held while children flood it."""
        self.start_relay("--seconds", str(2 * STOPPED_SECONDS), "--rate", "20",
                         "--drain-limit", "90")
        before = memory(self.relay)
        held = []
        self.top.send(signal.SIGSTOP)
        end = self.relay.newest() + STOPPED_SECONDS

        def over():
            held.append(memory(self.relay))
            return self.relay.newest() >= end
        wait_until("the top is held long enough", over, 3 * STOPPED_SECONDS,
                   every=0.2)
        print(f"memory of the relay {before >> 20} MiB before, "
              f"{max(held) >> 20} MiB at most in {STOPPED_SECONDS} s")
        self.top.send(signal.SIGCONT)
        said = self.swarm.communicate(timeout=180)[0]
        self.assertEqual(self.swarm.returncode, 0, said)
        figures = self.figures()
        self.assertEqual(figures["frames_acked"], figures["frames_made"])
        self.assertLess(max(held) - before, RELAY_GROWTH_BYTES_MAX)
        for number in range(CHILDREN):
            self.assertEqual(len(self.ticks_at(self.top, number)),
                             figures["frames_made"] / CHILDREN)


if __name__ == "__main__":
    cluster.main()
