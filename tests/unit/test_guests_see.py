"""What an admitted guest's browser is answered: all that looking needs, of their meeting only, and only while in it."""

from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.live.actions import keep
from mdt.meeting import guests
from mdt.meeting.models import Meeting
from mdt.people.models import Person
from mdt.people.queries import build_actor
from tests.unit.glass import SLIDE, add_slide
from tests.unit.layered import add_layer
from tests.unit.pages import VERSION, Seeded, seeded
from tests.unit.prepared import add_preparation

LOOKING = (
    "/meetings/{meeting}",
    "/imaging/cases/{case}.json",
    "/imaging/cases/{case}/states.json",
    "/imaging/cases/{case}/layers.json",
    "/imaging/layers/{document}/{leaf}.json",
    "/imaging/series/{series}/{version}/index.json",
    "/imaging/series/{series}/{version}/frames",  # the short way
    "/imaging/series/{series}/{version}/frames?asked=flask",  # by Flask
    "/imaging/series/{series}/{version}/pieces",
    "/imaging/series/{series}/{slide}/tiles/0/0/0",
    "/imaging/series/{series}/{slide}/picture/label",
    "/imaging/series/{series}/{slide}/picture/thumbnail",
    "/imaging/documents/{document}",
    "/cases/{case}/marks.json",
    "/cases/{case}/lesions.json",
    "/cases/{case}/preparation.json",
)
ELSEWHERE = (  # the same patient, listed for another meeting of the team
    "/meetings/{other_meeting}",
    "/imaging/cases/{other}.json",
    "/imaging/cases/{other}/states.json",
    "/imaging/cases/{other}/layers.json",
    "/cases/{other}/marks.json",
    "/cases/{other}/lesions.json",
    "/cases/{other}/preparation.json",
)
THE_TEAMS = (  # also of this meeting, whatever they were admitted for
    "/cases/{case}/prepare",
    "/cases/{case}/opinion/",
    "/cases/{case}/discrepancy",
    "/cases/{case}/replay.json",
    "/meetings/{meeting}/attendance/",
)


@dataclass
class Visit:
    made: Seeded
    client: FlaskClient
    addresses: dict[str, str]
    guest: str = ""

    def statuses(self, templates: tuple[str, ...]) -> dict[str, int]:
        found = {}
        for template in templates:
            answer = self.client.get(template.format(**self.addresses))
            found[template] = answer.status_code
            answer.close()
        return found

    def post(self, path: str, **said: object) -> int:
        return self.client.post(path.format(**self.addresses), json=said).status_code

    def knock(self) -> None:
        with self.made.house.db.writing() as db:
            by = actor(self.made, db, "stranger")
            asked = guests.ask(db, by=by, meeting_id=self.addresses["meeting"], reason="I operated.", now=utc_now())
            self.guest = asked.id

    def decide(self, decision: str) -> None:
        with self.made.house.db.writing() as db:
            chair, meeting = actor(self.made, db, "chair"), self.addresses["meeting"]
            act = guests.decide if decision in guests.DECISIONS else guests.show_out
            more = {"decision": decision} if decision in guests.DECISIONS else {}
            act(db, by=chair, meeting_id=meeting, guest_id=self.guest, now=utc_now(), **more)

    def open_case(self) -> None:
        with self.made.house.db.writing() as db:
            chair, body = actor(self.made, db, "chair"), {"case": self.addresses["case"]}
            meeting = self.addresses["meeting"]
            keep(db, by=chair, meeting_id=meeting, op=str(uuid4()), kind="case.open", body=body, now=utc_now())

    def meeting_is(self, status: str) -> None:
        with self.made.house.db.writing() as db:
            db.scalars(select(Meeting).where(Meeting.id == self.addresses["meeting"])).one().status = status


def actor(made: Seeded, db, who: str) -> Actor:
    return build_actor(db, db.get_one(Person, made.people[who]), utc_now())


@pytest.fixture
def visit(tmp_path):
    with seeded(tmp_path) as made:
        made.leaf = add_layer(made, tmp_path)
        add_preparation(made)
        add_slide(made, tmp_path)
        names = {"meeting": made.meetings["today"], "case": made.cases["maria"], "series": made.series["maria"]}
        names |= {"version": VERSION, "slide": SLIDE, "document": made.documents["maria"], "leaf": made.leaf}
        names |= {"other": made.cases["signed"], "other_meeting": made.meetings["past"]}
        there = Visit(made, made.signed_in("stranger"), names)
        there.meeting_is("open")
        yield there


def all_of(templates: tuple[str, ...], status: int) -> dict[str, int]:
    return dict.fromkeys(templates, status)


def test_looking_works_from_admission_until_they_are_shown_out_and_only_in_that_meeting(visit):
    assert visit.statuses(LOOKING) == all_of(LOOKING, 404)
    visit.knock()
    assert visit.statuses(LOOKING) == all_of(LOOKING, 404), "who waits sees nothing"
    for decision in ("observer", "participant"):
        visit.decide(decision)
        assert visit.statuses(LOOKING) == all_of(LOOKING, 200)
        assert visit.statuses(ELSEWHERE) == all_of(ELSEWHERE, 404)
        assert set(visit.statuses(THE_TEAMS).values()) <= {403, 404}
    visit.decide("shown out")
    assert visit.statuses(LOOKING) == all_of(LOOKING, 404)


def test_a_meeting_that_is_closed_lets_nobody_in(visit):
    visit.knock()
    visit.decide("observer")
    assert visit.statuses(LOOKING) == all_of(LOOKING, 200)
    visit.meeting_is("closed")
    assert visit.statuses(LOOKING) == all_of(LOOKING, 404)


def test_who_may_only_look_reads_no_opinions_and_keeps_nothing(visit):
    visit.knock()
    visit.decide("observer")
    told = visit.client.get(f"/cases/{visit.addresses['case']}/preparation.json").json
    assert (told["opinions"], told["hidden"], told["discrepancies"]) == ([], 1, [])
    assert {told["writes"], told["flags"], *(one["mine"] for one in told["studies"])} == {False}
    remove = {"kind": "private.remove", "id": "0" * 32}
    assert visit.post("/cases/{case}/marks/private.json", **remove) == 403
    assert visit.post("/cases/{case}/reviews.json", studies=["x"]) == 404
    visit.open_case()
    typed = {"patient": visit.made.patients["maria"], "version": 1, "revision": 0, "field": "rationale", "value": "No"}
    assert visit.post("/cases/{case}/outcome/set.json", **typed) == 403
    visit.decide("participant")
    assert visit.post("/cases/{case}/marks/private.json", **remove) == 200, "a private mark is part of taking part"
    assert visit.post("/cases/{case}/outcome/set.json", **typed) == 403
