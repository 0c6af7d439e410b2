#!/usr/bin/env python3
"""The program's face: flags, exit codes, and the words of what is wrong."""

import subprocess
import unittest

import cluster
from cluster import KEY, PROGRAM, listens, streams_to

USAGE, UNAVAILABLE, BAD_CONFIGURATION = 2, 69, 78

# Not a single line of it is right.
BAD_TRIBUTARY_CONF = """[db]
mode = dbengin
windw = 1m
map size = 3 bananas
[nonsense]
key = value
no equals sign
"""
BAD_STREAM_CONF = """[stream]
enabled = perhaps
api key = 123
destination = :::
"""


def ran(command):
    """(exit code, standard output, standard error)"""
    x = subprocess.run(command, capture_output=True, text=True, timeout=30,
                       stdin=subprocess.DEVNULL)
    return x.returncode, x.stdout, x.stderr


class Flags(unittest.TestCase):

    def test_version_and_help(self):
        code, out, err = ran([PROGRAM, "--version"])
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"^tributary \d+\.\d+\.\d+\n$")
        code, out, err = ran([PROGRAM, "--help"])
        self.assertEqual((code, err), (0, ""))
        for flag in ("config-dir", "data-dir", "run-dir", "hostname",
                     "http-port", "link-port", "set", "check-config",
                     "dump-config", "version", "help"):
            self.assertIn(f"--{flag}", out)

    def test_usage_faults(self):
        for flags in (["--nonsense"], ["--http-port", "70000"],
                      ["--http-port", "x"], ["--set", "nonsense"],
                      ["--set"], ["word"]):
            code, out, err = ran([PROGRAM, *flags])
            self.assertEqual((code, out), (USAGE, ""), flags)
            self.assertRegex(err, r"^tributary: .*\n.*--help", flags)


class Configuration(cluster.Test):

    def test_every_fault_is_named(self):
        node = self.node("node", BAD_STREAM_CONF, BAD_TRIBUTARY_CONF)
        for flags in ([], ["--check-config"], ["--dump-config"]):
            code, out, err = ran(node.command(*flags))
            self.assertEqual((code, out), (BAD_CONFIGURATION, ""), err)
            for file, lines in (("tributary.conf", (2, 3, 4, 5, 7)),
                                ("stream.conf", (2, 3, 4))):
                for line in lines:
                    self.assertRegex(err, f"{file}:{line}: ", f"line {line}")
            # The nearest key is proposed.
            self.assertRegex(err, r"windw.*window")
        self.assertFalse(node.data_dir.exists(), "half a node was started")

    def test_check_and_dump(self):
        node = self.node("node", listens() + streams_to(1), "[db]\nwindow=2m\n")
        code, out, err = ran(node.command("--check-config"))
        self.assertEqual((code, err), (0, ""))
        self.assertIn("good", out)
        code, out, err = ran(node.command("--dump-config", "--set",
                                          "db.commit_every=3s"))
        self.assertEqual((code, err), (0, ""))
        for pattern in (r"window = 2m", r"commit every = 3s", r"hostname = node",
                        rf"\[{KEY}\]"):
            self.assertRegex(out, pattern)
        self.assertFalse(node.data_dir.exists())


class Unavailable(cluster.Test):

    def refused(self, node):
        """Leaves with 69; what it said."""
        node.launch()
        self.assertEqual(node.process.wait(cluster.START_SECONDS_MAX),
                         UNAVAILABLE, node.this_life())
        return node.this_life()

    def test_ports_taken(self):
        first = self.node("first", listens()).start()
        second = self.node("second", listens())
        own = second.http_port
        second.http_port = first.http_port
        self.assertRegex(self.refused(second),
                         rf"{first.http_port}.*in use")
        second.http_port, second.link_port = own, first.link_port
        self.assertRegex(self.refused(second),
                         rf"{first.link_port}.*in use")
        self.wait_tick(first, first.newest() + 2)

    def test_two_nodes_on_one_data_directory(self):
        first = self.node("first", listens()).start()
        second = self.node("second")
        second.data_dir = first.data_dir
        after = first.newest()
        said = self.refused(second)
        self.assertRegex(said, r"store\.mdb: another node uses it")
        self.wait_tick(first, after + 3)
        self.assert_no_gap(first, after, after + 3)
        self.wait_committed(first)
        # And after a kill the directory is free again.
        first.kill()
        second.start()
        self.assert_no_gap(second, after, after + 1)


if __name__ == "__main__":
    cluster.main()
