"""People in the room beside those in browsers: real sockets of their own, that act while a browser does."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.live_client import LiveClient
from tests.live_house import Seat


@dataclass
class Somebody:
    """Joined, and remembering what they were told."""

    seat: Seat
    client: str = field(default_factory=lambda: str(uuid4()))
    heard: list[tuple[str, Any]] = field(default_factory=list)
    welcome: dict[str, Any] = field(default_factory=dict)
    line: LiveClient | None = None

    async def join(self, port: int | None = None) -> None:
        self.seat.port = port or self.seat.port
        self.line = await self.seat.connect(self.client, lambda event, body: self.heard.append((event, body)))
        self.welcome = await self.line.ask("hello", {"epoch": None, "last": 0})

    async def op(self, kind: str, body: dict[str, Any], op: str | None = None) -> Any:
        assert self.line is not None
        return await self.line.ask("op", {"op": op or str(uuid4()), "kind": kind, "body": body})

    @property
    def views(self) -> list[dict[str, Any]]:
        return [body for event, body in self.heard if event == "view"]

    def told(self, event: str) -> list[Any]:
        return [body for what, body in self.heard if what == event]


class Crowd:
    """Their sockets live on a thread of their own; `do` waits for what they do, `begin` does not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._lines: list[Somebody] = []

    def begin(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop)

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return self.begin(what).result(timeout=30)

    def somebody(self, seat: Seat, port: int | None = None) -> Somebody:
        one = Somebody(seat)
        self.do(one.join(port))
        self._lines.append(one)
        return one

    def close(self) -> None:
        for one in self._lines:
            if one.line is not None:
                self.do(one.line.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()
