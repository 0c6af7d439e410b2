#!/usr/bin/env python3
"""Real nodes with two parents: one is killed and comes back, both at once, and
one that is drained. No tick is lost on any of the ways."""

import re

import cluster
from cluster import KEY, listens, wait_until


# Reconnect delay of 5 s: who is preferred is asked after 5 to 10 s.
RETURN_SECONDS_MAX = 40

# Children have ten seconds for their acknowledgements.
DRAIN_SECONDS_MAX = 90

CONF = "[db]\nwindow = 1m\n"


def streams(*parents, **options):
    """Section of a node with several parents."""
    options = {"reconnect_delay": "5s", **options}
    where = " ".join(f"127.0.0.1:{x.link_port}" for x in parents)
    return (f"[stream]\nenabled = yes\ndestination = {where}\napi key = {KEY}\n"
            + "".join(f"{k.replace('_', ' ')} = {v}\n"
                      for k, v in options.items()))


class Parents(cluster.Test):

    def destinations(self, node):
        return node.shell("links")["destinations"]

    def open_at(self, node):
        """Ports of the destinations that have a link."""
        return [int(x["destination"].rsplit(":", 1)[1])
                for x in self.destinations(node) if x["state"] == "open"]

    def wait_open(self, node, *parents):
        wait_until(f"{node.name} streams to {[x.name for x in parents]}",
                   lambda: sorted(self.open_at(node))
                   == sorted(x.link_port for x in parents),
                   RETURN_SECONDS_MAX, every=0.2)

    def two_parents(self):
        first = self.node("first", listens(), CONF).start()
        second = self.node("second", listens(), CONF).start()
        return first, second

    def assert_has_all(self, child, parent, after):
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, after, before, child.guid())

    def test_failover_and_back(self):
        """kill -9 of the first: the second gets all, also what was before; the
        first is back: the child is, too, and neither lacks a tick."""
        first, second = self.two_parents()
        child = self.node("child", streams(first, second), CONF).start()
        self.wait_streaming(child, first)
        after = child.newest() - 1
        self.assertIsNone(second.status_of(child.guid()))
        first.kill()
        child.wait_log(rf"next attempt in \d+ ms, at "
                       rf"127.0.0.1:{second.link_port}")
        self.wait_streaming(child, second, seconds=15)
        self.assert_has_all(child, second, after)
        [a, b] = self.destinations(child)
        self.assertNotEqual(a["state"], "open")
        self.assertRegex(a["reason"], "refused|closed|reset")
        self.assertGreaterEqual(a["next_ms"], 0)
        self.assertEqual(b["state"], "open")
        wait_until("the API says the same", lambda: [
            x["state"] for x in child.info()["parents"]] == [
                x["state"] for x in self.destinations(child)])
        first.start()
        self.wait_open(child, first)
        second.wait_log("the child goes to another parent")
        self.assert_has_all(child, first, after)
        left = self.missed_by(child, after, child.newest())
        print(f"{child.newest() - after} ticks are whole, {left} were missed")

    def test_all(self):
        """Both parents have all; one that was away catches up."""
        first, second = self.two_parents()
        child = self.node("child", streams(first, second, mode="all"),
                          CONF).start()
        self.wait_open(child, first, second)
        after = child.newest() - 1
        second.kill()
        self.wait_tick(first, child.newest() + 15, child.guid())
        second.start()
        self.wait_open(child, first, second)
        for parent in (first, second):
            self.assert_has_all(child, parent, after)
        self.assertEqual(len(re.findall("info: link from child",
                                        first.this_life())), 1)

    def test_drain(self):
        """Two children leave a parent that lives on, and come back; a third
        has nowhere else to go."""
        first, second = self.two_parents()
        children = [self.node(name, streams(first, second), CONF).start()
                    for name in ("one", "two")]
        alone = self.node("alone", streams(first), CONF).start()
        for x in (*children, alone):
            self.wait_streaming(x, first)
        after = [x.newest() - 1 for x in children]
        drain = first.shell("drain", DRAIN_SECONDS_MAX)["drain"]
        self.assertEqual(drain["state"], "done")
        self.assertEqual((drain["left"], drain["leaving"]), (2, 0))
        self.assertEqual(drain["staying_names"], "alone")
        for x in children:
            self.assertNotIn("not acknowledged yet", x.this_life())
            self.wait_open(x, second)
            self.wait_streaming(x, second)
        held = [first.newest(x.guid()) for x in children]
        for x, t in zip(children, after):
            self.assert_has_all(x, second, t)
        # It takes no one, by name.
        child = self.node("late", streams(first), CONF).start()
        child.wait_log("the parent refuses this node: draining")
        self.assertEqual(self.destinations(child)[0]["state"], "postponed")
        self.assertIn("draining", child.info()["parents"][0]["reason"])
        for x, t in zip(children, held):
            self.assertEqual(first.newest(x.guid()), t)
        self.wait_tick(first, alone.newest() + 2, alone.guid())
        drain = first.shell("drain off", DRAIN_SECONDS_MAX)["drain"]
        self.assertEqual(drain["state"], "off")
        for x, t in zip(children, after):
            self.wait_open(x, first)
            self.assert_has_all(x, first, t)
        self.wait_streaming(child, first)


if __name__ == "__main__":
    cluster.main()
