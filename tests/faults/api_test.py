#!/usr/bin/env python3
"""The API of real nodes against its own description, promtool and /proc."""

import gzip
import http.client
import json
import os
import re
import signal
import subprocess

import yaml

import cluster
from cluster import wait_until

# A commit a second, and a loaded machine.
COMMIT_SECONDS_MAX = 5

ORIGIN = {"Origin": "http://elsewhere.example"}


def ask(node, path, method="GET", **headers):
    """(status, headers by lower-case name, bytes)"""
    connection = http.client.HTTPConnection("127.0.0.1", node.http_port,
                                            timeout=10)
    try:
        connection.request(method, path, headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        endless = fields.get("content-type") == "text/event-stream"
        body = b"" if endless else answer.read()
        return answer.status, fields, body
    finally:
        connection.close()


class Samples(dict):
    """Prometheus text as {(name, labels): value}; refuses a line twice."""

    LINE = re.compile(r'([a-zA-Z_]\w*)(?:\{(.*)\})? (\S+)(?: (\d+))?$')
    LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

    def __init__(self, text):
        super().__init__()
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value, _ = self.LINE.match(line).groups()
            key = (name, frozenset(self.LABEL.findall(labels or "")))
            assert key not in self, f"twice: {line}"
            self[key] = float(value)

    def of(self, name, **labels):
        """The one sample of that name with these labels among others."""
        found = [value for (other, having), value in self.items()
                 if other == name and set(labels.items()) <= having]
        assert len(found) == 1, f"{name} {labels}: {found}"
        return found[0]


class Description:
    """openapi.yaml, and what breaks it."""

    def __init__(self, text):
        self.whole = yaml.safe_load(text)

    def resolved(self, x):
        while "$ref" in x:
            node = self.whole
            for step in x["$ref"].lstrip("#/").split("/"):
                node = node[step]
            x = node
        return x

    def faults(self, value, schema, at="$"):
        """Why a value is not of a schema; of alternatives one must fit."""
        schema = self.resolved(schema)
        if "oneOf" in schema:
            tried = [self.faults(value, x, at) for x in schema["oneOf"]]
            return [] if [] in tried else min(tried, key=len)
        if value is None:
            return [] if schema.get("nullable") else [f"{at} is null"]
        kinds = {"object": dict, "array": list, "string": str, "boolean": bool,
                 "integer": int, "number": (int, float)}
        kind = schema.get("type")
        if kind and (not isinstance(value, kinds[kind])
                     or (kind in ("integer", "number")
                         and isinstance(value, bool))):
            return [f"{at} is no {kind}: {value!r}"]
        faults = []
        if "enum" in schema and value not in schema["enum"]:
            faults.append(f"{at} is none of {schema['enum']}: {value!r}")
        if isinstance(value, list):
            for i, x in enumerate(value):
                faults += self.faults(x, schema.get("items", {}), f"{at}[{i}]")
        if isinstance(value, dict):
            faults += self._member_faults(value, schema, at)
        return faults

    def _member_faults(self, value, schema, at):
        faults = [f"{at} lacks {key}" for key in schema.get("required", [])
                  if key not in value]
        others = schema.get("additionalProperties", True)
        known = schema.get("properties", {})
        for key, x in value.items():
            if key in known:
                faults += self.faults(x, known[key], f"{at}.{key}")
            elif others is False:
                faults.append(f"{at} has {key}")
            elif isinstance(others, dict):
                faults += self.faults(x, others, f"{at}.{key}")
        return faults


def values_of(parameter, description):
    """Values worth asking for: all of an enumeration, else a plain one."""
    schema = description.resolved(parameter["schema"])
    if "enum" in schema:
        return schema["enum"]
    if schema["type"] == "array":
        return schema["items"]["enum"] + [",".join(schema["items"]["enum"])]
    if "example" in parameter:
        return [parameter["example"]]
    return {"integer": [schema.get("default", 0)],
            "string": [schema.get("default", "system.*")]}[schema["type"]]


class Api(cluster.Test):

    def setUp(self):
        self.parent, self.child = self.pair()
        self.wait_tick(self.parent, self.child.newest() + 3, self.child.guid())

    # -- the description

    def test_description(self):
        """Every documented path answers as documented, for the own host and
        for a child's, to GET and HEAD, with each value of each parameter."""
        status, headers, text = ask(self.parent, "/api/v1/openapi.yaml")
        self.assertEqual((status, headers["content-type"]),
                         (200, "application/yaml"))
        described = Description(text)
        count = 0
        for prefix in ("", "/host/child"):
            for path, entry in described.whole["paths"].items():
                for query in self.queries(entry["get"], described):
                    self.check_answer(described, entry["get"],
                                      prefix + path + query)
                    count += 1
        print(f"{count} answers are as described")

    def queries(self, operation, described):
        needed, optional = [], []
        for x in operation.get("parameters", []):
            x = described.resolved(x)
            if x["in"] != "query":
                continue
            pairs = [f"{x['name']}={value}".replace(" ", "%20")
                     for value in values_of(x, described)]
            # Of chart and context one is needed; no description can say so.
            (needed if x["name"] == "chart" else optional).append(pairs)
        base = "&".join(pairs[0] for pairs in needed)
        yield "?" + base
        for pairs in optional:
            for pair in pairs:
                yield "?" + "&".join(filter(None, [base, pair]))
        if needed:
            yield ""  # 400
            yield "?chart=no.such"  # 404
        yield "?" + "&".join(filter(None, [base, "format=nonsense"]))

    def check_answer(self, described, operation, path):
        status, headers, body = ask(self.parent, path)
        answers = operation["responses"]
        self.assertIn(str(status), answers, f"{path}: {body[:200]}")
        content = described.resolved(answers[str(status)])["content"]
        kind = headers["content-type"].split(";")[0]
        self.assertIn(kind, content, path)
        if kind == "application/json":
            faults = described.faults(json.loads(body), content[kind]["schema"])
            self.assertEqual(faults, [], path)
        head = ask(self.parent, path, "HEAD")
        self.assertEqual((head[0], head[1]["content-type"], head[2]),
                         (status, headers["content-type"], b""), path)

    # -- queries

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

    def test_schema_check_can_fail(self):
        described = Description(ask(self.parent, "/api/v1/openapi.yaml")[2])
        schemas = described.whole["components"]["schemas"]
        charts = json.loads(ask(self.parent, "/api/v1/charts")[2])
        self.assertEqual(described.faults(charts, schemas["Charts"]), [])
        for spoil in (lambda x: x.pop("units"),
                      lambda x: x.update(priority="high"),
                      lambda x: x.update(chart_type="pie"),
                      lambda x: x.update(id=None),
                      lambda x: next(iter(x["dimensions"].values()))
                      .update(extra=1)):
            spoilt = json.loads(json.dumps(charts))
            spoil(spoilt["charts"]["system.cpu"])
            self.assertEqual(len(described.faults(spoilt, schemas["Charts"])),
                             1)

    # -- metrics

    def promtool(self, path):
        status, headers, body = ask(self.parent, path)
        self.assertEqual(status, 200)
        self.assertIn("version=0.0.4", headers["content-type"])
        ran = subprocess.run(["promtool", "check", "metrics"], input=body,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             check=False)
        self.assertEqual((ran.returncode, ran.stdout.decode()), (0, ""), path)
        return Samples(body.decode())

    def test_promtool(self):
        own = self.promtool("/metrics")
        self.assertGreater(own.of("tributary_frames_received_total"), 0)
        self.assertEqual(own.of("tributary_links_up"), 1)
        self.assertEqual(own.of("tributary_actors", kind="session"), 1)
        metrics = "/api/v1/allmetrics?format=prometheus"
        for host in ("", "/host/child"):
            for more in ("", "&data=as-collected", "&hideunits=yes",
                         "&names=no&timestamps=no&prefix=netdata"):
                self.assertGreater(len(self.promtool(host + metrics + more)), 30)
        everywhere = self.promtool(metrics + "_all_hosts&data=as-collected")
        for name in ("parent", "child"):
            everywhere.of("tributary_system_cpu_total", instance=name,
                          dimension="user")

    @staticmethod
    def idle_ticks():
        """The kernel's count; unlike `user` it holds no guests."""
        with open("/proc/stat", encoding="ascii") as stat:
            return int(stat.readline().split()[4])

    def reading(self):
        path = ("/host/child/api/v1/allmetrics?format=prometheus"
                "&data=as-collected&timestamps=no&filter=system.cpu")
        status, _, body = ask(self.parent, path)
        self.assertEqual(status, 200)
        samples = Samples(body.decode())
        return samples and samples.of("tributary_system_cpu_total",
                                      dimension="idle")

    def assert_true_reading(self):
        """What the parent says of the child's counter is what the kernel says
        within a tick and the way here."""
        low = self.idle_ticks()
        wait_until("the reading passes", lambda: self.reading() >= low)
        self.assertLessEqual(self.reading(), self.idle_ticks())

    def test_readings_are_true(self):
        """Also after the parent was killed and had to replay its journal, and
        after the child began a new life."""
        self.assert_true_reading()
        before = self.reading()
        self.child.send(signal.SIGSTOP)  # nothing new comes to the parent
        self.parent.kill()
        self.parent.start()
        replayed = wait_until("replayed", self.reading)
        # What was not committed is gone until the child is back.
        lost = COMMIT_SECONDS_MAX * os.sysconf("SC_CLK_TCK") * os.cpu_count()
        self.assertGreaterEqual(replayed, before - lost)
        self.assertLessEqual(replayed, self.idle_ticks())
        self.child.send(signal.SIGCONT)
        self.wait_streaming(self.child, self.parent)
        self.assert_true_reading()
        self.child.kill()
        self.child.start()
        self.wait_streaming(self.child, self.parent)
        self.assert_true_reading()

    def test_average_is_since_the_last_request(self):
        """Two requests some ticks apart: the average is that of the table."""
        path = ("/host/child/api/v1/allmetrics?format=prometheus&server=test"
                "&filter=system.ram")
        ask(self.parent, path)
        begin = self.parent.newest("child")
        self.wait_tick(self.parent, begin + 3, "child")
        status, _, body = ask(self.parent, path)
        self.assertEqual(status, 200)
        value = Samples(body.decode()).of("tributary_system_ram_bytes_average",
                                          dimension="free")
        rows = self.parent.get("/api/v1/data?chart=system.ram&dimensions=free"
                               f"&after={begin - 2}", "child")["data"]
        free = [row[1] * (1 << 20) for row in rows]
        self.assertGreaterEqual(value, min(free))
        self.assertLessEqual(value, max(free))

    # -- HTTP

    def test_compression(self):
        for path in ("/api/v1/charts", "/", "/api/v1/data?chart=system.cpu",
                     "/api/v1/allmetrics?format=prometheus", "/metrics"):
            status, plain, _ = ask(self.parent, path, Accept_Encoding="gzip;q=0")
            self.assertEqual(status, 200)
            self.assertNotIn("content-encoding", plain, path)
            _, packed, body = ask(self.parent, path, Accept_Encoding="gzip")
            self.assertEqual(packed["vary"], "Accept-Encoding", path)
            if int(plain["content-length"]) >= 1024:
                self.assertEqual(packed["content-encoding"], "gzip", path)
                self.assertGreater(len(gzip.decompress(body)), len(body))
        _, stream, _ = ask(self.parent, "/api/v1/live", Accept_Encoding="gzip")
        self.assertNotIn("content-encoding", stream)

    def test_known_answers_are_not_sent(self):
        for path in ("/", "/api/v1/charts", "/host/child/api/v1/charts"):
            for coding in ("gzip", "identity"):
                _, headers, _ = ask(self.parent, path, Accept_Encoding=coding)
                status, again, body = ask(self.parent, path,
                                          Accept_Encoding=coding,
                                          If_None_Match=headers["etag"])
                self.assertEqual((status, body), (304, b""), path)
                self.assertEqual(again["etag"].replace("W/", ""),
                                 headers["etag"].replace("W/", ""))
            self.assertEqual(
                ask(self.parent, path, If_None_Match='"other"')[0], 200)
        own, other = (ask(self.parent, path)[1]["etag"] for path in
                      ("/api/v1/charts", "/host/child/api/v1/charts"))
        self.assertNotEqual(own, other)

    def test_unknown_host_is_never_known(self):
        """A tag of the page does not turn its 404 into a 304."""
        tag = ask(self.parent, "/")[1]["etag"]
        plain = ask(self.parent, "/host/nope/")
        self.assertEqual(plain[0], 404)
        for known in (tag, "W/" + tag, "*"):
            status, _, body = ask(self.parent, "/host/nope/",
                                  If_None_Match=known)
            self.assertEqual((status, body), (404, plain[2]), known)
            self.assertEqual(ask(self.parent, "/host/child/",
                                 If_None_Match=known)[0], 304, known)

    def test_other_origins(self):
        """Pages of other origins may read the API and nothing else."""
        for path in ("/api/v1/info", "/host/child/api/v1/charts", "/api/none"):
            _, headers, _ = ask(self.parent, path, **ORIGIN)
            self.assertEqual(headers["access-control-allow-origin"], "*", path)
        for path in ("/", "/metrics", "/health"):
            _, headers, _ = ask(self.parent, path, **ORIGIN)
            self.assertNotIn("access-control-allow-origin", headers, path)
        status, headers, body = ask(
            self.parent, "/api/v1/info", "OPTIONS", **ORIGIN,
            Access_Control_Request_Method="GET",
            Access_Control_Request_Headers="if-none-match")
        self.assertEqual((status, body), (204, b""))
        self.assertIn("GET", headers["access-control-allow-methods"])
        self.assertIn("If-None-Match", headers["access-control-allow-headers"])
        status, headers, _ = ask(self.parent, "/metrics", "OPTIONS", **ORIGIN)
        self.assertEqual(status, 204)
        self.assertNotIn("access-control-allow-methods", headers)
        self.assertEqual(ask(self.parent, "/api/v1/info", "DELETE")[0], 405)


if __name__ == "__main__":
    cluster.main()
