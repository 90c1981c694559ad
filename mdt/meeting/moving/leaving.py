"""Defer a case, move it to another meeting of its team, take one that waits off the list for good."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import progress, states
from mdt.meeting.actions import move_case
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import reasons
from mdt.meeting.moving.carrying import carry
from mdt.meeting.moving.models import Carry
from mdt.meeting.queries import NO_SUCH_CASE
from mdt.meeting.triage.streams import LONGEST_REASON, text
from mdt.people import permissions
from mdt.trusts.models import Trust


def defer(
    session: Session,
    *,
    by: Actor,
    case_id: str,
    reason: str,
    trust_ods: str = "",
    study: str = "",
    note: str = "",
    now: datetime,
) -> Carry:
    """To the team's next meeting, with the reason; what imaging lacks names the trust that has it and the study."""
    case = case_to_move(session, by, case_id)
    code, ods, named, said = reasons.checked(reason, trust_ods, study, note)
    if ods is not None and session.get(Trust, ods) is None:
        raise Invalid("There is no trust with that code.")
    move_case(session, by, case, states.DEFERRED)
    case.live_since = None
    return carry(session, by=by, case=case, reason=code, trust_ods=ods, study=named, note=said, now=now)


def move(session: Session, *, by: Actor, case_id: str, meeting_id: str, note: str, now: datetime) -> Carry:
    """To another meeting of the same team, earlier or later, whose list is open."""
    case = case_to_move(session, by, case_id)
    to = session.get(Meeting, meeting_id, with_for_update=True)
    if to is None or to.team_id != case.meeting.team_id or to.id == case.meeting_id:
        raise Invalid("Select another meeting of this team.")
    if to.status == progress.CLOSED:
        raise Invalid("That meeting is closed; select a later one.")
    if to.locked_at is not None:
        raise Invalid("The list of that meeting is locked. Ask its chair for a late addition there.")
    if session.scalar(select(Case.id).where(Case.meeting_id == to.id, Case.patient_id == case.patient_id)):
        raise Invalid("This patient is, or was, on the list of that meeting; select another one.")
    said = text(note, LONGEST_REASON, "Say why the case is moved.", "The reason")
    move_case(session, by, case, states.DEFERRED)
    return carry(session, by=by, case=case, reason=reasons.MOVED, note=said, to=to, now=now)


def drop(session: Session, *, by: Actor, team_id: str, carry_id: str, why: str, now: datetime) -> Carry:
    """Take what waits for a meeting off the team's list for good, with a reason."""
    permissions.require(by, "case.move", team_id)
    one = session.get(Carry, carry_id, with_for_update=True)
    if one is None or one.team_id != team_id:
        raise NotFound("There is no such case waiting in this team.")
    if one.to_case_id is not None or one.dropped_at is not None:
        raise Invalid("This case does not wait any more.")
    one.dropped_why = text(why, LONGEST_REASON, "Say why nobody is to discuss it any more.", "The reason")
    one.dropped_by, one.dropped_at = by.person_id, now
    case = one.case
    detail = {"carry": one.id}
    audit.record(session, by, "case.dropped", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now)
    session.flush()
    return one


def case_to_move(session: Session, by: Actor, case_id: str) -> Case:
    """The case, its meeting locked; refused once it left its list or its meeting is closed."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    meeting = session.get(Meeting, case.meeting_id, with_for_update=True, populate_existing=True)
    assert meeting is not None
    permissions.require(by, "case.move", meeting.team_id)
    session.refresh(case)
    if meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; what it did not come to has been carried over.")
    if session.scalar(select(Carry.id).where(Carry.case_id == case.id)):
        raise Invalid("This case has left this list already.")
    if case.status == states.LIVE and case.reached in states.SIGNED_ON:
        raise Invalid("The outcome of this case is signed. To defer it after all, amend the outcome and sign that.")
    if case.status not in (*states.BEFORE, states.LIVE):
        raise Invalid("This case has been dealt with in this meeting. List the patient again where it is needed.")
    return case
