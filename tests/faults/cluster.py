"""Real nodes for tests: started in temporary directories on free loopback
ports, asked over their API, killed by process id, and all ended with the test.

  class Something(cluster.Test):
      def test_it(self):
          parent = self.node("parent", stream=cluster.listens(KEY))
          parent.start()

The environment gives the program to test (TRIBUTARY, required) and widens:
TRIBUTARY_TRIALS (how often something is killed), TRIBUTARY_SEED,
TRIBUTARY_SECONDS (how long data is compared), TRIBUTARY_KEEP (keep the files).
"""

import ctypes
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get("TRIBUTARY", "")
SHELL = os.environ.get("TRIBUTARY_SHELL", "")
KEY = "7b90f2cc-ee2e-4d79-9578-603b8985f5ac"
SEED = int(os.environ.get("TRIBUTARY_SEED") or random.SystemRandom()
           .randrange(1 << 32))

# Promised by the design: TERM leaves within 10 s.
STOP_SECONDS_MAX = 10
# A node is asked for its first word this long; a loaded machine is slow.
START_SECONDS_MAX = 30
# A command of the shell; most are answered at once.
SHELL_SECONDS_MAX = 30
# A late part, or word of a tick that was missed, comes behind the next tick;
# and a loaded machine.
LATE_SECONDS_MAX = 30
# Reconnect delay of 5 s, resuming, and a loaded machine.
RESUME_SECONDS_MAX = 60

LOG_LINES_SHOWN = 40
PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def setting(name, default):
    """A number from the environment."""
    return type(default)(os.environ.get(name) or default)


def wait_until(what, condition, seconds=START_SECONDS_MAX, every=0.05):
    """The first true value of `condition`; fails naming `what` if it does not
    come in time. Refused connections count as not yet."""
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            value = condition()
            if value:
                return value
        except (OSError, http.client.HTTPException, ApiError) as x:
            last = x
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}"
                                 + (f" ({last})" if last else ""))
        time.sleep(every)


class ApiError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:200]}")
        self.status = status


# -- ports --------------------------------------------------------------------

_ports = []  # sockets that reserve the numbers as long as this process lives


def free_port():
    """A port below those that the kernel gives out, reserved against other
    tests of this machine, so that a node finds it free again after a kill."""
    for _ in range(1000):
        port = random.SystemRandom().randrange(20000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        probe = socket.socket()
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            claim.bind(f"\0tributary-test-port-{port}")
            probe.bind(("", port))
        except OSError:
            claim.close()
            continue
        finally:
            probe.close()
        _ports.append(claim)
        return port
    raise AssertionError("no free port")


# -- configuration ------------------------------------------------------------

def listens(key=KEY, **options):
    """Section of a node that takes children with `key`."""
    lines = [f"[{key}]", "enabled = yes", "type = api"]
    return "\n".join(lines + [f"{k.replace('_', ' ')} = {v}"
                              for k, v in options.items()]) + "\n"


def streams_to(port, key=KEY, **options):
    """Section of a node that streams to 127.0.0.1; comes back after 5 s, which
    is the shortest wait."""
    options = {"reconnect_delay": "5s", **options}
    lines = ["[stream]", "enabled = yes", f"destination = 127.0.0.1:{port}",
             f"api key = {key}"]
    return "\n".join(lines + [f"{k.replace('_', ' ')} = {v}"
                              for k, v in options.items()]) + "\n"


# -- nodes --------------------------------------------------------------------

def _end_with_parent():
    LIBC.prctl(PDEATHSIG, signal.SIGKILL)


class Node:
    """One process at a time on one data directory."""

    def __init__(self, folder, name, stream, conf="", flags=()):
        self.name = name
        self.folder = pathlib.Path(folder)
        self.etc = self.folder / "etc"
        self.data_dir = self.folder / "data"
        self.log_path = self.folder / "log"
        self.etc.mkdir(parents=True)
        self.log_path.touch()
        self.flags = list(flags)
        self.environment = {}  # beside that of the test
        self.http_port = free_port()
        self.link_port = free_port()
        self.process = None
        self.lives = 0
        self.configure(stream, conf)

    def configure(self, stream=None, conf=None):
        """Takes effect with the next start or HUP; whole at any moment."""
        for name, text in (("stream.conf", stream), ("tributary.conf", conf)):
            if text is not None:
                (self.etc / "new").write_text(text)
                (self.etc / "new").chmod(0o600) # it holds keys
                (self.etc / "new").rename(self.etc / name)

    def command(self, *flags):
        return [PROGRAM, "--config-dir", str(self.etc), "--data-dir",
                str(self.data_dir), "--run-dir", str(self.folder / "run"),
                "--hostname", self.name, "--http-port", str(self.http_port),
                "--link-port", str(self.link_port), *self.flags, *flags]

    # -- life

    def launch(self):
        assert not self.running, f"{self.name} runs already"
        self.lives += 1
        with open(self.log_path, "ab") as log:
            log.write(f"-- life {self.lives}\n".encode())
            log.flush()
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, preexec_fn=_end_with_parent,
                env={**os.environ, **self.environment})

    def start(self):
        self.launch()
        wait_until(f"{self.name} is ready", self._ready)
        return self

    def _ready(self):
        if not self.running:
            raise AssertionError(f"{self.name} left with "
                                 f"{self.process.returncode}")
        return self.get_text("/ready", whole=True) == "ready"

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        """kill -9; returns when it is gone."""
        self.process.kill()
        self.process.wait()

    def send(self, number):
        os.kill(self.pid, number)

    def stop(self):
        """TERM; (exit code, seconds that it took)."""
        begin = time.monotonic()
        self.send(signal.SIGTERM)
        code = self.process.wait(timeout=2 * STOP_SECONDS_MAX)
        return code, time.monotonic() - begin

    def end(self):
        """Whatever state it is in."""
        if self.running:
            self.kill()

    # -- what it says

    def log(self):
        return self.log_path.read_text(errors="replace")

    def this_life(self):
        return self.log().split(f"-- life {self.lives}\n", 1)[-1]

    def wait_log(self, pattern, seconds=START_SECONDS_MAX):
        """A match in what this life has said."""
        return wait_until(f"{self.name} logs {pattern!r}",
                          lambda: re.search(pattern, self.this_life()), seconds)

    def rss_anon(self):
        """Bytes."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", text).group(1)) << 10

    # -- what it serves

    def shell(self, command, seconds=SHELL_SECONDS_MAX):
        """The answer as JSON; fails when the shell does."""
        done = subprocess.run(
            [SHELL, "--run-dir", str(self.folder / "run"), "--json", "-e",
             command], capture_output=True, text=True, timeout=seconds)
        if done.returncode != 0:
            raise ApiError(done.returncode, done.stderr)
        return json.loads(done.stdout)

    def metric(self, name):
        text = self.get_text("/metrics")
        return int(re.search(rf"^{name} (\d+)$", text, re.M).group(1))

    def acked_tick(self):
        """Newest tick that all of its parents say they have; 0: none."""
        return min((x["acked_tick"] or 0 for x in self.shell("links")["links"]
                    if x["side"] == "parent"), default=0)

    def request(self, path, host="", timeout=10):
        """(status, headers, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port,
                                                timeout=timeout)
        try:
            connection.request("GET", self.path(path, host))
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, dict(answer.getheaders()), text
        finally:
            connection.close()

    @staticmethod
    def path(path, host):
        return f"/host/{host}{path}" if host else path

    def get_text(self, path, host="", whole=False):
        status, _, text = self.request(path, host)
        if status != 200:
            raise ApiError(status, text)
        return text.strip() if whole else text

    def get(self, path, host=""):
        return json.loads(self.get_text(path, host))

    def info(self, host=""):
        return self.get("/api/v1/info", host)

    def guid(self):
        return (self.data_dir / "node.guid").read_text().strip()

    def status_of(self, host):
        """Its entry in the list of hosts, by GUID or name; None when unknown.
        """
        for x in self.info()["mirrored_hosts_status"]:
            if host in (x["guid"], x["hostname"]):
                return x
        return None

    def newest(self, host=""):
        status = self.status_of(host or self.name)
        return (status and status["newest_sample"]) or 0

    def charts(self, host=""):
        return sorted(self.get("/api/v1/charts", host)["charts"])

    def data_text(self, chart, after, before, host="", extra=""):
        return self.get_text(f"/api/v1/data?chart={chart}&after={after}"
                             f"&before={before}&format=json{extra}", host)

    def rows(self, chart, after, before, host=""):
        """Values by time; fails when a time comes twice."""
        data = json.loads(self.data_text(chart, after, before, host))["data"]
        result = {row[0]: row[1:] for row in data}
        assert len(result) == len(data), f"{chart}: a tick is there twice"
        return result

    def has(self, chart, ticks, host=""):
        """The ticks of the range that hold a value."""
        rows = self.rows(chart, ticks[0] - 1, ticks[-1], host)
        return {t for t, values in rows.items()
                if any(v is not None for v in values)}




def difference(child, parent, after, before):
    """What the parent holds differently of the child's own charts in a range,
    for people; empty when every byte is the same."""
    host = child.guid()
    mine = child.charts()
    theirs = parent.charts(host)
    if mine != theirs:
        return f"charts: {sorted(set(mine) ^ set(theirs))}"
    for chart in mine:
        a = child.data_text(chart, after, before)
        b = parent.data_text(chart, after, before, host)
        if a != b:
            return chart + ": " + first_difference(a, b)
    return ""


def first_difference(a, b):
    a, b = (json.loads(x) for x in (a, b))
    if a["labels"] != b["labels"]:
        return f"{a['labels']} and {b['labels']}"
    rows = [{tuple(r[:1])[0]: r for r in x["data"]} for x in (a, b)]
    times = sorted(t for t in set(rows[0]) | set(rows[1])
                   if rows[0].get(t) != rows[1].get(t))
    if not times:
        return "the same rows in another order or number"
    t = times[0]
    return (f"{len(times)} rows of {len(rows[0])} and {len(rows[1])} differ, "
            f"from {times[0]} to {times[-1]}; first "
            f"{rows[0].get(t)} and {rows[1].get(t)}")


# -- the fixture --------------------------------------------------------------

class Test(unittest.TestCase):
    """Makes nodes and ends them; shows the end of their logs on failure."""

    maxDiff = 2000

    def run(self, result=None):
        self.nodes = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tributary-test-"))
        self.random = random.Random(SEED)
        faults = len(result.failures) + len(result.errors)
        try:
            super().run(result)
        finally:
            for x in self.nodes:
                x.end()
            if len(result.failures) + len(result.errors) > faults:
                self._show_logs()
            if os.environ.get("TRIBUTARY_KEEP"):
                print(f"{self.id()}: files are in {self.folder}", flush=True)
            else:
                shutil.rmtree(self.folder, ignore_errors=True)
        return result

    def _show_logs(self):
        print(f"\n{self.id()} failed; seed {SEED}", file=sys.stderr)
        for x in self.nodes:
            lines = x.log().splitlines()[-LOG_LINES_SHOWN:]
            print(f"-- end of the log of {x.name}", *lines, sep="\n",
                  file=sys.stderr, flush=True)

    def node(self, name, stream="", conf="", flags=()):
        node = Node(self.folder / f"{len(self.nodes)}-{name}", name, stream,
                    conf, flags)
        self.nodes.append(node)
        return node

    def pair(self, conf="", child_conf=None):
        """A parent and a child of it, started."""
        parent = self.node("parent", listens(), conf)
        child = self.node("child", streams_to(parent.link_port),
                          conf if child_conf is None else child_conf)
        parent.start()
        child.start()
        self.wait_streaming(child, parent)
        return parent, child

    # -- conditions

    def wait_streaming(self, child, parent, seconds=RESUME_SECONDS_MAX):
        """Fresh samples of the child arrive at the parent."""
        def fresh():
            status = parent.status_of(child.guid())
            return status and status["state"] == "live"
        wait_until(f"{child.name} is live at {parent.name}", fresh, seconds)

    def wait_tick(self, node, tick, host="", seconds=RESUME_SECONDS_MAX):
        wait_until(f"{node.name} has tick {tick} of {host or 'its own'}",
                   lambda: node.newest(host) >= tick, seconds)

    def wait_acknowledged(self, node, tick, seconds=RESUME_SECONDS_MAX):
        """What a parent shows, it has not promised yet: its commit is up to
        a second later."""
        wait_until(f"tick {tick} of {node.name} is acknowledged",
                   lambda: node.acked_tick() >= tick, seconds, every=0.2)

    def wait_committed(self, node):
        """What it shows at the call is on its disk."""
        name = "tributary_commits_total"
        begun = node.metric(name) + 1 # one may be under way
        wait_until(f"{node.name} commits",
                   lambda: node.metric(name) > begun, RESUME_SECONDS_MAX)

    def wait_equal(self, child, parent, after, before,
                   seconds=RESUME_SECONDS_MAX):
        """The parent holds all charts of the child, byte for byte."""
        seen = ""

        def equal():
            nonlocal seen
            seen = difference(child, parent, after, before)
            return not seen
        try:
            wait_until("equal", equal, seconds, every=0.5)
        except AssertionError:
            self.fail(f"{parent.name} differs from {child.name} after "
                      f"{seconds} s: {seen}")

    def assert_equal_now(self, child, parent, after, before):
        self.assertEqual(difference(child, parent, after, before), "")

    @staticmethod
    def missed_by(node, after, before, host=""):
        """How many ticks of (after, before] a host says that it was too late
        for itself, as on a machine that stood still."""
        # Told with the second tick behind those that were missed.
        rows = node.rows("tributary.ticks", after, before + 2, host)
        return round(sum(values[0] or 0 for values in rows.values()))

    def assert_no_gap(self, node, after, before, host="", chart="system.ram",
                      seconds=LATE_SECONDS_MAX):
        """Every tick of (after, before] has a value, soon at the latest, but
        for those that the host itself missed; how many these are."""
        ticks = range(after + 1, before + 1)
        # An increment needs the tick before as well.
        lost_with_one = 2 if chart == "system.cpu" else 1
        missing, missed = [], 0

        def whole():
            nonlocal missing, missed
            missing = sorted(set(ticks) - node.has(chart, ticks, host))
            missed = self.missed_by(node, after, before, host)
            return len(missing) <= lost_with_one * missed
        try:
            wait_until("no gap", whole, seconds, every=0.5)
        except AssertionError:
            self.fail(f"{node.name} lacks ticks of {chart}: {missing}, and "
                      f"{missed} were missed by their host")
        return missed

    def assert_no_acks(self, node, after, before):
        """By its own count nothing was acknowledged to it in (after, before].
        """
        rows = node.rows("tributary.frames", after, before)
        self.assertEqual(len(rows), before - after)
        self.assertFalse(any(values[3] for values in rows.values()),
                         "something was acknowledged")

    def assert_stops(self, node):
        code, seconds = node.stop()
        self.assertEqual(code, 0, f"exit code of {node.name}")
        self.assertLess(seconds, STOP_SECONDS_MAX, f"{node.name} stops")
        return seconds


def main():
    if not PROGRAM:
        sys.exit("set TRIBUTARY to the program to test")
    print(f"seed {SEED} (TRIBUTARY_SEED repeats it)", flush=True)
    unittest.main(module="__main__", verbosity=2)
