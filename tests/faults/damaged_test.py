#!/usr/bin/env python3
"""Stores that a node must not take: of a newer format, cut off, damaged. It
says which file and what is wrong, leaves, and changes nothing."""

import re
import struct
import uuid

import cluster
from cluster import listens, wait_until

FAILURE = 1
PAGE = 4096

CONF = "[db]\nwindow = 1m\ncommit every = 200ms\n"


class Damaged(cluster.Test):

    def store_with_samples(self):
        """(node, path) of one that was stopped after some commits."""
        node = self.node("node", listens(), CONF).start()
        self.wait_tick(node, node.newest() + 3)
        self.assert_stops(node)
        return node, node.data_dir / "store.mdb"

    def refused(self, node, path):
        """Leaves with the code of a failure and does not touch the file; what
        it said last."""
        before = path.read_bytes()
        node.launch()
        self.assertEqual(node.process.wait(cluster.START_SECONDS_MAX), FAILURE,
                         node.this_life())
        self.assertEqual(path.read_bytes(), before, "the file was changed")
        said = node.this_life().strip().split("\n")[-1]
        self.assertIn(str(path), said)
        print(said)
        return said

    def test_newer_format(self):
        node, path = self.store_with_samples()
        own = uuid.UUID(node.guid())
        # The record holds format version and a step, 32 bits each, then high
        # and low half of the GUID; each copy of the page has it.
        words = struct.pack("<QQ", own.int >> 64, own.int & (1 << 64) - 1)
        whole = path.read_bytes()
        known = re.compile(struct.pack("<I", 2) + b"(.{4})" + re.escape(words),
                           re.DOTALL)
        changed, copies = known.subn(
            lambda found: struct.pack("<I", 99) + found[1] + words, whole)
        self.assertGreater(copies, 0, "no record of this format")
        path.write_bytes(changed)
        said = self.refused(node, path)
        self.assertRegex(said, r"newer_format.*format 99, this program knows 2")
        path.write_bytes(whole)
        node.start()

    def test_cut_off(self):
        node, path = self.store_with_samples()
        whole = path.read_bytes()
        # Of half a file all that is in use may lie in the other half.
        for size in (100, PAGE, 2 * PAGE, 2 * PAGE + 77):
            path.write_bytes(whole[:size])
            said = self.refused(node, path)
            self.assertRegex(said, r"corrupt.*tributary-dump --salvage")
        path.write_bytes(whole)
        after = node.start().newest() - 1
        self.wait_tick(node, after + 2)

    def test_damaged_head(self):
        node, path = self.store_with_samples()
        whole = path.read_bytes()
        for at in (16, 40, PAGE + 17, 2 * PAGE - 1):
            damaged = bytearray(whole)
            damaged[at] ^= 0x55
            path.write_bytes(damaged)
            if at == 2 * PAGE - 1: # nobody reads that
                node.start()
                self.assert_stops(node)
                continue
            if at == 40: # size of the map at that time: of no matter
                continue
            said = self.refused(node, path)
            self.assertRegex(said, r"corrupt.*meta page")

    def test_cut_off_while_it_runs(self):
        """A mapped file that is shorter ends the process by a signal; the next
        start says why."""
        node, path = self.store_with_samples()
        node.start()
        whole = path.read_bytes()
        with open(path, "r+b") as file:
            file.truncate(2 * PAGE)
        wait_until("the node ends", lambda: not node.running)
        print(f"ended with {node.process.returncode}")
        path.write_bytes(whole[:2 * PAGE])
        self.assertIn("corrupt", self.refused(node, path))


if __name__ == "__main__":
    cluster.main()
