#!/usr/bin/env python3
"""Strangers on the link port: the node stays up and keeps its second, the
stranger is dropped in bounded time, and none of its bytes comes back."""

import select
import socket
import struct
import time

import cluster
import wire
from cluster import listens, streams_to, wait_until
from proxy import Proxy

# A hello may take 10 s; the node looks once a second. A whole one by single
# bytes would take 108 s. Each bound here leaves room for a loaded machine.
HELLO_SECONDS_MAX = 60
# What is wrong at once is dropped at once.
SOON = 30
# An admitted node that says nothing for 20 s.
SILENCE_SECONDS_MAX = 80

IDLE_CONNECTIONS = 200
MUTATIONS = cluster.setting("TRIBUTARY_MUTATIONS", 150)

# Bytes that no honest answer holds by chance.
MARK_BYTES = 12


class Garbage(cluster.Test):

    def run(self, result=None):
        self.sockets = []
        try:
            super().run(result)
        finally:
            for x in self.sockets:
                x.close()

    def setUp(self):
        self.victim = self.node("victim", listens()).start()
        self.wait_tick(self.victim, self.victim.newest() + 2)
        self.after = self.victim.newest()

    def tearDown(self):
        """Whatever came: no tick is missing, and it still serves children."""
        self.assertTrue(self.victim.running)
        before = max(self.victim.newest(), self.after + 2)
        self.wait_tick(self.victim, before)
        self.assert_no_gap(self.victim, self.after, before)
        child = self.node("child", streams_to(self.victim.link_port)).start()
        self.wait_streaming(child, self.victim)
        self.assertEqual(self.victim.lives, 1)
        self.assertNotRegex(self.victim.log(), "run again|critical")

    # -- strangers

    def connect(self, data=b""):
        x = socket.create_connection(("127.0.0.1", self.victim.link_port))
        self.sockets.append(x)
        if data:
            x.sendall(data)
        return x

    def assert_no_echo(self, sent, answer):
        for at in range(len(wire.PREFACE), len(sent) - MARK_BYTES, MARK_BYTES):
            piece = sent[at:at + MARK_BYTES]
            if len(set(piece)) > MARK_BYTES // 2:
                self.assertNotIn(piece, answer)

    def assert_dropped(self, data):
        answer = wire.answer_of(self.connect(data), SOON)
        self.assertEqual(answer, b"", "who has not said hello hears nothing")

    def stream_of_a_child(self):
        """What a child says in its first seconds; it is gone after that."""
        proxy = Proxy(self.victim.link_port)
        self.addCleanup(proxy.close)
        child = self.node("stranger", streams_to(
            proxy.port, enable_compression="no")).start()
        kinds = ("hello", "hostOpen", "roster", "frame")

        def whole():
            said = [wire.kind_of(x) for x in wire.bodies(bytes(proxy.up))]
            return set(kinds) <= set(said) and said.count("frame") >= 3
        wait_until("a child has spoken", whole)
        child.kill()
        said = wire.bodies(bytes(proxy.up))
        self.assertEqual(wire.kind_of(said[0]), "hello")
        return said

    # -- before the hello

    def test_bytes_that_are_no_hello(self):
        noise = self.random.randbytes(4000)
        preface = wire.PREFACE
        for data in (b"\0", noise, noise[:8], b"GET / HTTP/1.1\r\n\r\n",
                     b"TRBL\0\0\0\2" + noise,
                     preface + struct.pack("<II", 1 << 30, 0),
                     preface + struct.pack("<II", 1 << 30, 0) + noise,
                     preface + struct.pack("<II", 0xffffffff, 0),
                     preface + struct.pack("<II", 16392, 0),
                     preface + struct.pack("<II", 0, 0),
                     preface + struct.pack("<II", 12, 0) + noise,
                     preface + struct.pack("<II", 16, 1) + noise,
                     preface + wire.framed(noise),
                     preface + wire.framed(b"\0" * 4000),
                     preface + wire.framed(b"\xff" * 4000)):
            self.assert_dropped(data)
        for _ in range(20):
            length = self.random.randrange(8, 4096, 8)
            self.assert_dropped(
                preface + wire.framed(self.random.randbytes(length)))

    def test_half_a_hello_and_idle_connections(self):
        """All at once: each is dropped when its time is over."""
        hello = wire.PREFACE + wire.framed(b"\0" * 200)
        begin = time.monotonic()
        half = [self.connect(hello[:n]) for n in (1, 7, 8, 12, 16, 100, 215)]
        slow = self.connect()
        idle = [self.connect() for _ in range(IDLE_CONNECTIONS)]
        at = 0
        while select.select([slow], [], [], 0.5)[0] == []:
            self.assertLess(time.monotonic() - begin, HELLO_SECONDS_MAX,
                            "a byte now and then holds a connection")
            slow.sendall(hello[at:at + 1])
            at += 1
        for x in half + idle:
            left = begin + HELLO_SECONDS_MAX - time.monotonic()
            self.assertEqual(wire.answer_of(x, max(left, 0.1)), b"")
        print(f"{len(idle)} idle connections were dropped after "
              f"{time.monotonic() - begin:.1f} s")

    # -- behind a good hello

    def test_behind_a_valid_hello(self):
        said = self.stream_of_a_child()
        hello = wire.PREFACE + wire.framed(said[0])
        frame = next(x for x in said if wire.kind_of(x) == "frame")
        open_ = next(x for x in said if wire.kind_of(x) == "hostOpen")
        roster = next(x for x in said if wire.kind_of(x) == "roster")
        noise = self.random.randbytes(4000)
        for rest in (noise, wire.framed(noise),
                     struct.pack("<II", 1 << 30, 0) + noise,
                     struct.pack("<II", 0, 0), struct.pack("<II", 12, 0),
                     wire.framed(said[0]),
                     wire.framed(frame) * 3, wire.framed(roster),
                     wire.framed(open_) + wire.framed(noise)):
            answer = wire.answer_of(self.connect(hello + rest), SOON)
            self.assert_no_echo(noise, answer)
            # A close with unread bytes may take the welcome with it.
            if answer:
                self.assertEqual(wire.kind_of(wire.bodies(answer)[0]),
                                 "welcome")
        # Cut anywhere within the hello, then silence: dropped in time.
        cut = self.connect(hello[:-8])
        self.assertEqual(wire.answer_of(cut, HELLO_SECONDS_MAX), b"")

    def test_silence_behind_a_hello(self):
        said = self.stream_of_a_child()
        x = self.connect(wire.PREFACE + wire.framed(said[0]))
        answer = wire.answer_of(x, SILENCE_SECONDS_MAX)
        kinds = [wire.kind_of(x) for x in wire.bodies(answer)]
        self.assertEqual((kinds[0], kinds[-1]), ("welcome", "bye"), kinds)

    def test_mutations_of_a_child(self):
        """A child's own words with a few bytes changed, over and over."""
        said = self.stream_of_a_child()
        stream = wire.PREFACE + b"".join(wire.framed(x) for x in said)
        for _ in range(MUTATIONS):
            data = bytearray(stream)
            for _ in range(self.random.choice((1, 1, 3, 20))):
                at = self.random.randrange(8, len(data))
                data[at] = self.random.choice(
                    (0, 0xff, data[at] ^ (1 << self.random.randrange(8)),
                     self.random.randrange(256)))
            end = self.random.choice((len(data),
                                      self.random.randrange(len(data))))
            x = self.connect()
            try:
                x.sendall(data[:end])
                x.shutdown(socket.SHUT_WR)
                wire.answer_of(x, SOON)
            except OSError: # the node closed before all was sent
                pass
            x.close()
        print(f"{MUTATIONS} mutations")


if __name__ == "__main__":
    cluster.main()
