"""A small Socket.IO client over a bare WebSocket: quick enough to be fifty people, free enough to misbehave.

It speaks what docs/wire.md says and nothing more, on asyncio's own streams.
"""

import asyncio
import base64
import json
import os
import socket
import struct
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

HEARD_WITHIN = 10.0


class Refused(Exception):
    """The server would not have us: an HTTP status, or a connect_error with its code."""


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a story; at its end every line that is still open is closed."""

    async def whole() -> None:
        try:
            await story()
        finally:
            for line in list(_open):
                await line.close()
            await asyncio.sleep(0.01)

    asyncio.run(whole())


_open: set["LiveClient"] = set()


class LiveClient:
    """One connection. `heard` is called with (event, body) for each message of the server."""

    def __init__(self, heard: Callable[[str, Any], None] = lambda _event, _body: None) -> None:
        self.heard = heard
        self.closed = asyncio.Event()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._ops = 0
        self._reading: asyncio.Task[None] | None = None

    async def open(self, port: int, headers: dict[str, str], query: str = "", little: bool = False) -> None:
        """The WebSocket and Engine.IO's handshake. `little`: take in only a little before it is read."""
        sock = socket.socket()
        if little:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            sock.connect(("127.0.0.1", port))
        except OSError:
            sock.close()
            raise
        limit = 1024 if little else 2**20
        self.reader, self.writer = await asyncio.open_connection(sock=sock, limit=limit)
        _open.add(self)
        try:
            await self._shake_hands(port, headers, query)
        except BaseException:
            await self.close()
            raise

    async def _shake_hands(self, port: int, headers: dict[str, str], query: str) -> None:
        lines = {
            "Host": f"127.0.0.1:{port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        path = f"/socket.io/?EIO=4&transport=websocket{query}"
        self.writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        response = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status = response.split(" ", 2)[1]
        if status != "101":
            raise Refused(status)
        opened = await self._frame()
        if opened is None:
            raise ConnectionError("the connection ended")
        assert opened.startswith("0{"), opened

    async def join(self, auth: Any) -> None:
        """Socket.IO's connect to the namespace."""
        self.send_text("40/live," + json.dumps(auth))
        answer = await asyncio.wait_for(self._frame(), HEARD_WITHIN)
        if answer is None or not answer.startswith("40/live,"):
            detail = json.loads(answer.split(",", 1)[1]) if answer and answer.startswith("44") else {}
            await self.close()
            raise Refused(detail.get("data", {}).get("code", str(answer)))
        self._reading = asyncio.create_task(self._read())

    async def ask(self, event: str, body: Any, within: float = HEARD_WITHIN) -> Any:
        """Send and wait for the acknowledgement."""
        self._ops += 1
        number = self._ops
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            self.send_text(f"42/live,{number}" + json.dumps([event, body]))
            return await asyncio.wait_for(answer, within)
        finally:
            self._answers.pop(number, None)

    def tell(self, event: str, body: Any) -> None:
        """Send and want no answer."""
        self.send_text("42/live," + json.dumps([event, body]))

    def send_text(self, text: str) -> None:
        self.send_frame(0x1, text.encode())

    def send_frame(self, opcode: int, payload: bytes, *, final: bool = True) -> None:
        """A masked frame (RFC 6455 section 5.2), with the mask that changes nothing."""
        first = (0x80 if final else 0) | opcode
        size = len(payload)
        if size < 126:
            head = bytes((first, 0x80 | size))
        elif size < 1 << 16:
            head = struct.pack("!BBH", first, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", first, 0x80 | 127, size)
        self.writer.write(head + b"\0\0\0\0" + payload)

    async def close(self) -> None:
        """Leave at once, without a word."""
        if self._reading is not None:
            self._reading.cancel()
        self.writer.transport.abort()
        self._end()

    async def _read(self) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while (text := await self._frame()) is not None:
                self._handle(text)
        self.writer.transport.abort()
        self._end()

    def _handle(self, text: str) -> None:
        if text == "2":
            self.send_text("3")
        elif text.startswith("42/live,"):
            event, body = json.loads(text[8:])
            self.heard(event, body)
        elif text.startswith("43/live,"):
            number, _, rest = text[8:].partition("[")
            answer = self._answers.get(int(number))
            if answer is not None and not answer.done():
                answer.set_result((json.loads("[" + rest) or [None])[0])

    async def _frame(self) -> str | None:
        """The next text message; None at the end."""
        while True:
            try:
                first, size = await self.reader.readexactly(2)
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            if size == 126:
                (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
            payload = await self.reader.readexactly(size)
            if first == 0x88:
                self.close_code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None
                return None
            if first == 0x81:
                return payload.decode()
            assert first == 0x8A, f"a frame nobody should send: {first:#x}"

    def _end(self) -> None:
        _open.discard(self)
        self.closed.set()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the connection ended"))
