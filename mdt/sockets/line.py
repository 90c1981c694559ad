"""One tab's way out: what is kept waits its turn, what is fleeting waits in one slot for each thing, newest wins."""

from contextlib import suppress
from typing import Any

from engineio.exceptions import SocketIsClosedError
from engineio.packet import Packet

QUEUE_MOST = 256  # packets, beside as many again that may already be on their way out
QUEUE_BYTES_MOST = 1024 * 1024
READY_BELOW = 3  # packets waiting; with more, a view would be old before it left


class Line:
    """Wraps Engine.IO's socket and the WebSocket under it."""

    def __init__(self, socket: Any, websocket: Any) -> None:
        self._socket, self._websocket = socket, websocket
        self._slots: dict[str, Packet] = {}

    def keep(self, packet: Packet) -> bool:
        """Send what must arrive. False when so much waits that the tab had better start afresh."""
        self._send(packet)
        return not self.is_overdue

    def fleeting(self, slot: str, packet: Packet) -> bool:
        """Send if the tab is ready for it; else it waits, and replaces what waited in its slot. True when it waits."""
        if self.is_ready and not self._slots:
            self._send(packet)
            return False
        self._slots[slot] = packet
        return True

    def flush(self) -> bool:
        """Send what waited, as far as the tab is ready. True when something still waits."""
        while self._slots and self.is_ready:
            self._send(self._slots.pop(next(iter(self._slots))))
        return bool(self._slots)

    def hurry(self, slot: str) -> None:
        """What waited in this slot is the last of its kind: it goes out now, before what is kept next."""
        if last := self._slots.pop(slot, None):
            self._send(last)

    def forget(self, slot: str) -> None:
        """What waited in this slot is no longer true."""
        self._slots.pop(slot, None)

    @property
    def is_ready(self) -> bool:
        return not self._websocket.is_blocked and self._socket.queue.qsize() < READY_BELOW

    @property
    def is_overdue(self) -> bool:
        waiting = self._socket.queue.queue
        if len(waiting) <= READY_BELOW:
            return False
        return len(waiting) > QUEUE_MOST or sum(_size(packet) for packet in waiting) > QUEUE_BYTES_MOST

    def close(self) -> None:
        """After what waits has gone out; at once if it does not."""
        self._socket.close(wait=False)

    def hang_up(self) -> None:
        self._websocket.hang_up()

    def _send(self, packet: Packet) -> None:
        with suppress(SocketIsClosedError):  # its disconnect is on the way to us
            self._socket.send(packet)


def _size(packet: Packet | None) -> int:
    return len(packet.encode()) if packet is not None else 0
