"""A line to a real archive on which things go wrong at a chosen object: it is cut, falls silent, crawls, or lies.

A TCP proxy. It knows where objects begin by a mark in the stream, and so does harm to the 57th, whatever its size.
"""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.peers.rude import listening

# Where an object begins: a part of a multipart answer; C-STORE-RQ as Command Field (0000,0100) in a command set.
PART = b"Content-Type: application/dicom\r\n"
STORE = bytes.fromhex("00000001 02000000 0100".replace(" ", ""))
CRAWL = 1000  # bytes a second


@dataclass
class Line:
    """What happens on it, to be changed by the test while it stands; `port` is where it is reached."""

    port: int = 0
    mark: bytes = PART
    harm: Callable[["Line", socket.socket, bytes], None] | None = None
    at: int = 1  # the object at which the harm begins
    seen: int = 0  # objects that went through
    ended: threading.Event = field(default_factory=threading.Event)

    def heal(self) -> None:
        self.harm = None


def cut(line: Line, target: socket.socket, data: bytes) -> None:
    """The connection is gone."""
    target.shutdown(socket.SHUT_RDWR)
    raise OSError("cut")


def silence(line: Line, target: socket.socket, data: bytes) -> None:
    """Nothing comes any more, and nobody says so."""
    line.ended.wait(60)
    raise OSError("silent")


def crawl(line: Line, target: socket.socket, data: bytes) -> None:
    """A kilobyte a second, and never a silence."""
    while data and not line.ended.is_set():
        target.sendall(data[: CRAWL // 10])
        data = data[CRAWL // 10 :]
        time.sleep(0.1)


def garbage(line: Line, target: socket.socket, data: bytes) -> None:
    """As many bytes, and none of them right."""
    target.sendall(random.Random(len(data)).randbytes(len(data)))


def saying(changes: Mapping[bytes, bytes]) -> Callable[[Line, socket.socket, bytes], None]:
    """Other words of the same length in their place."""
    assert all(len(old) == len(new) for old, new in changes.items())

    def say(line: Line, target: socket.socket, data: bytes) -> None:
        for old, new in changes.items():
            data = data.replace(old, new)
        target.sendall(data)

    return say


@contextmanager
def line(to: int | Callable[[], int], *, mark: bytes = PART, from_caller: bool = False) -> Iterator[Line]:
    """A line to the port `to`. Objects are looked for in what is answered, or `from_caller` in what is sent."""
    here = Line(mark=mark)

    def serve(client: socket.socket) -> None:
        port = to if isinstance(to, int) else to()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as server:
            way, back = (client, server), (server, client)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not from_caller:
                way, back = back, way
            threading.Thread(target=_plain, args=back, daemon=True).start()
            _watched(here, *way)
        with suppress(OSError):
            client.close()

    with listening(serve) as port:
        here.port = port
        try:
            yield here
        finally:
            here.ended.set()


def _received(source: socket.socket) -> bytes:
    """What comes next, acknowledged at once: who writes in small pieces waits for that."""
    data = source.recv(65536)
    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    return data


def _plain(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := _received(source):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)  # who has left wants no more answers


def _watched(here: Line, source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes, object by object; from the chosen one on, let the harm have it."""
    held = b""
    while data := _received(source):
        held += data
        while (found := held.find(here.mark)) >= 0:
            upto = found + len(here.mark)
            _pass(here, target, held[:upto])
            here.seen += 1
            held = held[upto:]
        begun = _begun(held, here.mark)
        _pass(here, target, held[: len(held) - begun])
        held = held[len(held) - begun :]
        if held and not _more(source):
            _pass(here, target, held)
            held = b""
    _pass(here, target, held)
    target.shutdown(socket.SHUT_WR)


def _begun(data: bytes, mark: bytes) -> int:
    """How many bytes at the end may be the beginning of a mark."""
    longest = min(len(mark) - 1, len(data))
    return next((count for count in range(longest, 0, -1) if data.endswith(mark[:count])), 0)


def _more(source: socket.socket) -> bool:
    """Whether the peer goes on at once: what is held back for a mark must not make it wait for us."""
    source.settimeout(0.02)
    try:
        return bool(source.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False
    finally:
        source.settimeout(None)


def _pass(here: Line, target: socket.socket, data: bytes) -> None:
    if data and here.harm is not None and here.seen >= here.at:
        here.harm(here, target, data)
    else:
        target.sendall(data)
