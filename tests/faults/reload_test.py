#!/usr/bin/env python3
"""A node that reads its configuration again: what can be is applied, what
can't is named, a fault changes nothing, and no second is lost by any of it."""

import os
import re
import signal
import time

import cluster
from cluster import KEY, listens, streams_to, wait_until
from proxy import Proxy

# Compared at least.
SECONDS_MIN = 5

OTHER_KEY = "11111111-2222-3333-4444-555555555555"


class Reloading(cluster.Test):

    def reload(self, node, stream=None, conf=None, answer="reloaded: "):
        """Writes files, sends HUP; what the node said from then on."""
        node.configure(stream, conf)
        said = len(node.this_life())
        node.send(signal.SIGHUP)
        wait_until(f"{node.name} answers {answer!r}",
                   lambda: answer in node.this_life()[said:])
        return node.this_life()[said:]

    def assert_every_second(self, parent, child, after):
        """The parent has each tick of the child once, and equal."""
        self.wait_tick(child, after + SECONDS_MIN)
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, after, before, child.guid())

    def links(self, node):
        """How often a link came."""
        return len(re.findall(r"info: link from ", node.this_life()))


class Reload(Reloading):

    def test_nothing_and_level(self):
        node = self.node("node", listens(), "[logs]\nlevel = info\n").start()
        self.assertIn("nothing changed", self.reload(node))
        said = self.reload(node, conf="[logs]\nlevel = debug\n")
        self.assertIn("[logs] level: info, now debug", said)
        self.assertIn("reloaded: 1 option applied, 0 wait for a restart", said)
        self.reload(node, conf="[logs]\nlevel = error\n")
        # It says no more, and does it still.
        said = len(node.this_life())
        node.configure(conf="[logs]\nlevel = info\n")
        node.send(signal.SIGHUP)
        wait_until("the level is back", lambda: "[logs] level: error, now info"
                   in node.this_life()[said:])

    def test_faults_change_nothing(self):
        parent, child = self.pair()
        after = child.newest()
        said = self.reload(parent, listens() + "[stream]\nenabeld = yes\n",
                           "[db]\nmode = dbengin\ncomit every = 1s\n",
                           answer="not reloaded")
        self.assertRegex(said, r"tributary\.conf:2: .*dbengin")
        self.assertRegex(said, r"tributary\.conf:3: .*comit every.*"
                               r"did you mean 'commit every'")
        self.assertRegex(said, r"stream\.conf:5: .*did you mean 'enabled'")
        self.assertIn("goes on with the one that it had", said)
        # Also a file that can't be read as text, and one that is a folder.
        (parent.etc / "stream.conf").write_bytes(os.urandom(4096))
        self.reload(parent, answer="not reloaded")
        (parent.etc / "stream.conf").unlink()
        (parent.etc / "stream.conf").mkdir()
        self.reload(parent, answer="not reloaded")
        (parent.etc / "stream.conf").rmdir()
        # What is repaired is taken; and all that while nobody noticed.
        self.assertIn("nothing changed", self.reload(parent, listens(), ""))
        self.assert_every_second(parent, child, after)
        self.assertEqual(self.links(parent), 1)

    def test_what_waits_is_named_until_it_is_taken_back(self):
        node = self.node("node", "", "").start()
        conf = ("[db]\nwindow = 2m\ncommit every = 2s\n"
                "[directories]\ndata = /nowhere\n")
        for _ in range(2):
            said = self.reload(node, conf=conf)
            self.assertIn("[db] window: 10m, now 2m; takes effect at the next "
                          "start", said)
            # The flag --data-dir goes before the file: nothing changed there.
            self.assertNotIn("nowhere", said)
        self.assertIn("reloaded: 0 options applied, 1 waits for a restart",
                      said)
        self.assertIn("nothing changed", self.reload(
            node, conf="[db]\ncommit every = 2s\n"))

    def test_keys_come_and_go(self):
        """Links of other keys stay as they are, the very connections."""
        both = listens() + listens(OTHER_KEY)
        parent = self.node("parent", both).start()
        kept = self.node("kept", streams_to(parent.link_port)).start()
        other = self.node("other", streams_to(parent.link_port, OTHER_KEY))
        other.start()
        for x in (kept, other):
            self.wait_streaming(x, parent)
        after = [x.newest() for x in (kept, other)]
        said = self.reload(parent, listens())
        self.assertIn("[11111111...] is gone", said)
        self.assertNotIn(OTHER_KEY, parent.this_life())
        other.wait_log(r"uplink: denied: the parent refuses this node")
        wait_until("the parent says that it is gone", lambda:
                   parent.status_of(other.guid())["state"] == "offline")
        # Refused at its address, and admitted again: it brings all it has.
        said = self.reload(parent, listens() + listens(
            OTHER_KEY, allow_from="10.* !*"))
        self.assertIn("[11111111...] is new", said)
        said = self.reload(parent, both)
        self.assertIn("allow from: 10.* !*, now *", said)
        self.wait_streaming(other, parent)
        for x, t in zip((kept, other), after):
            self.assert_every_second(parent, x, t)
        self.assertEqual(len(re.findall("info: link from kept",
                                        parent.this_life())), 1)
        self.assertNotIn("next attempt", kept.this_life())

    def test_host_behind_a_relay(self):
        """A machine section ends the one host, the link of the relay stays;
        without it the host is back."""
        top = self.node("top", listens()).start()
        relay = self.node("relay", listens() + streams_to(top.link_port))
        leaf = self.node("leaf", streams_to(relay.link_port))
        for x in (relay, leaf):
            x.start()
        self.wait_streaming(leaf, top)
        self.wait_streaming(relay, top)
        after = relay.newest(), leaf.newest()
        self.reload(top, listens() + f"[{leaf.guid()}]\ntype = machine\n"
                                     "enabled = no\n")
        relay.wait_log("the parent refuses host leaf: denied")
        wait_until("the leaf is offline", lambda:
                   top.status_of(leaf.guid())["state"] == "offline")
        self.assertEqual(self.links(top), 1)
        self.wait_tick(top, relay.newest() + 2, relay.guid())
        self.reload(top, listens())
        self.wait_streaming(leaf, top)
        self.assert_every_second(top, leaf, after[1])
        self.assert_every_second(top, relay, after[0])

    def test_port_opens_and_closes(self):
        parent = self.node("parent", "").start()
        child = self.node("child", streams_to(parent.link_port)).start()
        child.wait_log(r"uplink: .*refused")
        said = self.reload(parent, listens())
        self.assertRegex(said, f"links on .*:{parent.link_port}")
        self.wait_streaming(child, parent)
        after = child.newest()
        self.reload(parent, listens(enabled="no").replace("enabled = yes\n",
                                                          ""))
        child.wait_log(r"uplink: denied: ")
        child.wait_log(r"uplink: .*refused; next")
        said = self.reload(parent, listens())
        self.assertRegex(said, f"links on .*:{parent.link_port}")
        self.wait_streaming(child, parent)
        self.assert_every_second(parent, child, after)

    def test_uplink_is_switched_and_turned(self):
        first = self.node("first", listens()).start()
        second = self.node("second", listens()).start()
        child = self.node("child", "").start()
        after = child.newest()
        said = self.reload(child, streams_to(first.link_port))
        self.assertIn("[stream] enabled: no, now yes", said)
        self.assertIn("[stream] api key changed", said)
        self.assertNotIn(KEY, child.this_life())
        self.wait_streaming(child, first)
        self.assertTrue(child.info()["stream-enabled"])
        # Time-outs and a further destination leave the link alone.
        said = self.reload(child, streams_to(
            f"{first.link_port} 127.0.0.1:{second.link_port}", timeout="30s"))
        self.assertIn("[stream] timeout: 1m, now 30s", said)
        self.wait_tick(first, child.newest() + 2, child.guid())
        self.assertEqual(self.links(first), 1)
        self.assertEqual(self.links(second), 0)
        # Another destination: at once, and with all that there is.
        before = len(child.this_life())
        self.reload(child, streams_to(second.link_port))
        self.wait_streaming(child, second)
        self.assertNotIn("next attempt", child.this_life()[before:])
        self.assert_every_second(second, child, after)
        self.assertEqual(first.status_of(child.guid())["state"], "offline")
        self.reload(child, "")
        wait_until("the link has ended", lambda:
                   second.status_of(child.guid())["state"] == "offline")
        # The page's actor is started again: for a moment it answers 503.
        wait_until("the child says that it streams no more",
                   lambda: not child.info()["stream-enabled"])
        self.reload(child, streams_to(first.link_port))
        self.wait_streaming(child, first)
        self.assert_every_second(first, child, after)

    def test_collectors_are_switched(self):
        parent, child = self.pair()
        after = child.newest()
        self.reload(child, conf="[plugins]\nproc.loadavg = no\n")
        wait_until("no load any more", lambda: not child.has(
            "system.load", range(child.newest() - 1, child.newest() + 1)))
        off = child.newest()
        self.reload(child, conf="")
        wait_until("the load is back", lambda: child.has(
            "system.load", range(child.newest(), child.newest() + 1)))
        self.assertTrue(child.has("system.load", range(after, off)))
        # All else went on, and no new life of the host began.
        self.assert_every_second(parent, child, after)
        self.assert_no_gap(child, after, child.newest(), "", "system.cpu")
        self.assertEqual(self.links(parent), 1)

    def test_web_port_and_page(self):
        node = self.node("node", "", "").start()
        page = self.folder / "page"
        page.mkdir()
        (page / "index.html").write_text("another page\n")
        self.reload(node, conf=f"[web]\nweb files directory = {page}\n")
        wait_until("the page is there",
                   lambda: "another page" in node.get_text("/"))
        # The port closes, opens again, and the samples do not care.
        after = node.newest()
        self.reload(node, conf="[web]\nmode = none\n")
        with self.assertRaises(OSError):
            node.request("/health")
        said = self.reload(node, conf="[web]\nbind to = *\n")
        self.assertIn(f"web on http://*:{node.http_port}/", said)
        self.wait_tick(node, after + 4)
        self.assert_no_gap(node, after, after + 4)

    def test_a_stream_of_reloads(self):
        """HUP after HUP while a child streams."""
        parent, child = self.pair()
        after = child.newest()
        end = time.monotonic() + 10
        while time.monotonic() < end:
            parent.configure(self.random.choice(
                [listens(), listens() + listens(OTHER_KEY)]))
            child.configure(streams_to(
                parent.link_port, timeout=f"{self.random.randrange(20, 60)}s"))
            for node in (parent, child):
                node.send(signal.SIGHUP)
            time.sleep(self.random.random() / 4)
        self.assert_every_second(parent, child, after)
        self.assertEqual(self.links(parent), 1)
        self.assert_stops(child)
        self.assert_stops(parent)


class OnlyWhatIsConcerned(Reloading):
    """Of many links those go that a change is about; all others are the very
    connections that they were."""

    def came(self, parent, name):
        return len(re.findall(rf"info: link from {name} \S+, node",
                              parent.this_life()))

    def assert_kept(self, parent, child):
        self.assertEqual(self.came(parent, child.name), 1)
        self.assertNotIn(f"link from {child.name} (127.0.0.1) ended",
                         parent.this_life())
        self.assertNotIn("next attempt", child.this_life())

    def assert_each_second(self, parent, children, after):
        for x, t in zip(children, after):
            self.assert_every_second(parent, x, t)

    def test_allow_list_ends_who_is_left_out(self):
        """Two addresses of one key, and a machine with a list of its own."""
        parent = self.node("parent", listens()).start()
        proxies = [Proxy(parent.link_port, f"127.0.0.{x}") for x in (2, 3, 4)]
        for x in proxies:
            self.addCleanup(x.close)
        children = [self.node(name, streams_to(proxy.port)).start()
                    for name, proxy in zip(("two", "three", "four"), proxies)]
        two, three, four = children
        for x in children:
            self.wait_streaming(x, parent)
        after = [x.newest() for x in children]
        self.reload(parent, listens(allow_from="127.0.0.2 127.0.0.4"))
        three.wait_log("uplink: denied: the parent refuses this node")
        wait_until("three is gone", lambda:
                   parent.status_of(three.guid())["state"] == "offline")
        machine = (f"[{four.guid()}]\ntype = machine\n"
                   "allow from = 127.0.0.9\n")
        self.reload(parent, listens(allow_from="127.0.0.*") + machine)
        four.wait_log("uplink: denied: the parent refuses this node")
        self.wait_streaming(three, parent)
        self.reload(parent, listens())
        self.wait_streaming(four, parent)
        self.assert_each_second(parent, children, after)
        self.assert_kept(parent, two)
        self.assertEqual(proxies[0].connections, 1)

    def test_destinations_come_and_go(self):
        """With all parents at once, one is taken off the list and another put
        on it; and a relay that turns elsewhere keeps its children."""
        tops = [self.node(name, listens()).start()
                for name in ("first", "second", "third")]
        first, second, third = tops

        def towards(*parents):
            return listens() + streams_to(
                " 127.0.0.1:".join(str(x.link_port) for x in parents),
                mode="all")
        relay = self.node("relay", towards(first, second)).start()
        leaf = self.node("leaf", streams_to(relay.link_port)).start()
        for top in (first, second):
            for x in (relay, leaf):
                self.wait_streaming(x, top)
        after = [x.newest() for x in (relay, leaf)]
        self.reload(relay, towards(first, third))
        for x in (relay, leaf):
            self.wait_streaming(x, third)
        wait_until("the relay has left the second", lambda:
                   second.status_of(relay.guid())["state"] == "offline")
        # Keys for children do not concern the links upwards.
        self.reload(relay, towards(first, third) + listens(OTHER_KEY))
        self.reload(relay, towards(first, third, second))
        for x in (relay, leaf):
            self.wait_streaming(x, second)
        for top in tops:
            self.assert_each_second(top, (relay, leaf), after)
        self.assertEqual([self.came(x, "relay") for x in tops], [1, 2, 1])
        self.assert_kept(relay, leaf)


if __name__ == "__main__":
    cluster.main()
