"""What was not discussed goes to the team's next meeting, with the reason and how often; without one it waits.

No case is lost from every list: it is on the list of a meeting that is not closed, or was dealt with, or is carried to
another case, or waits in the team's own list until a meeting is planned.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.meeting import progress, states
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.listing import put_on_list
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import reasons
from mdt.meeting.moving.models import Carry
from mdt.meeting.triage import streams
from mdt.record.models import Patient

STALE = timedelta(hours=12)  # a planned meeting that began longer ago will not be held any more


def over(session: Session, *, by: Actor, meeting: Meeting, now: datetime) -> list[Case]:
    """Carry what a meeting that closes did not come to; gives those cases, whose status the caller then moves."""
    undiscussed = select(Case).where(Case.meeting_id == meeting.id, Case.status.in_(states.BEFORE))
    cases = list(session.scalars(undiscussed.order_by(Case.position)))
    for case in cases:
        reason = reasons.NOT_RATIFIED if case.stream == streams.STANDARD else reasons.TIME
        carry(session, by=by, case=case, reason=reason, now=now)
    return cases


def carry(
    session: Session,
    *,
    by: Actor,
    case: Case,
    reason: str,
    trust_ods: str | None = None,
    study: str = "",
    note: str = "",
    to: Meeting | None = None,
    now: datetime,
) -> Carry:
    """Note that a case leaves its list, and put it on the next one, or on `to`. The caller asked who may."""
    before = session.scalar(select(Carry.count).where(Carry.to_case_id == case.id))
    moved = reason == reasons.MOVED
    made = Carry(
        case_id=case.id,
        team_id=case.meeting.team_id,
        count=(before or 0) + (0 if moved else 1),
        reason=reason,
        trust_ods=trust_ods,
        study=study,
        note=note,
        by_id=by.person_id,
        by_name=by.name,
        at=now,
    )
    session.add(made)
    session.flush()
    detail = {"reason": reason, "trust": trust_ods, "count": made.count}
    audit.record(session, by, "case.carried", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now)
    meeting = to or _next(session, case, now)
    if meeting is not None:
        _seat(session, by, made, meeting, now)
    after_commit(session, AgendaChanged(case.meeting_id))
    return made


def seat_waiting(session: Session, *, by: Actor, meeting: Meeting, now: datetime) -> list[Case]:
    """A meeting was planned: whoever waits for the team's next one is put on its list, the longest waiting first."""
    seated = []
    for one in waiting(session, meeting.team_id):
        listed = select(Case.id).where(Case.meeting_id == meeting.id, Case.patient_id == one.case.patient_id)
        if session.scalar(listed) is None:
            seated.append(_seat(session, by, one, meeting, now))
    return seated


def waiting(session: Session, team_id: str) -> list[Carry]:
    """What is on no list of the team and waits for its next meeting, the longest waiting first."""
    those = select(Carry).where(Carry.team_id == team_id, Carry.to_case_id.is_(None), Carry.dropped_at.is_(None))
    with_them = joinedload(Carry.case)
    those = those.options(with_them.joinedload(Case.meeting), with_them.joinedload(Case.patient))
    return list(session.scalars(those.order_by(Carry.at, Carry.id)))


def _seat(session: Session, by: Actor, made: Carry, meeting: Meeting, now: datetime) -> Case:
    case = session.get(Case, made.case_id)
    assert case is not None
    patient = session.get(Patient, case.patient_id)
    assert patient is not None
    seated = put_on_list(session, by=by, meeting=meeting, patient=patient, question=case.clinical_question, now=now)
    seated.pathway_id = case.pathway_id or seated.pathway_id
    made.to_case_id = seated.id
    session.flush()
    return seated


def _next(session: Session, case: Case, now: datetime) -> Meeting | None:
    """The team's next meeting whose list is open and does not have this patient yet."""
    has_them = select(Case.id).where(Case.meeting_id == Meeting.id, Case.patient_id == case.patient_id).exists()
    coming = select(Meeting).where(
        Meeting.team_id == case.meeting.team_id,
        Meeting.status == progress.PLANNED,
        Meeting.locked_at.is_(None),
        Meeting.starts_at > max(case.meeting.starts_at, now - STALE),
        ~has_them,
    )
    return session.scalar(coming.order_by(Meeting.starts_at).limit(1).with_for_update())
