"""Law: what an agenda counts in the database is what reading link after link and series after series comes to."""

import random
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.imaging.looking.timeline import of_studies
from mdt.imaging.models import Series
from mdt.imaging.standing import readiness
from mdt.record.clashes import STRONG
from mdt.record.models import Holder, Link
from tests.unit.pages import Seeded, seeded

STATUSES = ("auto", "confirmed", "confirm", "never", "refused")


def counted(session: Session, patient_id: str) -> tuple[int, int, int, dict[str, int]]:
    """Studies, incomplete ones, matches that wait, and studies by trust: the long way."""
    links = session.scalars(select(Link).where(Link.patient_id == patient_id)).all()
    strong = [link for link in links if link.status in STRONG]
    here = of_studies(session, {link.study_id for link in strong})
    trusts: dict[str, set[str]] = {}
    for link in strong:
        trusts.setdefault(link.trust_ods, set()).add(link.study_id)
    incomplete = sum(not one.complete for one in here.values())
    waiting = sum(link.status == "confirm" for link in links)
    return len(here), incomplete, waiting, {ods: len(studies) for ods, studies in trusts.items()}


def shuffle(made: Seeded, db: Database, chance: random.Random) -> None:
    """Any change that a gather, an eviction or a person may make, to some of what there is."""
    with db.writing() as session:
        for link in session.scalars(select(Link)):
            link.status = chance.choice(STATUSES) if chance.random() < 0.4 else link.status
        for series in session.scalars(select(Series)):
            if chance.random() < 0.5:
                series.expected, series.received = chance.choice((None, 0, 2, 5)), chance.choice((0, 2, 5, 5, 5, 5))
                series.gaps = ["instance 3 is missing"] if chance.random() < 0.1 else []
        studies = list(session.scalars(select(Link.study_id).distinct()))
        held = {tuple(row) for row in session.execute(select(Holder.study_id, Holder.trust_ods))}
        there = {tuple(row) for row in session.execute(select(Link.patient_id, Link.study_id, Link.trust_ods))}
        for _ in range(3):
            new = (chance.choice(list(made.patients.values())), chance.choice(studies), chance.choice(("RMC", "RWJ")))
            if new not in there:
                there.add(new)
                patient_id, study_id, ods = new
                if (study_id, ods) not in held:
                    held.add((study_id, ods))
                    session.add(Holder(study_id=study_id, trust_ods=ods, claimed={}, seen_at=utc_now()))
                session.add(Link(patient_id=patient_id, study_id=study_id, trust_ods=ods, status="auto"))


def test_law_an_agenda_counts_what_reading_everything_comes_to(tmp_path: Path) -> None:
    chance, seen = random.Random(7), set()
    with seeded(tmp_path) as made:
        db, patients = made.house.db, list(made.patients.values())
        for _ in range(12):
            with db.reading() as session:
                states = readiness.of_patients(session, patients, now=utc_now())
                for patient_id in patients:
                    state, expected = states[patient_id], counted(session, patient_id)
                    by_trust = {cell.ods: cell.studies for cell in state.cells if cell.studies}
                    assert (state.studies, state.incomplete, state.waiting, by_trust) == expected
                    seen.add((bool(state.studies), bool(state.incomplete), bool(state.waiting), len(by_trust) > 1))
            shuffle(made, db, chance)
    assert {(studies, incomplete) for studies, incomplete, *_ in seen} == {(False, False), (True, False), (True, True)}
    assert len(seen) > 6  # the changes did reach many kinds of state
