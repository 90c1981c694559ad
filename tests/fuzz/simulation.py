"""A bad day on the network, played on the real actions and a real database.

Clients follow docs/wire.md; between them and the room's server lies a line that delays, reorders, repeats and loses
messages and breaks off. Servers die and come back with nothing but the database. All by one seed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mdt.core.errors import MdtError
from mdt.live import actions, queries
from mdt.live.announcements import EventKept
from mdt.live.marks import TOOLS
from mdt.live.room import EMPTY, fold
from mdt.sockets.answers import accepted, refused
from mdt.sockets.open_room import OpenRoom
from mdt.sockets.participant import Participant
from tests.fuzz.reference import ReferenceClient
from tests.room_stage import Stage, key, mark, tab, uid

ROLES = ("chair", "coordinator", "member", "presenter", "observer")
KINDS = {  # how often each is tried
    "mark.put": 40,
    "mark.remove": 10,
    "key.put": 8,
    "key.remove": 4,
    "presenter.take": 8,
    "presenter.release": 2,
    "presenter.hand": 4,
    "case.open": 6,
    "outcome.set": 15,
    "agenda.change": 1,
}


@dataclass
class Wire:
    """What is under way between one tab and the server; it breaks as a whole."""

    up: bool = False
    under_way: list[Callable[[], None]] = field(default_factory=list)


class SimulatedLine:
    """Stands where a socket's line stands: what the room sends goes onto the bad wire."""

    is_overdue = False

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send = send

    def keep(self, packet: Any) -> bool:
        self._send(packet)
        return True

    def fleeting(self, _slot: str, packet: Any) -> bool:
        self._send(packet)
        return False


class Simulation:
    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.random = stage, Random(seed)
        self.clients = [self._client(n) for n in range(5)]
        self.made: dict[str, str] = {}  # op: kind
        self.wires = [Wire() for _ in self.clients]
        self.tabs: list[Participant | None] = [None] * len(self.clients)
        self.room = self._start_server()
        stage.db.announcer.listen(EventKept, self._told)
        self.is_told = True

    # The story

    def run(self, steps: int) -> None:
        acts: list[tuple[int, Callable[[], None]]] = [
            (40, self.deliver),
            (22, self.make_op),
            (8, self.connect),
            (4, self.drop),
            (3, self.tick),
            (2, self.send_again),
            (2, self.pass_time),
            (1, self.restart),
            (1, self.somebody_elsewhere_writes),
        ]
        weights = [weight for weight, _ in acts]
        for _ in range(steps):
            self.random.choices(acts, weights)[0][1]()

    def heal(self) -> None:
        """The network is good again: everybody joins, sends what was never answered, and hears everything."""
        for _ in range(10):
            for n in range(len(self.clients)):
                self._connect(n)
            self._deliver_all()
            self.send_again()
            self._deliver_all()
            self.tick()
            self._deliver_all()
            if all(client.is_in_step and not client.pending for client in self.clients):
                return

    def deliver(self) -> None:
        waiting = [wire for wire in self.wires if wire.under_way]
        if not waiting:
            return
        wire = self.random.choice(waiting)
        message = wire.under_way.pop(self.random.randrange(min(4, len(wire.under_way))))
        fate = self.random.random()
        if fate < 0.04:
            return  # lost
        if fate < 0.10:
            wire.under_way.append(message)  # and once more, later
        message()

    def connect(self) -> None:
        self._connect(self.random.randrange(len(self.clients)))

    def drop(self) -> None:
        self._drop(self.random.randrange(len(self.clients)))

    def tick(self) -> None:
        with self.stage.db.reading() as session:
            epoch, head = queries.heads(session, [self.stage.meeting])[self.stage.meeting]
            expired = queries.expired_leases(session, self.stage.now)
        self.room.check(epoch, head)
        if self.stage.meeting in expired:
            with self.stage.db.writing() as session:
                actions.end_expired_lease(session, meeting_id=self.stage.meeting, now=self.stage.now)
        self.room.tell_head()

    def send_again(self) -> None:
        for client in self.clients:
            if client.is_in_step:
                client.send_again()

    def pass_time(self) -> None:
        self.stage.later(self.random.choice([1, 4, 20]))

    def restart(self) -> None:
        """The process dies: every line breaks, and the next one knows what the database knows."""
        for n in range(len(self.clients)):
            self._drop(n)
        self.room = self._start_server()

    def somebody_elsewhere_writes(self) -> None:
        """Another process keeps an event; nobody pages this one."""
        self.is_told = False
        try:
            self.stage.keep("member", "mark.put", {"case": self.stage.cases[0], "mark": mark(900 + self.stage.ops)})
        except MdtError:
            pass
        finally:
            self.is_told = True

    def make_op(self) -> None:
        n = self.random.choices(range(len(self.clients)), [8, 5, 8, 8, 1])[0]
        client, case = self.clients[n], self.random.choice(self.stage.cases)
        held = client.state["cases"].get(case, {"marks": {}, "keys": {}, "outcome": None})
        number = self.random.choice([0, 1, 10 * (n + 1), 10 * (n + 1) + 1])  # their own, or one that all reach for
        kind = self.random.choices(list(KINDS), list(KINDS.values()))[0]
        version = held["marks"].get(uid(500 + number), {"version": 0})["version"] + 1
        x = round(self.random.uniform(-300, 300), 5)
        outcome = held["outcome"] or {"version": 1, "revision": 0}
        body: dict[str, Any] = {
            "mark.put": {"mark": mark(number, version, **drawn(number, x), text=self.random.choice(["", "é"]))},
            "mark.remove": {"id": uid(500 + number), "version": version},
            "key.put": {"key": key(number, caption=f"{x}")},
            "key.remove": {"id": uid(700 + number)},
            "presenter.hand": {"client": tab(self.random.choice(ROLES))},
            "outcome.set": {
                "patient": self.stage.patients[self.stage.cases.index(case)],
                "version": outcome["version"],
                "revision": outcome["revision"],
                "field": "rationale",
                "value": f"text {x}",
            },
        }.get(kind, {})
        op = self.stage.next_op()
        self.made[op] = kind
        client.send(op, kind, {"case": case, **body})

    # The wire

    def _client(self, n: int) -> ReferenceClient:
        return ReferenceClient(lambda event, body: self._send(n, lambda: self._serve(n, event, body)))

    def _send(self, n: int, message: Callable[[], None]) -> None:
        if self.wires[n].up:
            self.wires[n].under_way.append(message)

    def _connect(self, n: int) -> None:
        if not self.wires[n].up:
            self.wires[n] = Wire(up=True)
        if not self.clients[n].is_in_step:  # also when hello has gone unanswered for too long
            self.clients[n].connected()

    def _drop(self, n: int) -> None:
        self.wires[n] = Wire()
        self.clients[n].disconnected()
        if (there := self.tabs[n]) is not None:
            self.room.leave(there)
            self.tabs[n] = None

    def _deliver_all(self) -> None:
        while waiting := [wire for wire in self.wires if wire.under_way]:
            waiting[0].under_way.pop(0)()

    # The server, as mdt.sockets.live does it

    def _start_server(self) -> OpenRoom:
        return OpenRoom(self.stage.db, self.stage.meeting, lambda who, _code, _message: self.room.leave(who))

    def _told(self, news: EventKept) -> None:
        if self.is_told and news.meeting_id == self.stage.meeting:
            self.room.told(news.event)

    def _serve(self, n: int, event: str, body: dict[str, Any]) -> None:
        answer = {"hello": self._hello, "pull": self._joined, "op": self._op, "digest": self._digest}[event](n, body)
        client = self.clients[n]
        match event:
            case "hello" | "pull":
                self._send(n, lambda: client.joined(answer))
            case "op":
                self._send(n, lambda: client.answered(body["op"], answer))
            case "digest":
                self._send(n, lambda: client.compared(answer))

    def _hello(self, n: int, body: dict[str, Any]) -> dict[str, Any]:
        if self.tabs[n] is None:
            self.tabs[n] = there = self._participant(n)
            self.room.enter(there)
            self.stage.arrive(ROLES[n])
        return self._joined(n, {"epoch": body["epoch"], "since": body["last"]})

    def _joined(self, n: int, body: dict[str, Any]) -> dict[str, Any]:
        with self.stage.db.reading() as session:
            joined = queries.join(
                session,
                by=self.stage.actor(ROLES[n]),
                meeting_id=self.stage.meeting,
                epoch=body["epoch"],
                last=body["since"],
                now=self.stage.now,
            )
        return accepted(**joined.as_json())

    def _op(self, n: int, body: dict[str, Any]) -> dict[str, Any]:
        try:
            kept = self.stage.keep(ROLES[n], body["kind"], body["body"], op=body["op"])
        except MdtError as error:
            return refused(error)
        return accepted(seq=kept.seq, fresh=kept.fresh)

    def _digest(self, _n: int, body: dict[str, Any]) -> dict[str, Any]:
        here = self.room.digest_at(body["seq"])
        return accepted(same=None if here is None else here == body["digest"])

    def _participant(self, n: int) -> Participant:
        def to_client(packet: Any) -> None:
            event, body = json.loads(packet.data.partition(",")[2])
            client = self.clients[n]
            if event == "event":
                self._send(n, lambda: client.event(body))
            elif event == "head":
                self._send(n, lambda: client.head(body))

        role = ROLES[n]
        return Participant(
            sid=uid(self.random.getrandbits(60)),
            line=SimulatedLine(to_client),  # type: ignore[arg-type]
            meeting_id=self.stage.meeting,
            team_id=self.stage.team,
            client=tab(role),
            person_id=self.stage.people[role],
            session_version=1,
            name=role,
            trust="RBV",
            specialty="",
            role=role,
        )


def drawn(number: int, x: float) -> dict[str, Any]:
    """What a mark of this number is of: every tool has its turn, and some follow a lesion."""
    tool = list(TOOLS)[number % len(TOOLS)]
    points = [[x, 0, 1], [1, x, 2], [x, 1, 3], [2, x, 4]][: TOOLS[tool].least]
    lesion = {"name": f"Lesion {number}", "role": "target", "organ": "Liver", "node": False, "state": "present"}
    return {"tool": tool, "points": points, **({"lesion": lesion} if number % 2 else {})}


def check(simulation: Simulation) -> None:
    """Everybody holds what the log says, and the log holds everything that was acknowledged, once."""
    stage = simulation.stage
    log = stage.events()
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    truth = fold(EMPTY, log)
    assert stage.state() == truth
    by_op = {event["op"]: event["seq"] for event in log}
    assert len(by_op) == len(log)
    for client in simulation.clients:
        assert (client.last, client.state) == (len(log), truth)
        assert client.pending == {}
        assert client.diverged == 0
        for op, seq in client.kept.items():
            assert by_op[op] == seq
    answered = {op for client in simulation.clients for op in (*client.kept, *client.refused)}
    assert answered == set(simulation.made)
    terms = [event["body"]["term"] for event in log if event["kind"] in ("presenter.take", "presenter.hand")]
    assert terms == sorted(set(terms))


def play(stage: Stage, seed: int, steps: int = 250) -> Simulation:
    simulation = Simulation(stage, seed)
    simulation.run(steps)
    simulation.heal()
    check(simulation)
    return simulation
