"""How much of each series is here, as the rows say it."""

import random
from datetime import date
from pathlib import Path

from sqlalchemy import select, update

from mdt.core.clock import utc_now
from mdt.core.db import Database, new_id
from mdt.imaging.gathering.series import unpacked
from mdt.imaging.models import Pack, Series
from mdt.imaging.standing.completeness import Wholeness
from mdt.record.models import Link, Patient, Study
from mdt.tables import METADATA
from mdt.trusts.models import Trust

EXPECTED, RECEIVED = (None, 0, 3), (0, 2, 3, 4, 4, 4)
GAPS: tuple[list[str], ...] = ([], [], [], ["instance 2 is missing"])


def test_the_database_and_the_rule_agree_on_what_is_whole(tmp_path: Path) -> None:
    """However it comes about: series before their link or after, filled, emptied, deleted, moved to another study."""
    db = Database(f"sqlite:///{tmp_path}/here.db")
    METADATA.create_all(db.engine)
    chance = random.Random(8)
    with db.writing() as session:
        session.add(Trust(ods="RMC", name="Bolton", live_from=date(2020, 1, 1)))
        session.add(
            Patient(id="p", nhs_number="9434765919", family="A", given="B", birth_date=date(1950, 1, 1), sex="F")
        )
        session.add_all(Study(id=f"s{n}", study_uid=f"1.{n}", modalities=[]) for n in range(8))
    seen = set()
    for turn in range(200):
        study = f"s{chance.randrange(8)}"
        about = {"expected": chance.choice(EXPECTED), "received": chance.choice(RECEIVED), "gaps": chance.choice(GAPS)}
        with db.writing() as session:
            there = session.scalars(select(Series).where(Series.study_id == study)).all()
            linked = session.scalars(select(Link).where(Link.study_id == study)).all()
            match chance.randrange(5):
                case 0 if len(there) < 3:
                    session.add(Series(study_id=study, series_uid=f"1.{turn}", **about))
                case 1 if not linked:
                    session.add(Link(patient_id="p", study_id=study, trust_ods="RMC", status="auto"))
                case 2 if there:
                    session.delete(chance.choice(there))
                case 3 if there:
                    chance.choice(there).study_id = f"s{chance.randrange(8)}"
                case _ if there:
                    session.execute(update(Series).where(Series.id == chance.choice(there).id).values(about))
        with db.reading() as session:
            for link in session.scalars(select(Link)):
                parts = session.scalars(select(Series).where(Series.study_id == link.study_id)).all()
                rule = [Wholeness(one.expected, one.received, tuple(one.gaps)).complete for one in parts]
                assert link.whole == (bool(parts) and all(rule))
                seen.add((link.whole, len(parts)))
    assert {(True, 1), (True, 2), (False, 0), (False, 1), (False, 2)} <= seen
    db.close()


def test_the_parts_of_the_sweep_are_together_the_whole(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/sweep.db")
    METADATA.create_all(db.engine)
    with db.writing() as session:
        session.add(Study(id="study", study_uid="1", modalities=[]))
        session.flush()
        for n in range(64):
            session.add(Series(id=new_id(), study_id="study", series_uid=f"1.{n}", frames=n % 3))
        session.flush()
        for n, one in enumerate(session.scalars(select(Series).where(Series.frames > 0)).all()):
            if n % 2:
                about = {"version": "v", "bytes": 1, "built_at": utc_now(), "maker": 1}
                session.add(Pack(series_id=one.id, frames=1, **about))
    with db.reading() as session:
        whole = unpacked(session)
        parts = [unpacked(session, beginning=digit) for digit in "0123456789abcdef"]
    assert whole
    assert sorted(one for part in parts for one in part) == sorted(whole)
    assert max(map(len, parts)) < len(whole)
    db.close()
