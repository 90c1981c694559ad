"""How cases were sorted, and what was ratified."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from mdt.meeting.triage.models import Ratification, StandardVersion, Triage


def newest(session: Session, case_ids: Collection[str]) -> dict[str, Triage]:
    """The sorting that holds, by case. The caller may see the cases."""
    if not case_ids:
        return {}
    last = (
        select(Triage.case_id, func.max(Triage.number).label("number"))
        .where(Triage.case_id.in_(case_ids))
        .group_by(Triage.case_id)
        .subquery()
    )
    rows = session.scalars(
        select(Triage)
        .join(last, (last.c.case_id == Triage.case_id) & (last.c.number == Triage.number))
        .options(joinedload(Triage.version).joinedload(StandardVersion.standard))
    )
    return {one.case_id: one for one in rows}


def history(session: Session, case_id: str) -> list[Triage]:
    """Every sorting of a case, the first first."""
    made = select(Triage).where(Triage.case_id == case_id).options(joinedload(Triage.version))
    return list(session.scalars(made.order_by(Triage.number)))


def ratified(session: Session, case_ids: Collection[str]) -> dict[str, Ratification]:
    """By case, what the chair ratified."""
    if not case_ids:
        return {}
    those = select(Ratification).where(Ratification.case_id.in_(case_ids)).options(joinedload(Ratification.version))
    return {one.case_id: one for one in session.scalars(those)}
