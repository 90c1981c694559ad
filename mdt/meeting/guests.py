"""The lobby: who is not of the team but asks to come to one meeting, who lets them in, and who shows them out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import progress
from mdt.meeting.announcements import GuestsChanged
from mdt.meeting.models import Guest, Meeting
from mdt.people import permissions
from mdt.people.models import Person
from mdt.people.permissions import MEMBER, OBSERVER
from mdt.trusts.models import Trust

WAITING, ADMITTED, DECLINED, ENDED = STATES = ("waiting", "admitted", "declined", "ended")
TO_LOOK, TO_TAKE_PART, NOT = DECISIONS = ("observer", "participant", "declined")
ASK_AGAIN_AFTER = timedelta(minutes=2)
LONGEST_REASON = 200
NOBODY_WAITS = "Nobody is waiting there any more."


@dataclass(frozen=True)
class Waiting:
    """Somebody at the door, as those who may open it see them."""

    id: str
    person: str
    name: str
    specialty: str
    trust: str
    reason: str
    state: str
    role: str | None
    asked_at: datetime


def with_visits(session: Session, actor: Actor) -> Actor:
    """The actor with the meetings they are an admitted guest of; a closed one lets nobody in."""
    rows = session.execute(_VISITS.where(Guest.person_id == actor.person_id))
    visits = {meeting_id: role or OBSERVER for meeting_id, role in rows}
    return replace(actor, visits=visits) if visits else actor


def inside(by: Actor, meeting_id: str, team_id: str) -> Actor:
    """Who they are within this one meeting: a guest's role counts there, and nowhere else in the team."""
    role = by.visits.get(meeting_id)
    return by if role is None or team_id in by.roles else replace(by, roles={**by.roles, team_id: role})


def roles_now(session: Session, meeting_ids: set[str]) -> dict[tuple[str, str], str]:
    """The role of each (meeting, guest) admitted to one of these meetings."""
    admitted = _VISITS.add_columns(Guest.person_id).where(Guest.meeting_id.in_(meeting_ids))
    return {(meeting_id, person_id): role or OBSERVER for meeting_id, role, person_id in session.execute(admitted)}


def name_at_the_door(session: Session, meeting_id: str) -> str:
    """All that somebody outside is told of a meeting: whose it is. Raises NotFound where nobody may knock."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.status == progress.CLOSED:
        raise NotFound("There is no such meeting, or it is over.")
    return meeting.team.name


def newest(session: Session, by: Actor, meeting_id: str) -> Guest | None:
    """The actor's own last asking."""
    asked = select(Guest).where(Guest.meeting_id == meeting_id, Guest.person_id == by.person_id)
    return session.scalar(asked.order_by(Guest.asked_at.desc()).limit(1))


def at_the_door(session: Session, meeting_id: str) -> list[Waiting]:
    """Who waits, longest first, and after them whom somebody has let in. For those who may open it."""
    known = select(Guest, Person, Trust.name).join(Person, Person.id == Guest.person_id)
    known = known.join(Trust, Trust.ods == Person.trust_ods)
    known = known.where(Guest.meeting_id == meeting_id, Guest.state.in_((WAITING, ADMITTED)))
    return [
        Waiting(
            guest.id, person.id, person.name, person.specialty, trust, guest.reason, guest.state, guest.role,
            guest.asked_at,
        )
        for guest, person, trust in session.execute(known.order_by(Guest.state.desc(), Guest.asked_at))
    ]  # fmt: skip


def ask(session: Session, *, by: Actor, meeting_id: str, reason: str, now: datetime) -> Guest:
    """Knock, with a reason. Knocking twice is one knock."""
    name_at_the_door(session, meeting_id)
    why = " ".join(reason.split())
    if not why:
        raise Invalid("Say why you would like to join, for example “I operated on the third patient”.")
    if len(why) > LONGEST_REASON:
        raise Invalid(f"The reason must be {LONGEST_REASON} characters or fewer.")
    if session.get_one(Meeting, meeting_id).team_id in by.roles:
        raise Invalid("You are a member of this team; go straight into the room.")
    before = newest(session, by, meeting_id)
    if before is not None and before.state in (WAITING, ADMITTED):
        return before
    ended = before and (before.ended_at or before.decided_at)
    if ended and now - ended < ASK_AGAIN_AFTER:
        raise Invalid("You were not admitted a moment ago; ask again in two minutes.")
    guest = Guest(meeting_id=meeting_id, person_id=by.person_id or "", reason=why, asked_at=now)
    session.add(guest)
    session.flush()
    _note(session, by, "guest.asked", guest, now)
    return guest


def decide(session: Session, *, by: Actor, meeting_id: str, guest_id: str, decision: str, now: datetime) -> Guest:
    """Let them in to look or to take part, or not. The same again changes nothing; whoever was first decided."""
    meeting, guest = _at_the_door(session, by, meeting_id, guest_id)
    if decision not in DECISIONS:
        raise Invalid("Admit them to look, admit them to take part, or decline.")
    if decision == TO_TAKE_PART:
        permissions.require(by, "guest.admit.part", meeting.team_id)
    if meeting.status == progress.CLOSED:
        raise Invalid("The meeting is closed.")
    raised = guest.state == ADMITTED and decision != NOT  # from looking to taking part, or back
    if guest.state != WAITING and not raised:
        raise NotFound(NOBODY_WAITS)
    guest.state = DECLINED if decision == NOT else ADMITTED
    guest.role = None if decision == NOT else MEMBER if decision == TO_TAKE_PART else OBSERVER
    guest.decided_by, guest.decided_at = by.person_id, now
    _note(session, by, f"guest.{guest.state}", guest, now)
    return guest


def show_out(session: Session, *, by: Actor, meeting_id: str, guest_id: str, now: datetime) -> Guest:
    """An admitted guest must leave, at once."""
    _, guest = _at_the_door(session, by, meeting_id, guest_id)
    if guest.state != ADMITTED:
        raise NotFound("They are not here any more.")
    guest.state, guest.ended_by, guest.ended_at = ENDED, by.person_id, now
    _note(session, by, "guest.shown-out", guest, now)
    return guest


def withdraw(session: Session, *, by: Actor, meeting_id: str, now: datetime) -> None:
    """They no longer wait."""
    guest = newest(session, by, meeting_id)
    if guest is not None and guest.state == WAITING:
        guest.state, guest.ended_by, guest.ended_at = ENDED, by.person_id, now
        _note(session, by, "guest.withdrew", guest, now)


def _at_the_door(session: Session, by: Actor, meeting_id: str, guest_id: str) -> tuple[Meeting, Guest]:
    """For those who may open it; others do not learn who waits."""
    meeting = session.get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    if meeting is None:
        raise NotFound(NOBODY_WAITS)
    permissions.require(by, "guest.admit", meeting.team_id)
    guest = session.get(Guest, guest_id, populate_existing=True)
    if guest is None or guest.meeting_id != meeting_id:
        raise NotFound(NOBODY_WAITS)
    return meeting, guest


def _note(session: Session, by: Actor, act: str, guest: Guest, now: datetime) -> None:
    detail = {"guest": guest.id, "person": guest.person_id, "role": guest.role}
    audit.record(session, by, act, f"meeting:{guest.meeting_id}", detail=detail, now=now)
    after_commit(session, GuestsChanged(guest.meeting_id, guest.person_id, guest.state))


_VISITS = (
    select(Guest.meeting_id, Guest.role)
    .join(Meeting, Meeting.id == Guest.meeting_id)
    .where(Guest.state == ADMITTED, Meeting.status != progress.CLOSED)
)
