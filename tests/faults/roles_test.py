#!/usr/bin/env python3
"""docs/roles.md is true: the files of each role, taken from it as they stand,
make nodes that do what it says."""

import pathlib
import re
import shutil
import subprocess
import uuid

import cluster
from cluster import wait_until

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "roles.md"
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
FILE = re.compile(r"^\*\*(\w+)\*\*, `(stream|tributary)\.conf`:\n\n"
                  r"```ini\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOMAIN = ".example.org"

# What a test can't wait for, or has no room for.
SOONER = "    reconnect delay = 5s\n"
WINDOW_SECONDS = 60
SHORT_DB = f"[db]\n    commit every = 1s\n    window = {WINDOW_SECONDS}s\n"
MAP_SIZE = re.compile(r"map size = \d+GiB")

MEMORY = pathlib.Path("/dev/shm")


def files_of_roles():
    """{role: {node: {"stream": text, "tributary": text}}}"""
    parts = SECTION.split(DOCUMENT.read_text())[1:]
    result = {}
    for role, text in zip(parts[::2], parts[1::2]):
        nodes = result.setdefault(role, {})
        for node, file, content in FILE.findall(text):
            nodes.setdefault(node, {})[file] = content
    return result


ROLES = files_of_roles()


class Roles(cluster.Test):

    def tearDown(self):
        for x in self.nodes:
            x.end()
            if (x.data_dir / "node.guid").exists():
                shutil.rmtree(MEMORY / f"tributary-{x.guid()}",
                              ignore_errors=True)

    def make(self, *roles):
        """The nodes of roles by name, not started; names lead to each other."""
        texts = {}
        for role in roles:
            for name, files in ROLES[role].items():
                texts.setdefault(name, files)
        nodes = {name: self.node(name) for name in texts}
        for name, files in texts.items():
            stream = re.sub(
                r"(\w+)" + re.escape(DOMAIN),
                lambda x: f"127.0.0.1:{nodes[x.group(1)].link_port}",
                files.get("stream", ""))
            stream = stream.replace("[stream]\n", "[stream]\n" + SOONER)
            conf = MAP_SIZE.sub("map size = 1GiB", files.get("tributary", ""))
            conf = conf.replace("bind to = *", "bind to = 127.0.0.1")
            if "[db]\n" in conf:
                conf = conf.replace("[db]\n", SHORT_DB)
            else:
                conf += SHORT_DB
            nodes[name].configure(stream, conf)
        return nodes

    def start(self, *nodes):
        for x in nodes:
            conf = (x.etc / "tributary.conf").read_text()
            if re.search(r"^\[web\]\n\s*mode = none$", conf, re.MULTILINE):
                x.launch() # no port to ask whether it is ready
                x.wait_log(r"runs as \w+")
            else:
                x.start()

    def wait_live(self, host, *at):
        for x in at:
            self.wait_streaming(host, x)

    def assert_passed(self, child, *nodes, ticks=4):
        """Fresh ticks of the child are there, the same in every byte."""
        after = child.newest()
        self.wait_tick(child, after + ticks)
        for x in nodes:
            self.wait_equal(child, x, after, after + ticks)

    def assert_same(self, child, one, other, after, before):
        host = child.guid()
        def same():
            charts = one.charts(host)
            return charts == other.charts(host) and all(
                one.data_text(x, after, before, host)
                == other.data_text(x, after, before, host) for x in charts)
        wait_until(f"{other.name} has what {one.name} has of {child.name}",
                   same, cluster.RESUME_SECONDS_MAX, every=0.5)

    # -- the page itself

    def test_every_role_is_tested_and_in_the_table(self):
        tested = {x for x in ROLES if hasattr(
            self, "test_" + re.sub(r"\W", "_", x.lower()))}
        self.assertEqual(tested, set(ROLES))
        table = re.findall(r"^\| \[([^\]]+)\]\(#([^)]+)\)",
                           DOCUMENT.read_text(), re.MULTILINE)
        self.assertEqual({x for x, _ in table}, {x.lower() for x in ROLES})
        for words, anchor in table:
            self.assertEqual(words.replace(" ", "-"), anchor)

    def test_every_file_is_good(self):
        for role, nodes in ROLES.items():
            for name, files in nodes.items():
                node = self.node(name, files.get("stream", ""),
                                 files.get("tributary", ""))
                done = subprocess.run(node.command("--check-config"),
                                      capture_output=True, text=True,
                                      timeout=30)
                self.assertEqual(done.returncode, 0,
                                 f"{role}, {name}: {done.stderr}")

    # -- the roles

    def test_central_parent(self):
        nodes = self.make("Central parent", "Child")
        parent, child = nodes["parent"], nodes["child"]
        self.start(parent, child)
        self.wait_live(child, parent)
        names = {x["hostname"] for x in
                 parent.info()["mirrored_hosts_status"]}
        self.assertEqual(names, {"parent", "child"})

    def test_child(self):
        nodes = self.make("Child", "Central parent")
        parent, child = nodes["parent"], nodes["child"]
        self.start(parent, child)
        self.wait_live(child, parent)
        parent.kill()
        after = child.newest()
        self.wait_tick(child, after + 5)
        parent.start()
        self.wait_live(child, parent)
        self.wait_equal(child, parent, after - 5, child.newest())

    def test_child_without_a_page(self):
        nodes = self.make("Child without a page", "Central parent")
        parent, child = nodes["parent"], nodes["child"]
        self.start(parent, child)
        self.wait_live(child, parent)
        with self.assertRaises(ConnectionRefusedError):
            child.get_text("/ready")
        links = child.shell("links")["links"]
        self.assertEqual([x["side"] for x in links], ["parent"])
        newest = parent.newest(child.guid())
        self.wait_tick(parent, newest + 4, child.guid())
        self.assert_no_gap(parent, newest, newest + 4, child.guid())

    def test_thin_child(self):
        nodes = self.make("Thin child", "Central parent")
        parent, child = nodes["parent"], nodes["child"]
        self.start(parent, child)
        self.wait_live(child, parent)
        self.assert_passed(child, parent)
        self.assertFalse((child.data_dir / "store.mdb").exists())
        self.assertTrue((MEMORY / f"tributary-{child.guid()}").exists())

    def test_headless_collector(self):
        nodes = self.make("Headless collector", "Central parent")
        parent, child = nodes["parent"], nodes["child"]
        self.start(parent, child)
        self.wait_live(child, parent)
        with self.assertRaises(ConnectionRefusedError):
            child.get_text("/ready")
        after = parent.newest(child.guid())
        parent.kill()
        parent.start()
        self.wait_live(child, parent)
        self.wait_tick(parent, after + 10, child.guid())
        self.assert_no_gap(parent, after, after + 10, child.guid(),
                           seconds=cluster.RESUME_SECONDS_MAX)

    def test_relay_with_a_database(self):
        nodes = self.make("Relay with a database")
        top, relay, child = nodes["top"], nodes["relay"], nodes["child"]
        self.start(top, relay, child)
        self.wait_live(child, relay, top)
        self.wait_live(relay, top)
        top.kill()
        after = relay.newest(child.guid())
        self.wait_tick(relay, after + 5, child.guid())
        child.kill() # what the top lacks comes from the relay
        before = relay.newest(child.guid())
        top.start()
        wait_until("the relay streams again",
                   lambda: top.newest(child.guid()) >= before,
                   cluster.RESUME_SECONDS_MAX)
        self.assert_same(child, relay, top, after - 3, before)

    def test_relay_for_several_tops(self):
        nodes = self.make("Relay for several tops")
        top, customer, relay = nodes["top"], nodes["customer"], nodes["relay"]
        child, guest = nodes["child"], nodes["guest"]
        self.start(top, customer, relay, child, guest)
        self.wait_live(child, relay, top)
        self.wait_live(guest, relay, customer)
        self.wait_live(relay, top)
        after = guest.newest()
        customer.kill()
        self.wait_acknowledged(guest, after + 4)
        relay.kill() # which host came with which key is on its disk
        guest.kill()
        customer.start()
        relay.start()
        self.wait_tick(customer, after + 4, guest.guid())
        self.wait_live(child, top)
        for at, its in ((top, (top, relay, child)),
                        (customer, (customer, guest))):
            there = {x["guid"] for x in at.info()["mirrored_hosts_status"]}
            self.assertEqual(there, {x.guid() for x in its})

    def test_relay_that_keeps_some_hosts(self):
        nodes = self.make("Relay that keeps some hosts")
        top, relay = nodes["top"], nodes["relay"]
        child, guest = nodes["child"], nodes["guest"]
        self.start(top, relay, child, guest)
        self.wait_live(child, relay, top)
        self.wait_live(guest, relay, top)
        # With time until the window of these ticks closes; each host's are
        # shifted by its GUID.
        phase = uuid.UUID(guest.guid()).int % (1 << 64)
        wait_until("a window is young",
                   lambda: 5 < (guest.newest() - phase) % WINDOW_SECONDS < 15,
                   2 * WINDOW_SECONDS)
        ticks = range(guest.newest() - 2, guest.newest())
        # On the disk of the relay, that is: what only the top has of them
        # when the relay dies does not come again to the relay.
        for host in (child, guest):
            self.wait_acknowledged(host, ticks[-1])
        relay.kill() # what is not acknowledged comes again
        relay.start()
        self.wait_live(guest, relay, top)
        for host in (child, guest):
            for node in (relay, top):
                self.wait_equal(host, node, ticks[0] - 1, ticks[-1])
        wait_until("the relay lets go of the guest's window",
                   lambda: not relay.has("system.ram", ticks, guest.guid()),
                   3 * WINDOW_SECONDS, every=1)
        self.assertTrue(relay.has("system.ram", ticks, child.guid()))
        self.wait_equal(guest, top, ticks[0] - 1, ticks[-1])
        self.assert_passed(guest, top)

    def test_headless_relay(self):
        nodes = self.make("Headless relay")
        top, relay, child = nodes["top"], nodes["relay"], nodes["child"]
        self.start(top, relay, child)
        self.wait_live(child, top)
        after = child.newest()
        for _ in range(2):
            self.wait_tick(child, child.newest() + 3)
            relay.kill()
            self.start(relay)
        self.wait_live(child, top)
        before = child.newest()
        self.wait_tick(top, before, child.guid())
        self.wait_equal(child, top, after, before)

    def test_active_active_pair(self):
        nodes = self.make("Active-active pair")
        left, right, child = nodes["left"], nodes["right"], nodes["child"]
        self.start(left, right, child)
        self.wait_live(child, left, right)
        self.wait_live(left, right)
        self.wait_live(right, left)
        self.assert_passed(child, left, right)
        after = child.newest()
        self.assert_stops(left)
        self.wait_tick(right, after + 8, child.guid())
        left.start()
        self.wait_live(child, left, right)
        before = child.newest()
        for x in (left, right):
            self.wait_tick(x, before, child.guid())
            self.wait_equal(child, x, after - 3, before)

    def test_ring_of_three(self):
        nodes = self.make("Ring of three")
        ring = [nodes[x] for x in ("first", "second", "third")]
        child = nodes["child"]
        self.start(*ring, child)
        self.wait_live(child, *ring)
        for x in ring:
            self.wait_live(x, *(y for y in ring if y is not x))
        after = child.newest()
        ring[1].kill()
        self.wait_tick(ring[0], after + 6, child.guid())
        ring[1].start()
        self.wait_live(child, *ring)
        before = child.newest()
        for x in ring:
            self.wait_tick(x, before, child.guid())
            self.wait_equal(child, x, after - 3, before)

    def test_chain(self):
        nodes = self.make("Chain")
        row = [nodes[x] for x in ("edge", "rack", "site", "region", "top")]
        edge = row[0]
        self.start(*reversed(row))
        self.wait_live(edge, *row[1:])
        after = edge.newest()
        for victim in (row[2], row[4], row[1], row[3]):
            victim.kill()
            self.wait_tick(edge, edge.newest() + 3)
            victim.start()
        self.wait_live(edge, *row[1:])
        before = edge.newest()
        for x in row[1:]:
            self.wait_tick(x, before, edge.guid())
            self.wait_equal(edge, x, after, before)


if __name__ == "__main__":
    cluster.main()
