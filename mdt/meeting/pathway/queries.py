"""The pathways of cases, and their clocks on a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mdt.meeting.models import Case
from mdt.meeting.pathway.clock import Clock, clocks, most_pressing
from mdt.meeting.pathway.models import Pathway


@dataclass(frozen=True)
class Waiting:
    """A case's pathway and its clocks on the day asked about; `pressing` is the one with the least days left."""

    pathway: Pathway
    clocks: tuple[Clock, ...]
    today: date

    @property
    def pressing(self) -> Clock | None:
        return most_pressing(self.clocks, self.today)


def of_cases(session: Session, cases: Collection[Case], today: date) -> dict[str, Waiting]:
    """By case, where it is on a pathway. The caller may see the cases."""
    wanted = {case.pathway_id for case in cases if case.pathway_id}
    if not wanted:
        return {}
    found = session.scalars(
        select(Pathway).where(Pathway.id.in_(wanted)).options(selectinload(Pathway.adjustments))
    ).all()
    waiting = {one.id: Waiting(one, clocks(one.dates, today), today) for one in found}
    return {case.id: waiting[case.pathway_id] for case in cases if case.pathway_id in waiting}


def open_of_patient(session: Session, patient_id: str) -> Pathway | None:
    """The pathway a new listing is on: the patient's only one that is not over. Of several nobody is guessed."""
    running = select(Pathway).where(
        Pathway.patient_id == patient_id, Pathway.treated.is_(None), Pathway.ended.is_(None)
    )
    found = session.scalars(running.limit(2)).all()
    return found[0] if len(found) == 1 else None
