"""A place that takes in files for one study of one patient, for tests of what becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

import mdt.tables  # noqa: F401  (every table, for create_all)
from mdt.core.actor import system
from mdt.core.announce import Announcer
from mdt.core.db import Base, Database
from mdt.core.sandbox import Sandbox
from mdt.imaging.announcements import SeriesGrew
from mdt.imaging.arrivals.intake import Errand, Taken, take_in
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Instance, ObjectClash, Pack, Refusal
from mdt.imaging.pixels.packs import Packer
from mdt.record.identity import Known
from mdt.record.models import Study
from mdt.trusts.models import Trust
from mdt.trusts.source import ClaimedIdentity
from tests.unit.objects import Pixels, read_pack

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BY = system("test")
DOROTHY = Known("9990000018", "HARGREAVES", "Dorothy", date(1951, 3, 14), "F")
CLAIMED = ClaimedIdentity(
    patient_id="9990000018", family="HARGREAVES", given="Dorothy", birth_date=date(1951, 3, 14), sex="F"
)


@dataclass
class Receiving:
    """The database, the store, a sandbox and the errand that files come for."""

    db: Database
    store: Store
    sandbox: Sandbox
    errand: Errand
    grew: list[str] = field(default_factory=list)

    def take(self, *paths: Path, trust: str = "RMC", **changes: Any) -> list[Taken]:
        errand = replace(self.errand, trust_ods=trust, **changes)
        return take_in(self.db, self.store, self.sandbox, errand, paths, by=BY, now=NOW)

    def refusals(self) -> list[tuple[str, str]]:
        with self.db.reading() as session:
            return [(row.name, row.why) for row in session.scalars(select(Refusal).order_by(Refusal.name))]

    def clashes(self) -> list[tuple[str, list[str]]]:
        with self.db.reading() as session:
            rows = session.scalars(select(ObjectClash).order_by(ObjectClash.differs)).all()
            return sorted((row.trust_ods, row.differs) for row in rows)

    def instances(self) -> dict[str, Instance]:
        with self.db.reading() as session:
            return {row.sop_uid: row for row in session.scalars(select(Instance))}

    def pack(self) -> Pack | None:
        with self.db.reading() as session:
            return session.scalar(select(Pack))

    def shown(self, packer: Packer, series_id: str, now: datetime = NOW) -> list[tuple[dict[str, Any], Pixels]]:
        """Build the series' pack and read it as a browser would."""
        version = packer.build(series_id, now=now)
        return [] if version is None else self.read(series_id, version)

    def read(self, series_id: str, version: str) -> list[tuple[dict[str, Any], Pixels]]:
        frames, size = self.store.open_pack(series_id, version, "frames")
        index, _ = self.store.open_pack(series_id, version, "index.json")
        with frames, index:
            content = frames.read()
            assert len(content) == size
            return read_pack(content, index.read())


@contextmanager
def receiving(folder: Path, sandbox: Sandbox, *, store: str | None = None) -> Iterator[Receiving]:
    """Study 1.2.3 of Dorothy Hargreaves, asked of RMC and held by RBV too."""
    announcer = Announcer()
    db = Database(f"sqlite:///{folder / 'receiving.db'}", announcer)
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        session.add_all(Trust(ods=ods, name=ods, live_from=date(2020, 1, 1)) for ods in ("RMC", "RBV"))
        study = Study(study_uid="1.2.3", modalities=["CT"])
        session.add(study)
        session.flush()
        errand = Errand(study.id, study.study_uid, "RMC", DOROTHY, CLAIMED)
    place = Receiving(db, Store(store or (folder / "store").as_uri()), sandbox, errand)
    announcer.listen(SeriesGrew, lambda grew: place.grew.append(grew.series_id))
    yield place
    db.close()
