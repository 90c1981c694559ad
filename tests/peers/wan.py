"""A line as people have at home or on a ward's Wi-Fi: late, narrow, cut for a while, or so full that nothing comes."""

import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.peers.rude import listening

_AT_ONCE = 4096  # bytes
_UNDER_WAY = 64 * 1024  # bytes that fit on the line, either way


@dataclass
class Wan:
    """To be changed while it stands. `seconds` one way, `rate` in bits a second (0: as wide as can be)."""

    port: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    is_up: bool = True
    flows: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)

    def stop(self) -> None:
        """Nothing comes through any more, and nobody says so."""
        self.flows.clear()

    def go_on(self) -> None:
        self.flows.set()

    def cut(self) -> None:
        """Every connection is gone, and no new one is taken until `heal`."""
        self.is_up = False
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def heal(self) -> None:
        self.is_up = True


@contextmanager
def wan(to: int, *, seconds: float = 0.0, rate: float = 0.0) -> Iterator[Wan]:
    """A line to the port `to` of this machine."""
    here = Wan(seconds=seconds, rate=rate)
    here.flows.set()

    def serve(client: socket.socket) -> None:
        with suppress(OSError), client:
            if not here.is_up:
                return
            with socket.create_connection(("127.0.0.1", to)) as server:
                ends = (client, server)
                here._open.extend(ends)
                for end in ends:
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                back = threading.Thread(target=_carry, args=(here, server, client), daemon=True)
                back.start()
                _carry(here, client, server)
                back.join()

    with listening(serve) as port:
        here.port = port
        try:
            yield here
        finally:
            here.cut()
            here.go_on()


def _carry(here: Wan, source: socket.socket, target: socket.socket) -> None:
    """One way: what was read leaves the line's other end when its time has come."""
    under_way: deque[tuple[float, bytes]] = deque()
    turn, ended = threading.Condition(), False

    def deliver() -> None:
        with suppress(OSError):
            while True:
                with turn:
                    turn.wait_for(lambda: under_way or ended)
                    if not under_way:
                        break
                    due, data = under_way[0]
                time.sleep(max(0.0, due - time.monotonic()))
                here.flows.wait()
                target.sendall(data)
                if here.rate:
                    time.sleep(len(data) * 8 / here.rate)
                with turn:
                    under_way.popleft()
                    turn.notify_all()
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    delivery = threading.Thread(target=deliver, daemon=True)
    delivery.start()
    with suppress(OSError):
        while data := source.recv(_AT_ONCE):
            with turn:
                turn.wait_for(lambda: sum(len(part) for _, part in under_way) < _UNDER_WAY)
                under_way.append((time.monotonic() + here.seconds, data))
                turn.notify_all()
    with turn:
        ended = True
        turn.notify_all()
    delivery.join()
