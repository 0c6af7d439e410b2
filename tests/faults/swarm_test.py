#!/usr/bin/env python3
"""Many children of one process: what it counts as acknowledged is in the
parent, through cuts of links and kills of the parent."""

import json
import os
import subprocess

import cluster
from cluster import KEY, listens

SWARM = os.environ.get("TRIBUTARY_SWARM", "")
DUMP = os.environ.get("TRIBUTARY_DUMP", "")

CHILDREN = 20
METRICS = 50
SECONDS = cluster.setting("TRIBUTARY_SECONDS", 12)


class Swarm(cluster.Test):

    def command(self, parent, *flags):
        return [SWARM, "--parent", f"127.0.0.1:{parent.link_port}",
                "--api-key", KEY, "--children", str(CHILDREN), "--quiet",
                "--json", str(self.folder / "figures.json"), *flags]

    def ran(self, command, seconds=120):
        x = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                           stderr=subprocess.STDOUT, timeout=seconds)
        return x.returncode, x.stdout

    def figures(self):
        return json.loads((self.folder / "figures.json").read_text())

    def ticks_of(self, parent, host, chart="bench.chart0"):
        """Ticks with a value in the parent's store, as often as they are."""
        rows = subprocess.run(
            [DUMP, "--export", "csv", "--raw", str(parent.data_dir), host,
             chart],
            stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
        return [int(row.split(",")[0]) for row in rows[1:]
                if ",d0," in row]

    def assert_whole(self, parent, seconds):
        for index in range(CHILDREN):
            ticks = self.ticks_of(parent, f"swarm{index}")
            self.assertEqual(len(ticks), seconds, f"swarm{index}")
            self.assertEqual(sorted(set(ticks)),
                             list(range(min(ticks), min(ticks) + seconds)))

    def test_cuts_and_charts(self):
        parent = self.node("parent", stream=listens())
        parent.start()
        code, said = self.ran(self.command(
            parent, "--metrics", str(METRICS), "--seconds", str(SECONDS),
            "--history", "30", "--cut-every", "3", "--chart-every", "5"))
        self.assertEqual(code, 0, said)
        figures = self.figures()
        print({k: figures[k] for k in ("acked_samples_per_s", "ack_p99_ms",
                                       "links_cut", "frames_sent_again")})
        self.assertEqual(figures["frames_made"], CHILDREN * (SECONDS + 30))
        self.assertEqual(figures["frames_acked"], figures["frames_made"])
        self.assertGreater(figures["links_cut"], 0)
        # The charts that came later are samples too.
        self.assertGreater(figures["acked_samples"],
                           figures["frames_made"] * METRICS)
        parent.kill()
        self.assert_live_and_past(parent)

    def assert_live_and_past(self, parent):
        for index in range(CHILDREN):
            ticks = self.ticks_of(parent, f"swarm{index}")
            self.assertEqual(len(ticks), SECONDS + 30)
            self.assertEqual(len(set(ticks)), len(ticks))

    def test_killed_parent(self):
        parent = self.node("parent", stream=listens())
        parent.start()
        swarm = subprocess.Popen(self.command(
            parent, "--metrics", str(METRICS), "--seconds", str(SECONDS)),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for i in range(CHILDREN):
            self.wait_tick(parent, 1, f"swarm{i}")
        parent.kill()
        parent.start()
        said = swarm.communicate(timeout=120)[0]
        self.assertEqual(swarm.returncode, 0, said)
        figures = self.figures()
        self.assertEqual(figures["frames_acked"], CHILDREN * SECONDS)
        self.assertGreaterEqual(figures["links_lost"], CHILDREN)
        parent.kill()
        self.assert_whole(parent, SECONDS)

    def test_errors(self):
        parent = self.node("parent", stream=listens())
        parent.start()
        wrong = [x if x != KEY else KEY[:-1] + "f"
                 for x in self.command(parent, "--connect-limit", "15")]
        code, said = self.ran(wrong)
        self.assertEqual(code, 69, said)
        self.assertIn("denied", said)
        code, said = self.ran(self.command(parent, "--metrics", "15"))
        self.assertEqual(code, 2)
        self.assertIn("multiple of ten", said)
        code, said = self.ran([SWARM])
        self.assertEqual(code, 2)
        self.assertIn("--api-key", said)
        code, said = self.ran(self.command(parent, "--data", __file__))
        self.assertEqual(code, 2)
        self.assertIn("not a zstd file", said)
        parent.stop()
        code, said = self.ran(self.command(parent, "--connect-limit", "15"))
        self.assertEqual(code, 69)
        self.assertIn("0 of 20 children", said)


if __name__ == "__main__":
    cluster.main()
