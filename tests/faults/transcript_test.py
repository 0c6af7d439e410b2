#!/usr/bin/env python3
"""The shell's transcript in the README: what it shows is what the programs
say.

  transcript_test.py           as a test: each command of the README runs on
                               real nodes and its answer has the lines that the
                               README shows, numbers apart
  transcript_test.py --write   puts a fresh transcript into the README
"""

import pathlib
import re
import subprocess
import sys

import cluster
from shell_test import SHELL, SHELL_SECONDS_MAX, run_directory

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- transcript -->\n", "<!-- end of transcript -->\n"
COMMANDS = ("-e links", "-e actors", "-e store", "--node child -e links")
PROMPT = "$ tributary-shell "

# What differs from run to run, and what it is put down to.
VARYING = [
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
    (r"(?m)(block +)-$", r"\1TIME"),
    (r"/\S*/store\.mdb", "PATH"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "GUID"),
    (r"\d+(\.\d+)?( (B|[KMGT]iB|ns|us|ms|s|%|min \d+ s))?", "N"),
    (r"\b(busy|idle)\b", "STATE"),
    (r"collector \S+", "COLLECTOR"),
    (r" +", " "),
]


def shape(text):
    """The lines of an answer without what varies, each once."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return set(line.strip() for line in text.splitlines())


def parts():
    """The README before, in and behind the transcript."""
    text = README.read_text()
    before, rest = text.split(BEGIN, 1)
    inside, behind = rest.split(END, 1)
    return before, inside, behind


class Transcript(cluster.Test):

    def answers(self):
        """Command and answer on a parent with a child, as a person sees it."""
        parent, child = self.pair("[db]\nwindow = 1m\n")
        self.wait_tick(parent, child.newest() + 20, child.guid())
        result = []
        for command in COMMANDS:
            done = subprocess.run(
                [SHELL, "--run-dir", run_directory(parent), *command.split()],
                capture_output=True, text=True, timeout=SHELL_SECONDS_MAX)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = re.sub(r"/\S*/store\.mdb", "/var/lib/tributary/store.mdb",
                          done.stdout)
            result.append((command, text))
        return result

    def test_readme(self):
        _, inside, _ = parts()
        for command, text in self.answers():
            start = inside.find(PROMPT + command + "\n")
            self.assertGreaterEqual(start, 0, f"{command} is not in the README")
            shown = inside[start:].split("\n", 1)[1].split("\n$ ", 1)[0]
            shown = shown.split("\n```", 1)[0]
            self.assertEqual(sorted(shape(shown)), sorted(shape(text)),
                             f"{command}: run {sys.argv[0]} --write")


class Write(Transcript):

    def test_readme(self):
        before, _, behind = parts()
        text = "\n".join(f"{PROMPT}{command}\n{answer}"
                         for command, answer in self.answers())
        README.write_text(f"{before}{BEGIN}```console\n{text}```\n{END}"
                          f"{behind}")


if __name__ == "__main__":
    if "--write" in sys.argv:
        sys.argv[sys.argv.index("--write")] = "Write"
    elif len(sys.argv) == 1:
        sys.argv.append("Transcript")
    cluster.main()
