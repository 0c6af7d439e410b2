#!/usr/bin/env python3
"""Links over TLS: what is sent is not seen, who is not who it should be is
refused by name, files change while links stay up, and strangers who shake
hands by thousands or never to the end hold nobody up."""

import os
import re
import signal
import socket
import ssl
import subprocess
import time

import cluster
from certificates import Authority
from cluster import KEY, wait_until
from proxy import Proxy

OTHER_KEY = "11111111-2222-3333-4444-555555555555"

# A handshake and a hello may take 10 s; the node looks once a second.
HELLO_SECONDS_MAX = 20
STALLED_CONNECTIONS = 300

# Bytes of a ClientHello that wants more.
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)


def receives(files, policy="force", sections="", **options):
    """stream.conf of a parent with TLS."""
    lines = ["[stream]", f"link ssl = {policy}",
             f"link ssl certificate = {files[0]}", f"link ssl key = {files[1]}"]
    lines += [f"{k.replace('_', ' ')} = {v}" for k, v in options.items()]
    return "\n".join(lines) + "\n" + (sections or cluster.listens())


def streams(port, ca=None, key=KEY, tls=True, host="127.0.0.1", **options):
    """stream.conf of a child; options by name, with _ for spaces."""
    lines = ["[stream]", "enabled = yes", "reconnect delay = 5s",
             f"destination = {host}:{port}{':SSL' if tls else ''}",
             f"api key = {key}"]
    if ca:
        lines.append(f"CAfile = {ca}")
    lines += [f"{k.replace('_', ' ')} = {v}" for k, v in options.items()]
    return "\n".join(lines) + "\n"


class Tls(cluster.Test):

    def run(self, result=None):
        self.sockets = []
        try:
            return super().run(result)
        finally:
            for x in self.sockets:
                x.close()

    def setUp(self):
        self.authority = Authority(self.folder / "ca", "Test CA")
        self.files = self.authority.issue("parent")

    def parent(self, files=None, **options):
        return self.node("parent", receives(files or self.files, **options))

    def child(self, port, name="child", **options):
        options = {"ca": self.authority.file, **options}
        return self.node(name, streams(port, **options))

    def pair_over_tls(self, **options):
        parent = self.parent(**options).start()
        child = self.child(parent.link_port).start()
        self.wait_streaming(child, parent)
        return parent, child

    def put(self, files, source):
        """Other certificate and key under the same names, each whole."""
        for to, of in zip(files, source):
            new = to.with_suffix(".new")
            new.write_bytes(of.read_bytes())
            new.chmod(0o600)
            new.rename(to)

    def hup(self, node, answer):
        said = len(node.this_life())
        node.send(signal.SIGHUP)
        wait_until(f"{node.name} answers {answer!r}",
                   lambda: re.search(answer, node.this_life()[said:]))
        return node.this_life()[said:]

    def links(self, node):
        return len(re.findall(r"info: link from .*, node ", node.this_life()))

    def links_table(self, node):
        return subprocess.run(
            [os.environ["TRIBUTARY_SHELL"], "--run-dir",
             str(node.folder / "run"), "-e", "links"],
            capture_output=True, text=True, timeout=30).stdout

    # -- what passes

    def test_nothing_is_seen_and_nothing_lost(self):
        parent = self.parent().start()
        proxy = Proxy(parent.link_port)
        child = self.child(proxy.port).start()
        self.wait_streaming(child, parent)
        self.assertRegex(child.this_life(),
                         r"acks mean disk, compression zstd, TLSv1\.3, "
                         r"CN = parent")
        self.assertRegex(parent.this_life(), r"link from child .*TLSv1\.3")
        self.assertIn("TLSv1.3", self.links_table(parent))
        self.assertIn("CN = parent", self.links_table(child))
        after = child.newest()
        self.wait_tick(child, after + 3)
        seen = bytes(proxy.up)
        self.assertGreater(len(seen), 1000)
        for secret in (KEY.encode(), b"TRBL", b"child", b"system.cpu",
                       child.guid().encode()):
            self.assertNotIn(secret, seen)
        # Cut, and the parent killed: whole again.
        proxy.cut()
        self.wait_tick(child, after + 6)
        parent.kill()
        parent.start()
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, after, after + 6, child.guid())
        # What a leaf has not committed dies with it; the link comes back.
        child.kill()
        child.start()
        self.wait_streaming(child, parent)
        self.assert_stops(child)
        self.assert_stops(parent)

    def test_one_port_for_both(self):
        parent = self.parent(policy="optional").start()
        safe = self.child(parent.link_port, "safe").start()
        plain = self.child(parent.link_port, "plain", tls=False).start()
        for x in (safe, plain):
            self.wait_streaming(x, parent)
        self.assertNotIn("TLS", plain.this_life())
        self.assertRegex(safe.this_life(), r"TLSv1\.3")
        self.assertRegex(parent.this_life(), "links on .*, plain and TLS")

    # -- what does not fit

    def test_each_fault_of_a_certificate_is_named(self):
        """One parent whose file is changed under a child that tries."""
        other = Authority(self.folder / "other", "Other CA")
        cases = [
            (self.authority.issue("old", days=-1), "has expired, valid until"),
            (self.authority.issue("elsewhere", "DNS:elsewhere.example.org"),
             "127.0.0.1 is for another name: elsewhere, "
             "elsewhere.example.org"),
            (other.issue("parent"),
             r"is of an unknown authority \(CN = parent\): name it as CAfile"),
            (other.self_signed("parent"),
             r"is self-signed \(CN = parent\): name it as CAfile"),
        ]
        shown = tuple(self.folder / x for x in ("shown.pem", "shown.key"))
        self.put(shown, cases[0][0])
        parent = self.parent(files=shown).start()
        parent.wait_log("the certificate in .*shown.pem has expired")
        child = self.child(parent.link_port).start()
        for files, words in cases:
            self.put(shown, files)
            if files != cases[0][0]:
                self.hup(parent, "TLS of the link port: in force for new")
            child.wait_log(f"uplink: tls_failed: the certificate .*{words}")
            self.assertIsNone(parent.status_of(child.guid()))
        self.assertRegex(self.links_table(child), "is self-signed")
        # Skipped, by those who want it, and said.
        child.configure(streams(parent.link_port,
                                ssl_skip_certificate_verification="yes"))
        child.send(signal.SIGHUP)
        child.wait_log("certificates of parents are not checked")
        self.wait_streaming(child, parent)
        self.assertRegex(child.this_life(), r"TLSv1\.3, not verified")
        self.assertEqual(self.links(parent), 1)

    def test_ends_that_do_not_speak_the_same(self):
        """Plain and TLS, either way round, and never the key in clear."""
        forced = self.parent().start()
        plain = self.node("plain", cluster.listens()).start()
        naive = self.child(forced.link_port, "naive", tls=False).start()
        proxy = Proxy(plain.link_port)
        careful = self.child(proxy.port, "careful").start()
        web = self.child(plain.http_port, "web").start()
        naive.wait_log(r"uplink: denied: the parent refuses this node: tls "
                       r"wanted \(its port takes TLS only: write ':SSL'")
        forced.wait_log("a plain link, and this port takes TLS only")
        careful.wait_log("uplink: .*without a word of TLS: does its port take "
                         "TLS")
        plain.wait_log("it speaks TLS, and this port takes none")
        web.wait_log("uplink: tls_failed: the parent's port does not speak "
                     "TLS: a web server answered")
        self.assertGreater(len(proxy.up), 100)
        self.assertNotIn(KEY.encode(), bytes(proxy.up))
        # The parent turns TLS on: the child comes by itself.
        plain.configure(receives(self.files))
        self.hup(plain, "TLS of the link port: in force for new links")
        self.wait_streaming(careful, plain)

    def test_old_versions(self):
        parent = self.parent(tls_version="1.3").start()
        context = ssl.create_default_context(cafile=str(self.authority.file))
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(ssl.SSLError) as x:
            context.wrap_socket(
                socket.create_connection(("127.0.0.1", parent.link_port)),
                server_hostname="127.0.0.1")
        self.assertIn("PROTOCOL_VERSION", str(x.exception))
        parent.wait_log("tls_failed: no version of TLS that both sides take")
        # The other way round: a parent that is older than the child wants.
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        old.load_cert_chain(*map(str, self.files))
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        server = socket.create_server(("127.0.0.1", 0))
        self.sockets.append(server)
        child = self.child(server.getsockname()[1], tls_version="1.3").start()
        with self.assertRaises(ssl.SSLError):
            old.wrap_socket(server.accept()[0], server_side=True)
        child.wait_log("tls_failed: no version of TLS that both sides take")

    # -- who comes

    def test_certificates_of_children(self):
        children = Authority(self.folder / "children", "Children CA")
        own = children.issue("child-7")
        strange = self.authority.issue("stranger")
        sections = (cluster.listens(certificate_name="child-7")
                    + cluster.listens(OTHER_KEY, certificate_name="child-8"))
        parent = self.parent(
            link_ssl_client_certificates="required",
            link_ssl_client_CAfile=children.file, sections=sections).start()
        shows = {"ssl_certificate": own[0], "ssl_key": own[1]}
        good = self.child(parent.link_port, "good", **shows).start()
        none = self.child(parent.link_port, "none").start()
        foreign = self.child(parent.link_port, "foreign",
                             ssl_certificate=strange[0],
                             ssl_key=strange[1]).start()
        other = self.child(parent.link_port, "other", key=OTHER_KEY,
                           **shows).start()
        self.wait_streaming(good, parent)
        self.assertIn("CN = child-7", self.links_table(parent))
        none.wait_log("uplink: tls_failed: the other side wants a certificate "
                      "and none was shown: set 'ssl certificate'")
        foreign.wait_log("uplink: tls_failed: the other side does not know the "
                         "authority of this node's certificate")
        other.wait_log("uplink: denied: the parent refuses this node: denied")
        parent.wait_log("the child shows no certificate, and one is required")
        parent.wait_log(r"the child's certificate is of an unknown authority "
                        r"\(CN = stranger\)")
        parent.wait_log("API key 11111111... is not for the certificate of "
                        "child-7")

    def test_key_bound_to_a_machine(self):
        parent = self.parent()
        mine = self.child(parent.link_port, "mine").start()
        thief = self.child(parent.link_port, "thief").start()
        wait_until("both have their GUIDs",
                   lambda: mine.guid() and thief.guid())
        parent.configure(receives(self.files, sections=cluster.listens(
            machine_guid=mine.guid().upper())))
        parent.start()
        self.wait_streaming(mine, parent)
        thief.wait_log("uplink: denied: the parent refuses this node: denied")
        parent.wait_log(f"API key {KEY[:8]}... is not for machine "
                        f"{thief.guid()}")
        # Bound anew while it runs: who does not fit any more goes.
        parent.configure(receives(self.files, sections=cluster.listens(
            machine_guid=thief.guid())))
        parent.send(signal.SIGHUP)
        mine.wait_log("uplink: denied: ")
        self.wait_streaming(thief, parent)

    # -- files that change

    def test_reload_keeps_links(self):
        shown = tuple(self.folder / x for x in ("shown.pem", "shown.key"))
        self.put(shown, self.files)
        parent = self.parent(files=shown).start()
        first = self.child(parent.link_port, "first").start()
        self.wait_streaming(first, parent)
        after = first.newest()
        self.assertIn("nothing changed", self.hup(parent, "reloaded: "))
        self.put(shown, self.authority.issue("renewed"))
        said = self.hup(parent, "reloaded: ")
        self.assertIn("TLS of the link port: in force for new links", said)
        self.assertNotIn("nothing changed", said)
        # A bad one is named and changes nothing: key and certificate of two.
        good = shown[0].read_bytes()
        shown[0].write_bytes(self.files[0].read_bytes())
        said = self.hup(parent, "not reloaded: ")
        self.assertRegex(said, f"{shown[1]}: the key does not belong to the "
                               f"certificate in {shown[0]}")
        shown[0].write_bytes(b"")
        said = self.hup(parent, "not reloaded: ")
        self.assertRegex(said, f"{shown[0]}: there is no certificate")
        second = self.child(parent.link_port, "second").start()
        self.wait_streaming(second, parent)
        self.assertRegex(second.this_life(), "CN = renewed")
        shown[0].write_bytes(good)
        shown[1].chmod(0o644)
        said = self.hup(parent, "not reloaded: ")
        self.assertRegex(said, f"{shown[1]}: everybody on this machine can "
                               "read the key")
        # The child's side the same way.
        first.configure(streams(parent.link_port,
                                ca=self.folder / "gone.pem"))
        said = self.hup(first, "not reloaded: ")
        self.assertRegex(said, "gone.pem: No such file")
        # All that while nobody noticed.
        self.wait_tick(first, first.newest() + 2)
        before = first.newest()
        self.wait_tick(parent, before, first.guid())
        self.wait_equal(first, parent, after, before)
        self.assert_no_gap(parent, after, before, first.guid())
        self.assertEqual(self.links(parent), 2)

    def test_reload_of_a_child_keeps_its_link(self):
        """Other authorities hold from the next connection on, not before."""
        trusted = self.folder / "trusted.pem"
        trusted.write_bytes(self.authority.file.read_bytes())
        parent = self.parent().start()
        proxy = Proxy(parent.link_port)
        self.addCleanup(proxy.close)
        child = self.child(proxy.port, ca=trusted).start()
        self.wait_streaming(child, parent)
        after = child.newest()
        trusted.write_bytes(Authority(self.folder / "other", "Other CA")
                            .file.read_bytes())
        said = self.hup(child, "reloaded: ")
        self.assertNotIn("nothing changed", said)
        self.wait_tick(parent, child.newest() + 3, child.guid())
        self.assertEqual(proxy.connections, 1)
        proxy.cut()
        child.wait_log("uplink: .*certificate")
        trusted.write_bytes(self.authority.file.read_bytes())
        self.hup(child, "reloaded: ")
        self.wait_streaming(child, parent)
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, after, before, child.guid())

    def test_bad_files_at_the_start(self):
        node = self.node("node", receives((self.folder / "no.pem",
                                           self.folder / "no.key")))
        for flags in ([], ["--check-config"]):
            x = subprocess.run(node.command(*flags), capture_output=True,
                               text=True, timeout=30)
            self.assertEqual(x.returncode, 78)
            self.assertIn("no.pem: No such file or directory", x.stderr)

    # -- strangers

    def stranger(self, port, data):
        x = socket.create_connection(("127.0.0.1", port))
        self.sockets.append(x)
        x.sendall(data)
        return x

    def test_stalled_handshakes_hold_nobody_up(self):
        parent, child = self.pair_over_tls()
        after = child.newest()
        memory = parent.rss_anon()
        stalled = [self.stranger(parent.link_port, HALF_HELLO)
                   for _ in range(STALLED_CONNECTIONS)]
        # Whole hellos whose senders say no more: each costs a signature.
        bio_in, bio_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=str(self.authority.file))
        client = context.wrap_bio(bio_in, bio_out, server_hostname="127.0.0.1")
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            pass
        hello = bio_out.read()
        silent = [self.stranger(parent.link_port, hello)
                  for _ in range(STALLED_CONNECTIONS)]
        for _ in range(STALLED_CONNECTIONS):
            self.stranger(parent.link_port, b"\x16\x03" + os.urandom(300))
        late = self.child(parent.link_port, "late").start()
        grown = 0
        end = time.monotonic() + 5
        while time.monotonic() < end:
            grown = max(grown, parent.rss_anon() - memory)
            time.sleep(0.1)
        print(f"{3 * STALLED_CONNECTIONS} strangers: {grown >> 10} KiB more",
              flush=True)
        # A whole hello makes a connection of some 60 KiB until it ends.
        self.assertLess(grown, STALLED_CONNECTIONS * (120 << 10))
        for x in stalled + silent:
            x.settimeout(HELLO_SECONDS_MAX)
            try:
                while x.recv(65536):
                    pass
            except ConnectionResetError:
                pass
        self.wait_streaming(late, parent)
        before = child.newest()
        self.wait_tick(parent, before, child.guid())
        self.wait_equal(child, parent, after, before)
        self.assert_no_gap(parent, after, before, child.guid())
        self.assertEqual(len(re.findall("info: link from child .*, node ",
                                        parent.this_life())), 1)
        self.assertNotIn("next attempt", child.this_life())


if __name__ == "__main__":
    cluster.main()
