"""simple-websocket made fit for strangers and slow lines, and for gevent.

As it comes (1.1.0) it loses part of a message when a socket's buffer is full, takes messages of any size, negotiates
compression that costs more than it saves on small messages, and leaks a connection whose peer never answers a close.
"""

import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import gevent
import simple_websocket
from engineio.async_drivers.gevent import WebSocketWSGI
from gevent.lock import BoundedSemaphore

from mdt.sockets.buckets import Bucket

MESSAGE_MOST = 256 * 1024  # bytes of one message from a client
STALLS_MOST = 20.0  # seconds a peer may take nothing before it is given up
WAITING_MOST = 32  # messages read and not yet handled; the peer's line fills up behind them
UNSENT_MOST = 16 * 1024  # bytes left unsent in the kernel for a slow peer, so that what waits there is not stale
_MESSAGES_A_SECOND, _MESSAGES_AT_ONCE = 120, 240

# Engine.IO packets a client may send: close, pong, and of Socket.IO's messages connect, disconnect and event.
_ALLOWED = ("1", "3", "40", "41", "42")


class WholeSends:
    """A socket whose `send` sends everything, one message after the other, or fails."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._turn = BoundedSemaphore()
        self.is_blocked = False
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_MOST)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        with self._turn:
            try:
                sent = self._sock.send(data, timeout=0.0)
            except BlockingIOError:
                sent = 0
            if sent == len(data):
                return
            self.is_blocked = True
            try:
                with gevent.Timeout(STALLS_MOST, TimeoutError("the peer takes nothing")):
                    self._sock.sendall(memoryview(data)[sent:])
            finally:
                self.is_blocked = False

    def recv(self, size: int) -> bytes:
        received: bytes = self._sock.recv(size)
        return received

    def close(self) -> None:
        self._sock.close()

    def hang_up(self) -> None:
        """End both directions at once; whoever waits in `send` or `recv` is woken."""
        with suppress(OSError):  # the peer was quicker
            self._sock.shutdown(socket.SHUT_RDWR)


class HardenedWebSocket(simple_websocket.Server):
    """The server's end of one WebSocket."""

    def __init__(self, environ: dict[str, Any], **options: Any) -> None:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # so that no compression is agreed
        super().__init__(environ, max_message_size=MESSAGE_MOST, **options)

    @property
    def sock(self) -> WholeSends:
        return self._whole

    @sock.setter
    def sock(self, sock: Any) -> None:
        self._whole = WholeSends(sock)

    def send(self, data: str) -> None:
        """One text message in one unmasked frame (RFC 6455 section 5.2): the bytes are the same for every receiver."""
        if not self.connected:
            raise simple_websocket.ConnectionClosed(self.close_reason, self.close_message)
        self.sock.send(_frame(data.encode()))

    def _handle_events(self) -> bool:
        """Called for each piece read. Others get their turn after it, and nobody reads faster than the room acts."""
        keep_going: bool = super()._handle_events()
        gevent.sleep(0)
        while self.connected and len(self.input_buffer) > WAITING_MOST:
            gevent.sleep(0.02)
        return keep_going

    def hang_up(self) -> None:
        """It is over for both sides, now."""
        self.connected = False
        self.event.set()
        self.sock.hang_up()

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        """Say goodbye and hang up, whether or not the peer answers."""
        try:
            super().close(reason, message)
        except OSError:
            pass  # the peer was quicker
        finally:
            self.hang_up()


class GuardedSocket(WebSocketWSGI):
    """What Engine.IO gets as its WebSocket: it never sees a message that the room could not have sent."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.bucket = Bucket(_MESSAGES_A_SECOND, _MESSAGES_AT_ONCE)
        self.ws = HardenedWebSocket(environ, **self.server_args)
        environ["mdt.websocket"] = self
        answer: Iterable[bytes] = self.app(self)
        return answer

    def wait(self) -> str | None:
        """The next message; None when the connection is over, or was ended for what came."""
        message = super().wait()
        if message is None:
            return None
        if not (isinstance(message, str) and message.startswith(_ALLOWED) and self.bucket.take()):
            self.hang_up()
            return None
        return message

    @property
    def is_blocked(self) -> bool:
        """Whether the peer takes less than it is sent."""
        return self.ws.sock.is_blocked

    def hang_up(self) -> None:
        self.ws.hang_up()


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload
