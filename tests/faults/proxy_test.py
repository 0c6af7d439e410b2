#!/usr/bin/env python3
"""A bad network between child and parent leaves no hole."""

import cluster
from cluster import listens, streams_to, wait_until
from proxy import Proxy

CUTS = 2
STALL_SECONDS = cluster.setting("TRIBUTARY_STALL_SECONDS", 30)
DELAY_SECONDS = 0.3

# What a stalled child may hold more than before: its frames of that time, and
# what the allocator keeps.
GROWTH_BYTES_MAX = 8 << 20


class BadNetwork(cluster.Test):

    def start_behind_proxy(self):
        conf = "[db]\nwindow = 1m\n"
        parent = self.node("parent", listens(), conf)
        proxy = Proxy(parent.link_port)
        self.addCleanup(proxy.close)
        child = self.node("child", streams_to(proxy.port), conf)
        parent.start()
        child.start()
        self.wait_streaming(child, parent)
        return parent, child, proxy

    def assert_whole(self, child, parent, after):
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before + 1, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, after, before, child.guid())

    def test_cut(self):
        parent, child, proxy = self.start_behind_proxy()
        after = child.newest() - 1
        for number in range(CUTS):
            seen = proxy.connections
            self.wait_tick(child, child.newest() + 1 + number)
            proxy.cut()
            child.wait_log(r"uplink: .*next attempt")
            wait_until("the child is back",
                       lambda: proxy.connections > seen)
            self.wait_streaming(child, parent)
        self.assert_whole(child, parent, after)

    def test_stall(self):
        """Longer than the parent waits for a word: the link is given up at one
        end, the other learns of it late."""
        parent, child, proxy = self.start_behind_proxy()
        after = child.newest() - 1
        memory = child.rss_anon()
        proxy.stall()
        parent.wait_log("ended: silent", STALL_SECONDS + 30)
        self.wait_tick(child, after + 1 + STALL_SECONDS,
                       seconds=STALL_SECONDS + 30)
        grown = child.rss_anon() - memory
        self.assertEqual(parent.status_of(child.guid())["state"], "offline")
        proxy.go_on()
        self.assert_whole(child, parent, after)
        print(f"the child grew by {grown >> 10} KiB in {STALL_SECONDS} s")
        self.assertLess(grown, GROWTH_BYTES_MAX)

    def test_delay(self):
        """A slow line delays, and nothing else."""
        parent, child, proxy = self.start_behind_proxy()
        after = child.newest() - 1
        proxy.delay = DELAY_SECONDS
        self.wait_tick(parent, after + 12, child.guid())
        self.assert_no_gap(parent, after, after + 10, child.guid())
        self.assert_equal_now(child, parent, after, after + 10)
        self.assertEqual(proxy.connections, 1, "the link held")


if __name__ == "__main__":
    cluster.main()
