"""Marks of a patient's other meetings: they were kept there, and are only shown elsewhere, never changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.live import queries, room
from mdt.live.fields import Json
from mdt.live.models import Event
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case

_KINDS = ("mark.put", "mark.remove")


@dataclass(frozen=True)
class Marked:
    """The marks, without those removed, that a meeting kept of a case."""

    meeting_id: str
    at: datetime
    team: str
    marks: list[Json]


def earlier(session: Session, by: Actor, case: Case) -> list[Marked]:
    """Those of meetings that began before this case's, of the teams that the actor is in; the latest first."""
    listed = meetings.cases_of_patient(session, by, case.patient_id)
    return _marked(session, [one for one in listed if one.meeting.starts_at < case.meeting.starts_at])


def until(session: Session, by: Actor, case: Case) -> list[Marked]:
    """The same, and this meeting's own."""
    now = _marked(session, [case])
    return [*now, *earlier(session, by, case)]


def _marked(session: Session, cases: list[Case]) -> list[Marked]:
    if not cases:
        return []
    of = or_(*((Event.meeting_id == case.meeting_id) & (Event.case_id == case.id) for case in cases))
    kept = session.scalars(select(Event).where(of, Event.kind.in_(_KINDS)).order_by(Event.meeting_id, Event.seq))
    state = room.fold(room.EMPTY, map(queries.as_json, kept))
    found = []
    for case in cases:
        drawn = state["cases"].get(case.id, room.EMPTY_CASE)["marks"].values()
        standing = [mark for mark in drawn if not mark.get("removed")]
        if standing:
            found.append(Marked(case.meeting_id, case.meeting.starts_at, case.meeting.team.name, standing))
    return found
