#!/usr/bin/env python3
"""Tables of real nodes against what a hand computes, and their bounds."""

import concurrent.futures
import http.client
import json
import os
import select
import time

import cluster
from api_client import ask

YEAR_SECONDS = 365 * 86400

# How many queries the node answers at once, and a few more.
QUERIES_AT_ONCE_MAX = 64
QUERIES_ASKED = QUERIES_AT_ONCE_MAX + 16


class Queries(cluster.Test):

    def setUp(self):
        self.parent, self.child = self.pair()
        self.wait_tick(self.parent, self.child.newest() + 3, self.child.guid())

    def data(self, query, status=200):
        got, _, body = ask(self.parent, "/api/v1/data?" + query)
        self.assertEqual(got, status, f"{query}: {body[:300]}")
        return json.loads(body)

    def test_groupings(self):
        """Each function of the same rows, against what a hand computes."""
        newest = self.parent.newest()
        self.wait_tick(self.parent, newest + 6)
        base = (f"chart=system.ram&dimensions=free&before={newest + 5}"
                f"&after={newest}")
        raw = sorted(row[1] for row in self.data(base)["data"])
        self.assertEqual(len(raw), 5)

        def one(more):
            rows = self.data(f"{base}&points=1&options=unaligned&{more}")["data"]
            self.assertEqual([row[0] for row in rows], [newest + 5])
            return rows[0][1]

        for more, value in (("group=min", raw[0]), ("group=max", raw[-1]),
                            ("group=median", raw[2]), ("group=sum", sum(raw)),
                            ("group=average", sum(raw) / 5),
                            ("group=percentile75", raw[3]),
                            ("group=trimmed-mean20", sum(raw[1:4]) / 3),
                            ("group=countif&group_options=%3E0", 100)):
            self.assertAlmostEqual(one(more), value, 5, more)
        self.assertIn("percentile", self.data("chart=system.ram&group=foo",
                                              400)["message"])

    def test_contexts_and_nodes(self):
        """The parent answers for both nodes at once, and for a context what
        its charts come to together."""
        both = self.data("chart=system.cpu&nodes=*&dimensions=user,system"
                         "&options=jsonwrap")
        self.assertEqual(sorted(both["dimension_ids"]),
                         ["system@child", "system@parent", "user@child",
                          "user@parent"])
        newest = self.parent.newest() - 1
        at = f"&after={newest - 1}&before={newest}"
        charts = [x["id"] for x in json.loads(ask(
            self.parent, "/api/v1/charts")[2])["charts"].values()
            if x["context"] == "cpu.cpu"]
        self.assertGreater(len(charts), 0)
        parts = [self.data(f"chart={x}&dimensions=idle{at}")["data"][0][1]
                 for x in charts]
        for by, value in (("sum", sum(parts)), ("max", max(parts)),
                          ("average", sum(parts) / len(parts))):
            rows = self.data(f"context=cpu.cpu&dimensions=idle{at}"
                             f"&aggregation={by}")["data"]
            self.assertAlmostEqual(rows[0][1], value, 5)
        self.data("context=cpu.cpu&chart=system.cpu", 400)
        self.data("context=none.such", 404)
        self.data("chart=system.cpu&nodes=nobody", 404)

    def test_formats_agree(self):
        """Each format of the same rows holds what JSON holds."""
        newest = self.parent.newest() - 1
        base = f"chart=system.cpu&after={newest - 5}&before={newest}"
        plain = self.data(base)

        def text(more, kind):
            status, headers, body = ask(self.parent,
                                        f"/api/v1/data?{base}&{more}")
            self.assertEqual((status, headers["content-type"].split(";")[0]),
                             (200, kind), more)
            return body.decode()

        def script(more, function):
            body = text(more, "text/javascript")
            self.assertEqual(body[:4] + body[4:5 + len(function)],
                             f"/**/{function}(")
            self.assertEqual(body[-3:], ");\n")
            return json.loads(body[5 + len(function):-3])

        def number(x):
            return None if x == "" else json.loads(x)

        for name, kind, separator in (("csv", "text/csv", ","),
                                      ("tsv", "text/tab-separated-values",
                                       "\t")):
            lines = text(f"format={name}", kind).splitlines()
            self.assertEqual(lines[0].split(separator), plain["labels"])
            self.assertEqual([[number(x) for x in line.split(separator)]
                              for line in lines[1:]], plain["data"])
        self.assertEqual(json.loads(text("format=csvjsonarray",
                                         "application/json")),
                         [plain["labels"]] + plain["data"])
        self.assertEqual(script("format=jsonp&callback=a.b", "a.b"), plain)
        table = json.loads(text("format=datatable", "application/json"))
        source = script("format=datasource&tqx=reqId:5",
                        "google.visualization.Query.setResponse")
        self.assertEqual((source["reqId"], source["table"]), ("5", table))
        self.assertEqual([[x["v"] for x in row["c"][1:]]
                          for row in table["rows"]],
                         [row[1:] for row in plain["data"]])
        dates = self.data(base + "&options=rfc3339")["data"]
        self.assertEqual(
            [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(row[0]))
             for row in plain["data"]], [row[0] for row in dates])
        page = text("format=html&filename=x.html", "text/html")
        self.assertIn(f"<td>{plain['data'][0][0]}</td>", page)
        for more in ("format=json2", "options=raw", "options=anomaly-bit",
                     "format=jsonp&callback=alert(1)//"):
            self.assertIn(more.split("=")[-1].split("(")[0],
                          self.data(f"{base}&{more}", 400)["message"])

    def test_query_bounds(self):
        """What is beyond a bound is refused by name; what is merely old has no
        rows."""
        old = self.data("chart=system.cpu&after=1000&before=2000"
                        "&options=jsonwrap")
        self.assertEqual((old["points"], old["result"]["data"]), (0, []))
        years = self.data("chart=system.cpu&after=-100000000&options=jsonwrap")
        self.assertGreater(years["points"], 0)
        self.assertEqual(len(years["db_points_per_tier"]) > years["tier"], True)
        for query, word in (("tier=9", "tier"), ("timeout=0", "timeout"),
                            ("points=20001", "points"),
                            ("group=countif&group_options=x", "countif")):
            self.assertIn(word, self.data("chart=system.cpu&" + query,
                                          400)["message"])


class LongQueries(cluster.Test):
    """A node that has a few ticks of three years ago and some of today: of one
    dimension that is nearly all that one query may read."""

    SHORT = "/api/v1/data?chart=system.ram&after=-5"

    def setUp(self):
        self.one = self.node("one", conf="[db]\ntier0 retention time = 1500d\n")
        self.one.environment["LD_PRELOAD"] = os.environ["SHIFTED_CLOCK"]
        self.one.environment["SHIFTED_CLOCK_SECONDS"] = str(-3 * YEAR_SECONDS)
        # With the address sanitizer the library comes before its runtime.
        self.one.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        self.one.start()
        old = self.one.newest()
        self.long = ("/api/v1/data?chart=system.ram&dimensions=free&tier=0"
                     f"&points=10&after={old - 1}")
        self.wait_tick(self.one, old + 3)
        self.one.stop()
        self.one.environment.clear()
        self.one.start()
        self.wait_tick(self.one, old + YEAR_SECONDS)
        self.wait_tick(self.one, self.one.newest() + 3)

    def begin(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.one.http_port,
                                                timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", path)
        return connection

    def test_short_overtakes_long(self):
        """What is asked for later and is short comes first, each time."""
        long = self.begin(self.long + "&timeout=15000&options=jsonwrap,unaligned")
        overtaken = 0
        while not select.select([long.sock], [], [], 0)[0]:
            status, _, body = ask(self.one, self.SHORT)
            self.assertEqual(status, 200, body)
            self.assertGreater(len(json.loads(body)["data"]), 0)
            if not select.select([long.sock], [], [], 0)[0]:
                overtaken += 1
        answer = long.getresponse()
        table = json.loads(answer.read())
        self.assertEqual(answer.status, 200, table)
        # It did read all three years, which is what took it so long.
        self.assertEqual(len(table["result"]["data"]), 10)
        self.assertIsNotNone(table["result"]["data"][-1][1])
        self.assertGreater(overtaken, 1)
        print(f"{overtaken} short queries came before the long one")

    def test_time_budget(self):
        status, _, body = ask(self.one, self.long + "&timeout=1")
        self.assertEqual(status, 504, body)
        fault = json.loads(body)
        self.assertEqual(fault["error"], "timed_out")
        self.assertIn("timeout of 1 ms", fault["message"])
        self.assertEqual(ask(self.one, self.SHORT)[0], 200)

    def test_busy(self):
        """More queries than are answered at once: those are told when to come
        again, the others are answered or run out of their time, and then there
        is room."""
        with concurrent.futures.ThreadPoolExecutor(QUERIES_ASKED) as pool:
            answers = list(pool.map(
                lambda _: ask(self.one, self.long + "&timeout=3000"),
                range(QUERIES_ASKED)))
        refused = [x for x in answers if x[0] == 503]
        self.assertLessEqual({x[0] for x in answers}, {200, 503, 504})
        self.assertGreater(len(refused), 0)
        for _, headers, body in refused:
            self.assertGreater(int(headers["retry-after"]), 0)
            fault = json.loads(body)
            self.assertEqual(fault["error"], "busy")
            self.assertIn(str(QUERIES_AT_ONCE_MAX), fault["message"])
        print(f"{len(refused)} of {QUERIES_ASKED} queries were refused")
        self.assertEqual(ask(self.one, self.SHORT)[0], 200)


if __name__ == "__main__":
    cluster.main()
