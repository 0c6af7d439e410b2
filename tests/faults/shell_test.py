#!/usr/bin/env python3
"""The shell on real nodes: what it tells of them, how it fails, and each actor
killed through it under load."""

import json
import os
import pty
import select
import signal
import socket
import stat
import struct
import subprocess
import time

import cluster
from cluster import wait_until

SHELL = os.environ.get("TRIBUTARY_SHELL", "")

# A process that hangs is found by this, not by the end of the test.
SHELL_SECONDS_MAX = 20

EXIT_FAILURE, EXIT_USAGE, EXIT_UNAVAILABLE = 1, 2, 69

CONF = "[db]\nwindow = 1m\n"


def run_directory(node):
    return str(node.folder / "run")


def shell(node, *arguments, **options):
    """The finished process."""
    return subprocess.run(
        [SHELL, "--run-dir", run_directory(node), *arguments],
        capture_output=True, text=True, timeout=SHELL_SECONDS_MAX, **options)


def ask(node, command):
    """The answer to one command as JSON."""
    done = shell(node, "-e", command, "--json")
    if done.returncode != 0:
        raise cluster.ApiError(done.returncode, done.stderr)
    return json.loads(done.stdout)


def actors(node):
    return {x["name"]: x for x in ask(node, "actors")["actors"]}


class Shell(cluster.Test):

    def test_tells(self):
        """actors, links, hosts, store and status of a parent and its child."""
        parent, child = self.pair(CONF)
        self.wait_tick(parent, child.newest() + 3, child.guid())
        of_parent, of_child = actors(parent), actors(child)
        for name in ("node", "writer", "ingest", "reader", "framer",
                     "listener", "http", "introspection"):
            self.assertGreater(of_parent[name]["id"], 0, name)
        self.assertEqual(of_parent["writer"]["parent"], "node")
        self.assertGreater(of_parent["writer"]["messages"], 0)
        self.assertGreater(of_parent["writer"]["busy_ns"], 0)
        self.assertTrue(any(x.startswith("session ") for x in of_parent))
        self.assertTrue(any(x.startswith("collector ") for x in of_child))

        [down] = ask(parent, "links")["links"]
        [up] = ask(child, "links")["links"]
        self.assertEqual((down["peer"], down["side"], down["state"]),
                         ("child", "child", "open"))
        self.assertEqual((up["peer"], up["side"], up["state"]),
                         ("parent", "parent", "open"))
        self.assertEqual(down["node"], child.guid())
        self.assertEqual(up["node"], parent.guid())
        for link in (down, up):
            self.assertEqual(link["hosts"], 1)
            self.assertGreater(link["bytes_sent"], 0)
            self.assertGreater(link["bytes_received"], 0)
            self.assertLess(link["lag_ticks"], 10)
            self.assertLess(link["lag_ms"], 10_000)
        lanes = {x["lane"]: x for x in ask(child, "links")["lanes"]}
        self.assertGreater(lanes["live"]["acked_number"], 0)
        self.assertGreater(lanes["live"]["credit_bytes"], 0)

        hosts = {x["hostname"]: x for x in ask(parent, "hosts")["hosts"]}
        self.assertEqual(hosts["child"]["state"], "live")
        self.assertEqual(hosts["child"]["hops"], 1)
        self.assertEqual(hosts["child"]["guid"], child.guid())
        self.assertGreater(hosts["child"]["metrics"], 20)
        self.assertEqual([x["hostname"] for x in
                          ask(parent, "hosts chil")["hosts"]], ["child"])

        wait_until("the child has committed", lambda:
                   ask(child, "store")["store"]["journal_last"] > 0)
        store = ask(child, "store")
        self.assertGreater(store["store"]["commits"], 0)
        self.assertEqual(store["store"]["commits_failed"], 0)
        self.assertGreater(store["store"]["journal_last"], 0)
        self.assertEqual([x["node"] for x in store["subscribers"]],
                         [parent.guid()])
        self.assertEqual(ask(parent, "status")["node"]["links_up"], 1)

    def test_tells_of_trouble(self):
        """A refused child and an absent parent show why."""
        parent = self.node("parent", cluster.listens())
        child = self.node("child", cluster.streams_to(
            parent.link_port, key="00000000-0000-4000-8000-000000000001"))
        child.start()

        def link():
            links = ask(child, "links")["links"]
            return links[0] if links else None
        wait_until("the child waits for its parent", lambda: link()
                   and link()["state"] == "waiting"
                   and "refused" in link()["reason"].lower())
        parent.start()
        wait_until("the child knows that it is refused", lambda:
                   "refuses this node" in (link()["reason"] or ""),
                   cluster.RESUME_SECONDS_MAX)
        ended = ask(parent, "links")["links"]
        self.assertEqual([x["state"] for x in ended], ["ended"])
        self.assertEqual([x["reason"] for x in ended], ["denied"])

    def test_manners(self):
        """Text, JSON, help, exit codes, and who may ask."""
        node = self.node("alone")
        nobody = shell(node, "-e", "actors")
        self.assertEqual(nobody.returncode, EXIT_UNAVAILABLE)
        self.assertIn("no node listens at " + run_directory(node),
                      nobody.stderr)
        self.assertEqual(nobody.stdout, "")
        node.start()
        path = node.folder / "run" / "shell.sock"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        text = shell(node, "-e", "actors").stdout
        self.assertRegex(text, r"(?m)^actor +state +mailbox +messages")
        self.assertRegex(text, r"(?m)^  writer ")
        self.assertNotIn("\x1b", text)
        both = shell(node, "-e", "status", "-e", "hosts").stdout
        self.assertIn("runs for", both)
        self.assertIn("newest sample", both)
        unknown = shell(node, "-e", "dance")
        self.assertEqual(unknown.returncode, EXIT_FAILURE)
        self.assertIn("there is no command 'dance'; try help", unknown.stderr)
        self.assertEqual(shell(node, "--dance").returncode, EXIT_USAGE)
        self.assertEqual(shell(node, "--watch", "1").returncode, EXIT_USAGE)
        self.assertEqual(shell(node, "--help").returncode, 0)
        self.assertRegex(shell(node, "--version").stdout, r"^tributary-shell \d")
        piped = shell(node, input="status\n\ndance\nquit\nactors\n")
        self.assertEqual(piped.returncode, EXIT_FAILURE)
        self.assertIn("runs for", piped.stdout)
        self.assertNotIn("writer", piped.stdout)

    def test_garbage(self):
        """Bytes that are no request end their own connection only."""
        node = self.node("alone")
        node.start()
        path = str(node.folder / "run" / "shell.sock")
        for bad in (b"GET / HTTP/1.1\r\n\r\n", struct.pack("<II", 1 << 30, 0),
                    struct.pack("<II", 8, 0) + b"\xff" * 8,
                    self.random.randbytes(4096)):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(SHELL_SECONDS_MAX)
                client.connect(path)
                client.sendall(bad)
                try:
                    while client.recv(4096):
                        pass
                except ConnectionResetError:
                    pass # closed with unread bytes of ours
        idle = []
        for _ in range(40):
            client = socket.socket(socket.AF_UNIX)
            client.connect(path)
            idle.append(client)
        for client in idle:
            client.close()
        wait_until("the shell answers again", lambda: ask(node, "status"))
        self.assertTrue(node.running)

    def test_connections_leave_nothing(self):
        """Thousands of shells come and go in constant memory."""
        node = self.node("alone", cluster.listens())
        node.start()
        path = str(node.folder / "run" / "shell.sock")

        def knock(family, address, words):
            with socket.socket(family) as client:
                client.settimeout(SHELL_SECONDS_MAX)
                client.connect(address)
                try:
                    client.sendall(words)
                    while client.recv(4096):
                        pass
                except OSError:
                    pass # closed with unread bytes of ours

        def round_of(count):
            for _ in range(count):
                knock(socket.AF_UNIX, path, b"GET / HTTP/1.1\r\n\r\n")
            return node.rss_anon()
        round_of(500)
        before = round_of(500)
        # It was 1.3 KB for each.
        self.assertLess(round_of(3000) - before, 1 << 20)
        self.assertTrue(ask(node, "status"))

    def test_at_a_terminal(self):
        """A prompt, completion, an answer and quit; history that is kept."""
        node = self.node("alone")
        node.start()
        home = node.folder / "home"
        home.mkdir()
        leader, follower = pty.openpty()
        environment = {**os.environ, "HOME": str(home), "TERM": "xterm"}
        environment.pop("XDG_STATE_HOME", None)
        process = subprocess.Popen(
            [SHELL, "--run-dir", run_directory(node)], stdin=follower,
            stdout=follower, stderr=follower, env=environment)
        os.close(follower)
        seen = ""

        def until(words):
            nonlocal seen
            deadline = time.monotonic() + SHELL_SECONDS_MAX
            while words not in seen:
                ready, _, _ = select.select([leader], [], [], 0.5)
                if ready:
                    seen += os.read(leader, 4096).decode(errors="replace")
                self.assertLess(time.monotonic(), deadline,
                                f"{words!r} not in {seen!r}")
            seen = seen.split(words, 1)[1]
        try:
            until("alone> ")
            os.write(leader, b"stat\t\n")
            until("runs for") # what the completed command answers
            until("alone> ")
            os.write(leader, b"quit\n")
            self.assertEqual(process.wait(timeout=SHELL_SECONDS_MAX), 0)
        finally:
            process.kill()
            process.wait()
            os.close(leader)
        history = home / ".local/state/tributary/shell_history"
        self.assertIn("status", history.read_text())
        self.assertEqual(stat.S_IMODE(history.stat().st_mode), 0o600)

    def test_open_shell_does_not_hold_the_node(self):
        """A node stops in time though somebody keeps a shell open."""
        node = self.node("alone")
        node.start()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(node.folder / "run" / "shell.sock"))
            self.assert_stops(node)
        self.assertFalse((node.folder / "run" / "shell.sock").exists())

    def test_second_node(self):
        """Two nodes in one run directory: the second says so and leaves."""
        first = self.node("first")
        first.start()
        second = self.node("second")
        (second.folder / "run").symlink_to(run_directory(first))
        second.launch()
        self.assertEqual(second.process.wait(timeout=SHELL_SECONDS_MAX),
                         EXIT_UNAVAILABLE)
        self.assertIn("run directory", second.this_life())
        self.assertTrue(ask(first, "status"))


class KillActors(cluster.Test):

    def kill_each(self, node, names, streaming):
        """Ends each in turn and waits until it is back and data flows."""
        for name in names:
            before = actors(node)
            if name not in before or not before[name]["id"]:
                self.fail(f"{node.name} has no actor {name}")
            try:
                ask(node, "kill " + name)
            except cluster.ApiError as error:
                # It takes the connection with it that the answer comes by.
                if name != "shell-door" or error.status != EXIT_UNAVAILABLE:
                    raise

            def is_back():
                now = actors(node).get(name)
                return now and now["id"] not in (None, before[name]["id"])
            wait_until(f"{name} of {node.name} is back", is_back)
            after = actors(node)[name]
            self.assertGreater(after["restarts"], before[name]["restarts"])
            self.assertEqual(after["last_error"], "killed", name)
            streaming()

    def test_each(self):
        """Each actor of parent and child killed under load comes back, and
        every tick of the child is at the parent once, with equal values."""
        parent, child = self.pair(CONF)
        after = child.newest() - 1

        def streaming():
            self.wait_streaming(child, parent)
            self.wait_tick(parent, child.newest(), child.guid())
        self.kill_each(parent, ["writer", "ingest", "reader", "live", "http",
                                "listener", "acceptor", "introspection",
                                "shell-door"], streaming)
        self.kill_each(child, ["reader", "uplink", "connector"], streaming)
        # A session ends with its link; the child comes back with a new one.
        for kind in ("session ", "wire "):
            [name] = [x for x in actors(parent) if x.startswith(kind)]
            ask(parent, "kill " + name)
            streaming()
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before + 1, child.guid())
        self.wait_equal(child, parent, after, before, 90)
        self.assert_no_gap(child, after, before)
        self.assert_no_gap(parent, after, before, child.guid())
        print(f"{before - after} ticks are whole")
        self.assert_stops(child)
        self.assert_stops(parent)

    def test_origin(self):
        """Where samples are made, what is not committed goes with its actor:
        the node goes on, and the parent has all that it ever showed."""
        parent, child = self.pair(CONF)
        first = child.newest()
        shown = {}

        def streaming():
            self.wait_streaming(child, parent)
            newest = parent.newest(child.guid())
            shown.update(parent.rows("system.ram", first, newest,
                                     child.guid()))
        collector = next(x for x in actors(child)
                         if x.startswith("collector "))
        self.kill_each(child, [collector, "framer", "ingest", "writer"],
                       streaming)
        held = parent.rows("system.ram", first, parent.newest(child.guid()),
                           child.guid())
        self.assertEqual({t: held.get(t) for t in shown}, shown)

    def test_crash_loop(self):
        """An actor that can't come back is tried at growing delays, is seen in
        the shell, and the rest goes on; once it can, it does."""
        parent, child = self.pair(CONF)
        parent_port = parent.link_port
        ask(parent, "kill acceptor")
        blocker = socket.socket(socket.AF_INET6)
        blocker.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        blocker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

        def taken():
            try:
                blocker.bind(("::", parent_port))
                blocker.listen()
                return True
            except OSError:
                if actors(parent)["acceptor"]["id"]:
                    ask(parent, "kill acceptor")
                return False
        wait_until("the port is taken from the node", taken, every=0.01)
        with blocker:
            def in_loop():
                x = actors(parent)["acceptor"]
                return x["id"] is None and "waits" in x["state"] \
                    and "in use" in x["state"]
            wait_until("the shell shows the crash loop", in_loop)
            self.wait_tick(parent, parent.newest() + 3)
        wait_until("the acceptor is back",
                   lambda: actors(parent)["acceptor"]["id"],
                   cluster.RESUME_SECONDS_MAX)
        self.wait_streaming(child, parent)
        self.assertEqual(parent.process.poll(), None)
        parent.send(signal.SIGTERM)
        self.assertEqual(parent.process.wait(timeout=20), 0)


if __name__ == "__main__":
    cluster.main()
