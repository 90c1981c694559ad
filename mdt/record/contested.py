"""Studies that stand for more than one person: since when, and whether the trust that is wrong has corrected it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.people import permissions
from mdt.record.models import ARCHIVE, Holder, Link, Study, StudyClash


def note_study_clash(session: Session, *, by: Actor, study_id: str, is_clash: bool, now: datetime) -> None:
    """Write down when a study begins to stand for two people, and when it no longer does."""
    there = session.scalar(select(StudyClash).where(StudyClash.study_id == study_id, StudyClash.ended_at.is_(None)))
    if is_clash and there is None:
        session.add(StudyClash(study_id=study_id, found_at=now))
        audit.record(session, by, "clash.found", f"study:{study_id}", now=now)
    elif there is not None and not is_clash:
        there.ended_at = now
        audit.record(session, by, "clash.ended", f"study:{study_id}", now=now)


def contested(session: Session, patient_id: str, trust_ods: str) -> list[str]:
    """Of the studies that had to do with the patient, those which stand for two people, one of them at this trust."""
    wanted = (
        select(Study.study_uid)
        .join(StudyClash, StudyClash.study_id == Study.id)
        .join(Holder, Holder.study_id == Study.id)
        .join(Link, Link.study_id == Study.id)
        .where(
            StudyClash.ended_at.is_(None),
            Holder.trust_ods == trust_ods,
            Holder.origin == ARCHIVE,
            Holder.gone_at.is_(None),
            Link.patient_id == patient_id,
        )
    )
    return sorted(set(session.scalars(wanted)))


@dataclass(frozen=True)
class StudyClashes:
    """Studies that stand for two people now, newest first, and how many were corrected."""

    now: tuple[StudyClash, ...]
    ended: int


def study_clashes(session: Session, by: Actor) -> StudyClashes:
    """For whoever may see clashes (`clashes.see`): the rows with their studies, holders and links. Not who they are."""
    permissions.require(by, "clashes.see")
    wanted = select(StudyClash).options(
        joinedload(StudyClash.study).selectinload(Study.holders),
        joinedload(StudyClash.study).selectinload(Study.links).joinedload(Link.patient),
    )
    rows: Sequence[StudyClash] = session.scalars(wanted.order_by(StudyClash.found_at.desc(), StudyClash.id)).all()
    return StudyClashes(
        tuple(row for row in rows if row.ended_at is None), sum(row.ended_at is not None for row in rows)
    )
