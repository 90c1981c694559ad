"""A line on which every byte arrives late, by the same time whichever way it goes. Nothing is lost.

A TCP proxy: what it cannot show is what a lost packet costs, or a line's width. (The kernel's own netem could; not
every kernel has it.)
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

from tests.peers.rude import listening


@contextmanager
def delayed(to: int, seconds: float) -> Iterator[int]:
    """A port whose connections lead to the port `to`, each way `seconds` late."""

    def serve(client: socket.socket) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", to)) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_carry, args=(server, client, seconds), daemon=True)
            back.start()
            _carry(client, server, seconds)
            back.join()
        client.close()

    with listening(serve) as port:
        yield port


def _carry(source: socket.socket, target: socket.socket, seconds: float) -> None:
    """What comes, until the end; the end is late, too."""
    under_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
    reader = threading.Thread(target=_take, args=(source, under_way, seconds), daemon=True)
    reader.start()
    with suppress(OSError):
        while True:
            due, data = under_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if not data:
                break
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _take(source: socket.socket, under_way: "SimpleQueue[tuple[float, bytes]]", seconds: float) -> None:
    data = b"-"
    while data:
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        under_way.put((time.monotonic() + seconds, data))
