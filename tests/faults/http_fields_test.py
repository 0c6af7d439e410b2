#!/usr/bin/env python3
"""Heads of answers of real nodes: compression, tags, other origins."""

import gzip

import cluster
from api_client import ask

ORIGIN = {"Origin": "http://elsewhere.example"}


class HttpFields(cluster.Test):

    def setUp(self):
        self.parent, self.child = self.pair()
        self.wait_tick(self.parent, self.child.newest() + 3, self.child.guid())

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
