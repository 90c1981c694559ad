"""The client's half of docs/wire.md section 2, in Python: what every browser must do to stay in step."""

from collections.abc import Callable
from typing import Any

from mdt.live.digest import digest
from mdt.live.room import EMPTY, Event, apply

KEEP_PENDING = ("try-again", "slow-down")


class ReferenceClient:
    """Holds the room as this tab knows it, and the ops it has not been answered for.

    `ask(event, body)` sends a message whose answer comes, if it comes, through `answered` or `joined`.
    """

    def __init__(self, ask: Callable[[str, dict[str, Any]], None]) -> None:
        self._ask = ask
        self.epoch: str | None = None
        self.last, self.state = 0, EMPTY
        self.is_in_step = False  # between the answer to hello and the end of the connection
        self.pending: dict[str, tuple[str, dict[str, Any]]] = {}
        self.kept: dict[str, int] = {}  # op: seq, by acknowledgement
        self.refused: dict[str, str] = {}
        self.diverged = 0
        self._waiting: dict[int, Event] = {}
        self.welcome: dict[str, Any] = {}
        self.company: dict[str, Any] = {}  # people, lost, word
        self.desk: dict[str, Any] = {}
        self.newest = (0, 0)  # the newest view's term and number
        self._seen: dict[str, Any] | None = None

    @property
    def presented(self) -> dict[str, Any] | None:
        """What whoever presents shows, if it belongs to the case that is open."""
        presenter, seen = self.state["presenter"], self._seen
        is_current = seen and presenter and seen["term"] == presenter["term"]
        return seen if seen and is_current and seen["view"]["case"] == self.state["case"] else None

    def connected(self) -> None:
        self._ask("hello", {"epoch": self.epoch, "last": 0 if self.epoch is None else self.last})

    def disconnected(self) -> None:
        self.is_in_step = False

    def send(self, op: str, kind: str, body: dict[str, Any]) -> None:
        self.pending[op] = (kind, body)
        if self.is_in_step:
            self._ask("op", {"op": op, "kind": kind, "body": body})

    def send_again(self) -> None:
        """Everything that was never answered, in the order it was made."""
        for op, (kind, body) in self.pending.items():
            self._ask("op", {"op": op, "kind": kind, "body": body})

    def joined(self, answer: dict[str, Any]) -> None:
        """The answer to hello or pull."""
        if answer["epoch"] != self.epoch:
            self.newest, self._seen = (0, 0), None
        if answer["snapshot"] is not None:
            self.last, self.state = answer["snapshot"]["seq"], answer["snapshot"]["state"]
            self._waiting.clear()
        elif answer["epoch"] != self.epoch:
            return  # of a history this tab has left behind
        self.epoch = answer["epoch"]
        for event in answer["tail"]:
            self._take(event)
        if not self.is_in_step:
            self.is_in_step = True
            self.send_again()
        self._apply_waiting()
        if "roster" in answer:
            self.welcome, self.desk = answer, answer["desk"]
            self.company = {"people": answer["roster"], "lost": answer["lost"], "word": answer["word"]}
        if answer.get("view") is not None:
            self.shown(answer["view"])

    def shown(self, message: dict[str, Any]) -> None:
        """A view: newer by term, then by number, or nothing."""
        if (message["term"], message["n"]) > self.newest:
            self.newest, self._seen = (message["term"], message["n"]), message

    def start_afresh(self) -> None:
        """Told that it was too slow: what it has is not worth keeping."""
        self.epoch = None
        self.disconnected()

    def answered(self, op: str, answer: dict[str, Any]) -> None:
        if op not in self.pending:
            return
        if answer["ok"]:
            self.kept[op] = answer["seq"]
        elif answer["code"] in KEEP_PENDING:
            return
        else:
            self.refused[op] = answer["code"]
        del self.pending[op]

    def event(self, event: Event) -> None:
        if not self.is_in_step:
            self._waiting.setdefault(event["seq"], event)
            return
        first_gap = not self._waiting
        self._take(event)
        self._apply_waiting()
        if self._waiting and first_gap:
            self._ask("pull", {"epoch": self.epoch, "since": self.last})

    def head(self, told: dict[str, Any]) -> None:
        if not self.is_in_step:
            return
        if told["epoch"] != self.epoch or told["head"] < self.last:
            self._ask("hello", {"epoch": None, "last": 0})
        elif told["head"] > self.last:
            self._ask("pull", {"epoch": self.epoch, "since": self.last})
        else:
            self._ask("digest", {"seq": self.last, "digest": digest(self.state)})

    def compared(self, answer: dict[str, Any]) -> None:
        """The answer to digest."""
        if answer["same"] is False:
            self.diverged += 1
            self._ask("hello", {"epoch": None, "last": 0})

    def _take(self, event: Event) -> None:
        if event["seq"] > self.last:
            self._waiting[event["seq"]] = event
            self._apply_waiting()

    def _apply_waiting(self) -> None:
        while self.last + 1 in self._waiting:
            event = self._waiting.pop(self.last + 1)
            self.last, self.state = event["seq"], apply(self.state, event)
            if event["kind"] == "case.open" and self._seen and self._seen["view"]["case"] != event["case"]:
                self._seen = None
        for seq in [seq for seq in self._waiting if seq <= self.last]:
            del self._waiting[seq]
