#!/usr/bin/env python3
"""What a node costs that only watches its own machine, with all collectors.

  node_bench.py PROGRAM [--runs N] [--seconds S]

Prints `key value` lines, one of each a run.
"""

import argparse
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

START_LIMIT_S = 30
STOP_LIMIT_S = 15
# The first seconds are those of a start, not of an idle node.
SETTLE_S = 3


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    """User and system time of a process, all its threads."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    # The name in parentheses may hold anything.
    fields = text[text.rindex(")") + 2:].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid):
    """What the process alone costs: RssAnon and RssShmem, in MB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    kilobytes = {line.split(":")[0]: int(line.split()[1])
                 for line in status.splitlines() if line.startswith("Rss")}
    return (kilobytes["RssAnon"] + kilobytes["RssShmem"]) * 1024 / 1e6


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready",
                                    timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_until_ready(node, port, log):
    end = time.monotonic() + START_LIMIT_S
    while not is_ready(port):
        if node.poll() is not None or time.monotonic() > end:
            sys.exit("the node is not ready:\n" + log.read_text())
        time.sleep(0.002)


def measure(program, seconds):
    """One life of a node, as (key, value)."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        for name in ("etc", "data", "run"):
            (folder / name).mkdir()
        log = folder / "log"
        began = time.monotonic()
        with open(log, "wb") as output:
            node = subprocess.Popen(
                [program, "--config-dir", folder / "etc",
                 "--data-dir", folder / "data", "--run-dir", folder / "run",
                 "--hostname", "bench", "--http-port", str(port)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            wait_until_ready(node, port, log)
            yield "start_to_ready_ms", (time.monotonic() - began) * 1e3
            time.sleep(SETTLE_S)
            before, cpu_before = time.monotonic(), cpu_seconds(node.pid)
            time.sleep(seconds)
            cpu = cpu_seconds(node.pid) - cpu_before
            yield "idle_core_percent", cpu / (time.monotonic() - before) * 100
            yield "idle_rss_mb", memory_mb(node.pid)
            began = time.monotonic()
            node.send_signal(signal.SIGTERM)
            code = node.wait(STOP_LIMIT_S)
            yield "stop_ms", (time.monotonic() - began) * 1e3
            if code != 0:
                sys.exit(f"the node ended with {code}:\n" + log.read_text())
        finally:
            if node.poll() is None:
                node.kill()
                node.wait()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("program", type=os.path.abspath)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=30)
    options = arguments.parse_args()
    for _ in range(options.runs):
        for key, value in measure(options.program, options.seconds):
            print(key, f"{value:.3f}", flush=True)


if __name__ == "__main__":
    main()
