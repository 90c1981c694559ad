"""How far a patient's imaging has come, at a glance: who has answered, what waits for a person, what is not whole."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from mdt.imaging.models import Gather, TrustAnswer
from mdt.imaging.timeline import of_studies
from mdt.record.clashes import STRONG
from mdt.record.models import Link
from mdt.trusts.queries import trust_names


@dataclass(frozen=True)
class Readiness:
    """One patient's imaging. `silent` are the trusts, by name, that refused or gave no answer in the last round."""

    asked: bool = False
    arriving: bool = False
    trusts: int = 0
    answered: int = 0
    silent: tuple[str, ...] = ()
    waiting: int = 0  # matches that a person must decide
    incomplete: int = 0  # studies with something missing
    studies: int = 0

    @property
    def is_ready(self) -> bool:
        return self.asked and not (self.arriving or self.silent or self.waiting or self.incomplete)

    @property
    def word(self) -> str:
        if not self.asked:
            return "Not asked for"
        if self.arriving:
            return "Arriving"
        if self.incomplete or self.silent:
            return "Incomplete"
        return "Match waiting" if self.waiting else "Ready"

    @property
    def notes(self) -> list[str]:
        """What there is to know beside the word, each in a sentence or a few words."""
        notes = []
        if self.arriving:
            notes.append(f"{self.answered} of {_counted(self.trusts, 'trust')} answered")
        notes += [f"No answer from {name}" for name in self.silent]
        if self.incomplete and not self.arriving:
            notes.append(f"{_counted(self.incomplete, 'study', 'studies')} incomplete")
        if self.waiting:
            notes.append(f"{_counted(self.waiting, 'match', 'matches')} to be decided")
        if self.asked and not self.arriving:
            notes.append(_counted(self.studies, "study", "studies") if self.studies else "No imaging found")
        return notes


NOTHING_ASKED = Readiness()


def of_patients(session: Session, patient_ids: Collection[str]) -> dict[str, Readiness]:
    """For each of these patients, whom the caller has been allowed to see; a few queries, however many patients."""
    if not patient_ids:
        return {}
    names = trust_names(session)
    gathers, studies = _latest_gathers(session, patient_ids), _studies(session, patient_ids)
    here = of_studies(session, {study for linked, _ in studies.values() for study in linked})
    states = {}
    for patient_id in patient_ids:
        linked, waiting = studies.get(patient_id, (set(), 0))
        gather = gathers.get(patient_id)
        answers = gather.answers if gather else []
        states[patient_id] = Readiness(
            asked=gather is not None,
            arriving=gather is not None and gather.finished_at is None,
            trusts=len(answers),
            answered=sum(answer.status != "asking" for answer in answers),
            silent=tuple(names[answer.trust_ods] for answer in answers if _is_silent(answer)),
            waiting=waiting,
            incomplete=sum(not here[study].complete for study in linked),
            studies=len(linked),
        )
    return states


def _is_silent(answer: TrustAnswer) -> bool:
    return answer.status in ("no-answer", "refused")


def _latest_gathers(session: Session, patient_ids: Collection[str]) -> dict[str, Gather]:
    """The last round of each; those before it, which grow with the years, are not read."""
    newest_first = func.row_number().over(
        partition_by=Gather.patient_id, order_by=(Gather.asked_at.desc(), Gather.id.desc())
    )
    placed = select(Gather.id, newest_first.label("place")).where(Gather.patient_id.in_(patient_ids)).subquery("placed")
    rounds = session.scalars(
        select(Gather)
        .join(placed, placed.c.id == Gather.id)
        .where(placed.c.place == 1)
        .options(selectinload(Gather.answers))
    )
    return {gather.patient_id: gather for gather in rounds}


def _studies(session: Session, patient_ids: Collection[str]) -> dict[str, tuple[set[str], int]]:
    """The linked studies of each patient, and how many matches wait for a person."""
    found: dict[str, tuple[set[str], int]] = {}
    for link in session.scalars(select(Link).where(Link.patient_id.in_(patient_ids))):
        linked, waiting = found.get(link.patient_id, (set(), 0))
        if link.status in STRONG:
            linked.add(link.study_id)
        found[link.patient_id] = (linked, waiting + (link.status == "confirm"))
    return found


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
