#!/usr/bin/env python3
"""The newest values of real nodes against promtool and /proc."""

import os
import re
import signal
import subprocess

import cluster
from api_client import ask
from cluster import wait_until

# A commit a second, and a loaded machine.
COMMIT_SECONDS_MAX = 5


class Samples(dict):
    """Prometheus text as {(name, labels): value}; refuses a line twice."""

    LINE = re.compile(r'([a-zA-Z_]\w*)(?:\{(.*)\})? (\S+)(?: (\d+))?$')
    LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        super().__init__()
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value, _ = self.LINE.match(line).groups()
            key = (name, frozenset(self.LABEL.findall(labels or "")))
            assert key not in self, f"twice: {line}"
            self[key] = float(value)

    def of(self, name, **labels):
        """The one sample of that name with these labels among others."""
        found = [value for (other, having), value in self.items()
                 if other == name and set(labels.items()) <= having]
        assert len(found) == 1, f"{name} {labels}: {found}"
        return found[0]


class Metrics(cluster.Test):

    def setUp(self):
        self.parent, self.child = self.pair()
        self.wait_tick(self.parent, self.child.newest() + 3, self.child.guid())

    def promtool(self, path):
        status, headers, body = ask(self.parent, path)
        self.assertEqual(status, 200)
        self.assertIn("version=0.0.4", headers["content-type"])
        ran = subprocess.run(["promtool", "check", "metrics"], input=body,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             check=False)
        self.assertEqual((ran.returncode, ran.stdout.decode()), (0, ""), path)
        return Samples(body.decode())

    def test_promtool(self):
        own = self.promtool("/metrics")
        self.assertGreater(own.of("tributary_frames_received_total"), 0)
        self.assertEqual(own.of("tributary_links_up"), 1)
        self.assertEqual(own.of("tributary_actors", kind="session"), 1)
        metrics = "/api/v1/allmetrics?format=prometheus"
        for host in ("", "/host/child"):
            for more in ("", "&data=as-collected", "&hideunits=yes",
                         "&names=no&timestamps=no&prefix=netdata"):
                self.assertGreater(len(self.promtool(host + metrics + more)), 30)
        everywhere = self.promtool(metrics + "_all_hosts&data=as-collected")
        for name in ("parent", "child"):
            everywhere.of("tributary_system_cpu_total", instance=name,
                          dimension="user")

    @staticmethod
    def idle_ticks():
        """The kernel's count; unlike `user` it holds no guests."""
        with open("/proc/stat", encoding="ascii") as stat:
            return int(stat.readline().split()[4])

    def reading(self):
        path = ("/host/child/api/v1/allmetrics?format=prometheus"
                "&data=as-collected&timestamps=no&filter=system.cpu")
        status, _, body = ask(self.parent, path)
        self.assertEqual(status, 200)
        samples = Samples(body.decode())
        return samples and samples.of("tributary_system_cpu_total",
                                      dimension="idle")

    def assert_true_reading(self):
        """What the parent says of the child's counter is what the kernel says
        within a tick and the way here."""
        low = self.idle_ticks()
        wait_until("the reading passes", lambda: self.reading() >= low)
        self.assertLessEqual(self.reading(), self.idle_ticks())

    def test_readings_are_true(self):
        """Also after the parent was killed and had to replay its journal, and
        after the child began a new life."""
        self.assert_true_reading()
        before = self.reading()
        self.child.send(signal.SIGSTOP)  # nothing new comes to the parent
        self.parent.kill()
        self.parent.start()
        replayed = wait_until("replayed", self.reading)
        # What was not committed is gone until the child is back.
        lost = COMMIT_SECONDS_MAX * os.sysconf("SC_CLK_TCK") * os.cpu_count()
        self.assertGreaterEqual(replayed, before - lost)
        self.assertLessEqual(replayed, self.idle_ticks())
        self.child.send(signal.SIGCONT)
        self.wait_streaming(self.child, self.parent)
        self.assert_true_reading()
        self.child.kill()
        self.child.start()
        self.wait_streaming(self.child, self.parent)
        self.assert_true_reading()

    def test_average_is_since_the_last_request(self):
        """Two requests some ticks apart: the average is that of the table."""
        path = ("/host/child/api/v1/allmetrics?format=prometheus&server=test"
                "&filter=system.ram")
        ask(self.parent, path)
        begin = self.parent.newest("child")
        self.wait_tick(self.parent, begin + 3, "child")
        status, _, body = ask(self.parent, path)
        self.assertEqual(status, 200)
        value = Samples(body.decode()).of("tributary_system_ram_bytes_average",
                                          dimension="free")
        rows = self.parent.get("/api/v1/data?chart=system.ram&dimensions=free"
                               f"&after={begin - 2}", "child")["data"]
        free = [row[1] * (1 << 20) for row in rows if row[1] is not None]
        self.assertGreaterEqual(value, min(free))
        self.assertLessEqual(value, max(free))


if __name__ == "__main__":
    cluster.main()
