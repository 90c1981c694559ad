"""One person's tab on a bad line: the client's half of the wire, and the connection it has just now."""

import random
from collections import Counter
from typing import Any

from flask_socketio import ConnectionRefusedError as Refused
from sqlalchemy import select

from mdt.people.models import Person
from mdt.people.sessions import SignIn
from tests.fuzz.process import Process
from tests.fuzz.reference import ReferenceClient
from tests.fuzz.wires import Connection
from tests.room_stage import Stage, uid

STAYS_OUT = ("signed-out", "forbidden")  # until somebody lets them in again


class Tab:
    """`prepares`: a second tab of somebody who also sits in the meeting, preparing a case for themselves."""

    def __init__(self, stage: Stage, role: str, number: int, chance: random.Random, *, prepares: bool = False) -> None:
        self.stage, self.role, self.number, self.prepares = stage, role, number, prepares
        self.person = stage.people[role]
        self.id = uid(1 + number)
        self.client = ReferenceClient(self._ask)
        self.connection: Connection | None = None
        self.process: Process | None = None
        self.sid = ""
        self.out: str | None = None  # the code with which the server ended or refused it, if it stays out
        self.cuts: Counter[str] = Counter()
        self.shown: list[tuple[int, int]] = []  # (term, n) of every view sent
        self.looks_at: dict[str, Any] = {}  # the view that was sent last
        self._chance = chance
        self._joins = 0

    @property
    def presents(self) -> bool:
        presenter = self.client.state["presenter"]
        return presenter is not None and presenter["client"] == self.id

    def connect(self, process: Process) -> None:
        """To this process, if there is no connection; and hello, if it has not been answered."""
        if self.connection is not None and self.connection.is_over:
            self.drop()
        if self.connection is None:
            self._join(process)
        if self.connection is not None and not self.client.is_in_step:
            self.client.connected()

    def _join(self, process: Process) -> None:
        """Sign in, as whatever this person is by now, and connect."""
        self._joins += 1
        sid = f"{self.number}-{self._joins}"
        connection = Connection(self._chance, self._receive, lambda event, body: self._serve(process, sid, event, body))
        now = self.stage.now
        with self.stage.db.reading() as session:
            version = session.scalars(select(Person.session_version).where(Person.id == self.person)).one()
        held = SignIn(self.person, version, issued=now, seen=now)
        try:
            process.live.let_in(sid, held, self.stage.meeting, self.id, lambda: connection.line, prepares=self.prepares)
        except Refused as refusal:
            self.out = refusal.error_args["data"]["code"]
            if self.out not in STAYS_OUT:
                raise
        else:
            self.connection, self.process, self.sid, self.out = connection, process, sid, None

    def drop(self, *, noticed: bool = True, kindly: bool = False) -> None:
        """The line breaks; the process may not notice for a while. `kindly`: the tab is closed."""
        if self.process is not None and noticed:
            self.notice(self.process, self.sid, kindly=kindly)
        if self.connection is not None:
            self.connection.is_over = True
        self.connection, self.process = None, None
        self.client.disconnected()

    @staticmethod
    def notice(process: Process, sid: str, *, kindly: bool = False) -> None:
        process.live.trigger_event("disconnect", sid, "client disconnect" if kindly else "ping timeout")

    def tell(self, event: str, body: Any) -> None:
        """Something that is not sent again."""
        if self.connection is not None and self.client.is_in_step:
            self.connection.ask(event, body)

    def show(self, view: dict[str, Any]) -> dict[str, Any]:
        """The message with which whoever presents shows this: the next of their term, whichever page sent the last."""
        presenter = self.client.state["presenter"]
        term = presenter["term"]
        n = 1 + max((n for other, n in [*self.shown, self.client.newest] if other == term), default=0)
        if self.presents:
            self.shown.append((term, n))
            self.looks_at = view
        return {"term": term, "n": n, "view": view}

    def show_again(self) -> None:
        """The line is back: everybody is shown what this screen shows."""
        if self.presents and self.looks_at and self.looks_at["case"] == self.client.state["case"]:
            self.tell("view", self.show(self.looks_at))

    def _ask(self, event: str, body: dict[str, Any]) -> None:
        if self.connection is not None:
            self.connection.ask(event, body)

    @staticmethod
    def _serve(process: Process, sid: str, event: str, body: Any) -> Any:
        return process.live.trigger_event(event, sid, body)

    def _receive(self, event: str, body: Any) -> None:
        client = self.client
        match event:
            case "answer":
                self._answered(*body)
            case "event":
                client.event(body)
            case "head":
                client.head(body)
            case "view":
                client.shown(body)
            case "roster":
                client.company = body
            case "desk":
                client.desk = body
            case "cut":
                self._cut(body["code"])

    def _answered(self, event: str, asked: Any, answer: dict[str, Any] | None) -> None:
        if answer is None:
            return
        if event in ("hello", "pull"):
            if answer["ok"]:
                self.client.joined(answer)
                if event == "hello":
                    self.show_again()
            else:
                assert answer["code"] in ("slow-down", "try-again"), answer
        elif event == "op":
            self.client.answered(asked["op"], answer)
        elif event == "digest" and answer["ok"]:
            self.client.compared(answer)

    def _cut(self, code: str) -> None:
        self.cuts[code] += 1
        if code == "resync":
            self.client.start_afresh()
        if code in STAYS_OUT:
            self.out = code
        self.drop()
