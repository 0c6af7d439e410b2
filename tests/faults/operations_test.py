#!/usr/bin/env python3
"""docs/operations.md and docs/tls.md are true: their commands, taken from them
as they stand, are run in one shell, in a folder and on ports of their own."""

import os
import pathlib
import re
import signal
import subprocess

import cluster

DOCUMENTS = pathlib.Path(__file__).parents[2] / "docs"
DOCUMENT = DOCUMENTS / "operations.md"
TLS_DOCUMENT = DOCUMENTS / "tls.md"
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = re.compile(r"^```ini\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS_MAX = 90

# Ends with its parent shell, whatever happens.
HEAD = """set -eu
trap 'for x in $(jobs -p); do kill "$x" 2>/dev/null || :; done; wait' EXIT
"""


class Document(cluster.Test):

    def run_shell(self, text, **places):
        """(exit code, output) of commands; the program to test comes first in
        the path."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        if not (programs / "tributary").exists():
            folder = pathlib.Path(cluster.PROGRAM).parent
            for name in ("tributary", "tributary-shell", "tributary-dump"):
                (programs / name).symlink_to(folder / name)
        environment = {**os.environ, **places}
        # The document finds the program below the folder that it stands in.
        text = text.replace("PATH=$PWD/build/bin:$PATH",
                            f"PATH={programs}:$PATH")
        script = self.folder / "commands.sh"
        script.write_text(HEAD + text)
        with subprocess.Popen(["bash", str(script)], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True,
                              start_new_session=True) as shell:
            try:
                return shell.wait(SECONDS_MAX), shell.stdout.read()
            except subprocess.TimeoutExpired:
                os.killpg(shell.pid, signal.SIGKILL)
                self.fail(f"not done in {SECONDS_MAX} s: "
                          + shell.stdout.read())

    def places(self):
        return {"try": str(self.folder / "try"),
                "page": str(cluster.free_port()),
                "links": str(cluster.free_port()),
                "child_page": str(cluster.free_port())}

    def assert_quoted(self, document, foreign=()):
        """The tables of refusals quote the program."""
        rows = re.findall(r"^\| `([^`]+)` \|", document.read_text(),
                          re.MULTILINE)
        self.assertGreater(len(rows), 4)
        sources = "".join(x.read_text() for folder in ("actors", "schema")
                          for x in (DOCUMENTS.parent / folder).rglob("*.cpp"))
        # Words that are cut in two lines of a source are one.
        sources = re.sub(r'"\n\s*"', "", sources)
        for words in set(rows) - set(foreign):
            self.assertIn(words, sources)


class TlsDocument(Document):

    def test_every_command(self):
        blocks = COMMANDS.findall(TLS_DOCUMENT.read_text())
        self.assertGreater(len(blocks), 5)
        code, said = self.run_shell("".join(blocks), **self.places())
        self.assertEqual(code, 0, said)
        self.assertIn("the configuration is good", said)
        self.assertRegex(said, r"TLSv1\.3, CN = child-7")

    def test_every_word_of_a_log_is_one_of_ours(self):
        self.assert_quoted(TLS_DOCUMENT)


class Operations(Document):

    def test_every_command(self):
        blocks = COMMANDS.findall(DOCUMENT.read_text())
        self.assertGreater(len(blocks), 9)
        code, said = self.run_shell("".join(blocks), **self.places())
        self.assertEqual(code, 0, said)
        # What a reader is told to see.
        self.assertIn("the configuration is good", said)
        self.assertRegex(said, r"\n\d+(,[\d.]+){5,}\n")
        self.assertIn("API key", said)
        try_folder = self.folder / "try"
        for x in ("backup/store.mdb", "backup/node.guid",
                  "salvaged/store.mdb", "again/stream.conf"):
            self.assertTrue((try_folder / x).exists(), x)

    def test_a_command_that_fails_is_noticed(self):
        blocks = COMMANDS.findall(DOCUMENT.read_text())
        text = "".join(blocks).replace("enabled = yes", "enabeld = yes", 1)
        code, said = self.run_shell(text, **self.places())
        self.assertNotEqual(code, 0)
        self.assertIn("did you mean 'enabled'", said)

    def test_every_file(self):
        for text in FILES.findall(DOCUMENT.read_text()):
            of_stream = re.match(r"\[(stream|[-0-9a-f]{36})\]", text)
            node = (self.node("node", text) if of_stream
                    else self.node("node", conf=text))
            code = subprocess.run(node.command("--check-config"), timeout=30,
                                  stdout=subprocess.PIPE).returncode
            self.assertEqual(code, 0, text)

    def test_every_word_of_a_log_is_one_of_ours(self):
        self.assert_quoted(DOCUMENT, {
            "Connection refused", "clone: the parent refuses this node",
            "denied: the parent refuses this node", "timed out"})


if __name__ == "__main__":
    cluster.main()
