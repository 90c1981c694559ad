"""Discs to bring, good and hostile, made by the tests; and a place where they are imported to one patient's case."""

import io
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian
from sqlalchemy import select

from mdt.core.actor import Actor
from mdt.core.db import Database
from mdt.core.sandbox import Sandbox
from mdt.imaging.disc.discs import Announced, begin_import, uploaded
from mdt.imaging.disc.importing import Importer
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Import
from mdt.people.models import Person, Team
from mdt.record.actions import add_patient
from mdt.record.models import Patient
from tests.unit.objects import an_object, item, ramp
from tests.unit.receiving import BY, NOW

Disc = dict[str, bytes]
HERS = {
    "PatientID": "9990000018", "PatientName": "HARGREAVES^Dorothy", "PatientBirthDate": "19510314", "PatientSex": "F",
}  # fmt: skip
HIS = {
    "PatientID": "9990000069", "PatientName": "BROWN^Alan", "PatientBirthDate": "19440702", "PatientSex": "M",
}  # fmt: skip


def part10(**said: Any) -> bytes:
    """A small CT image as a file's bytes."""
    dataset = an_object(ramp("uint8"), **said)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(ExplicitVRLittleEndian)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def slices(count: int, *, folder: str = "DICOM", study: str = "1.2.3", **said: Any) -> Disc:
    """A study of one series, as files of a disc."""
    return {
        f"{folder}/IM{n:04}": part10(
            StudyInstanceUID=study, SeriesInstanceUID=f"{study}.1", SOPInstanceUID=f"{study}.1.{n}", InstanceNumber=n,
            ImagePositionPatient=[0, 0, n * 2.5], ImageOrientationPatient=[1, 0, 0, 0, 1, 0], **said,
        )
        for n in range(1, count + 1)
    }  # fmt: skip


def dicomdir(listed: Mapping[str, list[str]]) -> bytes:
    """A table of contents of one study: for each series its files, which need not be there."""
    records: list[tuple[str, dict[str, Any]]] = [("PATIENT", {}), ("STUDY", {"StudyInstanceUID": "1.2.3"})]
    for uid, names in listed.items():
        records.append(("SERIES", {"SeriesInstanceUID": uid}))
        records += [("IMAGE", {"ReferencedFileID": name.upper().split("/")}) for name in names]
    depth = {"PATIENT": 0, "STUDY": 1, "SERIES": 2, "IMAGE": 3}

    def written(offsets: list[int]) -> bytes:
        dataset = Dataset()
        dataset.FileSetID = "TEST"
        dataset.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = offsets[0]
        dataset.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = offsets[0]
        dataset.FileSetConsistencyFlag = 0
        items = []
        for place, (kind, said) in enumerate(records):
            later = [n for n in range(place + 1, len(records)) if depth[records[n][0]] <= depth[kind]]
            following = later[0] if later and records[later[0]][0] == kind else None
            below = place + 1 if place + 1 < len(records) and depth[records[place + 1][0]] > depth[kind] else None
            items.append(
                item(
                    OffsetOfTheNextDirectoryRecord=0 if following is None else offsets[following],
                    RecordInUseFlag=0xFFFF,
                    OffsetOfReferencedLowerLevelDirectoryEntity=0 if below is None else offsets[below],
                    DirectoryRecordType=kind,
                    **said,
                )
            )
        dataset.DirectoryRecordSequence = items
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.1.3.10")
        dataset.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.5")
        dataset.file_meta.TransferSyntaxUID = UID(ExplicitVRLittleEndian)
        file = io.BytesIO()
        dcmwrite(file, dataset, enforce_file_format=True)
        return file.getvalue()

    draft = written([0] * len(records))
    starts: list[int] = []
    at = draft.index(b"\x04\x00\x20\x12")
    while len(starts) < len(records):
        at = draft.index(b"\xfe\xff\x00\xe0", at)
        starts.append(at)
        at += 8
    return written(starts)


def zipped(disc: Disc, *, method: int = zipfile.ZIP_DEFLATED, links: Mapping[str, str] | None = None) -> bytes:
    """A disc as one ZIP; `links` are symbolic ones."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in disc.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return file.getvalue()


@dataclass
class Case:
    """Dorothy's case in a team, and a member who brings discs to it."""

    db: Database
    store: Store
    root: Path
    reader: Sandbox
    most: int = 64 << 20
    patient: Patient = field(init=False)
    by: Actor = field(init=False)

    def __post_init__(self) -> None:
        with self.db.writing() as session:
            team = Team(name="Lung", mdt_type="0801", host_ods="RMC")
            person = Person(email="a@nhs.example", name="Dr A", specialty="", trust_ods="RMC", password_hash="-")
            session.add_all((team, person))
            session.flush()
            self.team_id = team.id
            self.by = Actor(person.id, "Dr A", "RMC", roles={team.id: "member"})
            self.patient = add_patient(
                session, by=BY, nhs="9990000018", family="HARGREAVES", given="Dorothy",
                birth_date=date(1951, 3, 14), sex="F", now=NOW,
            )  # fmt: skip

    @property
    def whose(self) -> dict[str, str]:
        return {"team_id": self.team_id, "patient_id": self.patient.id}

    def importer(self) -> Importer:
        return Importer(
            self.db, self.store, self.root, lambda: NOW, BY, most=self.most, largest=8 << 20, reader=self.reader
        )

    def bring(self, disc: Disc, label: str = "CD from Leeds") -> Import:
        """Upload these files and let the worker do its part."""
        row = self.upload(disc, label)
        self.importer().run(row.id)
        return self.now(row.id)

    def upload(self, disc: Disc, label: str = "CD from Leeds") -> Import:
        announced = Announced(label, len(disc), sum(map(len, disc.values())))
        with self.db.writing() as session:
            row = begin_import(session, by=self.by, announced=announced, most_bytes=1 << 30, now=NOW, **self.whose)
        folder = self.root / row.id
        folder.mkdir(parents=True)
        for n, (name, content) in enumerate(disc.items()):
            (folder / str(n)).write_bytes(content)
            (folder / f"{n}.name").write_text(name, "utf-8")
        with self.db.writing() as session:
            uploaded(session, by=self.by, import_id=row.id, here=len(disc), now=NOW, **self.whose)
        return row

    def now(self, import_id: str) -> Import:
        with self.db.reading() as session:
            return session.scalars(select(Import).where(Import.id == import_id)).one()
