"""The patient's studies as a list to read: who holds each, how much of it is here, and in words what is missing."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.here import SeriesHere, of_series
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
    for study_id, parts in of_series(session, study_ids).items():
        for part in parts:
            _add(found[study_id], part)
    held = select(Holder.study_id, func.max(Holder.instances)).group_by(Holder.study_id)
    for study_id, instances in session.execute(held.where(Holder.study_id.in_(study_ids))):
        if not found[study_id].series:
            found[study_id].expected, found[study_id].complete = instances or 0, False
    return found


def _add(here: Here, part: SeriesHere) -> None:
    whole = part.whole
    here.series += 1
    here.expected += max(whole.expected or 0, whole.received)
    here.received += whole.received
    if not whole.complete:
        here.complete = False
        here.notes.append(f"{part.name}: {', '.join(whole.missing)}")
    here.notes += [f"{part.name}: {sentence}" for sentence in whole.oddities]
