#!/usr/bin/env python3
"""`cmake --install` puts programs, pages, stock files and the unit in place."""

import os
import pathlib
import shutil
import subprocess
import unittest

import cluster

BUILD = os.environ.get("TRIBUTARY_BUILD", "")
FILES = ["bin/tributary", "bin/tributary-shell", "bin/tributary-dump",
         "bin/tributary-swarm",
         "share/man/man1/tributary-shell.1",
         "share/man/man1/tributary-dump.1",
         "share/man/man1/tributary-swarm.1",
         "share/man/man5/tributary.conf.5",
         "share/man/man8/tributary.8",
         "share/doc/tributary/examples/tributary.conf",
         "share/doc/tributary/examples/stream.conf",
         "share/doc/tributary/operations.md",
         "share/doc/tributary/parents.md",
         "share/doc/tributary/tls.md",
         "lib/systemd/system/tributary.service"]


def ran(*command):
    """(exit code, all that it said)"""
    x = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                       stderr=subprocess.STDOUT, timeout=60)
    return x.returncode, x.stdout


class Install(cluster.Test):

    def test_files_and_first_words(self):
        prefix = self.folder / "prefix"
        code, said = ran("cmake", "--install", BUILD, "--prefix", str(prefix))
        self.assertEqual(code, 0, said)
        there = sorted(str(x.relative_to(prefix)) for x in prefix.rglob("*")
                       if x.is_file())
        self.assertEqual(there, sorted(FILES))
        # What lies beside the document is taken as it stands.
        code, said = ran(str(prefix / "bin/tributary"), "--config-dir",
                         str(prefix / "share/doc/tributary/examples"),
                         "--check-config")
        self.assertEqual(code, 0, said)
        if shutil.which("mandoc"):
            pages = [str(x) for x in (prefix / "share/man").rglob("*.[158]")]
            code, said = ran("mandoc", "-Tlint", "-Wwarning", *pages)
            self.assertEqual((code, said), (0, ""))

    def test_unit(self):
        unit = self.folder / "tributary.service"
        text = (pathlib.Path(BUILD)
                / "cmake/install/tributary.service").read_text()
        self.assertNotIn("@CMAKE", text)
        if not shutil.which("systemd-analyze"):
            raise unittest.SkipTest("no systemd-analyze")
        # The program is where the test has it, not where it will be.
        unit.write_text("\n".join(
            f"ExecStart={cluster.PROGRAM}" if x.startswith("ExecStart=") else x
            for x in text.splitlines()) + "\n")
        code, said = ran("systemd-analyze", "verify", "--man=no", str(unit))
        self.assertEqual(code, 0, said)
        self.assertNotIn("tributary.service", said)


if __name__ == "__main__":
    cluster.main()
