"""What nodes hold, read from their stores by tributary-dump: the integers
themselves, which every hop must have in the same bits and once."""

import os
import subprocess

from cluster import wait_until

DUMP = os.environ.get("TRIBUTARY_DUMP", "")

# Half an hour of a real node is a million values.
DUMP_SECONDS_MAX = 120


class Doubled(AssertionError):
    """A value is there twice; waiting does not mend that."""


def stored(node, host, after, before, charts="*"):
    """Values of (after, before] by (chart, dimension) and tick, of a node that
    runs or not. `host` is a GUID or a name."""
    done = subprocess.run(
        [DUMP, "--export", "csv", "--raw", "--from", str(after + 1), "--to",
         str(before), str(node.data_dir), host, charts],
        capture_output=True, text=True, timeout=DUMP_SECONDS_MAX)
    if done.returncode != 0:
        raise OSError(f"the store of {node.name}: {done.stderr.strip()}")
    result = {}
    for line in done.stdout.splitlines()[1:]:
        # Names may hold commas, then they are quoted: the value never does.
        start, value = line.rsplit(",", 1)
        tick, name = start.split(",", 1)
        values = result.setdefault(name, {})
        if values.setdefault(int(tick), value) is not value:
            raise Doubled(f"{node.name} holds {name} at {tick} twice")
    # --to may take the row behind: only what was asked for.
    return {name: kept for name, values in result.items()
            if (kept := {t: x for t, x in values.items()
                         if after < t <= before})}


def ticks_of(values):
    """All ticks that hold any value."""
    return {t for x in values.values() for t in x}


def unlike(mine, theirs):
    """For people; empty when all is the same."""
    if mine.keys() != theirs.keys():
        return f"series: {sorted(mine.keys() ^ theirs.keys())[:5]}"
    for name in mine:
        if mine[name] != theirs[name]:
            a, b = mine[name], theirs[name]
            times = sorted(t for t in a.keys() | b.keys()
                           if a.get(t) != b.get(t))
            return (f"{name}: {len(times)} of {len(a)} and {len(b)} values "
                    f"differ, from {times[0]} to {times[-1]}; first "
                    f"{a.get(times[0])} and {b.get(times[0])}")
    return ""


def wait_same(test, nodes, host, after, before, seconds=90):
    """All `nodes` hold the same of a host as the first of them; returns its
    values."""
    seen = ""
    mine = {}

    def same():
        nonlocal seen, mine
        mine = stored(nodes[0], host, after, before)
        if not mine:
            seen = f"nothing at {nodes[0].name}"
            return False
        for node in nodes[1:]:
            seen = unlike(mine, stored(node, host, after, before))
            if seen:
                seen = f"{nodes[0].name} and {node.name}: {seen}"
                return False
        return True
    try:
        wait_until("the same is stored", same, seconds, every=1)
    except AssertionError as x:
        if isinstance(x, Doubled):
            raise
        test.fail(f"not within {seconds} s: {seen or x}")
    return mine
