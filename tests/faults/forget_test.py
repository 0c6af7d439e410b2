#!/usr/bin/env python3
"""Hosts that are forgotten through the shell: gone for whoever asks, also after
a kill in the middle, and new when they come back. What is kept of tiers."""

import os
import subprocess
import time

import cluster
from cluster import wait_until
from shell_test import EXIT_FAILURE, ask, shell

DUMP = os.environ.get("TRIBUTARY_DUMP", "")

CONF = "[db]\nwindow = 1m\n"

# Kills of one test; TRIBUTARY_TRIALS widens it.
TRIALS = cluster.setting("TRIBUTARY_TRIALS", 3)


def verify(node):
    done = subprocess.run([DUMP, "--verify", str(node.data_dir)],
                          capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr if done.returncode else ""


class Forget(cluster.Test):

    def offline(self, parent, child):
        """The child is gone and the parent has seen it."""
        child.kill()
        wait_until("the parent misses the child", lambda:
                   not parent.status_of(child.guid())["reachable"]
                   and self.is_away(parent, child))

    @staticmethod
    def is_away(parent, child):
        return any(x["guid"] == child.guid() and x["state"] != "live"
                   for x in ask(parent, "hosts")["hosts"])

    def refusal(self, node, command):
        done = shell(node, "-e", command)
        self.assertEqual(done.returncode, EXIT_FAILURE, done.stdout)
        return done.stderr

    def forget(self, parent, what):
        """Once the session has given the host up."""
        def once():
            done = shell(parent, "-e", f"forget {what} --yes")
            if done.returncode and "live" in done.stderr:
                return None
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout
        return wait_until("the host is forgotten", once, every=0.5)

    def test_forgets(self):
        parent, child = self.pair(CONF)
        guid = child.guid()
        first = child.newest()
        self.wait_tick(parent, first + 3, guid)
        self.assertIn("child is live", self.refusal(parent, "forget child --yes"))
        self.assertIn("this node itself",
                      self.refusal(parent, "forget parent --yes"))
        self.assertIn("no host is called nobody",
                      self.refusal(parent, "forget nobody"))
        self.offline(parent, child)
        self.assertIn("forget child --yes", self.refusal(parent, "forget child"))
        self.assertIsNotNone(parent.status_of(guid))

        self.assertIn("done", self.forget(parent, "child"))
        self.assertIsNone(parent.status_of(guid))
        self.assertEqual([x["hostname"] for x in ask(parent, "hosts")["hosts"]],
                         ["parent"])
        self.assertEqual(parent.request("/api/v1/charts", guid)[0], 404)
        self.assertIn("done", shell(parent, "-e", "forget").stdout)
        self.assertEqual(verify(parent), "")

        # It stays so over a start, and a new one of that GUID is new: the
        # child's own store is gone, so that nobody else could bring it back.
        parent.kill()
        parent.start()
        self.assertIsNone(parent.status_of(guid))
        for file in child.data_dir.glob("store.mdb*"):
            file.unlink()
        child.start()
        again = wait_until("the child is back",
                           lambda: parent.newest(guid), seconds=60)
        self.wait_tick(parent, again + 2, guid)
        self.assertGreater(parent.status_of(guid)["oldest_sample"], first + 3)
        self.assertEqual(parent.has("system.cpu", range(first, first + 4), guid),
                         set())
        parent.stop()
        self.assertEqual(verify(parent), "")

    def test_killed_in_the_middle(self):
        parent, child = self.pair(CONF)
        guid = child.guid()
        self.wait_tick(parent, child.newest() + 3, guid)
        self.offline(parent, child)
        for _ in range(TRIALS):
            wait_until("the link is given up", lambda: "live" not in
                       self.refusal(parent, "forget child"))
            asked = subprocess.Popen(
                [os.environ["TRIBUTARY_SHELL"], "--run-dir",
                 str(parent.folder / "run"), "-e", "forget child --yes"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(cluster.random.random() / 20)
            parent.kill()
            asked.wait()
            self.assertEqual(verify(parent), "")
            parent.start()
            there = parent.status_of(guid) is not None
            self.assertEqual(verify(parent), "")
            if not there:
                break
        if there:
            self.forget(parent, "child")
        self.assertIsNone(parent.status_of(guid))

    def test_node_above_keeps_it(self):
        top = self.node("top", cluster.listens(), CONF).start()
        relay = self.node("relay", cluster.listens()
                          + cluster.streams_to(top.link_port), CONF).start()
        child = self.node("child", cluster.streams_to(relay.link_port),
                          CONF).start()
        guid = wait_until("the child has a GUID", child.guid)
        wait_until("the child is at the top", lambda: top.newest(guid),
                   seconds=60)
        self.wait_tick(top, child.newest() + 3, guid)
        self.offline(relay, child)
        self.forget(relay, guid)
        newest = top.newest(guid)
        self.assertGreater(newest, 0)
        rows = top.rows("system.cpu", newest - 3, newest, guid)
        self.assertTrue(any(any(v is not None for v in x)
                            for x in rows.values()))
        # The link goes on with what is left, and takes the host anew.
        self.wait_tick(top, relay.newest() + 3, relay.guid())
        child.start()
        wait_until("the child is at the top again",
                   lambda: top.newest(guid) > newest + 2, seconds=60)
        self.assertEqual(top.rows("system.cpu", newest - 3, newest, guid), rows)


class Tiers(cluster.Test):

    def test_fewer_and_back(self):
        one = CONF + "storage tiers = 1\n"
        node = self.node("node", "", one).start()
        status, _, text = node.request(
            "/api/v1/data?chart=system.cpu&after=-60&tier=1")
        self.assertEqual(status, 400, text)
        self.assertIn("tier 0 alone", text)
        wait_until("a window is a block", lambda: self.entries(node)[0], 150)
        self.assertEqual(self.entries(node)[1], 0)
        self.change(node, CONF)
        wait_until("a window has points", lambda: self.entries(node)[1], 150)
        node.data_text("system.cpu", -60, 0, extra="&tier=1")
        self.change(node, one)
        wait_until("the points went", lambda: not self.entries(node)[1], 30)

    def change(self, node, conf):
        self.assertEqual(node.stop()[0], 0)
        self.assertEqual(verify(node), "")
        node.configure(conf=conf)
        node.start()

    @staticmethod
    def entries(node):
        """Of tier 0, and of the tiers above."""
        tables = {x["name"]: x["entries"] for x in ask(node, "store")["tables"]}
        return tables["tier0"], sum(n for name, n in tables.items()
                                    if name.startswith(("tier1", "tier2")))


if __name__ == "__main__":
    cluster.main()
