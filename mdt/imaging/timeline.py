"""The patient's studies as a list to read: who holds each, how much of it is here, and in words what is missing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.completeness import Wholeness
from mdt.imaging.models import Instance, Series
from mdt.record import queries as record
from mdt.record.models import Holder, Study


@dataclass
class Here:
    """What of one study is here. Counts are of series and of objects; `expected` is what its holders say they have."""

    series: int = 0
    expected: int = 0
    received: int = 0
    complete: bool = True
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One study on the timeline. `trusts` are the ODS codes of those that hold it for this patient."""

    study: Study
    trusts: tuple[str, ...]
    here: Here


def lines(session: Session, by: Actor, *, team_id: str, patient_id: str) -> list[Line]:
    """Newest first, for somebody who may see the patient through a team that lists them."""
    entries = record.timeline(session, by, team_id=team_id, patient_id=patient_id)
    here = of_studies(session, [entry.study.id for entry in entries])
    return [Line(entry.study, entry.trusts, here[entry.study.id]) for entry in entries]


def of_studies(session: Session, study_ids: Collection[str]) -> dict[str, Here]:
    """How much of each of these studies is here."""
    found = {study_id: Here() for study_id in study_ids}
    for row in _series(session, study_ids):
        _add(found[row.study_id], row)
    held = select(Holder.study_id, func.max(Holder.instances)).group_by(Holder.study_id)
    for study_id, instances in session.execute(held.where(Holder.study_id.in_(study_ids))):
        if not found[study_id].series:
            found[study_id].expected, found[study_id].complete = instances or 0, False
    return found


def _series(session: Session, study_ids: Collection[str]) -> list[Row[Any]]:
    counted = select(
        Instance.series_id, func.count().label("received"), func.count(Instance.problem).label("problems")
    ).group_by(Instance.series_id).subquery()  # fmt: skip
    return list(
        session.execute(
            select(
                Series.study_id,
                Series.modality,
                Series.number,
                Series.description,
                Series.expected,
                Series.gaps,
                func.coalesce(counted.c.received, 0).label("received"),
                func.coalesce(counted.c.problems, 0).label("problems"),
            )
            .outerjoin(counted, counted.c.series_id == Series.id)
            .where(Series.study_id.in_(study_ids))
            .order_by(Series.number, Series.series_uid)
        )
    )


def _add(here: Here, row: Row[Any]) -> None:
    whole = Wholeness(row.expected, row.received, tuple(row.gaps))
    here.series += 1
    here.expected += max(row.expected or 0, row.received)
    here.received += row.received
    name = _name(row)
    if not whole.complete:
        here.complete = False
        missing = [f"{row.received} of {row.expected} received"] if row.received < (row.expected or 1) else []
        here.notes.append(f"{name}: {', '.join([*missing, *whole.gaps])}")
    if row.problems:
        cannot = "1 object cannot be shown" if row.problems == 1 else f"{row.problems} objects cannot be shown"
        here.notes.append(f"{name}: {cannot}")


def _name(row: Row[Any]) -> str:
    number = f"Series {row.number}" if row.number is not None else "A series without a number"
    about = ", ".join(text for text in (row.modality, row.description) if text)
    return f"{number} ({about})" if about else number
