#!/usr/bin/env python3
"""A store as others than its node see it: read while the node writes, damaged
and named, salvaged and served again, backed up and restored."""

import json
import os
import random
import shutil
import stat
import subprocess

import cluster
from cluster import wait_until

DUMP = os.environ.get("TRIBUTARY_DUMP", "")
SHELL = os.environ.get("TRIBUTARY_SHELL", "")
SECONDS_MAX = 60
PAGE = 4096

# The shortest window: blocks are there within two minutes.
CONF = "[db]\nwindow = 1m\n"
BLOCKS_SECONDS_MAX = 150


def dump(*arguments):
    """(exit code, output, errors)"""
    x = subprocess.run([DUMP, *map(str, arguments)], capture_output=True,
                       text=True, timeout=SECONDS_MAX)
    return x.returncode, x.stdout, x.stderr


def listed(path, *words):
    """A listing as JSON."""
    code, out, err = dump("--json", path, *words)
    assert code == 0, err
    return json.loads(out)


def exported(path, host, chart, *flags):
    """Lines of the samples, or of points."""
    code, out, _ = dump("--export", "csv", *flags, path, host, chart)
    return code, set(out.splitlines()[1:])


class Dump(cluster.Test):

    def setUp(self):
        self.leaf = self.node("leaf", "", CONF)
        self.leaf.start()
        self.store = self.leaf.data_dir / "store.mdb"
        wait_until("there are blocks", lambda:
                   listed(self.store, "blocks")["blocks"],
                   BLOCKS_SECONDS_MAX, every=1)

    def test_reads_beside_the_node(self):
        """A dozen verifications of a store that is written meanwhile."""
        code = None
        for _ in range(12):
            code, out, err = dump("--verify", self.store)
            self.assertEqual(code, 0, out + err)
            self.assertIn("a node uses the file", err)
        hosts = listed(self.store, "hosts")["hosts"]
        self.assertEqual([x["hostname"] for x in hosts], ["leaf"])
        self.assertEqual(hosts[0]["guid"], self.leaf.guid())
        code, stop = self.leaf.stop()
        self.assertEqual(code, 0)
        code, out, err = dump("--verify", self.leaf.data_dir)
        self.assertEqual((code, err), (0, ""), out)

    def damage(self, folder, change):
        """A copy of the killed node's data directory with a change."""
        copy = self.folder / folder
        shutil.copytree(self.leaf.data_dir, copy)
        with open(copy / "store.mdb", "r+b") as file:
            change(file)
        return copy

    def flip(self, page):
        def change(file):
            file.seek(page * PAGE)
            bytes_there = bytearray(file.read(PAGE))
            for at in range(0, len(bytes_there), 16):
                bytes_there[at] ^= 1 << at // 16 % 8
            file.seek(page * PAGE)
            file.write(bytes_there)
        return change

    def check_salvaged(self, damaged, whole):
        """Named, salvaged, good; (exit code of salvage, its words)."""
        before = (damaged / "store.mdb").read_bytes()
        code, out, err = dump("--verify", damaged)
        self.assertEqual(code, 1, out + err)
        self.assertGreaterEqual(out.count("\n") + err.count("\n"), 1)
        new = self.folder / (damaged.name + "-new")
        code, words, err = dump("--salvage", new, damaged)
        self.assertIn(code, (0, 1), words + err)
        self.assertEqual(before, (damaged / "store.mdb").read_bytes())
        if not new.exists():
            return None, words + err
        self.assertEqual(dump("--verify", new)[0], 0, words)
        _, lines = exported(new, "1", "system.cpu")
        self.assertLessEqual(lines, whole)
        return new, lines

    def test_damaged_named_salvaged_and_served(self):
        self.leaf.kill()
        code, out, err = dump("--verify", self.leaf.data_dir)
        self.assertEqual(code, 0, out + err)
        code, whole = exported(self.store, "leaf", "system.cpu")
        self.assertEqual(code, 0)
        self.assertTrue(whole)
        self.check_points()
        pages = self.store.stat().st_size // PAGE
        seeded = random.Random(cluster.SEED)
        print(f"seed {cluster.SEED}, {pages} pages, {len(whole)} samples",
              flush=True)
        served = []
        # One head, then pages here and there, some of which are free.
        for page in [0, 1] + seeded.sample(range(2, pages), 8):
            with self.subTest(page=page):
                damaged = self.damage(f"page{page}", self.flip(page))
                if dump("--verify", damaged)[0] == 0:
                    continue # a free page
                new, lines = self.check_salvaged(damaged, whole)
                self.assertIsNotNone(new)
                served.append((lines < whole, len(lines), new, lines))
                print(f"page {page}: {len(lines)} samples", flush=True)
        cut = self.damage("cut", lambda file: file.truncate(
            pages * 3 // 4 * PAGE))
        new, lines = self.check_salvaged(cut, whole)
        self.assertIsNotNone(new, lines)
        print(f"cut: {len(lines)} samples", flush=True)
        self.check_cut(pages, whole)
        # The same without a new store.
        code, at_once = exported(cut, "1", "system.cpu", "--salvaged")
        self.assertEqual((code, at_once), (1, lines))
        # What lost something, and of those the one that has most.
        new, lines = max((x for x in served if x[1] > 0),
                         key=lambda x: x[:2])[2:]
        self.serve(new, lines)

    def check_cut(self, pages, whole):
        """Named with its sizes, at whatever length; no signal."""
        for part in range(1, 8):
            size = pages * part // 8 * PAGE + 99 * (part % 2)
            cut = self.damage(f"cut{part}", lambda file: file.truncate(size))
            code, out, err = dump("--verify", cut)
            self.assertEqual(code, 1, out + err)
            self.assertRegex(out, rf"file: is cut off at {size} of \d+ bytes")
            for words in ([], ["hosts"], ["blocks"], ["journal"]):
                self.assertIn(dump(cut, *words)[0], (0, 1))
            code, lines = exported(cut, "1", "system.cpu")
            self.assertIn(code, (0, 1))
            self.assertLessEqual(lines, whole)

    def check_points(self):
        """Points are of the samples."""
        code, lines = exported(self.store, "leaf", "system.ram", "--tier", "1")
        self.assertEqual(code, 0)
        self.assertTrue(lines)
        values = {}
        for line in exported(self.store, "leaf", "system.ram")[1]:
            t, _, name, value = line.split(",")
            values[int(t), name] = float(value)
        for line in lines:
            t, _, name, least, most, _, count = line.split(",")
            of = [values[t, name] for t in range(int(t), int(t) + 60)
                  if (t, name) in values]
            self.assertEqual((float(least), float(most), int(count)),
                             (min(of), max(of), len(of)), line)

    def serve(self, data, lines):
        """A node starts on what was salvaged and has its samples."""
        shutil.rmtree(self.leaf.data_dir)
        data.rename(self.leaf.data_dir)
        self.leaf.start()
        ticks = sorted({int(x.split(",")[0]) for x in lines})
        print(f"served: {len(ticks)} ticks of {len(lines)} samples")
        self.assertTrue(ticks)
        rows = self.leaf.rows("system.cpu", ticks[0] - 1, ticks[-1])
        self.assertLessEqual(set(ticks), set(rows))

    def test_refusals(self):
        code, _, err = dump("--salvage", self.folder / "x", self.store)
        self.assertEqual(code, 1)
        self.assertIn("a node uses it", err)
        code, _, err = dump("--export", "csv", "--salvaged", self.store, "leaf")
        self.assertEqual((code, "a node uses it" in err), (1, True))
        for wrong in (["--tier", "1"], ["--salvaged"],
                      ["--export", "csv", "--tier", "3"]):
            self.assertEqual(dump(*wrong, self.store, "leaf")[0], 2)
        self.assertEqual(dump()[0], 2)
        self.assertEqual(dump(self.store, "dance")[0], 2)
        self.assertEqual(dump(self.store, "charts")[0], 2)
        self.assertEqual(dump("--verify", "--export", "csv", "x")[0], 2)
        code, _, err = dump(self.store, "charts", "nobody")
        self.assertEqual((code, "no host nobody" in err), (1, True))
        self.assertEqual(dump(self.folder / "none")[0], 1)
        self.assertEqual(dump("--help")[0], 0)
        self.assertRegex(dump("--version")[1], r"^tributary-dump \d")


class Backup(cluster.Test):

    def shell(self, node, *words):
        x = subprocess.run(
            [SHELL, "--run-dir", str(node.folder / "run"), "-e",
             " ".join(map(str, words))], capture_output=True, text=True,
            timeout=SECONDS_MAX)
        return x.returncode, x.stdout + x.stderr

    def test_has_all_that_was_shown(self):
        """Though no commit is due for a minute."""
        leaf = self.node("leaf", "", CONF + "commit every = 1m\n")
        leaf.start()
        self.wait_tick(leaf, leaf.newest() + 3)
        shown = leaf.newest()
        target = self.folder / "early"
        code, said = self.shell(leaf, "backup", target)
        self.assertEqual(code, 0, said)
        code, lines = exported(target, "leaf", "system.ram")
        self.assertEqual(code, 0)
        self.assertGreaterEqual(max(int(x.split(",")[0]) for x in lines), shown)

    def test_copied_while_it_runs_and_restored(self):
        leaf = self.node("leaf", "", CONF)
        leaf.start()
        self.wait_tick(leaf, leaf.newest() + 5)
        for form in ([], ["--compact"]):
            target = self.folder / ("small" if form else "plain")
            code, said = self.shell(leaf, "backup", target, *form)
            self.assertEqual(code, 0, said)
            self.assertRegex(said, r"backup +done")
            self.assertEqual(stat.S_IMODE(target.stat().st_mode), 0o700)
            for name in ("store.mdb", "node.guid"):
                mode = stat.S_IMODE((target / name).stat().st_mode)
                self.assertEqual(mode, 0o600)
            self.assertEqual(sorted(os.listdir(target)),
                             ["node.guid", "store.mdb"])
            code, out, err = dump("--verify", target)
            self.assertEqual(code, 0, out + err)
            code, said = self.shell(leaf, "backup", target, *form)
            self.assertEqual(code, 1)
            self.assertIn("not an empty folder", said)
        code, said = self.shell(leaf, "backup", "here")
        self.assertEqual((code, "absolute" in said), (1, True))
        before = leaf.newest()
        _, lines = exported(self.folder / "small", "leaf", "system.cpu")
        leaf.kill()
        shutil.rmtree(leaf.data_dir)
        (self.folder / "small").rename(leaf.data_dir)
        leaf.start()
        ticks = {int(x.split(",")[0]) for x in lines}
        self.assertTrue(ticks)
        rows = leaf.rows("system.cpu", min(ticks) - 1, max(ticks))
        self.assertLessEqual(ticks, set(rows))
        self.wait_tick(leaf, before + 1)

    def test_a_restored_child_is_taken_again(self):
        """Its backup does not know of the life that the parent knows it by,
        and the parent keeps what the child has lost."""
        parent, child = self.pair(CONF)
        target = self.folder / "old"
        code, said = self.shell(child, "backup", target)
        self.assertEqual(code, 0, said)
        child.kill()
        child.start()
        self.wait_streaming(child, parent)
        self.wait_tick(parent, child.newest() + 2, child.guid())
        lost = parent.newest(child.guid())
        self.wait_acknowledged(child, lost)
        child.kill()
        shutil.rmtree(child.data_dir)
        target.rename(child.data_dir)
        child.start()
        self.wait_streaming(child, parent)
        self.assertNotIn("clone", child.log() + parent.log())
        self.assertNotIn(lost, child.has("system.ram", [lost]))
        self.assertIn(lost, parent.has("system.ram", [lost], child.guid()))
        after = max(lost, parent.newest(child.guid()))
        self.wait_tick(parent, after + 3, child.guid())
        self.wait_equal(child, parent, after, after + 3)


if __name__ == "__main__":
    cluster.main()
