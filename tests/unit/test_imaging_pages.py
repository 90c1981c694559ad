"""Imaging over HTTP: what a case has, packs with ranges, documents - for those who may see the patient, and audited."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from pydicom.dataset import Dataset
from pydicom.uid import UID
from sqlalchemy import select

from mdt.core.actor import system
from mdt.core.audit import AuditEntry
from mdt.core.clock import utc_now
from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.intake import Errand, take_in
from mdt.imaging.pixels.packing import INDEX, PIECE
from mdt.imaging.pixels.packs import Packer
from mdt.record.findings import known
from mdt.record.models import Link, Patient, Study
from mdt.trusts.source import ClaimedIdentity
from tests.unit.objects import Pixels, an_object, item, ramp, read_pack, save
from tests.unit.pages import Seeded, seeded
from tests.unit.states import a_selection, a_state, reference

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF"
REPORT_CLASS, PDF_CLASS = UID("1.2.840.10008.5.1.4.1.1.88.11"), UID("1.2.840.10008.5.1.4.1.1.104.1")


@dataclass
class Filled:
    """Maria's study of today, taken in and packed: three slices, a PDF and a structured report."""

    seeded: Seeded
    slices: list[Pixels]
    series: str
    version: str
    pdf: str
    report: str

    def at(self, file: str) -> str:
        return f"/imaging/series/{self.series}/{self.version}/{file}"

    def audited(self, action: str) -> list[AuditEntry]:
        with self.seeded.house.db.reading() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("house")
    with seeded(folder) as made:
        yield _fill(made, folder)


def _fill(made: Seeded, folder: Path) -> Filled:
    house, now, uid = made.house, utc_now(), "1.2.3.77"
    with house.db.writing() as session:
        maria = session.get_one(Patient, made.patients["maria"])
        study = Study(study_uid=uid, study_date=now.date(), description="CT CHEST TODAY", modalities=["CT", "DOC"])
        session.add(study)
        session.flush()
        session.add(Link(patient_id=maria.id, study_id=study.id, trust_ods="RMC", status="auto"))
        errand = Errand(study.id, uid, "RMC", known(maria), ClaimedIdentity())
    who: dict[str, Any] = {"PatientName": "KOWALSKI^Maria", "StudyInstanceUID": uid}
    slices = [np.roll(ramp("int16"), n) for n in range(3)]
    objects = [
        an_object(pixels, SeriesInstanceUID=f"{uid}.1", SOPInstanceUID=f"{uid}.1.{n}", InstanceNumber=n, **who)
        for n, pixels in enumerate(slices)
    ]
    document: dict[str, Any] = {"SeriesInstanceUID": f"{uid}.2", "Modality": "DOC", **who}
    objects += [
        an_object(
            None,
            SOPClassUID=PDF_CLASS,
            SOPInstanceUID=f"{uid}.2.1",
            DocumentTitle="Pathology report",
            EncapsulatedDocument=PDF + b"\0" * (len(PDF) % 2),
            EncapsulatedDocumentLength=len(PDF),
            **document,
        ),
        _report(uid, document),
    ]
    paths = [save(dataset, folder / f"{n}.dcm") for n, dataset in enumerate(objects)]
    with Sandbox() as sandbox, Packer(house.db, house.store) as packer:
        taken = take_in(house.db, house.store, sandbox, errand, paths, by=system("test"), now=now)
        assert not [one.refused for one in taken if one.refused]
        version = packer.build(taken[0].series_id or "", now=now)
    return Filled(
        made, slices, taken[0].series_id or "", version or "", taken[3].instance_id or "", taken[4].instance_id or ""
    )


def _report(uid: str, document: dict[str, Any]) -> Dataset:
    finding = item(
        RelationshipType="CONTAINS",
        ValueType="TEXT",
        TextValue="<script>alert(1)</script> Nodule of 9 mm & growing.",
        ConceptNameCodeSequence=[item(CodeValue="121071", CodingSchemeDesignator="DCM", CodeMeaning="Finding")],
    )
    return an_object(
        None,
        SOPClassUID=REPORT_CLASS,
        SOPInstanceUID=f"{uid}.2.2",
        ValueType="CONTAINER",
        ConceptNameCodeSequence=[item(CodeValue="18748-4", CodingSchemeDesignator="LN", CodeMeaning="Imaging report")],
        ContentSequence=[finding],
        **document,
    )


def test_a_case_lists_what_there_is_to_look_at(filled: Filled) -> None:
    answer = filled.seeded.signed_in("observer").get(f"/imaging/cases/{filled.seeded.cases['maria']}.json")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    said = answer.get_json()
    assert said["case"] == filled.seeded.cases["maria"]
    assert said["patient"] == {
        "id": filled.seeded.patients["maria"],
        "nhs": "9990000018",
        "family": "Kowalski",
        "given": "Maria",
        "born": "1951-03-14",
        "sex": "F",
    }
    assert {trust["ods"]: trust["status"] for trust in said["trusts"]}["RW6"] == "no-answer"
    assert {trust["ods"] for trust in said["trusts"] if trust["waiting"]} == {"RMP"}, "somebody must decide first"
    today = next(study for study in said["studies"] if study["study"] == "1.2.3.77")
    assert said["studies"][0] == today
    assert [study["date"] for study in said["studies"]] == sorted((s["date"] for s in said["studies"]), reverse=True)
    assert "1.2.3.3" not in {study["study"] for study in said["studies"]}, "a match that nobody confirmed"
    images, documents = today["series"]
    assert (images["key"], images["kind"], images["version"], images["frames"]) == (
        filled.series,
        "images",
        filled.version,
        3,
    )
    assert (documents["kind"], documents["version"]) == ("document", None)
    assert {(one["key"], one["title"], one["type"]) for one in documents["documents"]} == {
        (filled.pdf, "Pathology report", "application/pdf"),
        (filled.report, "Imaging report", "text/html"),
    }
    short = next(study for study in said["studies"] if study["study"] == "1.2.3.2")
    assert not short["complete"]
    assert short["series"][0]["gaps"] == ["instances 3 and 4 are missing"]


def test_a_pack_is_streamed_whole_or_by_ranges(filled: Filled) -> None:
    browser = filled.seeded.signed_in("member")
    index = browser.get(filled.at("index.json"))
    whole = browser.get(filled.at("frames"))
    assert (index.status_code, whole.status_code) == (200, 200)
    assert int(whole.headers["Content-Length"]) == len(whole.data)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert "immutable" in whole.headers["Cache-Control"]
    assert "private" in whole.headers["Cache-Control"]
    shown = read_pack(whole.data, index.data)
    assert all(np.array_equal(pixels, filled.slices[entry["number"]]) for entry, pixels in shown)
    second = json.loads(index.data)["frames"][1]
    first, last = second["offset"], second["offset"] + second["length"] - 1
    for asked, there in (
        (f"bytes={first}-{last}", whole.data[first : last + 1]),
        (f"bytes={first - 8}-", whole.data[first - 8 :]),
        ("bytes=-5", whole.data[-5:]),
        ("bytes=0-0", whole.data[:1]),
    ):
        part = browser.get(filled.at("frames"), headers={"Range": asked})
        assert (part.status_code, part.data) == (206, there), asked
        assert part.headers["Content-Range"].startswith("bytes ")
        assert part.headers["Content-Range"].endswith(f"/{len(whole.data)}")
    beyond = browser.get(filled.at("frames"), headers={"Range": f"bytes={len(whole.data)}-"})
    assert beyond.status_code == 416


def test_what_a_browser_has_is_not_sent_again(filled: Filled) -> None:
    browser = filled.seeded.signed_in("member")
    for file in ("frames", "index.json"):
        tag = browser.get(filled.at(file)).headers["ETag"]
        again = browser.get(filled.at(file), headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")


def test_outsiders_are_told_that_there_is_nothing(filled: Filled) -> None:
    addresses = [
        filled.at("index.json"),
        filled.at("frames"),
        f"/imaging/documents/{filled.pdf}",
        f"/imaging/cases/{filled.seeded.cases['maria']}.json",
    ]
    for who, status in (("stranger", 404), ("administrator", 404), ("nobody", 401)):
        browser = filled.seeded.signed_in(who)
        assert [browser.get(address).status_code for address in addresses] == [status] * 4, who
    browser = filled.seeded.signed_in("chair")
    for address in (
        f"/imaging/series/{filled.series}/{'0' * 64}/frames",
        f"/imaging/series/{filled.series}/..%2f../frames",
        f"/imaging/series/{'0' * 32}/{filled.version}/frames",
        f"/imaging/documents/{'0' * 32}",
        f"/imaging/cases/{'0' * 32}.json",
    ):
        assert browser.get(address).status_code == 404, address


def test_imaging_whose_link_is_taken_back_is_gone(filled: Filled) -> None:
    browser, db = filled.seeded.signed_in("chair"), filled.seeded.house.db

    def link(status: str) -> None:
        with db.writing() as session:
            study = session.scalar(select(Study.id).where(Study.study_uid == "1.2.3.77"))
            session.scalars(select(Link).where(Link.study_id == study)).one().status = status

    for status, answer in (("refused", 404), ("confirm", 404), ("confirmed", 200), ("auto", 200)):
        link(status)
        assert browser.get(filled.at("frames")).status_code == answer, status


def test_a_look_at_a_study_is_audited_once_and_not_by_frame(filled: Filled) -> None:
    before = len(filled.audited("study.shown"))
    browser = filled.seeded.signed_in("presenter")
    for _ in range(3):
        browser.get(filled.at("index.json"))
        browser.get(filled.at("frames"), headers={"Range": "bytes=0-99"})
        browser.get(filled.at("pieces") + "?index")
        browser.get(filled.at("pieces") + "?at=1")
    looks = filled.audited("study.shown")[before:]
    assert [(look.actor_id, look.patient_id) for look in looks] == [
        (filled.seeded.people["presenter"], filled.seeded.patients["maria"])
    ]


def test_what_is_brought_ahead_of_a_discussion_is_audited_as_that(filled: Filled) -> None:
    browser, looks, brought = filled.seeded.signed_in("member"), "study.shown", "study.brought-ahead"
    before = len(filled.audited(looks)), len(filled.audited(brought))
    browser.get(filled.at("index.json"), headers={"Purpose": "prefetch"})
    assert (len(filled.audited(looks)), len(filled.audited(brought))) == (before[0], before[1] + 1)


def test_a_pdf_comes_as_it_was_and_a_report_as_a_page_that_can_do_nothing(filled: Filled) -> None:
    browser: FlaskClient = filled.seeded.signed_in("chair")
    pdf = browser.get(f"/imaging/documents/{filled.pdf}")
    assert (pdf.mimetype, pdf.data) == ("application/pdf", PDF)
    assert pdf.headers["Content-Disposition"] == "inline"
    assert pdf.headers["X-Frame-Options"] == "DENY"
    report = browser.get(f"/imaging/documents/{filled.report}")
    assert report.headers["X-Frame-Options"] == "SAMEORIGIN"
    policy = report.headers["Content-Security-Policy"]
    assert "sandbox allow-same-origin;" in policy
    assert "script" not in policy
    assert report.mimetype == "text/html"
    assert "</dfn>: &lt;script&gt;alert(1)&lt;/script&gt; Nodule of 9 mm &amp; growing." in report.text
    assert "KOWALSKI, Maria; born 14 March 1951; patient ID 9990000018" in report.text
    assert len(filled.audited("document.read")) == 1


def test_a_series_without_frames_yet_has_no_version(filled: Filled) -> None:
    said = filled.seeded.signed_in("chair").get(f"/imaging/cases/{filled.seeded.cases['maria']}.json").get_json()
    whole = next(study for study in said["studies"] if study["study"] == "1.2.3.1")
    assert whole["series"][0]["version"] is None


def in_pieces(content: bytes) -> list[tuple[int, int, bytes]]:
    """A stream of pieces as a browser reads it: frame, where in its payload, and the bytes."""
    found, at = [], 0
    while at < len(content):
        frame, start, length = PIECE.unpack_from(content, at)
        at += PIECE.size
        found.append((frame, start, content[at : at + length]))
        at += length
    return found


def test_frames_come_in_one_stream_from_where_somebody_looks_outward(filled: Filled) -> None:
    browser = filled.seeded.signed_in("member")
    whole, entries = browser.get(filled.at("frames")).data, json.loads(browser.get(filled.at("index.json")).data)
    payloads = [whole[one["offset"] : one["offset"] + one["length"]] for one in entries["frames"]]
    for asked, order in (
        ("", [1, 2, 0]),
        ("?at=0", [0, 1, 2]),
        ("?at=2", [2, 1, 0]),
        ("?at=1&frames=0,2", [2, 0]),
        ("?frames=0-1&at=9", [1, 0]),
    ):
        answer = browser.get(filled.at("pieces") + asked)
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert in_pieces(answer.data) == [(frame, 0, payloads[frame]) for frame in order], asked
    opened = in_pieces(browser.get(filled.at("pieces") + "?index&at=0").data)
    assert (opened[0][:2], json.loads(gzip.decompress(opened[0][2]))) == ((INDEX, 0), entries)
    assert [frame for frame, *_ in opened[1:]] == [0, 1, 2]
    for wrong in ("frames=0-3", "frames=2-1", "frames=1,1", "frames=x", "frames=", "at=-1", "at=x", "to=1e9"):
        assert browser.get(f"{filled.at('pieces')}?{wrong}").status_code == 400, wrong
    for entry, payload in zip(entries["frames"], payloads, strict=True):
        assert entry["hash"] == hashlib.sha256(payload).hexdigest()[:32]


def test_what_is_said_of_a_series_comes_compressed_where_a_browser_takes_it(filled: Filled) -> None:
    browser = filled.seeded.signed_in("member")
    for address in (filled.at("index.json"), f"/imaging/cases/{filled.seeded.cases['maria']}.json"):
        plain = browser.get(address)
        packed = browser.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert json.loads(gzip.decompress(packed.data)) == plain.get_json()
    tag = packed_tag = browser.get(filled.at("index.json"), headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    again = browser.get(filled.at("index.json"), headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert browser.get(filled.at("index.json")).headers["ETag"] != packed_tag


def test_what_others_chose_to_be_seen_is_told_to_the_team_and_audited_once(filled: Filled, tmp_path: Path) -> None:
    made, address = filled.seeded, f"/imaging/cases/{filled.seeded.cases['maria']}/states.json"
    observer = made.signed_in("observer")
    assert observer.get(address).get_json() == {"case": made.cases["maria"], "presentations": [], "key_objects": []}
    assert not filled.audited("states.read"), "there was nothing to read"
    with made.house.db.reading() as session:
        study = session.scalars(select(Study).where(Study.study_uid == "1.2.3.77")).one()
        maria = session.get_one(Patient, made.patients["maria"])
        errand = Errand(study.id, study.study_uid, "RMC", known(maria), ClaimedIdentity())
    who: dict[str, Any] = {"PatientName": "KOWALSKI^Maria", "StudyInstanceUID": study.study_uid}
    objects = [
        a_state("1.2.3.77.1", ["1.2.3.77.1.0"], **who),
        a_selection("1.2.3.77", "1.2.3.77.1", [reference("1.2.3.77.1.2")], **who),
    ]
    paths = [save(dataset, tmp_path / f"{n}.dcm") for n, dataset in enumerate(objects)]
    with Sandbox() as sandbox:
        take_in(made.house.db, made.house.store, sandbox, errand, paths, by=system("test"), now=utc_now())
    said = observer.get(address).get_json()
    (state,), (selection,) = said["presentations"], said["key_objects"]
    assert (state["study"], state["label"], state["creator"]) == ("1.2.3.77", "TUMOUR", "Smith, Ann")
    assert (selection["title"], selection["images"][0]["sop"]) == ("For Patient", "1.2.3.77.1.2")
    observer.get(address)
    (entry,) = filled.audited("states.read")
    assert entry.patient_id == maria.id
    listed = observer.get(f"/imaging/cases/{made.cases['maria']}.json").get_json()["studies"][0]["series"]
    assert sum(series["states"] for series in listed) == 2
