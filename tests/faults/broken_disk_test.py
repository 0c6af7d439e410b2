#!/usr/bin/env python3
"""Nodes whose disk fails below them, at each of its calls and for a time: they
go on publishing, acknowledge nothing that is not durable, and recover in the
same process."""

import errno
import itertools

import cluster
import failing_disk
from cluster import listens, streams_to, wait_until
from failing_disk import CUT, REFUSED, SYNC, SYNCED_WRITE, WRITTEN, FailingDisk

# Short windows and quick commits: many of them meet a fault, some of those
# close a window.
CONF = "[db]\nwindow = 1m\ncommit every = 200ms\n"

FAILED = "nothing is acknowledged"
WELL = "commits succeed again"

# A commit of two hosts makes about so many calls.
CALLS = 8

TICKS_WATCHED = 3
# Ended by the test long before.
HANGS_MS_MAX = 60_000

# Two hosts fill it in seconds: their rosters alone take half of it.
FILL_SECONDS_MAX = 90
MAP_BYTES = 340 << 10


class BrokenDisk(cluster.Test):

    def parent_and_child(self, conf=CONF, **disk):
        self.parent = self.node("parent", listens(), conf)
        self.disk = FailingDisk(self.parent, **disk)
        self.child = self.node("child", streams_to(self.parent.link_port), CONF)
        self.parent.start()
        self.child.start()
        self.wait_streaming(self.child, self.parent)
        self.after = self.child.newest() - 1
        self.own = self.parent.newest() - 1

    def times_said(self, words):
        return self.parent.this_life().count(words)

    def wait_said(self, words, times):
        wait_until(f"the parent says {times} times: {words}",
                   lambda: self.times_said(words) >= times)

    def assert_publishes_and_acks_nothing(self):
        begin = self.child.newest() + 1
        end = begin + TICKS_WATCHED
        for node in (self.parent, self.child):
            self.wait_tick(self.parent, end, node.guid())
        self.wait_tick(self.child, end + 1)
        self.assert_no_acks(self.child, begin, end)

    def assert_whole(self, lives=1):
        """In the same process; nothing of the child and, but for deaths of
        the parent, of its own is missing."""
        self.assertEqual(self.parent.lives, lives)
        self.assertTrue(self.parent.running)
        self.wait_streaming(self.child, self.parent)
        before = self.child.newest()
        self.wait_tick(self.parent, before + 1, self.child.guid())
        self.wait_equal(self.child, self.parent, self.after, before)
        self.assert_no_gap(self.child, self.after, before)
        if lives == 1:
            self.assert_no_gap(self.parent, self.own, self.parent.newest())

    def test_each_call_of_a_commit(self):
        self.parent_and_child()
        faults = itertools.product((errno.EIO, errno.ENOSPC),
                                   (REFUSED, WRITTEN, CUT))
        for (error, fault), number in itertools.product(faults,
                                                        range(1, CALLS + 1)):
            failed = self.disk.get("failed")
            self.disk.fail(number, error=error, fault=fault)
            wait_until("a call fails",
                       lambda: self.disk.get("failed") > failed, every=0.01)
        wait_until("the last failure is over", lambda: 0 <
                   self.times_said(FAILED) == self.times_said(WELL))
        # A full disk may do with room that the store makes at once.
        said = self.times_said(FAILED)
        print(f"{self.disk.get('failed')} calls failed, {said} times said")
        self.assertGreaterEqual(said, 5)
        self.assert_whole()
        self.parent.kill()
        self.parent.start()
        self.assert_whole(lives=2)

    def test_for_a_time(self):
        """All calls, only syncs, only meta pages: said once, not every commit,
        and nothing is acknowledged until it is over."""
        self.parent_and_child()
        for said, kinds in enumerate((failing_disk.ANY, SYNC, SYNCED_WRITE), 1):
            self.disk.fail(count=failing_disk.FOREVER, kinds=kinds,
                           fault=WRITTEN)
            self.wait_said(FAILED, said)
            self.assert_publishes_and_acks_nothing()
            self.assertEqual(self.times_said(FAILED), said, "said once")
            self.disk.repair()
            self.wait_said(WELL, said)
        self.assertIn("store.mdb failed", self.parent.this_life())
        self.assert_whole()

    def test_killed_while_it_fails(self):
        """What was acknowledged is on disk; the child has the rest."""
        self.parent_and_child()
        for kinds in (failing_disk.ANY, SYNCED_WRITE):
            self.wait_streaming(self.child, self.parent)
            self.disk.fail(count=failing_disk.FOREVER, kinds=kinds)
            self.parent.wait_log(FAILED)
            self.assert_publishes_and_acks_nothing()
            self.parent.kill()
            self.disk.repair()
            self.parent.start()
        self.assert_whole(lives=3)

    def test_hangs(self):
        """A sync that takes seconds holds up acknowledgements and no more."""
        self.parent_and_child()
        self.disk.fail(count=1, kinds=SYNC, error=0, stall_ms=HANGS_MS_MAX)
        first = self.disk.get("first")
        wait_until("a sync hangs", lambda: self.disk.get("calls") >= first)
        self.assert_publishes_and_acks_nothing()
        self.disk.repair() # ends it
        self.assertEqual(self.times_said(FAILED), 0)
        self.assert_whole()


class FullMap(BrokenDisk):
    """The store has the size that it may take. A journal of one window and no
    block fill it, so that there is nothing that could go."""

    test_each_call_of_a_commit = None
    test_for_a_time = None
    test_killed_while_it_fails = None
    test_hangs = None

    def test_full_and_larger_again(self):
        self.parent_and_child(map_bytes=MAP_BYTES)
        self.parent.wait_log(FAILED, FILL_SECONDS_MAX)
        self.assertRegex(self.parent.this_life(),
                         rf"{FAILED}.*store_full.*'\[db\] map size'")
        self.assert_publishes_and_acks_nothing()
        self.parent.kill()
        del self.parent.environment["FAILING_DISK_MAP_BYTES"]
        self.parent.start()
        self.assert_whole(lives=2)


if __name__ == "__main__":
    cluster.main()
