#!/usr/bin/env python3
"""The API of real nodes against its own description."""

import json

import cluster
from api_client import ask
from api_description import Description, values_of


class ApiDescription(cluster.Test):

    def setUp(self):
        self.parent, self.child = self.pair()
        self.wait_tick(self.parent, self.child.newest() + 3, self.child.guid())

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


if __name__ == "__main__":
    cluster.main()
