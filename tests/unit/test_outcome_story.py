"""The whole way through the live room: list, open, type, sign, amend; the room, the tables and the audit agree."""

from typing import Any

import pytest
from sqlalchemy import select

from mdt.core import audit
from mdt.core.errors import Invalid, MdtError, Stale
from mdt.live import actions as live
from mdt.live import queries as rooms
from mdt.live.refusals import RoomClosed
from mdt.meeting import queries as meetings
from mdt.outcome import live_kinds, queries
from mdt.outcome.state import as_state
from tests.unit.region import NOW, a_region
from tests.unit.test_outcome import PLAN


@pytest.fixture
def region(tmp_path):
    live_kinds.register()
    with a_region(tmp_path) as region:
        yield region


class Room:
    """A meeting with two cases, and a way to send it ops as the socket does."""

    def __init__(self, region) -> None:
        self.region = region
        self.meeting = region.plan()
        self.cases = [region.list_case(self.meeting, number) for number in range(2)]
        self.ops = 0

    def send(self, by: str, kind: str, op: str = "", **body: Any) -> live.Kept:
        self.ops += 1
        with self.region.db.writing() as session:
            return live.keep(
                session,
                by=self.region[by],
                meeting_id=self.meeting.id,
                op=op or f"00000000-0000-4000-8000-{self.ops:012}",
                kind=kind,
                body=body,
                now=NOW,
            )

    def bound(self, number: int, version: int = 1) -> dict[str, Any]:
        case = self.cases[number]
        return {"case": case.id, "patient": case.patient_id, "version": version}

    def type(self, number: int, field: str, value: Any, revision: int = 99, **more: Any) -> live.Kept:
        body = self.bound(number) | {"revision": revision, "field": field, "value": value} | more
        return self.send("coordinator", "outcome.set", **body)

    def outcome(self, number: int) -> Any:
        """As the room's fold has it; and the table must have the same."""
        case = self.cases[number].id
        with self.region.db.reading() as session:
            _, state = rooms.state_now(session, self.meeting.id)
            folded = state["cases"].get(case, {}).get("outcome")
            kept = queries.newest(session, self.region["observer"], case)
            assert folded == (as_state(kept) if kept else None)
            return folded


def test_from_the_list_to_a_signed_and_amended_decision(region):
    room = Room(region)
    with pytest.raises(RoomClosed):
        room.type(0, "decision", "recommend")
    room.send("chair", "meeting.open")
    room.send("chair", "case.open", case=room.cases[0].id)
    for field, value in PLAN.items():
        room.type(0, field, value)
    draft = room.outcome(0)
    assert (draft["status"], draft["revision"], draft["form"]["responsible"]) == ("draft", len(PLAN), "Miss Patel")

    room.send("chair", "outcome.sign", **room.bound(0), revision=draft["revision"])
    signed = room.outcome(0)
    assert (signed["status"], signed["signed"]["name"]) == ("signed", "Dr Chair")
    with pytest.raises(Stale, match="only an amendment"):
        room.type(0, "rationale", "Too late.")

    room.send("chair", "outcome.amend", **room.bound(0), reason="Histology changed.")
    amended = room.outcome(0)
    assert (amended["version"], amended["revision"], amended["status"], amended["changed"]) == (2, 0, "draft", {})
    room.type(0, "intent", "Z", version=2)
    room.send("chair", "outcome.sign", **room.bound(0, 2), revision=1)
    assert room.outcome(0)["form"] == signed["form"] | {"intent": "Z"}

    room.send("chair", "case.open", case=room.cases[1].id)
    room.send("chair", "meeting.close")
    with region.db.reading() as session:
        agenda = meetings.meeting(session, region["member"], room.meeting.id)
        assert [case.status for case in agenda.cases] == ["signed", "discussed"]
        versions = queries.versions(session, region["member"], room.cases[0].id)
        assert [(each.version, each.form["intent"], each.reason) for each in versions] == [
            (2, "Z", "Histology changed."),
            (1, "C", ""),
        ]
        asked = [action.text for each in versions for action in each.actions]
        assert asked == ["Book CPET", "Tell the patient"] * 2
        acts = session.scalars(
            select(audit.AuditEntry.action).where(audit.AuditEntry.patient_id == room.cases[0].patient_id)
        ).all()
        for act in ("case.listed", "case.opened", "outcome.typed", "outcome.signed", "outcome.amended"):
            assert act in acts
        good, broken = audit.verify(session)
        assert broken is None
        assert good > 30


def test_typing_on_after_the_room_moved_to_the_next_case_is_refused_and_nothing_reaches_the_wrong_patient(region):
    room = Room(region)
    room.send("chair", "meeting.open")
    room.send("chair", "case.open", case=room.cases[0].id)
    room.type(0, "rationale", "About the first.")
    room.send("chair", "case.open", case=room.cases[1].id)
    with pytest.raises(Stale, match="moved on to another case") as refused:
        room.type(0, "rationale", "About the first, continued.")
    assert refused.value.current == room.outcome(0)
    mixed = room.bound(1) | {"patient": room.cases[0].patient_id}
    with pytest.raises(Stale, match="another patient"):
        room.send("coordinator", "outcome.set", **mixed, revision=0, field="rationale", value="About the first.")
    assert room.outcome(1) is None


def test_the_same_message_twice_is_typed_once(region):
    room = Room(region)
    room.send("chair", "meeting.open")
    room.send("chair", "case.open", case=room.cases[0].id)
    op = "11111111-0000-4000-8000-000000000000"
    body = room.bound(0) | {"revision": 0, "field": "rationale", "value": "Fit."}
    first, again = (room.send("coordinator", "outcome.set", op, **body) for _ in range(2))
    assert (first.fresh, again.fresh, first.seq == again.seq) == (True, False, True)
    assert room.outcome(0)["revision"] == 1


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        ("outcome.set", {"case": ["7"]}, "case must be"),
        ("outcome.set", {"version": 0}, "version must be"),
        ("outcome.set", {"field": None}, "names no field"),
        ("outcome.sign", {"case": "7"}, "case must be"),
        ("outcome.set", {"field": "colour"}, "no field called"),
        ("outcome.set", {"revision": "1"}, "revision must be"),
        ("outcome.set", {"field": "tell_by", "value": "soon"}, "real date"),
        ("outcome.sign", {"revision": -1}, "revision must be"),
        ("outcome.amend", {"reason": 3}, "names no reason"),
    ],
)
def test_a_message_that_makes_no_sense_is_refused_in_words_and_keeps_nothing(region, kind, body, says):
    room = Room(region)
    room.send("chair", "meeting.open")
    room.send("chair", "case.open", case=room.cases[0].id)
    whole = room.bound(0) | {"revision": 0, "field": "decision", "value": "defer", "reason": "r"}
    with pytest.raises(MdtError, match=says) as refused:
        room.send("chair", kind, **(whole | body))
    assert isinstance(refused.value, Invalid | Stale)
    assert room.outcome(0) is None
