#!/usr/bin/env python3
"""What a parent takes of the past: as much as its key says, and how far it is
can be seen."""

import os
import subprocess

import cluster
from cluster import KEY, listens, streams_to, wait_until

SWARM = os.environ.get("TRIBUTARY_SWARM", "")
DUMP = os.environ.get("TRIBUTARY_DUMP", "")

CONF = "[db]\ncommit every = 200ms\n"

# Of the swarm's hosts, whatever the nodes have of their own.
WINDOW_S = 600

RATE_HZ = 200
TICKS = 2400
PERIOD_S = 300


class Replication(cluster.Test):

    def past_at_top(self, **options):
        """The ticks that a relay has of a host, and those that a new parent
        gets of them whose key has such options."""
        top = self.node("top", listens(**options), CONF)
        relay = self.node("relay", listens() + streams_to(top.link_port), CONF)
        relay.start()
        done = subprocess.run(
            [SWARM, "--parent", f"127.0.0.1:{relay.link_port}", "--api-key",
             KEY, "--metrics", "50", "--rate", str(RATE_HZ), "--seconds",
             str(TICKS // RATE_HZ), "--quiet"],
            capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        top.start()
        relay.wait_log("top has all that it was owed", 60)
        wait_until("nothing is owed", lambda: all(
            x["owed_ticks"] == 0 and x["owed_left_ms"] == 0
            for x in relay.shell("links")["links"] if x["side"] == "parent"))
        lanes = [x for x in relay.shell("links")["lanes"]
                 if x["lane"] == "history" and x["side"] == "parent"]
        self.assertEqual([x["owed_ticks"] for x in lanes], [0])
        for x in (relay, top):
            x.stop()
        return tuple(self.ticks_of(x) for x in (relay, top))

    @staticmethod
    def ticks_of(node):
        rows = subprocess.run(
            [DUMP, "--export", "csv", "--raw", str(node.data_dir), "swarm0",
             "bench.chart0"],
            stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
        return [int(row.split(",")[0]) for row in rows[1:] if ",d0," in row]

    def assert_from(self, there, got, first):
        """A window travels whole, and the link begins seconds later."""
        self.assertEqual(got, there[there.index(got[0]):])
        self.assertLessEqual(first - WINDOW_S, got[0])
        self.assertLessEqual(got[0], first + 15)

    def test_all_of_it(self):
        there, got = self.past_at_top()
        self.assertEqual(len(there), TICKS)
        self.assertEqual(got, there)

    def test_a_period(self):
        there, got = self.past_at_top(replication_period=f"{PERIOD_S}s",
                                      replication_step="10m")
        self.assertEqual(len(there), TICKS)
        self.assert_from(there, got, there[-1] - PERIOD_S)

    def test_none(self):
        there, got = self.past_at_top(enable_replication="no")
        self.assert_from(there, got, there[-1] - 60)


if __name__ == "__main__":
    cluster.main()
