#!/usr/bin/env python3
"""Chains in which something stands still: links that pass nothing and are not
reset, nodes that are held, parents that are away while much is collected.
Afterwards no tick is missing on any hop, none is there twice, and all hops hold
the same integers."""

import os
import signal
import subprocess

import cluster
from cluster import KEY, listens, streams_to, wait_until
from proxy import Proxy
from stored import ticks_of, wait_same

SWARM = os.environ.get("TRIBUTARY_SWARM", "")

# A parent hears nothing for so long before it ends a link.
SILENCE_SECONDS = 20

# In the suite links survive it; 120 and 30 are what is promised.
STALL_SECONDS = cluster.setting("TRIBUTARY_STALL_SECONDS", 12)
HOLD_SECONDS = cluster.setting("TRIBUTARY_HOLD_SECONDS", 12)

# What a node may hold more while the one above it takes nothing.
GROWTH_BYTES_MAX = 8 << 20

CONF = "[db]\nwindow = 1m\n"

# Of a swarm that brings half an hour in some seconds.
SWARM_SECONDS = 12
RATE_HZ = 150
CHILDREN = 5
METRICS = 100


class Chained(cluster.Test):

    def chain(self):
        """Leaf, relay and top with a proxy on each hop; streaming."""
        self.top = self.node("top", listens(), CONF)
        self.upper = Proxy(self.top.link_port)
        self.relay = self.node("relay", listens()
                               + streams_to(self.upper.port), CONF)
        self.lower = Proxy(self.relay.link_port)
        self.leaf = self.node("leaf", streams_to(self.lower.port), CONF)
        for x in (self.upper, self.lower):
            self.addCleanup(x.close)
        for x in (self.top, self.relay, self.leaf):
            x.start()
        for x in (self.leaf, self.relay):
            self.wait_streaming(x, self.top)
            self.wait_tick(x, x.newest() + 1)
        return self.leaf.newest() - 1

    def assert_whole(self, what, after):
        """All hops hold the same of leaf and relay up to now, and it is all
        that those collected."""
        for chain in ((self.leaf, self.relay, self.top),
                      (self.relay, self.top)):
            host = chain[0].guid()
            for x in chain[1:]:
                self.wait_streaming(chain[0], x)
            # What was missed is told with a tick behind it.
            before = chain[0].newest()
            for x in chain:
                self.wait_tick(x, before + 3, host)
            held = ticks_of(wait_same(self, chain, host, after, before))
            missing = sorted(set(range(after + 1, before + 1)) - held)
            missed = self.missed_by(chain[0], after, before)
            self.assertLessEqual(len(missing), missed, missing)
            print(f"{what}: {before - after} ticks of {chain[0].name} are the "
                  f"same on {len(chain)} nodes, but for {missed} that it "
                  "missed itself", flush=True)


class Links(Chained):

    def test_stalled(self):
        after = self.chain()
        for what, proxies in (("lower", [self.lower]), ("upper", [self.upper]),
                              ("both", [self.lower, self.upper])):
            connections = [x.connections for x in proxies]
            senders = [self.leaf] if self.lower in proxies else []
            senders += [self.relay] if self.upper in proxies else []
            memory = [x.rss_anon() for x in senders]
            for x in proxies:
                x.stall()
            self.wait_tick(self.leaf, self.leaf.newest() + STALL_SECONDS,
                           seconds=STALL_SECONDS + 60)
            grown = [x.rss_anon() - m for x, m in zip(senders, memory)]
            for x in proxies:
                x.go_on()
            self.assert_whole(f"{what} stalled", after)
            if STALL_SECONDS < SILENCE_SECONDS - 5:
                self.assertEqual([x.connections for x in proxies], connections,
                                 "the link goes on")
            for x, bytes_ in zip(senders, grown):
                print(f"{x.name} grew by {bytes_ >> 10} KiB in "
                      f"{STALL_SECONDS} s")
                self.assertLess(bytes_, GROWTH_BYTES_MAX)
        self.wait_equal(self.leaf, self.top, after, self.leaf.newest() - 2)


class Nodes(Chained):

    def test_held(self):
        """SIGSTOP of each in turn."""
        after = self.chain()
        chain = (self.leaf, self.relay, self.top)
        for held in chain:
            others = [x for x in chain if x is not held]
            memory = [x.rss_anon() for x in others]
            held.send(signal.SIGSTOP)
            clock = others[0]
            self.wait_tick(clock, clock.newest() + HOLD_SECONDS,
                           seconds=HOLD_SECONDS + 60)
            grown = [x.rss_anon() - m for x, m in zip(others, memory)]
            held.send(signal.SIGCONT)
            self.wait_tick(held, held.newest() + 1)
            self.assert_whole(f"{held.name} held", after)
            for x, bytes_ in zip(others, grown):
                print(f"{x.name} grew by {bytes_ >> 10} KiB in "
                      f"{HOLD_SECONDS} s")
                self.assertLess(bytes_, GROWTH_BYTES_MAX)
        self.wait_equal(self.leaf, self.top, after, self.leaf.newest() - 2)


class HalfAnHour(cluster.Test):

    def test_for_the_top(self):
        """A relay takes half an hour of its children while its parent is away,
        is killed, and passes all of it on."""
        top = self.node("top", listens(), CONF)
        relay = self.node("relay", listens() + streams_to(top.link_port), CONF)
        relay.start()
        done = subprocess.run(
            [SWARM, "--parent", f"127.0.0.1:{relay.link_port}", "--api-key",
             KEY, "--children", str(CHILDREN), "--metrics", str(METRICS),
             "--rate", str(RATE_HZ), "--seconds", str(SWARM_SECONDS),
             "--chart-every", "5", "--quiet"],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        relay.kill()
        relay.start()
        top.start()
        end = relay.newest("swarm0")
        ticks_made = RATE_HZ * SWARM_SECONDS
        after = end - ticks_made - 60
        for number in range(CHILDREN):
            host = f"swarm{number}"
            wait_until(f"the top knows {host}", lambda: top.status_of(host), 60)
            guid = relay.status_of(host)["guid"]
            values = wait_same(self, (relay, top), guid, after, end + 60)
            ticks = ticks_of(values)
            self.assertEqual(len(ticks), ticks_made)
            self.assertEqual(max(ticks) - min(ticks) + 1, len(ticks))
        print(f"{CHILDREN} times {len(ticks)} ticks of {len(values)} series "
              "are the same at the top")


if __name__ == "__main__":
    cluster.main()
