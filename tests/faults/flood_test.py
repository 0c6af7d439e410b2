#!/usr/bin/env python3
"""Strangers by thousands who never finish their hello, while children stream:
they cost bounded memory, cut nobody off, and acknowledgements come as before."""

import json
import os
import resource
import selectors
import socket
import subprocess
import threading
import time

import cluster
import wire
from cluster import KEY, listens, wait_until

SWARM = os.environ.get("TRIBUTARY_SWARM", "")

STRANGERS = cluster.setting("TRIBUTARY_STRANGERS", 2000)
SECONDS = cluster.setting("TRIBUTARY_SECONDS", 15)
CHILDREN = 20
METRICS = 100

# A stranger has sent some bytes of a hello of 16 KiB at most; with its actors.
BYTES_A_STRANGER_MAX = 48 << 10
# Who is dropped comes again at once: all are dropped in any 12 s.
HELLO_SECONDS_MAX = 15

# What the node may have open beside: children, files, the page.
FILES_BESIDE = 200


class Strangers:
    """Keeps so many connections, each with a byte of a hello now and then."""

    HELLO = wire.PREFACE + wire.framed(b"\0" * 4096)

    def __init__(self, port):
        self.port = port
        self.dropped = 0
        self.answered = 0
        self.open = 0
        self._selector = selectors.DefaultSelector()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _connect(self):
        x = socket.create_connection(("127.0.0.1", self.port))
        x.setblocking(False)
        self._selector.register(x, selectors.EVENT_READ, [0])
        self.open += 1

    def _drop(self, x):
        self._selector.unregister(x)
        x.close()
        self.open -= 1

    def _read(self):
        for key, _ in self._selector.select(0):
            try:
                self.answered += len(key.fileobj.recv(4096))
            except OSError:
                pass
            self._drop(key.fileobj)
            self.dropped += 1

    def _run(self):
        while not self._ended.is_set():
            begin = time.monotonic()
            while self.open < STRANGERS and time.monotonic() - begin < 0.5:
                self._connect()
            for key in list(self._selector.get_map().values()):
                at = key.data[0]
                try:
                    key.fileobj.send(self.HELLO[at:at + 1])
                    key.data[0] += 1
                except OSError:
                    pass # seen by the next read
            self._read()
            self._ended.wait(0.5)

    def end(self):
        self._ended.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            self._drop(key.fileobj)


class Flood(cluster.Test):

    def setUp(self):
        # The node has the limits of the test.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 < most < STRANGERS + FILES_BESIDE:
            self.skipTest(f"{most} open files at most")
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.parent = self.node("parent", listens()).start()

    def swarm(self, first):
        file = self.folder / f"figures{first}.json"
        done = subprocess.run(
            [SWARM, "--parent", f"127.0.0.1:{self.parent.link_port}",
             "--api-key", KEY, "--children", str(CHILDREN), "--metrics",
             str(METRICS), "--first", str(first), "--seconds", str(SECONDS),
             "--spread", "--quiet", "--json", str(file)],
            capture_output=True, text=True, timeout=SECONDS + 90)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(file.read_text())

    def files_open(self):
        return len(os.listdir(f"/proc/{self.parent.pid}/fd"))

    def watched_swarm(self, first, seen):
        """Figures of a swarm, and in `seen` the most that the parent used."""
        ended = threading.Event()

        def watch():
            while not ended.wait(0.2):
                seen.append((self.parent.rss_anon(), self.files_open()))
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            return self.swarm(first)
        finally:
            ended.set()
            watcher.join()

    def test_slow_hellos(self):
        quiet, flooded = [], []
        before = self.watched_swarm(0, quiet)
        strangers = Strangers(self.parent.link_port)
        self.addCleanup(strangers.end)
        wait_until("the strangers are there",
                   lambda: self.files_open() > STRANGERS, 60)
        after = self.parent.newest()
        during = self.watched_swarm(CHILDREN, flooded)
        self.wait_tick(self.parent, after + HELLO_SECONDS_MAX)
        self.assertGreater(strangers.dropped, 0)
        self.assertEqual(strangers.answered, 0, "bytes for strangers")
        for name, figures, seen in (("before", before, quiet),
                                    ("during", during, flooded)):
            print(f"{name}: ack p50 {figures['ack_p50_ms']:.0f} ms, p99 "
                  f"{figures['ack_p99_ms']:.0f} ms, {figures['links_lost']} "
                  f"links lost, {max(x[0] for x in seen) >> 20} MiB, "
                  f"{max(x[1] for x in seen)} files open")
            self.assertEqual(figures["frames_acked"], figures["frames_made"])
            self.assertEqual(figures["links_lost"], 0)
        print(f"{strangers.dropped} of {STRANGERS} strangers at a time were "
              "dropped")
        grown = max(x[0] for x in flooded) - max(x[0] for x in quiet)
        self.assertLess(grown, STRANGERS * BYTES_A_STRANGER_MAX)
        self.assertLess(max(x[1] for x in flooded), STRANGERS + FILES_BESIDE)
        self.assert_no_gap(self.parent, after, self.parent.newest() - 1)
        # All that they cost goes with them.
        strangers.end()
        wait_until("they are gone", lambda:
                   self.files_open() < FILES_BESIDE, HELLO_SECONDS_MAX)


if __name__ == "__main__":
    cluster.main()
