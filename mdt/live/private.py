"""Private marks: kept for the person who drew them, told to nobody, and kept for all by one act (`mark.put`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, Stale
from mdt.live import marks, queries
from mdt.live.fields import Json
from mdt.live.models import PrivateMark
from mdt.live.protocol import moment, tidy_body
from mdt.live.refusals import RoomClosed
from mdt.meeting import progress
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case
from mdt.people import permissions


def of(session: Session, by: Actor, case_id: str) -> list[Json]:
    """The actor's own private marks of a case, the oldest first; outsiders are told that there is no such case."""
    case = meetings.case(session, by, case_id)
    own = select(PrivateMark.mark).where(PrivateMark.case_id == case.id, PrivateMark.person_id == by.person_id)
    return list(session.scalars(own.order_by(PrivateMark.at, PrivateMark.id)))


def put(session: Session, *, by: Actor, case_id: str, body: Any, now: datetime) -> Json:
    """Keep a private mark, or its next version; the same version again is the same mark. May raise Stale."""
    case, body = _asked(session, by, case_id, body)
    held = {mark["id"]: mark for mark in of(session, by, case_id)}
    sent = body.get("mark")
    again = held.get(sent.get("id")) if isinstance(sent, dict) else None
    if again and sent.get("version") == again["version"]:
        return again  # its answer was lost on the way
    shown = queries.state_now(session, case.meeting_id)[1]["cases"].get(case.id, {}).get("marks", {})
    if isinstance(sent, dict) and sent.get("id") in shown:
        raise Stale("This mark is shown to all already, so it is private no more.", shown[sent["id"]])
    author = {"id": by.person_id, "name": by.name}
    mark = marks.put(held, body, author, may_change_others=False, at=moment(now))
    session.merge(
        PrivateMark(id=mark["id"], person_id=by.person_id, case_id=case.id, mark=mark, at=now),
    )
    _note(session, by, "live.private.put", case, mark=mark["id"])
    return mark


def remove(session: Session, *, by: Actor, case_id: str, body: Any) -> None:
    """Nobody else has seen it: it is gone. One that is already gone stays so."""
    case, body = _asked(session, by, case_id, body)
    if drop(session, by, body.get("id")):
        _note(session, by, "live.private.remove", case, mark=body["id"])


def drop(session: Session, by: Actor, mark_id: Any) -> bool:
    """Take the actor's own private mark away, if there is one; also when it has become one for all."""
    own = delete(PrivateMark).where(PrivateMark.id == str(mark_id), PrivateMark.person_id == by.person_id)
    gone = session.execute(own.returning(PrivateMark.id))
    return gone.first() is not None


def _asked(session: Session, by: Actor, case_id: str, body: Any) -> tuple[Case, Json]:
    case, by = meetings.case_inside(session, by, case_id)
    permissions.require(by, "mark", case.meeting.team_id)
    if case.meeting.status == progress.CLOSED:
        raise RoomClosed("The meeting is closed; nothing more is kept.")
    if not isinstance(body, dict):
        raise Invalid("The message must be an object.")
    return case, tidy_body(body)


def _note(session: Session, by: Actor, what: str, case: Case, **detail: Any) -> None:
    audit.record(session, by, what, f"case:{case.id}", patient_id=case.patient_id, detail=detail)
