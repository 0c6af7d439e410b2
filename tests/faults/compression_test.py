#!/usr/bin/env python3
"""Links that are packed and links that are not, one behind the other, and
strangers who have a key and send what does not unpack."""

import re
import socket

import cluster
import wire
from cluster import listens, streams_to, wait_until
from proxy import Proxy
from shell_test import ask

COMPARE_SECONDS = cluster.setting("TRIBUTARY_SECONDS", 15)

# What is wrong is dropped at once.
SOON = 10

OTHER_KEY = "11111111-2222-3333-4444-555555555555"


class Compression(cluster.Test):

    def links(self, node, side):
        """Links of that side that are there: what the shell says of them."""
        return [x for x in ask(node, "links")["links"]
                if x["side"] == side and x["state"] != "ended"]

    def link(self, node, side):
        """The one of them."""
        [result] = self.links(node, side)
        return result

    def test_chain_of_codecs(self):
        """zstd, lz4, none: equal on all hops."""
        top = self.node("top", listens(enable_compression="no"))
        relay = self.node(
            "relay", listens() + streams_to(
                top.link_port, compression_algorithms_order="lz4"))
        middle = self.node(
            "middle", listens() + streams_to(
                relay.link_port, compression_algorithms_order="lz4 zstd",
                lz4_compression_acceleration=9))
        leaf = self.node("leaf", streams_to(middle.link_port,
                                            zstd_compression_level=19))
        for x in (top, relay, middle, leaf):
            x.start()
        self.wait_streaming(leaf, top)
        after = leaf.newest()
        before = after + COMPARE_SECONDS
        chain = (leaf, middle, relay, top)
        for node in chain:
            self.wait_tick(node, before + 1, leaf.guid(),
                           seconds=COMPARE_SECONDS + 30)
        for below, above in zip(chain, chain[1:]):
            self.assert_equal_now(leaf, above, after, before)
            self.assert_no_gap(above, after, before, leaf.guid())
            self.wait_equal(below, above, before - 3600, before)
        for below, above, codec in ((leaf, middle, "zstd"),
                                    (middle, relay, "lz4"),
                                    (relay, top, "none")):
            up = self.link(below, "parent")
            down = self.link(above, "child")
            self.assertEqual((up["codec"], down["codec"]), (codec, codec))
            below.wait_log(rf"uplink: parent {above.name} .*, compression "
                           rf"{codec}")
            ratio = up["bytes_sent"] / up["raw_bytes_sent"]
            print(f"{below.name} to {above.name}, {codec}: {ratio:.2f} of "
                  f"{up['raw_bytes_sent']} bytes")
            if codec == "none":
                self.assertEqual(ratio, 1)
            else:
                self.assertLess(ratio, 0.9)
                self.assertLess(down["bytes_received"],
                                down["raw_bytes_received"])

    def test_reload_and_sections(self):
        """A new value holds from the next connection on; a machine's section
        goes before that of its key."""
        parent = self.node("parent", listens()).start()
        proxy = Proxy(parent.link_port)
        self.addCleanup(proxy.close)
        child = self.node("child", streams_to(proxy.port)).start()
        self.wait_streaming(child, parent)
        self.assertEqual(self.link(parent, "child")["codec"], "zstd")
        parent.configure(listens() + f"[{child.guid()}]\ntype = machine\n"
                         "compression algorithms order = lz4\n")
        parent.send(1)
        parent.wait_log("compression algorithms order|is new")
        parent.wait_log("reloaded: ")
        self.assertEqual(self.link(parent, "child")["codec"], "zstd")
        proxy.cut()
        wait_until("the child is back with lz4", lambda:
                   [x["codec"] for x in self.links(parent, "child")] == ["lz4"],
                   cluster.RESUME_SECONDS_MAX)

    # -- strangers

    def stream_of_a_child(self, parent):
        """hello, and hostOpen, of one that is gone."""
        proxy = Proxy(parent.link_port)
        self.addCleanup(proxy.close)
        child = self.node("stranger", streams_to(proxy.port)).start()

        def said():
            found = wire.bodies(bytes(proxy.up))
            kinds = [wire.kind_of(x) for x in found]
            return found if "hostOpen" in kinds else None
        found = wait_until("a child has spoken", said)
        child.kill()
        return found

    def test_bombs_and_garbage(self):
        """Refused by name, each its own link only."""
        parent = self.node("parent", listens(OTHER_KEY, enable_compression="no")
                           + listens()).start()
        child = self.node("child", streams_to(parent.link_port)).start()
        self.wait_streaming(child, parent)
        after = child.newest()
        said = self.stream_of_a_child(parent)
        hello = wire.PREFACE + wire.framed(said[0])
        noise = self.random.randbytes(4000)
        # 1 MiB of zeros as one zstd frame: 128 KiB blocks of one byte.
        block = (131072 << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
        last = (131072 << 3 | 1 << 1 | 1).to_bytes(3, "little") + b"\0"
        bomb = bytes.fromhex("28b52ffda000001000") + 7 * block + last
        for rest, words in (
                (wire.packed(1 << 20, bomb), "too_large: .* a bomb"),
                (wire.packed(1 << 30, noise), "too_large: packed run"),
                (wire.packed(len(noise) * 2, noise), "damaged zstd"),
                (wire.packed(len(noise) * 2, bomb + noise), "damaged zstd"),
                (wire.packed(len(noise), noise), "corrupt: .*"),
                (wire.packed(len(noise) // 2, noise), "corrupt: packed run"),
                (wire.packed(1 + len(wire.framed(said[0])),
                             b"\0" + wire.framed(said[0])),
                 "what travels outside of runs")):
            told = len(parent.this_life())
            x = socket.create_connection(("127.0.0.1", parent.link_port))
            self.addCleanup(x.close)
            x.sendall(hello + rest)
            answer = wire.answer_of(x, SOON)
            if answer: # a close with unread bytes may take it along
                kinds = [wire.kind_of(y) for y in wire.bodies(answer)]
                self.assertEqual((kinds[0], kinds[-1]), ("welcome", "bye"))
            wait_until(f"the parent says {words}", lambda: re.search(
                f"link from stranger .*ended: .*{words}",
                parent.this_life()[told:]))
        self.assertEqual(self.link(parent, "child")["state"], "open")
        # The child beside them noticed nothing.
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.assert_no_gap(parent, after, before, child.guid())
        self.assertEqual(len(re.findall("link from child ",
                                                parent.this_life())), 1)


if __name__ == "__main__":
    cluster.main()
