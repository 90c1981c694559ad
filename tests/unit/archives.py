"""Small archives for tests of gathering: real objects in memory, with the habits and faults that real ones have."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

import mdt.tables  # noqa: F401  (every table, for create_all)
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.core.db import Base, Database
from mdt.core.sandboxes import Sandboxes
from mdt.imaging.actions import begin_gather
from mdt.imaging.gathering.gather import Gatherer
from mdt.imaging.gathering.means import PATIENT, Means, Patience
from mdt.imaging.gathering.summary import summary
from mdt.imaging.keeping.store import Store
from mdt.record.models import Patient
from mdt.trusts.errors import NoAnswer, Refused
from mdt.trusts.matching import filtered
from mdt.trusts.models import Source, Trust
from mdt.trusts.source import (
    ClaimedIdentity,
    FoundInstance,
    FoundSeries,
    FoundStudy,
    ImagingSource,
    StudyAnswer,
    StudyQuery,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BY = system("test")

DOROTHY = ClaimedIdentity(
    patient_id="M1",
    issuer="RMC",
    other_ids=("9990000018",),
    family="HARGREAVES",
    given="Dorothy",
    birth_date=date(1951, 3, 14),
    sex="F",
)


@dataclass
class Held:
    """One study an archive holds: whose it is, and the numbers of the instances of its series."""

    claimed: ClaimedIdentity
    study: str = "1.2.3"
    series: dict[str, list[int]] = field(default_factory=lambda: {"1.2.3.1": [1, 2, 3]})
    day: date | None = date(2026, 11, 2)


@dataclass
class Archive:
    """An ImagingSource. `asked` remembers what was asked for; the faults are set by the test."""

    held: list[Held] = field(default_factory=list)
    vague: bool = False  # says neither birth date nor other ids in an answer, and no counts
    silent_for: float = 0.0  # seconds before each answer
    dead: str | None = None  # the sentence of a peer that cannot be reached
    dies_after: int | None = None  # instances sent before the connection breaks
    refuses: Collection[str] = ()  # series it will not send
    written: ClaimedIdentity | None = None  # whose the objects really are, where not whose the answer says
    asked: list[tuple[str, frozenset[str] | None]] = field(default_factory=list)
    peeked: list[str] = field(default_factory=list)

    def echo(self) -> None:
        pass

    def find_studies(self, query: StudyQuery) -> StudyAnswer:
        time.sleep(self.silent_for)
        if self.dead:
            raise NoAnswer("connect", self.dead)
        return filtered(query, [self._found(one) for one in self.held])

    def peek(self, study_uid: str) -> ClaimedIdentity:
        self.peeked.append(study_uid)
        return self._of(study_uid).claimed

    def find_series(self, study_uid: str) -> list[FoundSeries]:
        series = self._of(study_uid).series.items()
        return [
            FoundSeries(study_uid, uid, "CT", at, "CHEST", "CHEST", None if self.vague else len(numbers))
            for at, (uid, numbers) in enumerate(series, 1)
        ]

    def find_instances(self, study_uid: str, series_uid: str) -> list[FoundInstance]:
        numbers = self._of(study_uid).series[series_uid]
        return [FoundInstance(f"{series_uid}.{n}", CTImageStorage, n) for n in numbers]

    def unlisted(self) -> tuple[str, ...]:
        return ()

    def retrieve(
        self, study_uid: str, series_uid: str, *, spool: Path, only: Collection[str] | None = None
    ) -> Iterator[Path]:
        self.asked.append((series_uid, None if only is None else frozenset(only)))
        if series_uid in self.refuses:
            raise Refused("transfer", "It will not send this series.")
        held = self._of(study_uid)
        numbers = [n for n in held.series[series_uid] if only is None or f"{series_uid}.{n}" in only]
        for sent, number in enumerate(numbers):
            if self.dies_after is not None and sent == self.dies_after:
                raise NoAnswer("transfer", "The connection broke.")
            path = spool / f"{number:06}.dcm"
            write_slice(path, replace(held, claimed=self.written or held.claimed), series_uid, number)
            yield path

    def close(self) -> None:
        pass

    def _of(self, study_uid: str) -> Held:
        return next(one for one in self.held if one.study == study_uid)

    def _found(self, one: Held) -> FoundStudy:
        claimed = one.claimed
        if self.vague:
            claimed = replace(
                claimed, birth_date=None, other_ids=None, issuer=None, says_birth_date=False, says_other_ids=False
            )
        counts = (None, None) if self.vague else (len(one.series), sum(map(len, one.series.values())))
        return FoundStudy(one.study, claimed, one.day, "0900", "CT chest", ("CT",), "", *counts)


def write_slice(path: Path, held: Held, series_uid: str, number: int) -> None:
    """One small CT image as a Part 10 file, 5 mm from its neighbours."""
    claimed = held.claimed
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, f"{series_uid}.{number}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.Modality = held.study, series_uid, "CT"
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName, ds.PatientID = f"{claimed.family}^{claimed.given}", claimed.patient_id
    ds.PatientBirthDate = claimed.birth_date.strftime("%Y%m%d") if claimed.birth_date else ""
    ds.PatientSex = claimed.sex or ""
    ds.OtherPatientIDsSequence = []
    for other in claimed.other_ids or ():
        item = Dataset()
        item.PatientID, item.TypeOfPatientID = other, "TEXT"
        ds.OtherPatientIDsSequence.append(item)
    ds.InstanceNumber, ds.SeriesNumber = number, 1
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, number * 5.0], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 5
    ds.Rows = ds.Columns = 8
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = np.full((8, 8), number, np.uint16).tobytes()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pydicom.dcmwrite(path, ds, enforce_file_format=True)


Opening = Archive | Callable[[], ImagingSource]


@dataclass
class Federation:
    """A database, a store, Dorothy, and trusts whose archives are these."""

    db: Database
    gatherer: Gatherer
    patient: Patient

    def gather(self, patient: Patient | None = None) -> dict[str, Any]:
        """One round, and its result as the command prints it."""
        with self.db.writing() as session:
            gather = begin_gather(session, by=BY, patient_id=(patient or self.patient).id, now=utc_now())
        self.gatherer.run(gather.id)
        with self.db.reading() as session:
            return summary(session, BY, gather_id=gather.id)


@contextmanager
def a_federation(
    folder: Path, patience: Patience = PATIENT, readers: Sandboxes | None = None, **archives: Opening
) -> Iterator[Federation]:
    """Trusts by ODS code, each with its archive, or with what opens one anew for each round."""

    def opened(source: Source) -> ImagingSource:
        archive = archives[source.trust_ods]
        return archive if isinstance(archive, Archive) else archive()

    db = Database(f"sqlite:///{folder / 'mdt.db'}")
    Base.metadata.create_all(db.engine)
    with db.writing() as session:
        for ods in archives:
            session.add(Trust(ods=ods, name=f"Trust {ods}", live_from=date(2020, 1, 1)))
        session.flush()
        for ods in archives:
            session.add(Source(trust_ods=ods, kind="folder", settings={}))
        patient = Patient(
            nhs_number="9990000018", family="HARGREAVES", given="Dorothy", birth_date=date(1951, 3, 14), sex="F"
        )
        session.add(patient)
    means = Means(
        db=db,
        store=Store(str(folder / "store")),
        spool=folder / "spool",
        open_source=opened,
        clock=utc_now,
        by=BY,
        patience=patience,
    )
    yield Federation(db, Gatherer(means, readers), patient)
    db.close()
