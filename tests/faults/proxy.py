"""A TCP proxy between two nodes that can cut, stall, delay and listen in."""

import socket
import threading
import time

CHUNK_BYTES = 64 << 10


class Proxy:
    """Takes connections on `port` and passes them on to 127.0.0.1:target, as
    somebody at the address `source`."""

    def __init__(self, target, source="127.0.0.1"):
        self.target = target
        self.source = source
        self.delay = 0.0  # seconds before each piece is passed on
        self.up = bytearray()  # what the last connection's child has said
        self.connections = 0
        self._flows = threading.Event()
        self._flows.set()
        self._pairs = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self):
        """Nothing passes, and nobody is told."""
        self._flows.clear()

    def go_on(self):
        self._flows.set()

    def cut(self):
        """Ends all connections; new ones are taken."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for x in pair:
                _shut(x)

    def close(self):
        _shut(self._listener)
        self.cut()
        self._flows.set()

    def _accept(self):
        while True:
            try:
                child, _ = self._listener.accept()
            except OSError:
                return
            try:
                parent = socket.create_connection(
                    ("127.0.0.1", self.target),
                    source_address=(self.source, 0))
            except OSError:
                child.close()
                continue
            with self._lock:
                self._pairs.append((child, parent))
                self.connections += 1
                self.up = bytearray()
            for pair in ((child, parent, self.up), (parent, child, None)):
                threading.Thread(target=self._pass, args=pair,
                                 daemon=True).start()

    def _pass(self, source, target, record):
        try:
            while piece := source.recv(CHUNK_BYTES):
                if self.delay:
                    time.sleep(self.delay)
                self._flows.wait()
                if record is not None:
                    record += piece
                target.sendall(piece)
        except OSError:
            pass
        self._flows.wait()  # an end is a word, too
        for x in (source, target):
            _shut(x)


def _shut(x):
    try:
        x.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    x.close()
