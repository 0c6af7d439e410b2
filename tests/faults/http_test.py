#!/usr/bin/env python3
"""The API of real nodes: what needs a host, a stream or a signal."""

import http.client
import json
import statistics
import time

import cluster
from cluster import wait_until

TICKS_WATCHED = 6

# The tick itself, 50 ms for late parts, and a loaded machine.
LIVE_AGE_SECONDS_MAX = 2.0


class Events:
    """Server-Sent Events of a node."""

    def __init__(self, node, path, timeout=20):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", node.http_port, timeout=timeout)
        self.connection.request("GET", path)
        self.answer = self.connection.getresponse()

    def next(self, kind):
        """(id, data) of the next event of that kind."""
        event = {}
        while True:
            line = self.answer.readline().decode()
            if not line:
                raise EOFError
            name, _, value = line.rstrip("\r\n").partition(": ")
            if line.strip():
                event[name] = value
            elif event.get("event") == kind:
                return event.get("id"), json.loads(event["data"])
            else:
                event = {}

    def close(self):
        self.connection.close()


class Http(cluster.Test):

    def setUp(self):
        self.parent, self.child = self.pair()
        self.host = self.child.guid()
        # The first increments of counters come with the second tick.
        self.wait_tick(self.parent, self.child.newest() + 3, self.host)

    def test_paths_of_a_host(self):
        own = self.parent.info()
        self.assertEqual((own["hostname"], own["uid"]),
                         ("parent", self.parent.guid()))
        self.assertEqual(own["mirrored_hosts"], ["parent", "child"])
        for name in ("child", self.host):
            info = self.parent.info(name)
            self.assertEqual((info["hostname"], info["uid"],
                              info["node_hostname"]),
                             ("child", self.host, "parent"))
            status, headers, page = self.parent.request("/", name)
            self.assertEqual(status, 200)
            self.assertIn("text/html", headers["Content-Type"])
            self.assertIn("<!doctype html", page.lower())
        status, headers, _ = self.parent.request(f"/host/{self.host}")
        self.assertIn(status, (301, 302, 307, 308))
        self.assertTrue(headers["Location"].endswith(f"/host/{self.host}/"))
        self.assert_unknown_host()
        self.assert_formats()

    def assert_unknown_host(self):
        unknown = "00000000-0000-0000-0000-000000000001"
        for name in ("nobody", unknown):
            for path in ("/api/v1/info", "/api/v1/charts", "/api/v1/live",
                         "/api/v1/data?chart=system.cpu"):
                status, _, text = self.parent.request(path, name)
                self.assertEqual(status, 404, path)
                self.assertIn(name, json.loads(text)["message"])

    def test_unknown_dimensions(self):
        """A table that lacks what was asked for looks like one of gaps."""
        path = "/api/v1/data?chart=system.cpu&dimensions="
        for asked, absent in (("nope", "nope"), ("user,nope", "nope"),
                              ("n*pe|user", "n*pe"), ("USER", "USER")):
            for host in ("", "child", self.host):
                status, _, text = self.parent.request(path + asked, host)
                self.assertEqual(status, 404, asked)
                self.assertIn(f"dimension {absent} of system.cpu",
                              json.loads(text)["message"])
        for asked, labels in (("user,system", ["user", "system"]),
                              ("us*", ["user"])):
            table = self.parent.get(path + asked, self.host)
            self.assertEqual(sorted(table["labels"][1:]), sorted(labels))

    def assert_formats(self):
        last = self.child.newest() - 1
        path = (f"/api/v1/data?chart=system.cpu&after={last - 2}&before={last}"
                "&format=")
        table = self.parent.get(path + "json", self.host)
        status, headers, text = self.parent.request(path + "csv", "child")
        self.assertEqual(status, 200)
        self.assertIn("text/csv", headers["Content-Type"])
        lines = text.split()
        self.assertEqual(lines[0].split(","), table["labels"])
        self.assertEqual([[float(x) for x in line.split(",")]
                          for line in lines[1:]], table["data"])
        self.assertEqual([row[0] for row in table["data"]], [last, last - 1])

    def test_live_push(self):
        """One tick event a second for a host that is streamed here, with the
        values that the data API has."""
        events = Events(self.parent,
                        f"/host/{self.host}/api/v1/live?charts=system.cpu")
        self.assertEqual(events.answer.status, 200)
        self.assertIn("text/event-stream",
                      events.answer.getheader("Content-Type"))
        ticks, ages = {}, []
        while len(ticks) <= TICKS_WATCHED:
            number, data = events.next("tick")
            self.assertEqual(int(number), data["tick"])
            if data["tick"] not in ticks: # else with a late part
                ages.append(time.time() - data["tick"])
            values = data["charts"].get("system.cpu")
            if values is not None or data["tick"] not in ticks:
                ticks[data["tick"]] = values
        del ticks[max(ticks)] # a late part of it may come
        _, nodes = events.next("nodes")
        self.assertEqual([x["hostname"] for x in nodes], ["parent", "child"])
        events.close()
        first, last = min(ticks), max(ticks)
        self.assertGreaterEqual(
            len(ticks) + self.missed_by(self.parent, first - 1, last, self.host),
            last - first + 1)

        def known(rows):
            return {t: values for t, values in rows.items()
                    if values and any(x is not None for x in values)}
        self.assertEqual(known(self.parent.rows("system.cpu", first - 1, last,
                                                self.host)), known(ticks))
        self.assertGreater(len(known(ticks)), TICKS_WATCHED // 2)
        print(f"ticks pushed: {statistics.median(ages):.2f} s old by the "
              f"median, {max(ages):.2f} s at most")
        self.assertLess(statistics.median(ages), LIVE_AGE_SECONDS_MAX)

    def test_stop_with_clients(self):
        """TERM ends live streams and idle connections in time."""
        events = Events(self.parent, "/api/v1/live")
        events.next("tick")
        idle = http.client.HTTPConnection("127.0.0.1", self.parent.http_port)
        idle.connect()
        seconds = self.assert_stops(self.parent)
        print(f"stopped in {seconds:.1f} s")
        with self.assertRaises((EOFError, OSError,
                                http.client.HTTPException)):
            while True:
                events.next("tick")
        events.close()
        idle.close()

    def test_child_that_is_away(self):
        """A host that was lost is told so, and its data stays readable."""
        last = self.child.newest()
        self.wait_tick(self.parent, last + 1, self.host) # with all its parts
        self.child.kill()
        status = wait_until("the child is offline", lambda: next(
            (x for x in [self.parent.status_of(self.host)]
             if x["state"] == "offline"), None))
        self.assertFalse(status["reachable"])
        self.assertNotEqual(status["reason"], "")
        self.assertIn(last, self.parent.has("system.ram", [last], self.host))
        self.assertEqual(self.parent.get_text("/ready").strip(), "ready")


if __name__ == "__main__":
    cluster.main()
