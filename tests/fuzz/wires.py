"""A tab's connection to a process, with everything that can go wrong on the way. `mdt.sockets.line` sits on it."""

import json
from collections.abc import Callable
from queue import Queue
from random import Random
from typing import Any

from engineio.exceptions import SocketIsClosedError
from engineio.packet import MESSAGE, Packet

from mdt.sockets.line import Line

LOST, REPEATED = 0.04, 0.06
REACH = 4  # how far a message may overtake those before it
# These say how things are, whole: on one connection they stay in their order, and are lost only with it.
_IN_ORDER = {"roster", "desk", "cut", "hello"}
_NEVER_LOST = {"view", "pointer", "drawing"}


class Connection:
    """Engine.IO's socket and WebSocket as a `Line` knows them, and what is under way either way between the two ends.

    `receive(event, body)` is the tab, `serve(event, body)` the process; an answer comes as ("answer", [event, asked,
    answer]).
    """

    def __init__(self, random: Random, receive: Callable[[str, Any], None], serve: Callable[[str, Any], Any]) -> None:
        self.queue: Queue[Packet] = Queue()  # what the process has sent and the line has not taken
        self.is_slow = False  # the tab takes nothing for now
        self.is_closing = self.is_over = False
        self.line = Line(self, self)
        self._random, self._receive, self._serve = random, receive, serve
        self._in_order: list[tuple[str, Any]] = []
        self._astray: list[tuple[str, Callable[[], None]]] = []

    # What a Line asks of a socket

    @property
    def is_blocked(self) -> bool:
        return self.is_slow

    def send(self, packet: Packet) -> None:
        if self.is_closing or self.is_over:
            raise SocketIsClosedError
        self.queue.put(packet)

    def close(self, wait: bool = True) -> None:
        self.is_closing = True

    def hang_up(self) -> None:
        self.is_over = True

    # Both ends

    def ask(self, event: str, body: Any) -> None:
        """The tab sends."""
        sent = json.dumps(body)
        self._astray.append((event, lambda: self._answer(event, json.loads(sent))))

    def _answer(self, event: str, body: Any) -> None:
        answer = self._serve(event, body)
        if not self.is_closing and not self.is_over:
            self.queue.put(Packet(MESSAGE, "answer," + json.dumps(["answer", [event, body, answer]])))

    def pump(self) -> None:
        """The line takes what the process has sent, unless it is slow."""
        while not self.is_slow and not self.queue.empty():
            event, body = json.loads(self.queue.get().data.partition(",")[2])
            name = body[0] if event == "answer" else event
            if name in _IN_ORDER:
                self._in_order.append((event, body))
            else:
                self._astray.append((name, lambda event=event, body=body: self._receive(event, body)))  # type: ignore[misc]

    @property
    def is_busy(self) -> bool:
        self.pump()
        return not self.is_over and bool(self._in_order or self._astray)

    def deliver(self) -> None:
        """One message arrives; or a later one does before it; or it comes twice, or never."""
        if self._in_order and self._random.random() < len(self._in_order) / (len(self._in_order) + len(self._astray)):
            self._receive(*self._in_order.pop(0))
        elif self._astray:
            name, message = self._astray.pop(self._random.randrange(min(REACH, len(self._astray))))
            fate = self._random.random()
            if fate < LOST and name not in _NEVER_LOST:
                return
            if fate < LOST + REPEATED:
                self._astray.append((name, message))
            message()

    def deliver_all(self) -> None:
        """The network is good: everything arrives, once and in order."""
        while self.is_busy:
            if self._in_order:
                self._receive(*self._in_order.pop(0))
            else:
                self._astray.pop(0)[1]()
