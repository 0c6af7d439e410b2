"""The disk of failing_disk.hpp, from outside: preloaded into a node, told which
calls of its store fail. FAILING_DISK names the library."""

import errno
import mmap
import os
import struct

LIBRARY = os.environ.get("FAILING_DISK", "")

# What a failing call does.
REFUSED, WRITTEN, CUT = range(3)
# Which calls.
WRITE, SYNCED_WRITE, SYNC = 1, 2, 4
ANY = 7

FIELDS = ("calls", "first", "last", "error", "fault", "kinds", "stall_ms",
          "failed")
FOREVER = 1 << 62


class FailingDisk:

    def __init__(self, node, map_bytes=None):
        """Takes effect with the node's next start."""
        path = node.folder / "disk"
        path.write_bytes(bytes(8 * len(FIELDS)))
        with open(path, "r+b") as file:
            self._words = mmap.mmap(file.fileno(), 0)
        self.set("kinds", ANY)
        node.environment["LD_PRELOAD"] = LIBRARY
        node.environment["FAILING_DISK_CONTROL"] = str(path)
        # With the address sanitizer the library comes before its runtime.
        node.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        if map_bytes:
            node.environment["FAILING_DISK_MAP_BYTES"] = str(map_bytes)

    def get(self, field):
        return struct.unpack_from("q", self._words, 8 * FIELDS.index(field))[0]

    def set(self, field, value):
        struct.pack_into("q", self._words, 8 * FIELDS.index(field), value)

    def repair(self):
        self.set("last", 0)
        self.set("error", 0)
        self.set("fault", REFUSED)
        self.set("stall_ms", 0)
        self.set("kinds", ANY)

    def fail(self, number=1, count=1, error=errno.EIO, fault=REFUSED,
             kinds=ANY, stall_ms=0):
        """From the `number`-th call from now on `count` fail."""
        self.set("last", 0)
        self.set("kinds", kinds)
        self.set("error", error)
        self.set("fault", fault)
        self.set("stall_ms", stall_ms)
        first = self.get("calls") + number
        self.set("first", first)
        self.set("last", first + count - 1)
