"""Onto a list that is locked: with a reason, and only once the chair has approved."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import progress, referral
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.listing import put_on_list
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving.models import LateAddition
from mdt.meeting.queries import NO_SUCH_MEETING
from mdt.meeting.triage.streams import LONGEST_REASON, text
from mdt.people import permissions
from mdt.record.models import Patient


def ask(
    session: Session, *, by: Actor, meeting_id: str, patient_id: str, question: str, reason: str, now: datetime
) -> LateAddition:
    """Ask for a patient to be listed although the list is locked. Asked by the chair, it is approved with it."""
    meeting = _meeting(session, by, "case.list", meeting_id)
    if meeting.locked_at is None:
        raise Invalid("The list of this meeting is not locked; list the patient as any other.")
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise NotFound("There is no such patient.")
    referral.require_verified(patient.nhs_number, patient.nhs_status)
    there = select(Case.id).where(Case.meeting_id == meeting.id, Case.patient_id == patient.id)
    if session.scalar(there) is not None:
        raise Invalid("This patient is already on the agenda of this meeting.")
    if any(one.patient_id == patient.id for one in waiting(session, meeting.id)):
        raise Invalid("This patient has been asked for already and waits for the chair's approval.")
    late = LateAddition(
        meeting_id=meeting.id,
        patient_id=patient.id,
        question=referral.question(question),
        reason=text(reason, LONGEST_REASON, "Say why this cannot wait for the next meeting.", "The reason"),
        asked_by=by.person_id,
        asked_name=by.name,
        asked_at=now,
    )
    session.add(late)
    session.flush()
    detail = {"meeting": meeting.id}
    audit.record(session, by, "late.asked", f"late:{late.id}", patient_id=patient.id, detail=detail, now=now)
    if permissions.may(by, "case.late.approve", meeting.team_id):
        _approve(session, by, late, meeting, now)
    after_commit(session, AgendaChanged(meeting.id))
    return late


def decide(
    session: Session, *, by: Actor, meeting_id: str, late_id: str, approved: bool, why: str = "", now: datetime
) -> LateAddition:
    """The chair approves, and the patient is on the list; or declines, with a reason."""
    meeting = _meeting(session, by, "case.late.approve", meeting_id)
    late = session.get(LateAddition, late_id, with_for_update=True)
    if late is None or late.meeting_id != meeting.id:
        raise NotFound("There is no such late addition.")
    if late.state != "waiting":
        raise Invalid(f"This late addition was {late.state} by {late.decided_name} already.")
    if approved:
        _approve(session, by, late, meeting, now)
    else:
        late.decided_why = text(why, LONGEST_REASON, "Say why it is declined.", "The reason")
        _decided(session, by, late, "declined", now)
    after_commit(session, AgendaChanged(meeting.id))
    return late


def waiting(session: Session, meeting_id: str) -> list[LateAddition]:
    """What waits for the chair, in the order it was asked."""
    those = select(LateAddition).where(LateAddition.meeting_id == meeting_id, LateAddition.state == "waiting")
    return list(session.scalars(those.options(joinedload(LateAddition.patient)).order_by(LateAddition.asked_at)))


def declined(session: Session, meeting_id: str) -> list[LateAddition]:
    """What the chair declined, with the reason, for whoever asked."""
    those = select(LateAddition).where(LateAddition.meeting_id == meeting_id, LateAddition.state == "declined")
    return list(session.scalars(those.options(joinedload(LateAddition.patient)).order_by(LateAddition.decided_at)))


def _approve(session: Session, by: Actor, late: LateAddition, meeting: Meeting, now: datetime) -> None:
    patient = session.get(Patient, late.patient_id)
    assert patient is not None
    late.case_id = put_on_list(session, by=by, meeting=meeting, patient=patient, question=late.question, now=now).id
    _decided(session, by, late, "approved", now)


def _decided(session: Session, by: Actor, late: LateAddition, state: str, now: datetime) -> None:
    late.state, late.decided_by, late.decided_name, late.decided_at = state, by.person_id, by.name, now
    audit.record(session, by, f"late.{state}", f"late:{late.id}", patient_id=late.patient_id, now=now)
    session.flush()


def _meeting(session: Session, by: Actor, act: str, meeting_id: str) -> Meeting:
    meeting = session.get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    if meeting is None:
        raise NotFound(NO_SUCH_MEETING)
    permissions.require(by, act, meeting.team_id)
    if meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; list the patient for a later one.")
    return meeting
