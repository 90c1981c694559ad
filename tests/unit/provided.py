"""Maria's imaging of today as the provider hands it out: objects of several kinds, taken in and packed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    EncapsulatedPDFStorage,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    UltrasoundMultiFrameImageStorage,
)
from sqlalchemy import select
from werkzeug.test import TestResponse

from mdt.core.actor import system
from mdt.core.audit import AuditEntry
from mdt.core.clock import utc_now
from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.intake import Errand, take_in
from mdt.imaging.models import Instance, Series
from mdt.imaging.pixels.packs import Packer
from mdt.imaging.provider.leaf import MAKER, write_all
from mdt.people import tokens
from mdt.people.sessions import SignIn
from mdt.record.findings import known
from mdt.record.models import Holder, Link, Patient, Study
from mdt.trusts.multipart import boundary_of, pieces
from mdt.trusts.source import ClaimedIdentity
from tests.unit.objects import an_object, item, ramp, save, smooth
from tests.unit.pages import Seeded, seeded

STUDY = "1.2.826.0.1.3680043.10.999.77"
CT, US, CR, DOC, THORAX = (f"{STUDY}.{number}" for number in (1, 2, 3, 4, 5))
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF"
THIN = 5
OBJECTS = 4 + 1 + 1 + THIN + 1
ROOT = "/dicomweb"


@dataclass
class Provided:
    """The seeded region, the files as they were sent, and tokens that were made."""

    seeded: Seeded
    files: dict[str, Path]
    datasets: dict[str, Dataset]
    token: str = ""
    sending: str = ""
    made: dict[str, str] = field(default_factory=dict)
    app: Flask | None = None

    def ask(self, path: str, accept: str | None = None, *, who: str | None = None, **more: Any) -> TestResponse:
        """A GET with a member's token, or in the browser of `who`."""
        headers = dict(more.pop("headers", {}))
        if accept is not None:
            headers["Accept"] = accept
        if who is None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self._client(who or "nobody").open(
            ROOT + path, method=more.pop("method", "GET"), headers=headers, buffered=True, **more
        )

    def _client(self, who: str) -> FlaskClient:
        """A fresh browser on one and the same web process."""
        if self.app is None:
            self.app = self.seeded.app()
        client = self.app.test_client()
        if who != "nobody":
            now = utc_now()
            with client.session_transaction() as cookie:
                SignIn(self.seeded.people[who], self.seeded.versions[who], issued=now, seen=now).write(cookie)
        return client

    def audited(self, action: str) -> list[AuditEntry]:
        with self.seeded.house.db.reading() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def at(series: str = CT, number: int | None = None) -> str:
    """The path of a series or of one of its objects."""
    place = f"/studies/{STUDY}/series/{series}"
    return place if number is None else f"{place}/instances/{series}.{number}"


def parts(answer: TestResponse) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart answer, each with its headers."""
    found: list[tuple[dict[str, str], bytes]] = []
    for kind, value in pieces(iter([answer.data]), boundary_of(answer.headers["Content-Type"])):
        if kind == "begin" and isinstance(value, dict):
            found.append((value, b""))
        elif isinstance(value, bytes):
            found[-1] = (found[-1][0], found[-1][1] + value)
    return found


@contextmanager
def provided(folder: Path, **changes: object) -> Iterator[Provided]:
    """A house in `folder` with Maria's study in it, and a token for the member; `changes` replace settings."""
    with seeded(folder / "house", **changes) as made:
        objects = _objects()
        files = {
            str(dataset.SOPInstanceUID): save(dataset, folder / f"{number}.dcm", syntax)
            for number, (dataset, syntax) in enumerate(objects)
        }
        _take_in(made, list(files.values()))
        held = Provided(made, files, {str(dataset.SOPInstanceUID): dataset for dataset, _ in objects})
        now = utc_now()
        with made.house.db.writing() as session:
            email = made.email("member")
            mine = tokens.make_for_person(session, by=system("test"), email=email, days=30, now=now)
            theirs = tokens.make_for_trust(session, by=system("test"), trust_ods="RMC", days=30, now=now)
        held.token, held.sending = mine.secret, theirs.secret
        held.made = {"token": mine.token.id, "sending": theirs.token.id}
        yield held


def _take_in(made: Seeded, paths: list[Path]) -> None:
    house, now = made.house, utc_now()
    with house.db.writing() as session:
        maria = session.get_one(Patient, made.patients["maria"])
        study = Study(study_uid=STUDY, study_date=now.date(), description="CT CHEST TODAY", modalities=["CT", "US"])
        study.accession, study.study_time = "ACC[1]", "101500"
        session.add(study)
        session.flush()
        session.add(Link(patient_id=maria.id, study_id=study.id, trust_ods="RMC", status="auto"))
        session.add(Holder(study_id=study.id, trust_ods="RMC", claimed={}, seen_at=now))
        errand = Errand(study.id, STUDY, "RMC", known(maria), ClaimedIdentity())
    with Sandbox() as sandbox, Packer(house.db, house.store) as packer:
        taken = take_in(house.db, house.store, sandbox, errand, paths, by=system("test"), now=now)
        assert not [one.refused for one in taken if one.refused]
        for series_id in dict.fromkeys(one.series_id for one in taken):
            packer.build(series_id or "", now=now)


def _objects() -> list[tuple[Dataset, str]]:
    """A CT series in four transfer syntaxes, an ultrasound loop in JPEG, a radiograph, thin slices, a document."""
    syntaxes = (UID("1.2.840.10008.1.2.1"), ImplicitVRLittleEndian, ExplicitVRBigEndian)
    objects = [(_slice(number), str(syntaxes[number - 1])) for number in (1, 2, 3)]
    lossless = smooth("uint16", 4000)
    objects.append(
        (
            _named(an_object(lossless, payloads=[bytes(imagecodecs.ljpeg_encode(lossless))]), CT, 4),
            str(JPEGLosslessSV1),
        )
    )
    loop = [np.roll(smooth("uint8", 250), 5 * number, axis=1) for number in range(4)]
    pictures = an_object(np.stack(loop), payloads=[_jpeg(frame) for frame in loop], LossyImageCompression="01")
    pictures.SOPClassUID, pictures.Modality = UltrasoundMultiFrameImageStorage, "US"
    objects.append((_named(pictures, US, 1), str(JPEGBaseline8Bit)))
    radiograph = an_object(ramp("uint16", low=0, high=4095), PhotometricInterpretation="MONOCHROME1", BitsStored=12)
    radiograph.SOPClassUID, radiograph.Modality = ComputedRadiographyImageStorage, "CR"
    radiograph.WindowCenter, radiograph.WindowWidth = 2000, 1500
    objects.append((_named(radiograph, CR, 1), str(syntaxes[0])))
    objects += [(_plain_slice(number), str(syntaxes[0])) for number in range(1, THIN + 1)]
    document = an_object(None, EncapsulatedDocument=PDF + b"\0" * (len(PDF) % 2), EncapsulatedDocumentLength=len(PDF))
    document.SOPClassUID, document.Modality, document.DocumentTitle = EncapsulatedPDFStorage, "DOC", "Pathology"
    document.MIMETypeOfEncapsulatedDocument = "application/pdf"
    objects.append((_named(document, DOC, 1), str(syntaxes[0])))
    return objects


def _slice(number: int) -> Dataset:
    pixels = np.roll(ramp("int16", 48, 52), number)
    dataset = _named(an_object(pixels), CT, number)
    dataset.StudyDescription = "CT CHEST TODAY"
    dataset.RescaleSlope, dataset.RescaleIntercept = "2", "-1024"
    dataset.WindowCenter, dataset.WindowWidth = [40, -600], [400, 1500]
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, number * 1.5], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.AccessionNumber = [0.7, 0.7], ""
    dataset.ReferencedImageSequence = [item(ReferencedSOPInstanceUID="1.2.3", FrameOfInterestType=["A", "", "B"])]
    block = dataset.private_block(0x0029, "MDT TEST", create=True)
    block.add_new(0x10, "OB", bytes(range(256)) * 8)
    block.add_new(0x11, "DS", ["1.5", "2"])
    dataset.RedPaletteColorLookupTableData = bytes(range(256)) * 5
    dataset["RedPaletteColorLookupTableData"].VR = "OW"
    return dataset


def _plain_slice(number: int) -> Dataset:
    """A slice as scanners write them, of something round."""
    y, x = np.mgrid[0:128, 0:128]
    body = np.hypot(x - 64, y - 64) < 50
    pixels = np.where(body, 40 + 8 * number + 60 * (np.hypot(x - 50, y - 60) < 12), -1000).astype("int16")
    dataset = _named(an_object(pixels), THORAX, number)
    dataset.ImageType, dataset.FrameOfReferenceUID = ["ORIGINAL", "PRIMARY", "AXIAL"], f"{STUDY}.9"
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.WindowCenter, dataset.WindowWidth = "1", "0", "40", "400"
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [-64, -64, 2.0 * number], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [1, 1], 2
    return dataset


def _named(dataset: Dataset, series: str, number: int) -> Dataset:
    dataset.PatientName, dataset.SpecificCharacterSet = "KOWALSKI^Maria", "ISO_IR 100"
    dataset.SeriesDescription = "Thorax fein, 1 µm?"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY, series
    dataset.SOPInstanceUID, dataset.InstanceNumber = f"{series}.{number}", number
    dataset.SeriesNumber = int(series.rsplit(".", 1)[1])
    return dataset


def _jpeg(frame: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(frame).save(out, "JPEG", quality=95)
    return out.getvalue()


LETTER = "1.2.826.0.1.3680043.10.999.78"


def add_letter(made: Seeded, folder: Path) -> None:
    """A study of Maria's that is one PDF, with its leaf, so that reading it needs no child process."""
    house, now = made.house, utc_now()
    document = an_object(None, SOPClassUID=EncapsulatedPDFStorage, EncapsulatedDocument=PDF + b"\0")
    document.StudyInstanceUID, document.SeriesInstanceUID = LETTER, f"{LETTER}.1"
    document.SOPInstanceUID = f"{LETTER}.1.1"
    (folder / "letter.pdf").write_bytes(PDF)
    kept, pdf = house.store.put(save(document, folder / "letter.dcm")), house.store.put(folder / "letter.pdf")
    assert write_all([folder / "letter.dcm"], [folder / "leaf"]) == [None]
    house.store.put_leaf(kept.sha256, MAKER, folder / "leaf")
    with house.db.writing() as session:
        study = Study(study_uid=LETTER, study_date=now.date(), description="LETTER", modalities=["DOC"])
        session.add(study)
        session.flush()
        session.add(Link(patient_id=made.patients["maria"], study_id=study.id, trust_ods="RMC", status="auto"))
        session.add(Holder(study_id=study.id, trust_ods="RMC", claimed={}, seen_at=now))
        series = Series(study_id=study.id, series_uid=f"{LETTER}.1", modality="DOC", number=1, gaps=[])
        session.add(series)
        session.flush()
        session.add(
            Instance(
                series_id=series.id,
                sop_uid=f"{LETTER}.1.1",
                sop_class_uid=EncapsulatedPDFStorage,
                transfer_syntax_uid="1.2.840.10008.1.2.1",
                number=1,
                sha256=kept.sha256,
                bytes=kept.bytes,
                trust_ods="RMC",
                received_at=now,
                header={"document": {"sha256": pdf.sha256, "title": "Letter", "type": "application/pdf"}},
                problem=None,
            )
        )
