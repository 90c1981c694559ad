"""Ask for a patient's imaging; decide a match and, when it belongs to the patient, bring what it brings."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import NotFound
from mdt.imaging.announcements import GatherAsked
from mdt.imaging.models import Gather
from mdt.people import permissions
from mdt.record import actions as record
from mdt.record.models import Link, Patient
from mdt.trusts.models import Trust


def request_gather(
    session: Session,
    *,
    by: Actor,
    patient_id: str,
    now: datetime,
    team_id: str | None = None,
    trust_ods: str | None = None,
) -> Gather:
    """Ask every live trust for this patient, or only one, soon. What waits to be asked already is not asked twice.

    `team_id` is a team whose agenda lists the patient; the system asks without one.
    """
    permissions.require(by, "imaging.ask", team_id)
    if session.get(Patient, patient_id) is None:
        raise NotFound("There is no such patient.")
    if trust_ods is not None and session.get(Trust, trust_ods) is None:
        raise NotFound("There is no such trust.")
    waiting = select(Gather).where(Gather.patient_id == patient_id, Gather.started_at.is_(None))
    waiting = waiting.where(or_(Gather.trust_ods.is_(None), Gather.trust_ods == trust_ods))
    gather = session.scalars(waiting.order_by(Gather.asked_at)).first()
    if gather is None:
        gather = Gather(patient_id=patient_id, trust_ods=trust_ods, asked_by=by.person_id, asked_at=now)
        session.add(gather)
        session.flush()
        detail = {"trust": trust_ods} if trust_ods else {}
        audit.record(session, by, "gather.asked", f"gather:{gather.id}", patient_id=patient_id, detail=detail, now=now)
    after_commit(session, GatherAsked(gather.id, patient_id))
    return gather


def begin_gather(session: Session, *, by: Actor, patient_id: str, now: datetime) -> Gather:
    """For whoever will run the gather at once, instead of the worker: a round of its own, announced to nobody."""
    permissions.require(by, "meeting.see")
    gather = Gather(patient_id=patient_id, asked_by=by.person_id, asked_at=now, started_at=now)
    session.add(gather)
    session.flush()
    audit.record(session, by, "gather.asked", f"gather:{gather.id}", patient_id=patient_id, now=now)
    return gather


def decide_match(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    patient_id: str,
    link_id: str,
    belongs: bool,
    reason: str,
    now: datetime,
) -> Link:
    """A person says whether a study is this patient's (see `record.actions.decide_match`); if so, it is brought."""
    link = record.decide_match(
        session,
        by=by,
        team_id=team_id,
        patient_id=patient_id,
        link_id=link_id,
        belongs=belongs,
        reason=reason,
        now=now,
    )
    if belongs:
        request_gather(session, by=by, patient_id=patient_id, team_id=team_id, now=now)
    return link
