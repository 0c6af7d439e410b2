#!/usr/bin/env python3
"""A parent whose disk is full: it stays up and goes on publishing, it stops
acknowledging and says so, and it recovers when there is room."""

import json
import os
import pathlib
import subprocess

import cluster
from cluster import KEY, listens, streams_to, wait_until
from stored import stored, ticks_of

SWARM = os.environ.get("TRIBUTARY_SWARM", "")

DISK_MIB = 16

# Of the file of the store, free pages are used up first.
FILL_SECONDS_MAX = 60

ACKS_MISSED = 3

CHILDREN = 10
# It takes 20 s until the free pages of the file are used up.
SWARM_SECONDS = 50


class FullDisk(cluster.Test):

    def small_disk(self):
        """A file system of its own; skips where it can't be mounted."""
        folder = pathlib.Path(self.folder / "disk")
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o",
                               f"size={DISK_MIB}m", "none", str(folder)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            reason = f"no small disk: {done.stderr.strip()}"
            print(reason, flush=True)
            self.skipTest(reason)
        # Lazily, since the nodes end after the test.
        self.addCleanup(subprocess.run, ["umount", "-l", str(folder)],
                        check=True)
        return folder

    def setUp(self):
        self.disk = self.small_disk()
        conf = "[db]\nwindow = 1m\n"
        self.parent = self.node("parent", listens(), conf)
        self.parent.data_dir = self.disk / "data"
        self.child = self.node("child", streams_to(self.parent.link_port), conf)
        self.parent.start()
        self.child.start()
        self.wait_streaming(self.child, self.parent)
        self.after = self.child.newest() - 1

    def fill(self):
        with open(self.disk / "filler", "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"\0" * 4096)
            except OSError:
                pass

    def make_room(self):
        (self.disk / "filler").unlink()

    def times_said(self, words):
        return self.parent.this_life().count(words)

    def fill_until_it_hurts(self):
        said = self.times_said("nothing is acknowledged")
        self.fill()
        wait_until("the parent says that it can't commit", lambda:
                   self.times_said("nothing is acknowledged") > said,
                   FILL_SECONDS_MAX)

    def assert_whole(self):
        self.wait_streaming(self.child, self.parent)
        before = self.child.newest()
        self.wait_tick(self.parent, before + 1, self.child.guid())
        self.wait_equal(self.child, self.parent, self.after, before)
        self.assert_no_gap(self.parent, self.after, before, self.child.guid())

    def test_full_and_room_again(self):
        self.fill_until_it_hurts()
        full = self.child.newest() + 1
        self.wait_tick(self.child, full + ACKS_MISSED + 1)
        self.assert_no_acks(self.child, full, full + ACKS_MISSED)
        # It goes on publishing what comes, its own and the child's.
        for host in (self.parent.guid(), self.child.guid()):
            self.wait_tick(self.parent, full + ACKS_MISSED, host)
        self.assertEqual(self.times_said("nothing is acknowledged"), 1,
                         "said once, not every second")
        own = self.parent.newest()
        self.make_room()
        self.parent.wait_log("commits succeed again")
        self.wait_tick(self.parent, own + 1)
        self.assert_no_gap(self.parent, self.after, own)
        self.assert_whole()

    def test_many_children_stream_meanwhile(self):
        """Nothing of a swarm is acknowledged while the disk is full, and all of
        it is there afterwards, once."""
        figures = self.folder / "figures.json"
        swarm = subprocess.Popen(
            [SWARM, "--parent", f"127.0.0.1:{self.parent.link_port}",
             "--api-key", KEY, "--children", str(CHILDREN), "--metrics", "50",
             "--seconds", str(SWARM_SECONDS), "--drain-limit", "90", "--quiet",
             "--json", str(figures)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(swarm.kill)
        for number in range(CHILDREN):
            self.wait_tick(self.parent, 1, f"swarm{number}")
        self.fill_until_it_hurts()
        full = self.parent.newest("swarm0")
        self.wait_tick(self.parent, full + ACKS_MISSED + 2, "swarm0")
        self.assertIsNone(swarm.poll())
        self.make_room()
        self.parent.wait_log("commits succeed again")
        said = swarm.communicate(timeout=150)[0]
        self.assertEqual(swarm.returncode, 0, said)
        numbers = json.loads(figures.read_text())
        self.assertEqual(numbers["frames_acked"], CHILDREN * SWARM_SECONDS)
        self.assertEqual(numbers["links_lost"], 0)
        for number in range(CHILDREN):
            ticks = ticks_of(stored(self.parent, f"swarm{number}", 0, 1 << 40))
            self.assertEqual(len(ticks), SWARM_SECONDS)
            self.assertEqual(max(ticks) - min(ticks) + 1, SWARM_SECONDS)
        print(f"acks came within {numbers['ack_p99_ms'] / 1000:.1f} s")
        self.assert_whole()

    def test_killed_while_full(self):
        """What was acknowledged is on disk; the rest the child still owes."""
        self.fill_until_it_hurts()
        self.wait_tick(self.child, self.child.newest() + 2)
        self.parent.kill()
        self.make_room()
        self.parent.start()
        self.assert_whole()

    def test_start_while_full(self):
        """Leaves with clear words, or runs; the store is unharmed."""
        self.fill_until_it_hurts()
        self.assert_stops_somehow()
        self.parent.launch()
        wait_until("the parent leaves or is ready", lambda:
                   not self.parent.running or self.parent.get_text("/ready"))
        print("on a full disk the node "
              + ("runs" if self.parent.running
                 else f"leaves with {self.parent.process.returncode}: "
                      + self.parent.this_life().strip().split("\n")[-1]))
        self.parent.end()
        self.make_room()
        self.parent.start()
        self.assert_whole()

    def assert_stops_somehow(self):
        """In time; its last commit may still find a free page."""
        code, seconds = self.parent.stop()
        lost = "the last commit failed" in self.parent.this_life()
        print(f"stopped in {seconds:.1f} s with {code}")
        self.assertEqual(code, 1 if lost else 0)
        self.assertLess(seconds, cluster.STOP_SECONDS_MAX)


if __name__ == "__main__":
    cluster.main()
