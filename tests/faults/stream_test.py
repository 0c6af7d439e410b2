#!/usr/bin/env python3
"""A child streams to its parent, and on to the parent's parent."""

import pathlib
import statistics
import time

import cluster
from cluster import listens, streams_to, wait_until

# Promised: the newest row at the parent is at most this old.
AGE_SECONDS_MAX = 2.0
WATCH_SECONDS = 10
COMPARE_SECONDS = cluster.setting("TRIBUTARY_SECONDS", 20)


def busy_and_idle():
    """Ticks of all processors since boot, as /proc/stat has them."""
    line = pathlib.Path("/proc/stat").read_text().split("\n")[0]
    values = [int(x) for x in line.split()[1:9]]
    idle = values[3] + values[4]
    return sum(values) - idle, idle


class Stream(cluster.Test):

    def test_pair(self):
        parent, child = self.pair()
        # The first increments of counters come with the second tick.
        self.wait_tick(parent, child.newest() + 2, child.guid())
        first = child.newest() + 1
        begin, begin_cpu = time.time(), busy_and_idle()
        self.watch_age(parent, child)
        end_cpu = busy_and_idle()
        after, before = first, first + WATCH_SECONDS - 1
        self.wait_tick(parent, before + 1, child.guid())
        self.wait_tick(child, before + 1)
        self.assert_no_gap(parent, after, before, child.guid(), "system.cpu")
        self.assert_equal_now(child, parent, after, before)
        self.assert_agrees_with_proc(parent, child.guid(), int(begin),
                                     begin_cpu, end_cpu)

    def watch_age(self, parent, child):
        """Asks as a person would, for as long as WATCH_SECONDS."""
        ages = []
        path = "/api/v1/data?chart=system.cpu&after=-30&format=json"
        end = time.monotonic() + WATCH_SECONDS
        while time.monotonic() < end:
            asked = time.time()
            rows = parent.get(path, "child")["data"]
            ages.append(asked - rows[0][0])
            times = [row[0] for row in rows]
            self.assertEqual(times, list(range(times[0], times[-1] - 1, -1)),
                             "one row a second, newest first")
            time.sleep(0.1)
        print(f"newest row: {statistics.median(ages):.2f} s old by the median, "
              f"{max(ages):.2f} s at most", flush=True)
        self.assertLessEqual(statistics.median(ages), AGE_SECONDS_MAX)

    def assert_agrees_with_proc(self, parent, host, begin, first, last):
        rows = parent.rows("system.cpu", begin, begin + WATCH_SECONDS, host)
        labels = parent.get(f"/api/v1/data?chart=system.cpu&after={begin}"
                            f"&before={begin + 1}", host)["labels"][1:]
        idle_at = [labels.index("idle"), labels.index("iowait")]
        rows = [x for x in rows.values() if None not in x]
        idle = sum(row[i] for row in rows for i in idle_at) / len(rows)
        busy_ticks, idle_ticks = (b - a for a, b in zip(first, last))
        expected = 100 * idle_ticks / max(busy_ticks + idle_ticks, 1)
        print(f"idle: {idle:.1f} % here, {expected:.1f} % by /proc/stat")
        # The spans begin and end up to a second apart.
        self.assertAlmostEqual(idle, expected, delta=15)
        memory = parent.rows("system.ram", begin, begin + WATCH_SECONDS, host)
        total = sum(next(x for x in memory.values() if None not in x))
        facts = pathlib.Path("/proc/meminfo").read_text().split()
        self.assertAlmostEqual(total, int(facts[1]) / 1024, delta=1)

    def test_chain_of_three(self):
        top = self.node("top", listens())
        relay = self.node("relay", listens() + streams_to(top.link_port))
        leaf = self.node("leaf", streams_to(relay.link_port))
        for x in (top, relay, leaf):
            x.start()
        self.wait_streaming(leaf, top)
        after = leaf.newest()
        before = after + COMPARE_SECONDS
        limit = COMPARE_SECONDS + 30
        for node in (leaf, relay, top):
            self.wait_tick(node, before + 1, leaf.guid(), seconds=limit)
        self.assert_equal_now(leaf, top, after, before)
        self.assert_equal_now(leaf, relay, after, before)
        self.assert_equal_now(relay, top, after, before)
        self.assert_no_gap(top, after, before, leaf.guid())
        # Also what was there before the links were.
        self.wait_equal(leaf, top, after - 3600, before)
        hops = {x["hostname"]: x["hops"]
                for x in top.info()["mirrored_hosts_status"]}
        self.assertEqual(hops, {"top": 0, "relay": 1, "leaf": 2})
        self.assertEqual(top.info()["mirrored_hosts"][0], "top")
        print(f"{len(leaf.charts())} charts over {COMPARE_SECONDS} s are equal")

    def test_new_parent_gets_what_was_before(self):
        """An empty parent is owed all that the child has, closed windows and
        the open one alike."""
        parent = self.node("parent", listens(), "[db]\nwindow = 1m\n")
        child = self.node("child", streams_to(parent.link_port),
                          "[db]\nwindow = 1m\n")
        child.start()
        wait_until("the child has ten seconds", lambda: (
            child.newest() - (child.status_of("child")["oldest_sample"] or 0)
            >= 10))
        after = child.status_of("child")["oldest_sample"] - 1
        parent.start()
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, after, before, child.guid())


if __name__ == "__main__":
    cluster.main()
