"""How much room the imaging takes: by patient, as received and as packed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.imaging.models import Pack, Series
from mdt.record.clashes import STRONG
from mdt.record.models import Link


@dataclass(frozen=True)
class Room:
    """What takes it: studies, the objects in them, and the bytes of those and of their packs."""

    studies: int = 0
    instances: int = 0
    bytes: int = 0


def by_patient(session: Session) -> Mapping[str | None, Room]:
    """By patient id, the largest first; what is linked to nobody is under None. A study of two counts for each."""
    packed = func.coalesce(func.sum(Pack.bytes), 0)
    of_study = (
        select(
            Series.study_id,
            func.sum(Series.received).label("instances"),
            (func.sum(Series.bytes) + packed).label("bytes"),
        )
        .outerjoin(Pack, Pack.series_id == Series.id)
        .where(Series.received > 0)
        .group_by(Series.study_id)
        .subquery()
    )
    linked = select(Link.study_id, Link.patient_id).where(Link.status.in_(STRONG)).distinct().subquery()
    size = func.sum(of_study.c.bytes)
    rows = session.execute(
        select(linked.c.patient_id, func.count(), func.sum(of_study.c.instances), size)
        .select_from(of_study)
        .outerjoin(linked, linked.c.study_id == of_study.c.study_id)
        .group_by(linked.c.patient_id)
        .order_by(size.desc())
    )
    return {patient_id: Room(studies, int(instances), int(room)) for patient_id, studies, instances, room in rows}
