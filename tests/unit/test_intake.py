"""Files from a trust are kept byte for byte, once - or refused with a sentence; whatever they are, nothing breaks."""

import hashlib
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless
from sqlalchemy import select

from mdt.core.audit import AuditEntry, verify
from mdt.core.sandbox import Limits, Sandbox
from mdt.imaging.files.opening import LARGEST_INFLATED
from mdt.imaging.models import ObjectClash
from mdt.record.belonging import contradiction
from mdt.record.models import Study
from mdt.trusts.source import ClaimedIdentity
from tests.unit.objects import an_object, ramp, save
from tests.unit.receiving import CLAIMED, DOROTHY, Receiving, receiving


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(memory=1 << 30)) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox) -> Iterator[Receiving]:
    with receiving(tmp_path, sandbox) as made:
        yield made


def test_what_came_is_kept_as_it_came(place: Receiving, tmp_path: Path) -> None:
    path = save(an_object(ramp("int16"), ImagePositionPatient=[1, 2, 3]), tmp_path / "000001.dcm")
    (taken,) = place.take(path)
    assert taken.fresh
    assert taken.refused is None
    instance = place.instances()["1.2.3.1.1"]
    with place.store.open(instance.sha256) as kept:
        content = kept.read()
    assert content == path.read_bytes()
    assert instance.sha256 == hashlib.sha256(content).hexdigest()
    assert (instance.bytes, instance.frames, instance.trust_ods) == (len(content), 1, "RMC")
    assert path.exists(), "the spooled file is its owner's to delete"


def test_coming_again_changes_nothing(place: Receiving, tmp_path: Path) -> None:
    path = save(an_object(ramp("int16")), tmp_path / "a.dcm")
    (first,) = place.take(path)
    again = place.take(path, path) + place.take(path, trust="RBV")
    assert [(one.fresh, one.refused, one.instance_id) for one in again] == [(False, None, first.instance_id)] * 3
    with place.db.reading() as session:
        received = session.scalars(select(AuditEntry).where(AuditEntry.action == "imaging.received")).all()
        assert len(received) == 1
        assert verify(session)[1] is None


def test_another_content_under_the_same_name_is_refused_and_both_are_named(place: Receiving, tmp_path: Path) -> None:
    first = save(an_object(ramp("int16")), tmp_path / "a.dcm")
    second = save(an_object(ramp("int16")[::-1].copy()), tmp_path / "b.dcm")
    place.take(first)
    (taken,) = place.take(second, trust="RBV")
    shas = [hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in (first, second)]
    assert taken.refused is not None
    assert all(part in taken.refused for part in ("1.2.3.1.1", "RMC", *shas))
    place.take(second, trust="RBV")
    assert len(place.refusals()) == 1
    with place.store.open(place.instances()["1.2.3.1.1"].sha256) as kept:
        assert kept.read() == first.read_bytes()


def test_one_object_written_in_another_way_is_the_same_object(place: Receiving, tmp_path: Path) -> None:
    """Archives send it in another syntax, with another meta header or their own notes on it."""
    pixels = ramp("int16")
    place.take(save(an_object(pixels), tmp_path / "a.dcm"))
    noted = an_object(pixels, RetrieveAETitle="ARCHIVE", InstanceAvailability="ONLINE", StudyDescription="")
    run_lengths = an_object(pixels)
    run_lengths.file_meta = FileMetaDataset()
    run_lengths.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    run_lengths.compress(RLELossless, generate_instance_uid=False)
    files = [
        save(noted, tmp_path / "noted"),
        save(an_object(pixels), tmp_path / "implicit", ImplicitVRLittleEndian),
        save(run_lengths, tmp_path / "compressed", RLELossless),
    ]
    for file in files:
        (taken,) = place.take(file, trust="RBV")
        assert (taken.fresh, taken.refused) == (False, None), file.name
    assert place.refusals() == []
    assert place.clashes() == []


def test_an_object_with_other_content_is_a_clash_that_says_what_differs(place: Receiving, tmp_path: Path) -> None:
    place.take(save(an_object(ramp("int16")), tmp_path / "a.dcm"))
    other = save(an_object(ramp("int16"), ImageLaterality="R"), tmp_path / "b.dcm")
    for _ in range(2):
        place.take(other, trust="RBV")
    place.take(save(an_object(ramp("int16")[::-1].copy(), SeriesDescription="Axial"), tmp_path / "c.dcm"), trust="RBV")
    assert place.clashes() == [("RBV", ["ImageLaterality"]), ("RBV", ["SeriesDescription", "PixelData"])]
    with place.db.reading() as session:
        (one, _) = session.scalars(select(ObjectClash).order_by(ObjectClash.bytes)).all()
        assert place.store.exists(one.sha256), "what is not shown is kept all the same"


def test_an_object_of_another_study_or_another_person_is_refused(place: Receiving, tmp_path: Path) -> None:
    strays = {
        "study": an_object(ramp("int16"), StudyInstanceUID="1.2.4", SOPInstanceUID="1.1"),
        "number": an_object(ramp("int16"), PatientID="9990000069", SOPInstanceUID="1.2"),
        "born": an_object(ramp("int16"), PatientBirthDate="19510315", SOPInstanceUID="1.3"),
        "name": an_object(ramp("int16"), PatientName="SMITH^Jane", PatientID="X1", SOPInstanceUID="1.4"),
        "sex": an_object(ramp("int16"), PatientSex="M", PatientID="X1", SOPInstanceUID="1.5"),
    }
    taken = place.take(*(save(dataset, tmp_path / name) for name, dataset in strays.items()))
    assert [one.refused for one in taken] == [
        "It belongs to another study (1.2.4) than the one asked for.",
        "It came with a study of this patient, but it belongs to another person: same name and date of birth, "
        "different NHS number.",
        "It came with a study of this patient, but the date of birth written on it is another one.",
        "It came with a study of this patient, but the family name written on it is another one.",
        "It came with a study of this patient, but the sex written on it is another one.",
    ]
    assert place.instances() == {}


def test_a_difference_that_a_person_accepted_is_accepted_on_the_objects_too() -> None:
    other_day = date(1951, 3, 15)
    claimed = ClaimedIdentity(patient_id="9990000018", family="HARGREAVES", birth_date=other_day, sex="F")
    assert contradiction(DOROTHY, CLAIMED, claimed) is not None
    assert contradiction(DOROTHY, claimed, claimed) is None


def test_saying_less_contradicts_nothing() -> None:
    assert contradiction(DOROTHY, CLAIMED, ClaimedIdentity()) is None
    assert contradiction(DOROTHY, CLAIMED, ClaimedIdentity(patient_id="C0012345", issuer="RBV")) is None
    assert contradiction(DOROTHY, CLAIMED, ClaimedIdentity(family="Hargreaves", sex="O")) is None


def test_a_series_that_is_part_of_another_study_is_refused(place: Receiving, tmp_path: Path) -> None:
    place.take(save(an_object(ramp("int16")), tmp_path / "a.dcm"))
    with place.db.writing() as session:
        other = Study(study_uid="1.2.9", modalities=[])
        session.add(other)
        session.flush()
    stray = an_object(ramp("int16"), StudyInstanceUID="1.2.9", SOPInstanceUID="1.2.9.1")
    (taken,) = place.take(save(stray, tmp_path / "b.dcm"), study_id=other.id, study_uid="1.2.9")
    assert taken.refused == "Its series (1.2.3.1) is already part of another study."


def test_what_is_no_object_is_refused_and_the_others_are_taken(place: Receiving, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Dear colleague, thank you for seeing this lady.")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "zeros").write_bytes(bytes(4096))
    (tmp_path / "random").write_bytes(hashlib.shake_256(b"1").digest(20000))
    badly = save(an_object(ramp("int16"), SOPInstanceUID="1.2.3.1.7777777"), tmp_path / "badly named")
    badly.write_bytes(badly.read_bytes().replace(b"1.2.3.1.7777777", b"1.2.3.1.not-uid"))
    save(an_object(ramp("int16")), tmp_path / "good")
    taken = place.take(*(tmp_path / name for name in ("text", "empty", "zeros", "random", "badly named", "good")))
    assert [one.refused for one in taken[:4]] == ["It is not a DICOM file."] * 4
    assert taken[4].refused == "It cannot be filed: SOPInstanceUID is missing or malformed."
    assert taken[5].fresh
    assert {name for name, _ in place.refusals()} == {"text", "empty", "zeros", "random", "badly named"}


def test_a_few_kilobytes_that_inflate_to_gigabytes_are_refused(place: Receiving, tmp_path: Path) -> None:
    path = save(an_object(ramp("uint8")), tmp_path / "bomb", "1.2.840.10008.1.2.1.99")
    start = 132 + 12 + int.from_bytes(path.read_bytes()[140:144], "little")
    deflate = zlib.compressobj(9, wbits=-15)
    with path.open("r+b") as file:
        file.truncate(start)
        file.seek(start)
        for _ in range(2 * LARGEST_INFLATED >> 20):
            file.write(deflate.compress(bytes(1 << 20)))
        file.write(deflate.flush())
    assert path.stat().st_size < 2 << 20
    (taken,) = place.take(path)
    assert taken.refused == "It inflates to more than 512 MB and was not read further."


def test_a_picture_of_nine_hundred_megapixels_is_kept_but_never_decoded(place: Receiving, tmp_path: Path) -> None:
    payload = b"\1\0\0\0\x40" + bytes(59) + bytes(100)
    dataset = an_object(ramp("uint8"), payloads=[payload], Rows=30000, Columns=30000)
    (taken,) = place.take(save(dataset, tmp_path / "huge", "1.2.840.10008.1.2.5"))
    assert taken.fresh
    instance = place.instances()["1.2.3.1.1"]
    assert instance.frames == 0
    assert instance.problem == (
        "A frame of 30000 × 30000 would take 858 MB, more than the 256 MB that are decoded here."
    )


def test_sequences_nested_without_end_do_no_harm(place: Receiving, tmp_path: Path) -> None:
    path = save(an_object(ramp("uint8")), tmp_path / "deep")
    content = path.read_bytes()
    start = 132 + 12 + int.from_bytes(content[140:144], "little")
    opening = b"\x08\0\x10\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    path.write_bytes(content[:start] + opening * 100_000 + content[start:])
    good = save(an_object(ramp("uint8")), tmp_path / "good")
    deep, after = place.take(path, good)
    assert deep.refused == "It is nested too deeply to read."
    assert after.fresh


def test_a_file_cut_short_says_how_much_is_there(place: Receiving, tmp_path: Path) -> None:
    frames = ramp("uint16", 60, 50).reshape(6, 10, 50)
    path = save(an_object(frames), tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes()[:-1500])
    place.take(path)
    instance = place.instances()["1.2.3.1.1"]
    assert instance.frames == 4
    assert instance.problem == "Its pixel data ends early: 4 of 6 frames are there."
    single = save(an_object(ramp("uint16", 10, 50), SOPInstanceUID="1.2.3.1.2"), tmp_path / "b.dcm")
    single.write_bytes(single.read_bytes()[:-1])
    place.take(single)
    assert place.instances()["1.2.3.1.2"].problem == "Its pixel data ends after 999 of 1000 bytes."


def test_a_length_that_lies_reserves_no_memory(place: Receiving, tmp_path: Path) -> None:
    path = save(an_object(ramp("uint8")), tmp_path / "a.dcm")
    lie = b"\x09\0\x10\x10OB\0\0" + (3_000_000_000).to_bytes(4, "little") + bytes(100)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"\x10\0\x10\0PN")] + lie)
    (taken,) = place.take(path)
    assert taken.refused == "It cannot be filed: StudyInstanceUID and SeriesInstanceUID are missing or malformed."


def test_the_first_files_of_a_series_and_each_doubling_are_worth_a_pack(place: Receiving, tmp_path: Path) -> None:
    paths = [
        save(an_object(ramp("uint8"), SOPInstanceUID=f"1.2.3.1.{n}", InstanceNumber=n), tmp_path / f"{n}.dcm")
        for n in range(1, 21)
    ]
    grew = []
    for at in range(0, 20, 4):
        place.take(*paths[at : at + 4])
        grew.append(len(place.grew))
    assert grew == [1, 2, 2, 3, 3]


def test_what_nobody_here_can_decode_is_kept_and_says_why(place: Receiving, tmp_path: Path) -> None:
    strange = {
        "1.2.840.10008.1.2.4.100": "It is video (MPEG2 Main Profile / Main Level) in a bare MPEG-2 stream, "
        "which browsers do not play; its stream is kept as it came.",
        "1.2.840.10008.1.2.4.94": "Its transfer syntax (JPIP Referenced) is not one that can be decoded here.",
    }
    for number, (syntax, problem) in enumerate(strange.items()):
        uid = f"1.2.3.1.{number}"
        dataset = an_object(ramp("uint8"), payloads=[b"\0\0\1\xb3"], SOPInstanceUID=uid)
        (taken,) = place.take(save(dataset, tmp_path / "a.dcm", syntax))
        assert taken.fresh
        assert place.instances()[uid].problem == problem
        assert place.instances()[uid].frames == 0
