"""How a patient comes onto a list, by whatever way: a referral, a late addition, another meeting, another team."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid
from mdt.imaging.actions import request_gather
from mdt.meeting import referral
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.models import Case, Meeting
from mdt.meeting.pathway.queries import open_of_patient
from mdt.record.models import Patient


def put_on_list(
    session: Session, *, by: Actor, meeting: Meeting, patient: Patient, question: str, now: datetime
) -> Case:
    """Last on the agenda; their imaging is asked for at once. The caller holds the meeting and asked who may."""
    referral.require_verified(patient.nhs_number, patient.nhs_status)
    asked = referral.question(question)
    positions = session.execute(select(Case.patient_id, Case.position).where(Case.meeting_id == meeting.id)).all()
    if any(listed == patient.id for listed, _ in positions):
        raise Invalid("This patient is already on the agenda of this meeting.")
    pathway = open_of_patient(session, patient.id)
    case = Case(
        meeting_id=meeting.id,
        patient_id=patient.id,
        pathway_id=pathway.id if pathway else None,
        position=max((position for _, position in positions), default=0) + 1,
        clinical_question=asked,
        listed_by=by.person_id,
        listed_at=now,
    )
    session.add(case)
    session.flush()
    detail = {"meeting": meeting.id, "position": case.position}
    audit.record(session, by, "case.listed", f"case:{case.id}", patient_id=patient.id, detail=detail, now=now)
    request_gather(session, by=by, patient_id=patient.id, team_id=meeting.team_id, now=now)
    after_commit(session, AgendaChanged(meeting.id))
    return case
