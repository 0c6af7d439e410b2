#!/usr/bin/env python3
"""Who is not admitted: the child says that it is denied and never why, the
parent's log says which, and the parent goes on."""

import re

import cluster
from cluster import KEY, listens, streams_to, wait_until

OTHER_KEY = "11111111-2222-3333-4444-555555555555"

# Words of the parent's verdicts that a stranger must not learn.
SECRETS = ["unknown", "not enabled", "does not allow", "is not allowed"]


class Admission(cluster.Test):

    def start_refused(self, stream, key=KEY):
        """A child that comes with `key` to a parent of that configuration."""
        parent = self.node("parent", stream).start()
        child = self.node("child", streams_to(parent.link_port, key)).start()
        return parent, child

    def assert_refused(self, parent, child, verdict, key=KEY):
        """What the child says."""
        said = child.wait_log(r"uplink: denied: ([^\n]*)").group(1)
        self.assertIn("the parent refuses this node", said)
        for word in SECRETS:
            self.assertNotIn(word, said)
        self.assertRegex(parent.this_life(),
                         f"{child.guid()} from [^ ]*127.0.0.1 is refused: "
                         f".*{verdict}")
        self.assertNotIn(key, parent.log(), "whole keys are not logged")
        self.assertIsNone(parent.status_of(child.guid()))
        # Both go on with their own data.
        for node in (parent, child):
            self.wait_tick(node, node.newest() + 2)
        return re.sub(r"\d+ ms", "N ms", said)

    def test_every_refusal_is_one_answer(self):
        verdicts = {
            "unknown": listens(OTHER_KEY),
            "not enabled": listens(OTHER_KEY)
                           + f"[{KEY}]\ntype = api\nenabled = no\n",
            "does not allow 127.0.0.1": listens(allow_from="10.* !*"),
        }
        pairs = {verdict: self.start_refused(stream)
                 for verdict, stream in verdicts.items()}
        answers = {self.assert_refused(*pair, verdict)
                   for verdict, pair in pairs.items()}
        self.assertEqual(len(answers), 1, answers)

    def test_machine_section(self):
        parent = self.node("parent")
        child = self.node("child", streams_to(parent.link_port)).start()
        parent.configure(listens() + f"[{child.guid()}]\ntype = machine\n"
                                     "enabled = no\n")
        parent.start()
        child.wait_log("uplink: denied: ")
        self.assertRegex(parent.this_life(), "is not enabled")
        # Once the operator admits it, it comes by itself.
        self.assert_stops(parent)
        parent.configure(listens())
        parent.start()
        self.wait_streaming(child, parent)

    def test_closed_port(self):
        """No key is enabled: nothing listens, and the child says so."""
        parent = self.node("parent", f"[{KEY}]\ntype = api\nenabled = no\n")
        parent.start()
        child = self.node("child", streams_to(parent.link_port)).start()
        child.wait_log(r"uplink: .*refused")

    def test_web_port_by_mistake(self):
        parent = self.node("parent", listens()).start()
        child = self.node("child", streams_to(parent.http_port)).start()
        said = child.wait_log(r"uplink: ([^\n]*)").group(1)
        self.assertIn("This is the web port", said)
        self.assertIn(str(parent.link_port), said, "the port of links is named")
        wait_until("the parent serves", lambda: parent.info())

    def test_nothing_listens_then_it_does(self):
        parent = self.node("parent", listens())
        child = self.node("child", streams_to(parent.link_port)).start()
        child.wait_log(r"uplink: .*127\.0\.0\.1:\d+.*next attempt in 5000 ms")
        parent.start()
        self.wait_streaming(child, parent)


if __name__ == "__main__":
    cluster.main()
