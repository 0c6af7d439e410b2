"""Nodes that keep nothing on a disk: `[db] mode` ram and none."""

import os
import pathlib
import re
import shutil
import subprocess
import time

import cluster
from cluster import listens, setting, streams_to, wait_until

TRIALS = setting("TRIBUTARY_TRIALS", 6)

# Windows as short as they can be, so that a test sees some close.
DISK = "[db]\nwindow = 60s\ncommit every = 1s\n"
RAM = DISK + "mode = ram\n"
NONE = DISK + "mode = none\n"

DUMP = os.environ.get("TRIBUTARY_DUMP", "")

MEMORY = pathlib.Path("/dev/shm")


def folder_of(node):
    """Where its store in RAM is."""
    return MEMORY / f"tributary-{node.guid()}"


class Memory(cluster.Test):

    def tearDown(self):
        # A node that is killed leaves its memory to its next start.
        for x in self.nodes:
            x.end()
            if (x.data_dir / "node.guid").exists():
                shutil.rmtree(folder_of(x), ignore_errors=True)


class Ram(Memory):

    def test_it_restarts_empty_and_its_parent_has_all(self):
        parent, child = self.pair(DISK, RAM)
        after = child.newest() - 1
        for end in (child.kill, lambda: self.assert_stops(child), child.kill):
            self.wait_tick(child, child.newest() + 3)
            last = child.newest()
            self.wait_tick(parent, last, child.guid())
            shown = child.rows("system.ram", after, last)
            file = (folder_of(child) / "store.mdb").stat()
            self.assertGreater(file.st_blocks, 0)
            self.assertEqual(file.st_nlink, 0, "a kill would leave it behind")
            end()
            self.assertFalse((folder_of(child) / "store.mdb").exists())
            child.start()
            self.assertEqual(child.has("system.ram",
                                       range(after + 1, last + 1)), set())
            self.wait_streaming(child, parent)
            held = parent.rows("system.ram", after, last, child.guid())
            self.assertEqual({t: held.get(t) for t in shown}, shown)
            first = min(child.has("system.ram",
                                  range(last + 1, child.newest() + 1)))
            self.wait_tick(parent, first + 1, child.guid())
            self.wait_equal(child, parent, first - 1, first + 1)
        self.assertIn("acks mean disk", child.log())
        # Each life has an epoch of its own, or the parent would take the
        # columns of one for those of another.
        epochs = [int(x) for x in re.findall(r"epoch (\d+)", child.log())]
        self.assertEqual(len(epochs), 4)
        self.assertEqual(epochs, sorted(set(epochs)))
        folder = folder_of(child)
        self.assertTrue(folder.exists())
        self.assert_stops(child)
        self.assertFalse(folder.exists(), "left behind")

    def test_a_parent_in_ram_says_so_and_gets_all_again(self):
        parent, child = self.pair(RAM, DISK)
        after = child.newest() - 1
        child.wait_log("acks mean ram")
        self.assertEqual(parent.info()["durability"], "ram")
        self.assertEqual(child.info()["durability"], "disk")
        self.wait_tick(child, after + 5)
        parent.kill()
        parent.start()
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assertEqual((parent.data_dir / "store.mdb").exists(), False)

    def test_two_nodes_of_one_guid_refuse_each_other(self):
        first = self.node("first", conf=RAM)
        first.start()
        self.wait_tick(first, 1)
        second = self.node("second", conf=RAM)
        second.data_dir.mkdir(parents=True)
        (second.data_dir / "node.guid").write_text(first.guid() + "\n")
        second.launch()
        self.assertEqual(second.process.wait(timeout=30), 69)
        self.assertIn("another node uses it", second.log())
        # The one that was there has its file still.
        newest = first.newest()
        self.wait_tick(first, newest + 2)
        self.assert_no_gap(first, newest - 1, newest + 2)

    def test_its_store_is_read_from_outside(self):
        node = self.node("node", conf=RAM)
        node.start()
        self.wait_tick(node, node.newest() + 2)
        done = subprocess.run([DUMP, "--verify", folder_of(node)],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("a node uses the file", done.stderr)
        self.assertRegex(done.stdout, r"[1-9]\d* frames: good")

    def test_memory_is_too_small(self):
        """In a namespace whose memory file system has 8 MiB."""
        node = self.node("node", conf=RAM)
        mount = "mount -t tmpfs -o size=8m none /dev/shm"
        if subprocess.run(["unshare", "-rm", "sh", "-c", mount],
                          capture_output=True).returncode != 0:
            self.skipTest("no namespaces here")
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", mount + ' && exec "$@"', "sh",
             *node.command()], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("8 MiB are free and a store takes half of it",
                      done.stderr)

    def test_a_folder_of_somebody_else(self):
        """A folder in memory that is not the node's own is not used."""
        node = self.node("node", conf=RAM)
        node.start()
        folder = folder_of(node)
        self.assert_stops(node)
        folder.mkdir(mode=0o700)
        folder.chmod(0o777)
        try:
            node.launch()
            self.assertEqual(node.process.wait(timeout=30), 1)
        finally:
            folder.rmdir()
        self.assertIn("belongs to somebody else", node.this_life())


class NoHistory(Memory):

    def collector(self, above, name="collector", conf=NONE):
        return self.node(name, streams_to(above.link_port), conf)

    def relay(self, above):
        return self.node("relay", listens() + streams_to(above.link_port), NONE)

    def test_a_collector_loses_nothing_while_its_parent_is_away(self):
        parent = self.node("parent", listens(), DISK)
        collector = self.collector(parent)
        parent.start()
        collector.start()
        self.wait_streaming(collector, parent)
        after = collector.newest() - 1
        for seconds, end in ((5, parent.kill), (20, parent.kill),
                             (70, lambda: self.assert_stops(parent))):
            self.wait_tick(collector, collector.newest() + 3)
            begin = collector.newest()
            end()
            self.wait_tick(collector, begin + seconds, seconds=seconds + 60)
            last = collector.newest()
            # All that waits is still to be seen.
            self.wait_tick(collector, last + 1) # with late parts of the last
            shown = collector.rows("system.ram", begin, last)
            parent.start()
            self.wait_streaming(collector, parent)
            self.wait_tick(parent, last, collector.guid())

            def same():
                held = parent.rows("system.ram", begin, last, collector.guid())
                return {t: held.get(t) for t in shown} == shown
            wait_until("the parent has what was collected meanwhile", same, 60)
        self.assert_no_gap(parent, after, last, collector.guid(), seconds=90)

    def test_a_relay_that_is_killed_had_acknowledged_nothing_of_its_own(self):
        """Neither it nor the collector keeps what is acknowledged: an ack that
        the parent did not give would be seen as a gap."""
        parent = self.node("parent", listens(), DISK)
        relay = self.relay(parent)
        collector = self.collector(relay)
        for x in (parent, relay, collector):
            x.start()
        self.wait_streaming(collector, parent)
        collector.wait_log("acks mean upstream")
        after = collector.newest() - 1
        for _ in range(TRIALS):
            time.sleep(self.random.uniform(0, 4)) # a random moment
            relay.kill()
            relay.start()
            if self.random.random() < 0.5:
                self.wait_streaming(collector, parent)
        self.wait_streaming(collector, parent)
        last = collector.newest()
        self.wait_tick(parent, last, collector.guid())
        self.assert_no_gap(parent, after, last, collector.guid(), seconds=90)

    def test_a_child_with_a_disk_below_a_relay_without(self):
        parent = self.node("parent", listens(), DISK)
        relay = self.relay(parent)
        child = self.node("child", streams_to(relay.link_port), DISK)
        for x in (parent, relay, child):
            x.start()
        self.wait_streaming(child, parent)
        after = child.newest() - 1
        for victims in ([relay], [parent], [relay, parent]):
            self.wait_tick(child, child.newest() + 3)
            for x in victims:
                x.kill()
            self.wait_tick(child, child.newest() + 8)
            for x in reversed(victims):
                x.start()
            self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.wait_equal(child, parent, after, before)

    def test_without_a_parent_it_is_live_only(self):
        node = self.node("node", listens(), NONE)
        child = self.node("child", streams_to(node.link_port), DISK)
        node.start()
        node.wait_log("kept nowhere")
        self.wait_tick(node, 1)
        child.start()
        node.wait_log("nobody would keep it")
        self.assertEqual(node.info()["durability"], "upstream")
        newest = node.newest()
        self.wait_tick(node, newest + 3)
        self.assert_no_gap(node, newest, newest + 3)


if __name__ == "__main__":
    cluster.main()
