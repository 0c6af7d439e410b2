"""As much of the link's bytes as a hostile test needs; schema/link.capnp is the
specification."""

import select
import struct
import time

PREFACE = b"TRBL\0\0\0\1"
HEADER_BYTES = 8

# Members of the union Message, by number.
KINDS = ("hello", "welcome", "refuse", "hostOpen", "hostAccept", "hostRefuse",
         "hostClose", "roster", "layout", "frame", "block", "ack", "needKey",
         "ping", "pong", "bye", "packed", "drain", "request", "reply",
         "hostState")


def framed(body):
    return struct.pack("<II", len(body), 0) + body


def packed(raw_bytes, data):
    """A packed run that says it unpacks to so many bytes."""
    return struct.pack("<II", len(data), raw_bytes) + data


def bodies(stream):
    """The whole messages behind the preface, without packed runs."""
    assert stream[:len(PREFACE)] == PREFACE
    at = len(PREFACE)
    result = []
    while len(stream) - at >= HEADER_BYTES:
        length, raw_bytes = struct.unpack_from("<II", stream, at)
        if len(stream) - at - HEADER_BYTES < length:
            break
        at += HEADER_BYTES
        if raw_bytes == 0:
            result.append(bytes(stream[at:at + length]))
        at += length
    return result


def kind_of(body):
    """Which member of the union it is: the first word of the root's data."""
    segments = struct.unpack_from("<I", body)[0] + 1
    root = 4 + 4 * segments
    root += -root % 8
    pointer = struct.unpack_from("<q", body, root)[0]
    data = root + 8 + 8 * ((pointer & 0xffffffff) >> 2)
    return KINDS[struct.unpack_from("<H", body, data)[0]]


def answer_of(x, seconds):
    """What comes on a socket until the node closes; fails when it does not."""
    result = bytearray()
    deadline = time.monotonic() + seconds
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([x], [], [], left)[0]:
            raise AssertionError(
                f"the stranger is not dropped within {seconds} s")
        try:
            piece = x.recv(65536)
        except ConnectionResetError:
            return bytes(result)
        if not piece:
            return bytes(result)
        result += piece
