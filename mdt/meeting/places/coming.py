"""Who of a team has said that they come to a meeting, or cannot, and when they must leave."""

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.models import Meeting
from mdt.meeting.places.models import Expected
from mdt.people import permissions
from mdt.people.models import Membership, Person


def expected(session: Session, meeting_id: str) -> list[tuple[Person, Expected]]:
    """What was said, whoever leaves first first."""
    rows = select(Person, Expected).join(Expected, Expected.person_id == Person.id)
    found = session.execute(rows.where(Expected.meeting_id == meeting_id)).all()
    return sorted(((row[0], row[1]) for row in found), key=lambda pair: (pair[1].leaves or time.max, pair[0].name))


def said(session: Session, meeting_id: str) -> dict[str, bool]:
    """By person, whether they come; of whom nothing is known is not in it."""
    rows = select(Expected.person_id, Expected.comes).where(Expected.meeting_id == meeting_id)
    return {person: comes for person, comes in session.execute(rows)}  # noqa: C416 - rows, by their types


def expect(
    session: Session,
    *,
    by: Actor,
    meeting_id: str,
    person_id: str,
    comes: bool = True,
    leaves: time | None = None,
    now: datetime,
) -> Expected:
    """Whether a member of the team comes, and when they must leave (nothing: they stay). Anybody says it of themselves.

    Of others it is said by whoever orders the agenda.
    """
    meeting = session.get(Meeting, meeting_id, with_for_update=True)
    if meeting is None:
        raise NotFound("There is no such meeting.")
    permissions.require(by, "meeting.see" if person_id == by.person_id else "case.order", meeting.team_id)
    member = select(Membership.id).where(Membership.team_id == meeting.team_id, Membership.person_id == person_id)
    if session.scalar(member) is None:
        raise Invalid("Select somebody of the team.")
    if leaves is not None and not comes:
        raise Invalid("Who does not come does not leave early: say one or the other.")
    mine = select(Expected).where(Expected.meeting_id == meeting_id, Expected.person_id == person_id)
    row = session.scalar(mine)
    if row is None:
        row = Expected(meeting_id=meeting_id, person_id=person_id)
        session.add(row)
    row.comes, row.leaves, row.set_by, row.set_at = comes, leaves, by.person_id, now
    session.flush()
    detail = {"person": person_id, "comes": comes, "leaves": f"{leaves:%H:%M}" if leaves else None}
    audit.record(session, by, "presence.expected", f"meeting:{meeting_id}", detail=detail, now=now)
    after_commit(session, AgendaChanged(meeting_id))
    return row
