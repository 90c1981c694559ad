"""How much of each series is here, as the rows say it."""

from itertools import product
from pathlib import Path

from sqlalchemy import select

from mdt.core.clock import utc_now
from mdt.core.db import Database, new_id
from mdt.imaging.gathering.series import unpacked
from mdt.imaging.models import Pack, Series
from mdt.imaging.standing.completeness import Wholeness
from mdt.imaging.standing.here import is_whole
from mdt.record.models import Study
from mdt.tables import METADATA

EXPECTED, RECEIVED = (None, 0, 3), (0, 2, 3, 4)
GAPS: tuple[list[str], ...] = ([], ["instance 2 is missing"])


def test_the_database_and_the_rule_agree_on_what_is_whole(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/here.db")
    METADATA.create_all(db.engine)
    kinds = list(product(EXPECTED, RECEIVED, GAPS))
    with db.writing() as session:
        for n, (expected, received, gaps) in enumerate(kinds):
            session.add(Study(id=f"alone {n}", study_uid=f"1.{n}", modalities=[]))
            session.add(Study(id=f"beside {n}", study_uid=f"2.{n}", modalities=[]))
            session.flush()
            about = {"expected": expected, "received": received, "gaps": gaps}
            session.add(Series(study_id=f"alone {n}", series_uid=f"1.{n}.1", **about))
            session.add(Series(study_id=f"beside {n}", series_uid=f"2.{n}.1", **about))
            session.add(Series(study_id=f"beside {n}", series_uid=f"2.{n}.2", expected=1, received=1))
        session.add(Study(id="nothing", study_uid="3", modalities=[]))
    said = [Wholeness(expected, received, tuple(gaps)).complete for expected, received, gaps in kinds]
    with db.reading() as session:
        found = set(session.scalars(select(Study.id).where(is_whole(Study.id) == 1)))
    complete = [n for n, one in enumerate(said) if one]
    assert found == {f"{where} {n}" for where in ("alone", "beside") for n in complete}
    assert any(said)
    assert not all(said)
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
