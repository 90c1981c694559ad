"""Who may say what in a room: every message and every kind of op, as each kind of person, beside one table."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from flask_socketio import ConnectionRefusedError as Refused

from mdt.core.clock import utc_now
from mdt.core.db import new_id
from mdt.live import kinds
from mdt.live.handlers import OWN_KINDS
from mdt.meeting import guests
from mdt.outcome import live_kinds as outcome_kinds
from mdt.people.models import Person
from mdt.people.queries import build_actor
from mdt.people.sessions import SignIn
from mdt.preparation import live_kinds as preparation_kinds
from tests.fuzz.process import HeldPager, Process
from tests.fuzz.wires import Connection
from tests.room_stage import Imaging, Stage, bring_images, key, mark, set_up, uid

TEAM = ("chair", "coordinator", "member", "presenter", "observer")
# An admitted guest who only looks; a chair of another team; a clinician of another trust who meets in no team.
WHO = (*TEAM, "guest", "stranger", "elsewhere", "administrator", "nobody")

# What connecting comes to for each of WHO.
CONNECT = "ok ok ok ok ok ok forbidden forbidden forbidden signed-out"

# What each message is answered, to the five of the team and a guest; whoever cannot connect is answered nothing.
# The room is open, with a case and what somebody else drew on it; nobody presents until somebody takes the seat.
ALL = "ok ok ok ok ok ok"
PART = "ok ok ok ok forbidden forbidden"
TABLE = {
    "hello": ALL,
    "pull": ALL,
    "follow": ALL,
    "here": ALL,
    "digest": ALL,
    "pointer": "- - - - - -",  # never answered
    "drawing": "- - - - forbidden forbidden",  # never answered to whoever may mark
    "view": "- - - - - -",  # never answered, and shown to nobody unless they present
    "renew": "not-presenter not-presenter not-presenter not-presenter not-presenter not-presenter",
    "hand": ALL,  # their own
    "hand, another's": "ok ok forbidden forbidden forbidden forbidden",
    "word": "ok ok forbidden forbidden forbidden forbidden",
    "guest": "gone gone forbidden forbidden forbidden forbidden",  # nobody waits
    "op meeting.open": "invalid invalid forbidden forbidden forbidden forbidden",  # it is open already
    "op case.open": "ok ok not-presenter ok not-presenter not-presenter",
    "op outcome.ratify": "invalid invalid invalid invalid invalid invalid",  # all in one act, on a page
    "op agenda.change": "forbidden forbidden forbidden forbidden forbidden forbidden",  # only the system
    "op preparation.change": "forbidden forbidden forbidden forbidden forbidden forbidden",
    "op mark.put": PART,
    "op mark.put, another's": "ok forbidden forbidden forbidden forbidden forbidden",
    "op mark.remove": "ok ok ok ok forbidden forbidden",  # their own
    "op mark.remove, another's": "ok forbidden forbidden forbidden forbidden forbidden",
    "op key.put": PART,
    "op key.remove": PART,  # their own
    "op key.remove, another's": "ok forbidden forbidden forbidden forbidden forbidden",
    "op scene.put": PART,
    "op scene.order": PART,
    "op scene.remove": PART,
    "op outcome.set": "ok ok forbidden forbidden forbidden forbidden",
    "op outcome.check": "invalid invalid invalid invalid forbidden forbidden",  # not complete
    "op outcome.sign": "invalid forbidden forbidden forbidden forbidden forbidden",  # not complete
    "op outcome.amend": "stale forbidden forbidden forbidden forbidden forbidden",  # not signed
    "op presenter.take": "ok forbidden ok ok forbidden forbidden",
    "renew, presenting": "ok not-presenter ok ok not-presenter not-presenter",
    "view, presenting": "shown - shown shown - -",
    "op presenter.hand": "gone not-presenter gone gone not-presenter not-presenter",  # to a tab that is not there
    "op presenter.release": "ok not-presenter ok ok not-presenter not-presenter",
    "op meeting.close": "ok forbidden forbidden forbidden forbidden forbidden",
}


class Seat:
    """One person's tab in a room that this test opened, on a line that loses nothing."""

    def __init__(self, stage: Stage, person: str | None) -> None:
        self.stage, self.images = stage, bring_images(stage, 0)
        self.process = Process(stage.db.url, HeldPager("one", []))
        self.client, self.person = uid(1), person
        self.connection = Connection(Random(1), lambda _event, _body: None, lambda _event, _body: None)

    def connect(self) -> str:
        now, held = utc_now(), None
        if self.person is not None:
            held = SignIn(self.person, 1, issued=now, seen=now)
        try:
            self.process.live.let_in(
                "sid", held, self.stage.meeting, self.client, lambda: self.connection.line, prepares=False
            )
        except Refused as refusal:
            return str(refusal.error_args["data"]["code"])
        return "ok"

    def send(self, what: str) -> str:
        event, _, rest = what.partition(",")[0].partition(" ")
        body = MESSAGES[what](self)
        if event == "op":
            body = {"op": str(uuid4()), "kind": rest, "body": body}
        answer = self.process.live.trigger_event(event, "sid", body)
        if event == "view" and answer is None:
            return "-" if self.process.rooms.of(self.stage.meeting).view is None else "shown"
        return "-" if answer is None else "ok" if answer["ok"] else str(answer["code"])

    @property
    def term(self) -> int:
        presenter = self.process.rooms.of(self.stage.meeting).presenter
        return presenter["term"] if presenter else 1

    def bound(self, revision: int, version: int = 1) -> dict[str, Any]:
        case, patient = self.stage.cases[0], self.stage.patients[0]
        return {"case": case, "patient": patient, "version": version, "revision": revision}


def view(case: str, images: Imaging) -> dict[str, Any]:
    image = {"study": images.study, "series": images.series, "sop": images.sops[0], "frame": 1, "key": images.key}
    seen = {"voi": None, "invert": False, "centre": None, "height": None, "width": None, "rotation": 0}
    pane = {**image, **seen, "flip_h": False, "flip_v": False}
    return {"case": case, "layout": "1x1", "active": 0, "panes": [pane]}


def scene(seat: Seat) -> dict[str, Any]:
    shown = view(seat.stage.cases[0], seat.images)
    return {"id": uid(900), "version": 1, "view": shown, "marks": [], "caption": "The nodule"}


def of_case(**body: Any) -> Callable[[Seat], dict[str, Any]]:
    return lambda seat: {"case": seat.stage.cases[0], **body}


OWN, CHAIRS = uid(502), mark(1)["id"]
MESSAGES: dict[str, Callable[[Seat], Any]] = {
    "hello": lambda _: {"epoch": None, "last": 0},
    "pull": lambda _: {"epoch": None, "since": 0},
    "follow": lambda _: {"following": False},
    "here": lambda _: {"idle": False},
    "digest": lambda _: {"seq": 1, "digest": "0" * 16},
    "pointer": lambda _: {"n": 1, "pointer": None},
    "drawing": lambda seat: {"n": 1, "case": seat.stage.cases[0], "drawing": None},
    "view": lambda seat: {"term": 1, "n": 1, "view": view(seat.stage.cases[0], seat.images)},
    "view, presenting": lambda seat: {"term": seat.term, "n": 2, "view": view(seat.stage.cases[0], seat.images)},
    "renew": lambda _: {"term": 1},
    "hand": lambda _: {"up": True},
    "hand, another's": lambda seat: {"up": False, "person": seat.stage.people["outsider"]},
    "word": lambda seat: {"person": seat.person},
    "guest": lambda _: {"guest": "0" * 32, "decision": "observer"},
    "op meeting.open": lambda _: {},
    "op case.open": of_case(),
    "op agenda.change": lambda _: {},
    "op preparation.change": of_case(),
    "op mark.put": of_case(mark=mark(2)),
    "op mark.put, another's": of_case(mark=mark(1, 2)),
    "op mark.remove": of_case(id=OWN, version=2),
    "op mark.remove, another's": of_case(id=mark(3)["id"], version=2),
    "op key.put": of_case(key=key(2)),
    "op key.remove": of_case(id=key(2)["id"]),
    "op key.remove, another's": of_case(id=key(1)["id"]),
    "op scene.put": lambda seat: {"case": seat.stage.cases[0], "scene": scene(seat)},
    "op scene.order": of_case(order=[uid(900)]),
    "op scene.remove": of_case(id=uid(900), version=2),
    "op outcome.set": lambda seat: {**seat.bound(0), "field": "rationale", "value": "Fit."},
    "op outcome.check": lambda seat: seat.bound(1),
    "op outcome.sign": lambda seat: seat.bound(1),
    "op outcome.ratify": lambda seat: {"case": seat.stage.cases[0]},
    "op outcome.amend": lambda seat: {**seat.bound(1), "reason": "The histology changed."},
    "op presenter.take": lambda _: {},
    "renew, presenting": lambda seat: {"term": seat.term},
    "op presenter.hand": lambda _: {"client": uid(77)},
    "op presenter.release": lambda _: {},
    "op meeting.close": lambda _: {},
}


@pytest.fixture
def stage(tmp_path):
    outcome_kinds.register()
    preparation_kinds.register()
    stage = set_up(tmp_path)
    stage.keep("chair", "case.open", {"case": stage.cases[0]})
    with stage.db.writing() as session:
        for who, name in (("guest", "Dr Guest"), ("elsewhere", "Dr Elsewhere"), ("administrator", "Admin")):
            session.add(_person(stage, who, name))
    with stage.db.writing() as session:
        guest = build_actor(session, session.get_one(Person, stage.people["guest"]), utc_now())
        asked = guests.ask(session, by=guest, meeting_id=stage.meeting, reason="I operated.", now=utc_now())
        guests.decide(
            session, by=stage.actor("chair"), meeting_id=stage.meeting, guest_id=asked.id, decision="observer",
            now=utc_now(),
        )  # fmt: skip
    yield stage
    stage.db.close()


def _person(stage: Stage, who: str, name: str) -> Person:
    stage.people[who] = new_id()
    return Person(
        id=stage.people[who], email=f"{who}@nhs.example", name=name, trust_ods="RBV", password_hash="-",
        administrator=who == "administrator",
    )  # fmt: skip


def test_every_message_and_every_kind_of_op_is_in_the_table(stage):
    seat = Seat(stage, None)
    asked = {what.partition(",")[0] for what in TABLE}
    assert {what for what in asked if not what.startswith("op ")} == seat.process.live._handlers.keys() - {"op"}
    assert {what[3:] for what in asked if what.startswith("op ")} == OWN_KINDS.keys() | kinds._HANDLERS.keys()
    assert MESSAGES.keys() == TABLE.keys()
    seat.process.die()


@pytest.mark.parametrize("who", WHO)
def test_everybody_may_say_what_the_table_says_and_nothing_else(stage, who):
    person = None if who == "nobody" else stage.people["outsider" if who == "stranger" else who]
    others = "chair" if who != "chair" else "member"  # who drew before them
    for kind, body in (("mark.put", {"mark": mark(1)}), ("mark.put", {"mark": mark(3)}), ("key.put", {"key": key(1)})):
        stage.keep(others, kind, {"case": stage.cases[0], **body})
    seat = Seat(stage, person)
    assert seat.connect() == CONNECT.split()[WHO.index(who)]
    found = {what: seat.send(what) for what in TABLE}
    seat.process.die()
    if who in WHO[len(TEAM) + 1 :]:
        assert set(found.values()) == {"-"}, "whoever was not let in is answered nothing"
    else:
        assert found == {what: said.split()[WHO.index(who)] for what, said in TABLE.items()}
