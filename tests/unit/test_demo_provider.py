"""The demo's DICOMweb archive answers as PS3.18 says, so that it can stand for a trust and be a peer in tests."""

import io
from email.parser import BytesParser
from email.policy import HTTP

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from mdt.demo import holdings
from mdt.demo.phantoms.cine import Cine, multi_frame
from mdt.demo.phantoms.objects import Shot, uid
from mdt.demo.provider import application

ALL = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def an_object(study, series, number, *, name, patient_id, other=None, day="20261102", modality="CT"):
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", uid(study, series, number)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(study), uid(study, series)
    ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.StudyID = day, "101500", "A1", "1"
    ds.StudyDescription, ds.SeriesDescription = "CT chest", "Axial"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = modality, series, number
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = name, patient_id, "19530802", "F"
    if other:
        item = Dataset()
        item.PatientID, item.TypeOfPatientID = other, "TEXT"
        ds.OtherPatientIDsSequence = [item]
    ds.Rows = ds.Columns = 4
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.PixelData = np.full((4, 4), number, np.uint16).tobytes()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    made = [
        an_object("a", series, number, name="PRŶS^Siân^^Ms", patient_id="M1", other="9991802649")
        for series in (1, 2)
        for number in (1, 2, 3)
    ]
    made += [
        an_object("b", 1, 1, name="KHAN^Mohammed^^Mr", patient_id="M2", day="20260511"),
        an_object("c", 1, 1, name="KHAN^Mohammed^^Mr", patient_id="M3", day="20250101", modality="DX"),
    ]
    for number, ds in enumerate(made):
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    (folder / "notes.txt").write_text("not DICOM")
    return folder


@pytest.fixture(scope="module")
def web(folder):
    return application(holdings.load(folder)).test_client()


def find(web, path, **keys):
    answer = web.get(path, query_string=keys)
    assert answer.status_code in (200, 204)
    return answer.get_json(force=True) if answer.status_code == 200 else []


def value(item, tag):
    return item[tag]["Value"][0]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, "abc"),
        ({"PatientID": "M2"}, "b"),
        ({"00100020": "M2"}, "b"),
        ({"PatientName": "khan*"}, "bc"),
        ({"PatientName": "PRŶS^S?ân*"}, "a"),
        ({"PatientName": "PRYS*"}, ""),
        ({"OtherPatientIDs": "*9991802649*"}, "a"),
        ({"OtherPatientIDsSequence.PatientID": "9991802649"}, "a"),
        ({"StudyDate": "20260101-20261231"}, "ab"),
        ({"StudyDate": "-20251231"}, "c"),
        ({"StudyDate": "20261102-"}, "a"),
        ({"ModalitiesInStudy": "DX"}, "c"),
        ({"PatientBirthDate": "19530802", "PatientID": ""}, "abc"),
        ({"StudyInstanceUID": f"{uid('a')},{uid('c')}"}, "ac"),
    ],
)
def test_studies_are_found_by_their_keys(web, keys, found):
    assert {value(one, "0020000D") for one in find(web, "/studies", **keys)} == {str(uid(key)) for key in found}


def test_a_study_says_its_counts_and_whose_it_is(web):
    (study,) = find(web, "/studies", PatientID="M1")
    assert value(study, "00201206") == 2
    assert value(study, "00201208") == 6
    assert study["00080061"]["Value"] == ["CT"]
    assert value(study, "00100010") == {"Alphabetic": "PRŶS^Siân^^Ms"}
    assert study["00101002"]["Value"][0]["00100020"]["Value"] == ["9991802649"]


def test_series_and_instances_lie_below_their_study(web):
    series = find(web, f"/studies/{uid('a')}/series")
    assert [value(one, "00201209") for one in series] == [3, 3]
    instances = find(web, f"/studies/{uid('a')}/series/{uid('a', 2)}/instances")
    assert [value(one, "00200013") for one in instances] == [1, 2, 3]
    assert find(web, "/studies/1.2.3/series") == []


def test_pages_follow_each_other_and_say_that_there_is_more(web):
    first = web.get("/studies?limit=2")
    assert len(first.get_json(force=True)) == 2
    assert "1 additional" in first.headers["Warning"]
    second = web.get("/studies?limit=2&offset=2")
    assert len(second.get_json(force=True)) == 1
    assert "Warning" not in second.headers


def test_a_query_that_makes_no_sense_is_refused_in_words(web):
    assert web.get("/studies?NoSuchThing=1").status_code == 400
    assert web.get("/studies?limit=many").status_code == 400


def test_metadata_has_no_pixels(web):
    every = find(web, f"/studies/{uid('a')}/series/{uid('a', 1)}/metadata")
    assert len(every) == 3
    assert all("7FE00010" not in one for one in every)


def test_objects_come_byte_for_byte_when_any_encoding_is_taken(web, folder):
    answer = web.get(f"/studies/{uid('a')}/series/{uid('a', 1)}", headers={"Accept": ALL})
    parts = [part.get_payload(decode=True) for part in parts_of(answer)]
    assert parts == [(folder / f"{number}.dcm").read_bytes() for number in range(3)]


def test_a_single_object_can_be_asked_for(web):
    path = f"/studies/{uid('a')}/series/{uid('a', 1)}/instances/{uid('a', 1, 2)}"
    (part,) = parts_of(web.get(path, headers={"Accept": ALL}))
    assert pydicom.dcmread(io.BytesIO(part.get_payload(decode=True))).InstanceNumber == 2
    assert web.get(path + ".9", headers={"Accept": ALL}).status_code == 404


def test_a_compressed_object_is_sent_uncompressed_to_who_did_not_ask_for_more(tmp_path):
    cine = multi_frame(Shot("us", pydicom.valuerep.DA("20261102"), "101500", "US", "BREAST"), "L", a_cine())
    cine.PatientName, cine.PatientID = "A^B", "1"
    cine.save_as(tmp_path / "us.dcm", enforce_file_format=True)
    web = application(holdings.load(tmp_path)).test_client()
    syntaxes = {}
    for accept in (ALL, 'multipart/related; type="application/dicom"'):
        (part,) = parts_of(web.get(f"/studies/{uid('us')}", headers={"Accept": accept}))
        read = pydicom.dcmread(io.BytesIO(part.get_payload(decode=True)))
        assert read.pixel_array.shape == (2, 16, 16, 3)
        syntaxes[accept] = read.file_meta.TransferSyntaxUID
    assert list(syntaxes.values()) == [JPEGBaseline8Bit, ExplicitVRLittleEndian]
    refused = 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.90'
    assert web.get(f"/studies/{uid('us')}", headers={"Accept": refused}).status_code == 406
    assert web.get(f"/studies/{uid('us')}", headers={"Accept": "image/jpeg"}).status_code == 406


def test_what_was_read_is_remembered_until_a_file_changes(folder, tmp_path):
    kept = tmp_path / "index.json"
    first, again = holdings.load(folder, kept), holdings.load(folder, kept)
    assert first == again
    (folder / "9.dcm").write_bytes((folder / "0.dcm").read_bytes())
    assert len(holdings.load(folder, kept)) == len(first) + 1
    (folder / "9.dcm").unlink()


def a_cine():
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (90, 90, 90)).save(out, "JPEG", subsampling="4:2:2")
    return Cine([out.getvalue()] * 2, 10.0, 16, 16, 0.1)


def parts_of(answer):
    assert answer.status_code == 200
    whole = f"Content-Type: {answer.content_type}\r\n\r\n".encode() + answer.data
    return list(BytesParser(policy=HTTP).parsebytes(whole).iter_parts())
