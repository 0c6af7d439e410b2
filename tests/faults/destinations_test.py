#!/usr/bin/env python3
"""Every way to write a destination leads to a real parent."""

import socket
import threading

import cluster
from cluster import KEY, listens, wait_until

# A name has several addresses, and the first may be the wrong one.
CONNECT_SECONDS_MAX = 40


def forward(path, port):
    """Passes what comes to a unix socket on to a parent's port."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def pump(a, b):
        try:
            while data := a.recv(1 << 16):
                b.sendall(data)
        except OSError:
            pass
        for x in (a, b):
            try:
                x.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept():
        while True:
            try:
                child, _ = listener.accept()
            except OSError:
                return
            parent = socket.create_connection(("127.0.0.1", port))
            for pair in ((child, parent), (parent, child)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener


def link_local():
    """An address of this machine that needs its interface, and that."""
    with open("/proc/net/if_inet6") as file:
        for line in file:
            address, _, _, scope, _, interface = line.split()
            if scope == "20":
                return (socket.inet_ntop(socket.AF_INET6,
                                         bytes.fromhex(address)), interface)
    return None


def streams(destination):
    return (f"[stream]\nenabled = yes\ndestination = {destination}\n"
            f"api key = {KEY}\nreconnect delay = 5s\n")


class Destinations(cluster.Test):

    def assert_reaches(self, parent, *destinations):
        for where in destinations:
            with self.subTest(where):
                child = self.node("child", streams(where)).start()
                wait_until(f"a child streams to {where}",
                           lambda: child.guid() in {
                               x["guid"] for x in
                               parent.info()["mirrored_hosts_status"]},
                           CONNECT_SECONDS_MAX)
                self.wait_streaming(child, parent)
                child.kill()

    def test_addresses_of_both_families(self):
        parent = self.node("parent", listens()).start()
        port = parent.link_port
        self.assert_reaches(
            parent, f"127.0.0.1:{port}", f"tcp:127.0.0.1:{port}",
            f"[::1]:{port}", f"tcp:[::1]:{port}", f"localhost:{port}")

    def test_interface_of_a_link_local_address(self):
        local = link_local()
        if local is None:
            self.skipTest("no interface has a link-local IPv6 address")
        address, interface = local
        parent = self.node("parent", listens()).start()
        port = parent.link_port
        self.assert_reaches(parent, f"[{address}]%{interface}:{port}",
                            f"tcp:[{address}%{interface}]:{port}")

    def test_unix_socket(self):
        parent = self.node("parent", listens()).start()
        path = parent.folder / "link.sock"
        with forward(path, parent.link_port):
            self.assert_reaches(parent, f"unix:{path}")

    def test_what_is_away_is_named_and_the_next_one_is_tried(self):
        parent = self.node("parent", listens()).start()
        away = cluster.free_port()
        child = self.node("child", streams(
            f"[fe80::1]%nowhere:{away} unix:/nowhere/link.sock "
            f"nobody.invalid:{away} 127.0.0.1:{away} "
            f"127.0.0.1:{parent.link_port}")).start()
        self.wait_streaming(child, parent, 2 * CONNECT_SECONDS_MAX)
        for words in (r"nowhere", r"/nowhere/link\.sock", r"nobody\.invalid",
                      rf"127\.0\.0\.1:{away}"):
            child.wait_log(words)


if __name__ == "__main__":
    cluster.main()
