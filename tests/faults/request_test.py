#!/usr/bin/env python3
"""A shell asks nodes below over links: through a relay, against their rules,
while they die, and of children that lie."""

import json
import os
import socket
import subprocess
import uuid

import cluster
import wire
from cluster import wait_until

SHELL = os.environ.get("TRIBUTARY_SHELL", "")

# A process that hangs is found by this.
SHELL_SECONDS_MAX = 30

EXIT_FAILURE = 1

LOUD = "[logs]\nlevel = debug\n"

KEY_BELOW = "2f7d3a10-51c6-4a44-9a0e-4f3c5d0b6e21"

PIECE_BYTES_MAX = 32 << 10
REPLY_BYTES_MAX = 4 << 20


def command(node, *arguments):
    return [SHELL, "--run-dir", str(node.folder / "run"), *arguments]


def shell(node, *arguments):
    """The finished process."""
    return subprocess.run(command(node, *arguments), capture_output=True,
                          text=True, timeout=SHELL_SECONDS_MAX)


class Asking:
    """A shell that waits for its answer."""

    def __init__(self, node, *arguments):
        self.process = subprocess.Popen(
            command(node, *arguments), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    def end(self):
        """(exit code, output, errors)"""
        out, err = self.process.communicate(timeout=SHELL_SECONDS_MAX)
        return self.process.returncode, out, err


class FakeChild:
    """Says hello like a child, and then what it is told to."""

    def __init__(self, parent, name, wishes=wire.TAKES_REQUESTS):
        self.stream = b""
        self.read = 0
        self.socket = socket.create_connection(("127.0.0.1",
                                                parent.link_port))
        self.socket.settimeout(cluster.START_SECONDS_MAX)
        self.send(wire.PREFACE + wire.hello(uuid.uuid4().int, cluster.KEY,
                                            name, wishes))
        self.receive("welcome")

    def send(self, text):
        self.socket.sendall(text)

    def receive(self, kind):
        """The next message of that kind; others are left."""
        while True:
            for body in wire.bodies(self.stream)[self.read:] \
                    if len(self.stream) >= len(wire.PREFACE) else []:
                self.read += 1
                if wire.kind_of(body) == kind:
                    return body
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("the parent has closed the link")
            self.stream += more

    def next_request(self):
        """The number of the next one that is neither `more` nor `cancel`."""
        while True:
            body = self.receive("request")
            number, wait = wire.words_of(body, 2)
            if number != 0 and wait & 0xffffffff != 0:
                return number

    def close(self):
        self.socket.close()


class Requests(cluster.Test):

    def chain(self):
        """A top, a relay and a leaf that streams to it, connected."""
        top = self.node("top", cluster.listens())
        relay = self.node("relay", cluster.streams_to(top.link_port)
                          + cluster.listens(KEY_BELOW), LOUD)
        leaf = self.node("leaf", cluster.streams_to(relay.link_port,
                                                    KEY_BELOW))
        for node in (top, relay, leaf):
            node.start()
        self.wait_streaming(leaf, top)
        return top, relay, leaf

    def ask(self, node, path, words):
        done = shell(node, "--node", path, "--json", "-e", words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refusal(self, node, path, words):
        done = shell(node, "--node", path, "-e", words)
        self.assertEqual((done.returncode, done.stdout), (EXIT_FAILURE, ""))
        return done.stderr.strip().removeprefix("tributary-shell: ")

    def test_chain(self):
        """Commands and values of a leaf at its grandparent, and its rules."""
        top, relay, leaf = self.chain()
        status = self.ask(top, "leaf", "status")["node"]
        self.assertEqual(status["guid"], leaf.guid())
        self.assertEqual(status["pid"], leaf.pid)
        for path in (leaf.guid(), "relay/leaf",
                     f"{relay.guid()}/{leaf.guid()}"):
            self.assertEqual(self.ask(top, path, "status")["node"]["pid"],
                             leaf.pid)
        self.assertEqual(self.ask(top, "relay", "status")["node"]["pid"],
                         relay.pid)
        [link] = self.ask(top, "leaf", "links")["links"]
        self.assertEqual((link["peer"], link["side"]), ("relay", "parent"))
        self.assertIn("uplink", {x["name"] for x in
                                 self.ask(top, "leaf", "actors")["actors"]})
        # In the shell itself, and with nothing of the keys in any answer.
        everything = "".join(
            shell(top, "--json", "-e", f"on {path} {words}").stdout
            for path in ("leaf", "relay")
            for words in ("actors", "charts", "help", "hosts", "links",
                          "status", "store"))
        self.assertGreater(len(everything), 1000)
        for key in (cluster.KEY, KEY_BELOW):
            self.assertNotIn(key, everything)
            self.assertNotIn(key, top.log() + relay.log() + leaf.log())

        self.assertIn("system.cpu", {x["id"] for x in self.ask(
            top, "leaf", "charts system")["charts"]})
        before = leaf.newest() - 2
        span = f"chart=system.cpu&after={before - 20}&before={before}"
        self.assertEqual(
            shell(top, "--node", "leaf", "-e",
                  f"query {span}&format=csv").stdout.split(),
            leaf.get_text(f"/api/v1/data?{span}&format=csv").split())
        self.assertEqual(self.ask(top, "leaf", f"query {span}&format=json"),
                         leaf.get(f"/api/v1/data?{span}&format=json"))
        self.assertRegex(self.refusal(top, "leaf", "query chart=none"),
                         "^leaf: .*none")

        self.assertEqual(self.refusal(top, "leaf", "kill writer"),
                         "leaf: kill is for this node's own shell only")
        self.assertEqual(self.refusal(top, "nobody", "status"),
                         "no node is known as nobody")
        self.assertEqual(self.refusal(top, "relay/nobody", "status"),
                         "relay: no node is known as nobody")

        leaf.configure(cluster.streams_to(
            relay.link_port, KEY_BELOW, answer_requests_from_parents="no"))
        leaf.send(cluster.signal.SIGHUP)
        leaf.wait_log("reloaded: 1 option applied")
        self.assertRegex(self.refusal(top, "leaf", "status"),
                         "^leaf: requests .* switched off")
        relay.configure(cluster.streams_to(top.link_port) + cluster.listens(
            KEY_BELOW, pass_requests="query"))
        relay.send(cluster.signal.SIGHUP)
        relay.wait_log("reloaded: 1 option applied")
        self.assertRegex(self.refusal(top, "leaf", "status"),
                         "^relay: 'pass requests' of its API key")
        self.assertEqual(self.ask(top, "relay", "status")["node"]["pid"],
                         relay.pid)
        # None of it touched the links.
        self.assertEqual(leaf.log().count("uplink: parent"), 1)

    def test_ends(self):
        """A leaf that is killed, or stands, while its answer is waited for."""
        top, relay, leaf = self.chain()
        leaf.send(cluster.signal.SIGSTOP)
        waiting = Asking(top, "--node", "leaf", "-e", "status")
        relay.wait_log("uplink: top asks something")
        # Others don't wait for it.
        self.ask(top, "relay", "status")
        self.assertIsNone(waiting.process.poll())
        leaf.kill()
        code, _, errors = waiting.end()
        self.assertEqual(code, EXIT_FAILURE)
        self.assertIn("relay: the link to leaf ended", errors)
        self.assertRegex(self.refusal(top, "leaf", "status"),
                         "node leaf is not connected")
        leaf.start()
        self.wait_streaming(leaf, top)
        wait_until("the leaf can be asked again", lambda: shell(
            top, "--node", "leaf", "-e", "status").returncode == 0,
                   cluster.RESUME_SECONDS_MAX)
        leaf.send(cluster.signal.SIGSTOP)
        self.assertEqual(self.refusal(top, "leaf", "status"),
                         "relay: leaf does not answer in time")

    def test_liars(self):
        """Garbage, endless and unasked replies end a request or a link, by
        name, and nothing else."""
        parent, child = self.pair()
        old = FakeChild(parent, "old", wishes=0)
        self.assertEqual(self.refusal(parent, "old", "status"),
                         "old runs a program that takes no requests yet")
        fake = FakeChild(parent, "fake")

        def answer(*pieces):
            waiting = Asking(parent, "--node", "fake", "-e", "status")
            number = fake.next_request()
            for piece, more in pieces:
                fake.send(wire.reply(number, piece, more))
            code, out, errors = waiting.end()
            self.assertEqual((code, out), (EXIT_FAILURE, ""))
            return errors
        for garbage in (b"x", bytes(64), os.urandom(1000),
                        wire.framed(os.urandom(64))):
            self.assertIn("the answer from below does not read",
                          answer((garbage, False)))
        full = os.urandom(PIECE_BYTES_MAX)
        self.assertIn("fake: its answer is longer than 4 MiB", answer(
            *[(full, True)] * (REPLY_BYTES_MAX // len(full)), (b"x", True)))
        # It has done no more than that, and can still be asked.
        self.assertIn("does not read", answer((b"x", False)))
        self.assertNotIn("link from fake (127.0.0.1) ended", parent.log())

        waiting = Asking(parent, "--node", "fake", "-e", "status")
        fake.send(wire.reply(fake.next_request() + 1, b"x"))
        self.assertIn("the link to fake ended: corrupt: a reply to a request "
                      "that was never sent", waiting.end()[2])
        with self.assertRaises((EOFError, ConnectionError)):
            fake.receive("ack")
        for name, bad in (("long", wire.reply(1, full + b"x")),
                          ("empty", wire.reply(1, b""))):
            liar = FakeChild(parent, name)
            liar.send(bad)
            with self.assertRaises((EOFError, ConnectionError)):
                liar.receive("ack")
            parent.wait_log(f"link from {name} .* ended: corrupt: link: reply")
            liar.close()
        self.assertEqual(self.ask(parent, "child", "status")["node"]["pid"],
                         child.pid)
        self.assertEqual(child.log().count("uplink: parent"), 1)
        for x in (old, fake):
            x.close()


if __name__ == "__main__":
    cluster.main()
