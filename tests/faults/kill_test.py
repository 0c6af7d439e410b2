#!/usr/bin/env python3
"""Nodes that are killed, stopped and held at random moments: nothing that was
acknowledged is missing, and nothing is there twice."""

import signal
import time

import cluster
from cluster import listens, streams_to
from stored import ticks_of, wait_same

TRIALS = cluster.setting("TRIBUTARY_TRIALS", 6)

# Short windows, so that blocks are cut and travel while the test runs.
WINDOW_SECONDS = 60
CONF = "[db]\nwindow = 1m\n"

# Commits as often as can be: a kill meets one.
FAST_CONF = CONF + "commit every = 100ms\n"

# A window is closed this long after its end.
GRACE_SECONDS = 5

# A leaf commits every 5 s; what it had not committed dies with it.
LEAF_COMMIT_SECONDS = 5

# How long a parent is away. Windows of a host begin at a phase of its own: one
# that ended by then is closed, committed, and frames of the next one are.
AWAY_SECONDS = cluster.setting("TRIBUTARY_AWAY_SECONDS", WINDOW_SECONDS
                               + GRACE_SECONDS + 3 * LEAF_COMMIT_SECONDS)


class Moments(cluster.Test):

    def pause(self, low, high):
        """A random moment: what is varied here, not waited for."""
        time.sleep(self.random.uniform(low, high))

    def assert_whole(self, child, parent, after, seconds=90):
        """Everything behind `after` is at the parent, and no gap in it."""
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before + 1, child.guid())
        self.wait_equal(child, parent, after, before, seconds)
        missed = self.assert_no_gap(child, after, before)
        print(f"{before - after} ticks are whole, but for {missed} that the "
              "child missed itself")


class KillParent(Moments):

    def test_parent(self):
        """kill -9 of the parent: every tick of the child is in the parent
        exactly once after it is back."""
        parent, child = self.pair(FAST_CONF)
        after = child.newest() - 1
        for trial in range(TRIALS):
            # In a running link, or at any moment of coming back: the child
            # returns 5 s after it lost the link.
            settled = trial % 2 == 0
            if settled:
                self.wait_streaming(child, parent)
                self.pause(0, 2)
            else:
                self.pause(3, 7)
            parent.kill()
            self.pause(0, 1)
            parent.start()
        self.assert_whole(child, parent, after)
        print(f"{TRIALS} kills of the parent")


class KillOthers(Moments):

    def test_child(self):
        """kill -9 of the child: what was acknowledged is at the parent, what
        was committed is at the child, and it goes on."""
        parent, child = self.pair(CONF)
        host = child.guid()
        first = child.newest() + 1
        shown, survived = {}, set()
        for trial in range(max(2, TRIALS // 3)):
            self.wait_streaming(child, parent)
            self.wait_tick(child, child.newest() + 4)
            if trial == 0:
                survived = child.has("system.ram",
                                     range(first, child.newest() + 1))
                self.wait_committed(child)
            self.pause(0, 2)
            ticks = range(first, parent.newest(host) + 1)
            shown.update(parent.rows("system.ram", first - 1, ticks[-1], host))
            killed = child.newest()
            child.kill()
            child.start()
            own = child.has("system.ram", ticks)
            self.assertEqual(survived - own, set(), "committed and gone")
            survived |= own
            self.wait_tick(parent, killed + 1, host)
        self.assertGreater(len(survived), 5)
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before + 1, host)
        # All that the parent ever showed it still has, and the same.
        held = parent.rows("system.ram", first - 1, before, host)
        self.assertEqual({t: held.get(t) for t in shown}, shown)
        self.assert_child_is_in_parent(child, parent, first - 1, before)

    def assert_child_is_in_parent(self, child, parent, after, before):
        """The parent may hold more: what the child lost with its life."""
        def lost():
            return [(chart, t, mine[t], theirs.get(t))
                    for chart in child.charts()
                    for mine in [child.rows(chart, after, before)]
                    for theirs in [parent.rows(chart, after, before,
                                               child.guid())]
                    for t in mine if mine[t] != theirs.get(t)
                    and any(x is not None for x in mine[t])]
        deadline = time.monotonic() + cluster.RESUME_SECONDS_MAX
        while lost() and time.monotonic() < deadline:
            time.sleep(0.5)
        self.assertEqual(lost(), [])

    def test_relay(self):
        """kill -9 of the node in the middle: the top still gets all."""
        top = self.node("top", listens(), CONF)
        relay = self.node("relay", listens() + streams_to(top.link_port), CONF)
        leaf = self.node("leaf", streams_to(relay.link_port), CONF)
        for x in (top, relay, leaf):
            x.start()
        self.wait_streaming(leaf, top)
        after = leaf.newest() - 1
        for _ in range(max(2, TRIALS // 3)):
            self.pause(0, 3)
            relay.kill()
            self.pause(0, 2)
            relay.start()
            self.wait_streaming(leaf, top)
        self.assert_whole(leaf, relay, after)
        self.assert_whole(leaf, top, after)

    def test_top_and_relay_in_turns(self):
        """The relay owes to its parent what it got while that was away."""
        top = self.node("top", listens(), CONF)
        relay = self.node("relay", listens() + streams_to(top.link_port), CONF)
        leaf = self.node("leaf", streams_to(relay.link_port), CONF)
        for x in (top, relay, leaf):
            x.start()
        self.wait_streaming(leaf, top)
        after = leaf.newest() - 1
        top.kill()
        self.wait_tick(relay, relay.newest(leaf.guid()) + 4, leaf.guid())
        relay.kill()
        relay.start()
        self.wait_streaming(leaf, relay)
        top.start()
        self.assert_whole(leaf, top, after)


class Chain(Moments):

    def test_anything_at_any_moment(self):
        """Relay and top are killed, stopped and held in any order, often before
        they are back in the chain; then all of the leaf is at the top."""
        top = self.node("top", listens(), CONF)
        relay = self.node("relay", listens() + streams_to(top.link_port), CONF)
        leaf = self.node("leaf", streams_to(relay.link_port), CONF)
        for x in (top, relay, leaf):
            x.start()
        self.wait_streaming(leaf, top)
        after = leaf.newest() - 1
        for _ in range(TRIALS):
            self.pause(0, 6)
            self.hurt(self.random.choice((top, relay)))
        self.assert_whole(leaf, relay, after)
        self.assert_whole(leaf, top, after)

    def hurt(self, node):
        how = self.random.choice(("kill", "kill", "kill", "stop", "hold"))
        if how == "hold":
            node.send(signal.SIGSTOP)
            self.pause(0, 4)
            node.send(signal.SIGCONT)
            return
        if how == "kill":
            node.kill()
        else:
            self.assert_stops(node)
        self.pause(0, 2)
        node.start()


class Absence(Moments):

    def test_longer_than_the_journal(self):
        """A parent that is away until the child's window is a block and the
        journal behind it is trimmed: what it missed comes as history."""
        parent, child = self.pair(CONF)
        after = child.newest() - 1
        parent.kill()
        self.wait_tick(child, after + AWAY_SECONDS, seconds=AWAY_SECONDS + 60)
        last = child.newest()
        self.assert_stops(child)
        child.start()
        replayed = int(child.wait_log(r"(\d+) frames replayed").group(1))
        self.assertLess(replayed, last - after, "the journal was not trimmed")
        parent.start()
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(child, before + 3) # with word of what was missed
        self.wait_equal(child, parent, after, before, 90 + AWAY_SECONDS // 10)
        held = ticks_of(wait_same(self, (child, parent), child.guid(), after,
                                  before))
        missing = sorted(set(range(after + 1, before + 1)) - held)
        missed = self.missed_by(child, after, before)
        # Between its two lives nobody collected.
        gap = [t for t in missing if last < t]
        self.assertLessEqual(len(missing) - len(gap), missed, missing)
        print(f"{last - after} ticks are whole, of {replayed} in the journal, "
              f"but for {missed} that the child missed itself")


class Signals(Moments):

    def test_stop_and_continue_of_the_parent(self):
        """SIGSTOP for longer than a ping interval: the link holds or comes
        back, and there is no hole."""
        parent, child = self.pair(CONF)
        after = child.newest() - 1
        parent.send(signal.SIGSTOP)
        self.wait_tick(child, child.newest() + 7)
        parent.send(signal.SIGCONT)
        self.assert_whole(child, parent, after)

    def test_term_and_restart(self):
        """TERM of each: leaves in time with exit code 0 and loses nothing."""
        parent, child = self.pair(CONF)
        after = child.newest() - 1
        first_end = child.newest()
        self.assert_stops(child)
        child.start()
        self.wait_streaming(child, parent)
        # The last commit had all that was published before the TERM.
        self.assert_no_gap(child, after, first_end)
        self.assert_no_gap(parent, after, first_end, child.guid())
        resumed = child.newest()
        self.assert_stops(parent)
        parent.start()
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before + 1, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, resumed, before, child.guid())


if __name__ == "__main__":
    cluster.main()
