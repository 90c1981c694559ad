"""Reading outcomes, always for somebody who may see the case."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from mdt.core.actor import Actor
from mdt.meeting import queries as meetings
from mdt.outcome.models import Outcome


def versions(session: Session, by: Actor, case_id: str) -> list[Outcome]:
    """Every version of a case's outcome with its actions, newest first."""
    meetings.case(session, by, case_id)
    wanted = (
        select(Outcome)
        .where(Outcome.case_id == case_id)
        .order_by(Outcome.version.desc())
        .options(selectinload(Outcome.actions))
    )
    return list(session.scalars(wanted))


def newest(session: Session, by: Actor, case_id: str) -> Outcome | None:
    """The version being typed, or else the one that was signed last; None when nothing was recorded."""
    return next(iter(versions(session, by, case_id)), None)


def in_force(session: Session, by: Actor, case_id: str) -> Outcome | None:
    """The decision that holds now: the newest signed version, or None."""
    return next((outcome for outcome in versions(session, by, case_id) if outcome.is_signed), None)


def decided(session: Session) -> dict[str, datetime]:
    """When each patient was last decided about, by a signature. For the house itself, not a person."""
    signed = select(Outcome.patient_id, func.max(Outcome.signed_at)).group_by(Outcome.patient_id)
    return {patient_id: at for patient_id, at in session.execute(signed) if at is not None}
