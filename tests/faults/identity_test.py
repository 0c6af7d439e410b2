#!/usr/bin/env python3
"""Who is who among real nodes: copies of a child beside it, children that are
restarted while their old link hangs, hosts with another name, what a parent
shows right after its start and a node above its relay, hosts that go for
good."""

import shutil
import signal
import time

import cluster
from cluster import wait_until
from proxy import Proxy
from shell_test import ask

CONF = "[db]\nwindow = 1m\n"

# A link that hangs is dropped for its silence after 20 s; a restarted child
# must not wait for that. Loaded machines are slow.
TAKE_OVER_SECONDS_MAX = 15


def copy_of(test, original, name, parent_port, stopped=False):
    """A node with the original's data as it is, as by copying its machine."""
    copy = test.node(name, cluster.streams_to(parent_port), CONF)
    original.send(signal.SIGSTOP)  # all files as of one moment
    shutil.copytree(original.data_dir, copy.data_dir,
                    ignore=shutil.ignore_patterns("*lock*", "*owner*"))
    if not stopped:
        original.send(signal.SIGCONT)
    return copy


def links(node):
    return ask(node, "links")["links"]


class Clones(cluster.Test):

    def test_copy_beside_original(self):
        parent, child = self.pair(CONF)
        guid = child.guid()
        self.wait_tick(parent, child.newest() + 3, guid)
        copy = copy_of(self, child, "copy", parent.link_port)
        first = child.newest()
        copy.start()
        # By name, with who it is and who is there.
        parent.wait_log(r"copy \(127\.0\.0\.1\) is refused as a clone: "
                        rf"child \(127\.0\.0\.1\) is live .*{guid}")
        copy.wait_log(r"the parent refuses this node: clone, child "
                      r"\(127\.0\.0\.1\) is live with this machine GUID")
        refused = wait_until("the copy says so", lambda: next(
            (x for x in links(copy) if "clone" in (x["reason"] or "")), None))
        self.assertNotEqual(refused["state"], "open")
        wait_until("its API says so", lambda: any(
            "clone" in (x["reason"] or "") for x in copy.info()["parents"]))
        wait_until("the parent lists it", lambda: any(
            x["peer"] == "copy" and "a clone: child (127.0.0.1) is live"
            in (x["reason"] or "") for x in links(parent)))
        self.assertGreaterEqual(ask(parent, "status")["node"]["clones_refused"],
                                1)
        # It comes again, and is refused again.
        wait_until("the copy has tried twice", lambda: copy.this_life()
                   .count("refuses this node: clone") >= 2, 60)
        newest = child.newest()
        self.wait_tick(parent, newest, guid)
        self.assertEqual(parent.status_of(guid)["hostname"], "child")
        self.assert_no_gap(parent, first, newest, guid)
        self.assert_equal_now(child, parent, first, newest - 1)

        # Once the original is gone, the copy is the host.
        child.kill()
        wait_until("the copy is in", lambda: parent.status_of(guid)["hostname"]
                   == "copy", 60)
        # And the original, back, is the stranger.
        child.start()
        child.wait_log("the parent refuses this node: clone, copy")

    def test_copy_over_a_relay(self):
        top = self.node("top", cluster.listens(), CONF).start()
        relay = self.node("relay", cluster.listens()
                          + cluster.streams_to(top.link_port), CONF).start()
        child = self.node("child", cluster.streams_to(top.link_port),
                          CONF).start()
        self.wait_streaming(child, top)
        guid = child.guid()
        copy = copy_of(self, child, "copy", relay.link_port)
        first = child.newest()
        copy.start()
        top.wait_log(r"host copy from relay \(127\.0\.0\.1\) is refused as a "
                     r"clone: child over child is live")
        relay.wait_log("the parent refuses host copy: clone")
        wait_until("the relay's links say so", lambda: any(
            "host copy is refused: clone" == x["reason"] for x in links(relay)))
        newest = child.newest()
        self.wait_tick(top, newest, guid)
        self.assert_equal_now(child, top, first, newest - 1)
        # The relay's own host goes on.
        self.wait_tick(top, relay.newest(), relay.guid())


class Restarts(cluster.Test):

    def joined_by_proxy(self):
        parent = self.node("parent", cluster.listens(), CONF).start()
        self.proxy = Proxy(parent.link_port)
        self.addCleanup(self.proxy.close)
        child = self.node("child", cluster.streams_to(self.proxy.port),
                          CONF).start()
        self.wait_streaming(child, parent)
        return parent, child

    def assert_taken_over(self, parent, child):
        """The restarted child streams, although its old link is still there."""
        begin = time.monotonic()
        guid = child.guid()
        child.wait_log("uplink: parent parent", TAKE_OVER_SECONDS_MAX)
        self.assertLess(time.monotonic() - begin, TAKE_OVER_SECONDS_MAX)
        self.wait_tick(parent, child.newest() + 2, guid)
        self.assertNotIn("clone", parent.this_life())
        self.assertIn("a newer link of the same node is there",
                      parent.this_life())

    def test_killed_behind_a_stalled_network(self):
        parent, child = self.joined_by_proxy()
        self.proxy.stall()  # the parent hears nothing of the end
        first = child.newest()
        child.kill()
        # Straight to the parent, past what hangs.
        child.configure(cluster.streams_to(parent.link_port))
        child.start()
        self.assert_taken_over(parent, child)
        self.wait_equal(child, parent, first, child.newest() - 1)

    def test_stopped_process(self):
        parent, child = self.pair(CONF)
        again = copy_of(self, child, "again", parent.link_port, stopped=True)
        again.start()
        self.assert_taken_over(parent, again)
        # The one that was stopped finds that another one is live.
        child.send(signal.SIGCONT)
        child.wait_log("the parent refuses this node: clone, again", 60)

    def test_host_with_another_name(self):
        parent, child = self.pair(CONF)
        guid = child.guid()
        first = child.newest()
        self.wait_tick(parent, first + 5, guid)
        child.stop()
        child.name = "renamed"
        child.start()
        wait_until("the parent knows the new name", lambda:
                   parent.status_of(guid)["hostname"] == "renamed", 60)
        self.wait_tick(parent, child.newest() + 2, guid)
        # The same host, with all of its past, by the new name alone.
        status = parent.status_of("renamed")
        self.assertEqual(status["guid"], guid)
        self.assertIsNone(parent.status_of("child"))
        self.assertEqual(parent.request("/api/v1/charts", "child")[0], 404)
        ticks = range(first, first + 5)
        there = parent.has("system.ram", ticks, "renamed")
        self.assertEqual(there, parent.has("system.ram", ticks, guid))
        self.assertGreaterEqual(len(there) + self.missed_by(
            child, first - 1, first + 4), len(ticks))
        # So it is after a start of the parent, before the child is back.
        child.stop()
        parent.kill()
        parent.start()
        self.assertEqual(parent.status_of(guid)["hostname"], "renamed")


class Hosts(cluster.Test):

    def test_all_are_there_after_a_start(self):
        parent = self.node("parent", cluster.listens(), CONF).start()
        children = [self.node(f"child{i}", cluster.streams_to(parent.link_port),
                              CONF).start() for i in range(3)]
        for x in children:
            self.wait_streaming(x, parent)
            self.wait_tick(parent, x.newest() + 1, x.guid())
        for x in children:
            x.kill()
        for x in children: # with what was still on its way
            wait_until(f"{x.name} is offline", lambda guid=x.guid():
                       parent.status_of(guid)["state"] == "offline")
        newest = {x.guid(): parent.newest(x.guid()) for x in children}
        charts = {x: parent.charts(x) for x in newest}
        self.wait_committed(parent)
        parent.kill()
        parent.start()
        # In the first answer, from where it is asked first.
        hosts = {x["guid"]: x for x in parent.info()["mirrored_hosts_status"]}
        for guid, tick in newest.items():
            self.assertIn(guid, hosts)
            status = hosts[guid]
            self.assertEqual(status["state"], "offline")
            self.assertEqual(status["newest_sample"], tick)
            age_ms = time.time() * 1000 - tick * 1000
            self.assertLessEqual(status["age_ms"], age_ms)
            self.assertGreater(status["age_ms"], 0)
            self.assertEqual(status["reason"], "not connected since start")
            self.assertEqual(parent.charts(guid), charts[guid])
        shown = {x["guid"]: x["state"] for x in ask(parent, "hosts")["hosts"]}
        for guid in newest:
            self.assertEqual(shown[guid], "offline")

    def test_two_of_one_name(self):
        parent = self.node("parent", cluster.listens(), CONF).start()
        one, other = (self.node("twin", cluster.streams_to(parent.link_port),
                                CONF).start() for _ in range(2))
        for x in (one, other):
            self.wait_streaming(x, parent)
        one.kill()
        wait_until("one is offline", lambda:
                   parent.status_of(one.guid())["state"] == "offline")
        # The one that is live, and who else has the name.
        self.assertEqual(parent.info("twin")["uid"], other.guid())
        for path in ("/api/v1/info", "/api/v1/charts",
                     "/api/v1/chart?chart=system.ram",
                     "/api/v1/data?chart=system.ram&after=-5"):
            _, headers, _ = parent.request(path, "twin")
            self.assertEqual(set(headers["X-Tributary-Hosts"].split(", ")),
                             {one.guid(), other.guid()}, path)
            for host in (one.guid(), "parent"):
                status, headers, _ = parent.request(path, host)
                self.assertEqual(status, 200)
                self.assertNotIn("X-Tributary-Hosts", headers)
        # A GUID always means its host.
        for x in (one, other):
            self.assertEqual(parent.info(x.guid())["uid"], x.guid())
        other.kill()
        one.start()
        self.wait_streaming(one, parent)
        wait_until("the other is offline", lambda:
                   parent.status_of(other.guid())["state"] == "offline")
        self.assertEqual(parent.info("twin")["uid"], one.guid())

    def test_archived(self):
        conf = CONF + "cleanup orphan hosts after = 15s\n"
        parent, child = self.pair(conf, CONF)
        guid = child.guid()
        child.kill()
        wait_until("it is offline", lambda:
                   parent.status_of(guid)["state"] == "offline")
        wait_until("it is archived", lambda:
                   parent.status_of(guid)["state"] == "archived", 60)
        parent.kill()
        parent.start()
        self.assertEqual(parent.status_of(guid)["state"], "archived")
        self.assertTrue(parent.charts(guid))
        child.start()
        self.wait_streaming(child, parent)

    def test_offline_below_a_relay(self):
        top = self.node("top", cluster.listens(), CONF).start()
        relay = self.node("relay", cluster.listens()
                          + cluster.streams_to(top.link_port), CONF).start()
        child = self.node("child", cluster.streams_to(relay.link_port),
                          CONF).start()
        self.wait_streaming(child, top)
        guid = child.guid()
        child.kill()
        status = wait_until("it is offline at the top", lambda: next(
            (x for x in [top.status_of(guid)] if x["state"] == "offline"),
            None))
        self.assertIn("at relay: link ended", status["reason"])
        self.wait_streaming(relay, top)
        # Also for a link that is new, and for a node that knew nothing.
        relay.kill()
        relay.start()
        self.wait_streaming(relay, top)
        self.assertEqual(top.status_of(guid)["state"], "offline")
        child.start()
        self.wait_streaming(child, top)

    def test_ephemeral_goes(self):
        conf = CONF + "cleanup ephemeral hosts after = 10s\n"
        parent = self.node("parent", cluster.listens(), conf).start()
        gone = self.node("gone", cluster.streams_to(parent.link_port),
                         CONF + "[global]\nis ephemeral node = yes\n").start()
        stays = self.node("stays", cluster.streams_to(parent.link_port),
                          CONF).start()
        for x in (gone, stays):
            self.wait_streaming(x, parent)
        self.assertTrue(parent.status_of(gone.guid())["ephemeral"])
        self.assertFalse(parent.status_of(stays.guid())["ephemeral"])
        gone.kill()
        stays.kill()
        wait_until("the ephemeral host is forgotten", lambda:
                   parent.status_of(gone.guid()) is None, 90)
        parent.wait_log(rf"host gone \({gone.guid()}\), ephemeral, was away "
                        r"\d+ s and is forgotten")
        self.assertEqual(parent.status_of(stays.guid())["state"], "offline")
        parent.kill()
        parent.start()
        self.assertIsNone(parent.status_of(gone.guid()))
        self.assertIsNotNone(parent.status_of(stays.guid()))


if __name__ == "__main__":
    cluster.main()
