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

VERSION = 2
TAKES_REQUESTS = 4


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


def _member(body):
    """The number of the union's member, and where its struct begins."""
    segments = struct.unpack_from("<I", body)[0] + 1
    root = 4 + 4 * segments
    root += -root % 8
    pointer = struct.unpack_from("<q", body, root)[0]
    data = root + 8 + 8 * ((pointer & 0xffffffff) >> 2)
    words = (pointer >> 32) & 0xffff
    at = data + 8 * words
    inner = struct.unpack_from("<q", body, at)[0]
    return (struct.unpack_from("<H", body, data)[0],
            at + 8 + 8 * ((inner & 0xffffffff) >> 2))


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


def kind_of(body):
    """Which member of the union it is."""
    return KINDS[_member(body)[0]]


def words_of(body, count):
    """The first words of data of the member's struct."""
    return struct.unpack_from(f"<{count}Q", body, _member(body)[1])


def _struct_pointer(data, pointers):
    return data << 32 | pointers << 48


def message(kind, data, blobs):
    """A message with its length words: the data words of the member's struct,
    and its pointers, each to the bytes of a text or of data."""
    words = [_struct_pointer(1, 1), KINDS.index(kind),
             _struct_pointer(len(data), len(blobs)), *data]
    behind = b""
    for i, blob in enumerate(blobs):
        # From the end of this pointer to the end of the last one, and further.
        offset = len(blobs) - i - 1 + len(behind) // 8
        words.append(1 | offset << 2 | 2 << 32 | len(blob) << 35)
        behind += blob + bytes(-len(blob) % 8)
    segment = struct.pack(f"<{len(words)}Q", *words) + behind
    return framed(struct.pack("<II", 0, len(segment) // 8) + segment)


def _text(x):
    return x.encode() + b"\0"


def hello(node, key, hostname, wishes=0):
    """What a child of that GUID (an integer) says first, the preface apart."""
    low = (1 << 64) - 1
    return message("hello", [VERSION | VERSION << 16 | wishes << 48,
                             node >> 64, node & low, 1, 1],
                   [_text(key), _text(hostname), _text("fake")])


def reply(request, piece, more=False):
    return message("reply", [request, int(more)], [piece])
