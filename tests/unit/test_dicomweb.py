"""The provider as its clients use it: found, whole, by frame, as JSON and as pictures; refused in sentences."""

import io
import json
from collections.abc import Iterator
from typing import Any

import imagecodecs
import numpy as np
import pytest
from flask import request
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from sqlalchemy import select

from mdt.core.clock import utc_now
from mdt.core.sandbox import SandboxError
from mdt.people.models import AccessToken
from mdt.record.models import Patient
from mdt.web.dicomweb import whole
from mdt.web.dicomweb.answers import stream
from tests.unit.provided import CR, CT, DOC, OBJECTS, PDF, STUDY, THIN, THORAX, US, Provided, at, parts, provided

OCTETS, JPEG = "application/octet-stream", "1.2.840.10008.1.2.4.50"
PLAIN, ANY = "1.2.840.10008.1.2.1", "transfer-syntax=*"
DICOM = 'multipart/related; type="application/dicom"'


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provided]:
    with provided(tmp_path_factory.mktemp("provided")) as made:
        yield made


# -- who


def test_others_are_told_that_there_is_no_such_study(held: Provided) -> None:
    for path in ("", "/metadata", "/rendered", "/thumbnail"):
        refused = held.ask(f"/studies/{STUDY}{path}", "*/*", who="stranger")
        assert refused.status_code == 404, path
        assert "none of your teams" in refused.get_json()["message"]
    assert held.ask("/studies", who="stranger").status_code == 204
    assert held.ask("/studies", who="administrator").status_code == 204


def test_nobody_is_let_in_without_a_session_or_a_token_that_holds(held: Provided) -> None:
    bare = held.ask("/studies", who="nobody")
    assert (bare.status_code, bare.headers["WWW-Authenticate"]) == (401, 'Bearer realm="MDT DICOMweb"')
    for header in ("Bearer mdt_wrong", "Basic bWU6eW91", "Bearer"):
        refused = held.ask("/studies", headers={"Authorization": header})
        assert refused.status_code == 401, header
        assert "invalid_token" in refused.headers["WWW-Authenticate"]
    wrong = held.ask("/studies", headers={"Authorization": f"Bearer {held.sending}"})
    assert (wrong.status_code, wrong.get_json()["message"]) == (
        403,
        "This token is for stow; this needs one for dicomweb.",
    )
    assert 'scope="dicomweb"' in wrong.headers["WWW-Authenticate"]


def test_a_session_only_reads(held: Provided) -> None:
    refused = held.ask("/studies", who="chair", method="POST", data=b"")
    assert (refused.status_code, refused.get_json()["code"]) == (401, "signed-out")
    refused = held.ask("/studies", method="POST", data=b"")
    assert refused.status_code == 403


def test_the_last_use_of_a_token_is_noted(held: Provided) -> None:
    assert held.ask("/studies").status_code == 200
    with held.seeded.house.db.reading() as session:
        used = session.scalar(select(AccessToken.last_used_at).where(AccessToken.id == held.made["token"]))
    assert used is not None
    assert abs((utc_now() - used).total_seconds()) < 90


def test_a_page_of_another_origin_is_not_answered_to_unless_named(held: Provided) -> None:
    refused = held.ask("/studies", headers={"Origin": "https://viewer.example"})
    assert "Access-Control-Allow-Origin" not in refused.headers
    asked = held.ask("/studies", who="nobody", method="OPTIONS", headers={"Origin": "https://viewer.example"})
    assert asked.status_code == 200
    assert "GET" in asked.headers["Allow"]


# -- search


def found(held: Provided, path: str) -> list[dict]:
    answer = held.ask(path)
    assert answer.status_code in (200, 204), answer.text
    assert answer.status_code == 204 or answer.headers["Content-Type"] == "application/dicom+json"
    return json.loads(answer.data or b"[]")


def uids(found_: list[dict], tag: str) -> list[str]:
    return [one[tag]["Value"][0] for one in found_]


def test_studies_are_found_newest_first_with_what_the_standard_wants(held: Provided) -> None:
    listed = found(held, "/studies")
    assert uids(listed, "0020000D") == [STUDY, "1.2.3.1", "1.2.3.2"]
    first = listed[0]
    assert first["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Kowalski^Maria"}]}
    assert first["00100020"]["Value"] == ["9990000018"]
    assert first["00201206"]["Value"] == [5]
    assert first["00201208"]["Value"] == [OBJECTS]
    assert set(first["00080061"]["Value"]) >= {"CT", "US"}
    assert first["00080056"]["Value"] == ["ONLINE"]
    assert first["00200010"] == {"vr": "SH"}
    assert first["00081190"]["Value"] == [f"http://localhost/dicomweb/studies/{STUDY}"]
    assert "00081030" not in first
    assert list(first) == sorted(first)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("PatientID=999%20000%200018", 3),
        ("00100020=9990000018&StudyInstanceUID=1.2.3.1,1.2.3.2", 2),
        ("PatientName=kowal*", 3),
        ("PatientName=KOWALSKI%5EMARIA", 3),
        ("PatientName=kowalski", 0),
        ("PatientName=*wal?ki*&fuzzymatching=false", 3),
        ("StudyDate=20260301-20261231&PatientSex=F", 3),
        ("StudyDate=-20260401", 1),
        ("StudyDate=20261102", 1),
        ("StudyTime=10-11", 1),
        ("AccessionNumber=ACC[1]", 1),
        ("AccessionNumber=ACC[?]", 1),
        ("AccessionNumber=acc[1]", 0),
        ("ModalitiesInStudy=US", 1),
        ("ModalitiesInStudy=US,CT", 3),
        ("StudyDescription=CT CHEST*&includefield=StudyDescription", 3),
        ("PatientBirthDate=19510314", 3),
        ("PatientBirthDate=19510315", 0),
        ("OtherPatientIDs=nothing", 0),
    ],
)
def test_matching(held: Provided, query: str, expected: int) -> None:
    assert len(found(held, f"/studies?{query}")) == expected


def test_names_are_found_without_case_in_every_alphabet(held: Provided) -> None:
    with held.seeded.house.db.writing() as session:
        maria = session.get_one(Patient, held.seeded.patients["maria"])
        maria.family = "Żółkiewska"
    for name in ("ŻÓŁKIEWSKA%5Emaria", "żół*", "?ółkiewska*"):
        assert len(found(held, f"/studies?PatientName={name}")) == 3, name
    with held.seeded.house.db.writing() as session:
        session.get_one(Patient, held.seeded.patients["maria"]).family = "Kowalski"


def test_pages_of_a_search_follow_one_another_and_say_what_is_left(held: Provided) -> None:
    first = held.ask("/studies?limit=2")
    assert first.headers["Warning"] == '299 mdt "There are 1 additional results that can be requested"'
    rest = held.ask("/studies?limit=2&offset=2")
    assert uids(first.get_json(force=True) + rest.get_json(force=True), "0020000D") == [STUDY, "1.2.3.1", "1.2.3.2"]
    assert "Warning" not in rest.headers


def test_what_a_search_cannot_do_is_said(held: Provided) -> None:
    fuzzy = held.ask("/studies?PatientName=Kowalsky&fuzzymatching=true")
    assert fuzzy.status_code == 204
    assert "Only literal matching has been performed." in fuzzy.headers["Warning"]
    absent = held.ask("/studies?includefield=00181030&includefield=StudyDescription,00081030")
    assert "ProtocolName" in absent.headers["Warning"]
    assert absent.get_json(force=True)[0]["00081030"]["Value"] == ["CT CHEST TODAY"]
    for query, sentence in {
        "colour=blue": "no parameter or attribute",
        "00091001=x": "private or unknown",
        "ProtocolName=x": "cannot be searched by",
        "RequestAttributesSequence.ScheduledProcedureStepID=1": "cannot be searched by",
        "StudyDate=yesterday": "a date as YYYYMMDD",
        "StudyDate=20260230": "no such day",
        "StudyInstanceUID=1.2.*": "must be a UID",
        "limit=-1": "whole number",
        "fuzzymatching=maybe": "true or false",
        "emptyvaluematching=true": "not supported",
        "Modality=CT": "not kept in this index at the study level",
        "includefield=Colour": "no attribute",
        "NumberOfStudyRelatedSeries=4": "cannot be searched by",
        "PatientName=*a*b*c*d*e*f*g*h*i*": "more than 8 wildcards",
    }.items():
        refused = held.ask(f"/studies?{query}")
        assert refused.status_code == 400, query
        assert sentence in refused.get_json()["message"], query


def test_series_and_objects_are_found_within_a_study_and_across(held: Provided) -> None:
    assert uids(found(held, f"/studies/{STUDY}/series"), "0020000E") == [CT, US, CR, DOC, THORAX]
    within = found(held, f"/studies/{STUDY}/series?Modality=CT&includefield=all")[0]
    assert (within["00201209"]["Value"], within["0008103E"]["Value"]) == ([4], ["Thorax fein, 1 µm?"])
    assert "00081190" in within
    assert within["00081030"]["Value"] == ["CT CHEST TODAY"]
    across = found(held, "/series?Modality=US")[0]
    assert across["00100020"]["Value"] == ["9990000018"]
    objects = found(held, f"{at(CT)}/instances")
    assert uids(objects, "00080018") == [f"{CT}.{number}" for number in (1, 2, 3, 4)]
    assert (objects[0]["00280010"]["Value"], objects[0]["00280100"]["Value"]) == ([48], [16])
    assert len(found(held, f"/studies/{STUDY}/instances")) == OBJECTS
    assert len(found(held, f"/instances?SOPInstanceUID={CT}.1,{US}.1&InstanceNumber=1")) == 2
    assert found(held, f"/instances?SOPInstanceUID={US}.1")[0]["00280008"]["Value"] == [4]


# -- whole objects


def test_a_study_comes_as_it_was_received(held: Provided) -> None:
    answer = held.ask(f"/studies/{STUDY}", f"{DICOM}; {ANY}")
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    sent = [body for _, body in parts(answer)]
    assert sorted(sent) == sorted(path.read_bytes() for path in held.files.values())
    assert parts(answer)[2][0]["content-type"] == "application/dicom; transfer-syntax=1.2.840.10008.1.2.2"


def test_who_names_no_transfer_syntax_gets_explicit_little_endian(held: Provided) -> None:
    answer = held.ask(at(CT), DICOM)
    assert answer.status_code == 200
    for (headers, body), number in zip(parts(answer), (1, 2, 3, 4), strict=True):
        assert headers["content-type"] == f"application/dicom; transfer-syntax={PLAIN}"
        sent, was = dcmread(io.BytesIO(body)), dcmread(held.files[f"{CT}.{number}"])
        assert sent.file_meta.TransferSyntaxUID == PLAIN
        assert sent.SOPInstanceUID == was.SOPInstanceUID
        assert np.array_equal(sent.pixel_array, was.pixel_array)
        assert {element.tag for element in sent} == {element.tag for element in was}
    one = held.ask(at(CT, 2), "application/dicom")
    assert one.headers["Content-Type"] == f"application/dicom; transfer-syntax={PLAIN}"
    assert dcmread(io.BytesIO(one.data)).PatientName == "KOWALSKI^Maria"


def test_an_object_that_cannot_be_made_refuses_the_answer_before_it_begins(
    held: Provided, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = whole._made

    def broken(reader: Any, one: Any, how: Any) -> Any:
        if one.sop_uid.endswith(".4"):
            raise SandboxError("It cannot be decoded.", "broke")
        return make(reader, one, how)

    monkeypatch.setattr(whole, "_made", broken)
    refused = held.ask(at(CT), DICOM)
    assert refused.status_code == 406
    assert "cannot be decoded" in refused.get_json()["message"]
    monkeypatch.setattr(whole, "PREPARED", 0)
    with pytest.raises(SandboxError):  # too much to make before: then the connection ends before its answer does
        held.ask(at(CT), DICOM)


def test_one_object_alone_can_be_had_in_ranges_and_is_not_sent_twice(held: Provided) -> None:
    path, whole = at(CT, 1), held.files[f"{CT}.1"].read_bytes()
    answer = held.ask(path, f"application/dicom; {ANY}")
    assert answer.data == whole
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = held.ask(path, f"application/dicom; {ANY}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    some = held.ask(path, f"application/dicom; {ANY}", headers={"Range": "bytes=100-299"})
    assert (some.status_code, some.data) == (206, whole[100:300])
    assert some.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
    assert held.ask(path, f"application/dicom; {ANY}", headers={"Range": "bytes=9999999-"}).status_code == 416
    both = held.ask(path, f"application/dicom; {ANY}", headers={"Range": "bytes=0-1,5-6"})
    assert (both.status_code, both.data) == (200, whole)
    old = held.ask(path, f"application/dicom; {ANY}", headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert old.status_code == 200
    head = held.ask(path, f"application/dicom; {ANY}", method="HEAD")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(whole)))


def test_other_forms_are_refused_by_name(held: Provided) -> None:
    for path, accept in {
        f"/studies/{STUDY}": "application/dicom+xml",
        at(US, 1): f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.90",
        at(CT): "application/dicom",
        f"{at(CT)}/metadata": "application/dicom+xml",
        f"{at(US, 1)}/frames/1": "image/png",
        f"{at(US, 1)}/rendered": "image/jpeg",
        f"{at(US, 1)}/rendered?": "video/mp4",
        f"{at(DOC, 1)}/frames/1": "*/*",
        f"{at(DOC, 1)}/rendered": "image/jpeg",
        f"{at(DOC, 1)}/thumbnail": "image/jpeg",
    }.items():
        refused = held.ask(path, accept)
        assert refused.status_code == 406, (path, accept)
        assert refused.get_json()["message"].endswith("."), path
    assert held.ask(at(CT), "application").status_code == 400
    assert held.ask(f"{at(CT)}?frame=1").status_code == 400


def test_an_answer_is_made_while_it_is_sent(held: Provided) -> None:
    made: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            made.append(number)
            yield bytes(1000)

    assert held.ask("/studies").status_code == 200
    assert held.app is not None
    with held.app.test_request_context("/dicomweb/studies"):
        answer = stream(pieces(), "multipart/related", None, "tag")
        assert made == []
        sent = answer(request.environ, lambda *_: None)  # type: ignore[arg-type]
        next(iter(sent))
        assert len(made) == 1


# -- frames


def test_frames_are_the_objects_own_pixels(held: Provided) -> None:
    for number in (1, 2, 3, 4):
        answer = held.ask(f"{at(CT, number)}/frames/1", f"{OCTETS}")
        assert answer.headers["Content-Type"] == f"{OCTETS}; transfer-syntax={PLAIN}"
        pixels = dcmread(held.files[f"{CT}.{number}"]).pixel_array
        assert np.array_equal(np.frombuffer(answer.data, pixels.dtype.newbyteorder("<")).reshape(pixels.shape), pixels)


def test_compressed_frames_come_as_they_were_when_their_type_is_taken(held: Provided) -> None:
    path, loop = f"{at(US, 1)}/frames/3,1", dcmread(held.files[f"{US}.1"])
    was = list(_fragments(loop))
    jpeg = held.ask(path, 'multipart/related; type="image/jpeg"')
    assert [body for _, body in parts(jpeg)] == [was[2], was[0]]
    assert parts(jpeg)[0][0]["content-type"] == f"image/jpeg; transfer-syntax={JPEG}"
    assert parts(jpeg)[0][0]["content-location"].endswith("/frames/3")
    octets = held.ask(path, f"multipart/related; type={OCTETS}; {ANY}")
    assert parts(octets)[0] == ({**parts(octets)[0][0], "content-type": f"{OCTETS}; transfer-syntax={JPEG}"}, was[2])
    plain = held.ask(path, f'multipart/related; type="{OCTETS}"')
    assert [body for _, body in parts(plain)] == [loop.pixel_array[2].tobytes(), loop.pixel_array[0].tobytes()]
    preferred = held.ask(path, f'multipart/related; type="image/jpeg"; q=0.2, multipart/related; type="{OCTETS}"')
    assert parts(preferred)[0][0]["content-type"] == f"{OCTETS}; transfer-syntax={PLAIN}"


def _fragments(dataset):
    return generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames", 1)))


def test_htj2k_comes_from_our_pack_and_is_the_same_pixels(held: Provided) -> None:
    for number in (1, 2, 3, 4):
        answer = held.ask(f"{at(CT, number)}/frames/1", "image/jphc")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201"
        decoded = imagecodecs.htj2k_decode(answer.data)
        assert np.array_equal(decoded, dcmread(held.files[f"{CT}.{number}"]).pixel_array)


def test_frames_that_are_not_there(held: Provided) -> None:
    assert held.ask(f"{at(US, 1)}/frames/5").status_code == 404
    assert held.ask(f"{at(US, 1)}/frames/0").status_code == 404
    for wrong in ("1,,2", "one", "-1", "1-2"):
        assert held.ask(f"{at(US, 1)}/frames/{wrong}").status_code == 400, wrong


# -- metadata and bulk data


def test_metadata_is_the_whole_header_with_addresses_that_work(held: Provided) -> None:
    answer = held.ask(f"{at(CT)}/metadata")
    assert answer.headers["Content-Type"] == "application/dicom+json"
    models = json.loads(answer.data)
    assert uids(models, "00080018") == [f"{CT}.{number}" for number in (1, 2, 3, 4)]
    base = f"http://localhost/dicomweb{at(CT, 1)}/bulkdata"
    one = models[0]
    assert one["7FE00010"] == {"vr": "OW", "BulkDataURI": f"{base}/7FE00010"}
    assert one["00291010"] == {"vr": "OB", "BulkDataURI": f"{base}/00291010"}
    assert one["00080050"] == {"vr": "SH"}
    assert one["0008103E"]["Value"] == ["Thorax fein, 1 µm?"]
    assert one["00080005"]["Value"] == ["ISO_IR 192"]
    assert one["00281050"]["Value"] == [40, -600]
    for number, model in enumerate(models[:3], 1):
        dataset = held.datasets[f"{CT}.{number}"]
        for tag, was in {
            "00291010": bytes(range(256)) * 8,
            "00281201": bytes(range(256)) * 5,
            "7FE00010": dcmread(held.files[f"{CT}.{number}"]).pixel_array.astype("<i2").tobytes(),
        }.items():
            value = held.ask(model[tag]["BulkDataURI"].removeprefix("http://localhost/dicomweb"), OCTETS)
            swapped = np.frombuffer(was, ">u2").astype("<u2").tobytes() if number == 3 and tag == "00281201" else was
            assert value.data == swapped, (number, tag, dataset.SOPInstanceUID)
    assert parts(held.ask(f"{at(CT, 1)}/bulkdata/00291010"))[0][1] == bytes(range(256)) * 8
    again = held.ask(f"{at(CT)}/metadata", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert len(json.loads(held.ask(f"/studies/{STUDY}/metadata").data)) == OBJECTS


def test_bulk_data_that_is_not_there(held: Provided) -> None:
    assert held.ask(f"{at(CT, 1)}/bulkdata/00291099").status_code == 404
    assert held.ask(f"{at(CT, 1)}/bulkdata/00081140/7/00291099").status_code == 404
    assert held.ask(f"{at(CT, 1)}/bulkdata/pixels").status_code == 400


# -- pictures


def picture(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_a_picture_shows_what_the_viewer_would(held: Provided) -> None:
    answer = held.ask(f"{at(CT, 1)}/rendered", "image/png")
    assert answer.headers["Content-Type"] == "image/png"
    dataset = dcmread(held.files[f"{CT}.1"])
    values = apply_modality_lut(dataset.pixel_array, dataset).astype(float)
    expected = np.clip((values - 39.5) / 399 + 0.5, 0, 1) * 255
    assert np.abs(picture(answer.data) - expected).max() <= 0.5
    radiograph = dcmread(held.files[f"{CR}.1"])
    through = apply_voi_lut(radiograph.pixel_array, radiograph) / 4095
    shown = picture(held.ask(f"{at(CR, 1)}/rendered", "image/png").data)
    assert np.abs(shown - (255 - 255 * through)).max() <= 1
    chosen = picture(held.ask(f"{at(CT, 1)}/frames/1/rendered?window=0,100,sigmoid", "image/png").data)
    assert np.abs(chosen - 255 / (1 + np.exp(np.clip(-4 * values / 100, -700, 700)))).max() <= 0.5


def test_a_viewport_cuts_mirrors_and_scales(held: Provided) -> None:
    whole = picture(held.ask(f"{at(CT, 1)}/rendered", "image/png").data)
    part = picture(held.ask(f"{at(CT, 1)}/rendered?viewport=10,20,4,6,10,20", "image/png").data)
    assert np.array_equal(part, whole[6:26, 4:14])
    mirrored = picture(held.ask(f"{at(CT, 1)}/rendered?viewport=10,20,4,6,-10,-20", "image/png").data)
    assert np.array_equal(mirrored, whole[6:26, 4:14][::-1, ::-1])
    assert picture(held.ask(f"{at(CT, 1)}/rendered?viewport=104,1000", "image/png").data).shape == (96, 104)
    small = held.ask(f"/studies/{STUDY}/thumbnail", "image/*")
    assert picture(small.data).shape == (118, 128) or max(picture(small.data).shape) == 128
    assert small.headers["Content-Type"] == "image/jpeg"
    assert held.ask(f"{at(US, 1)}/frames/2/thumbnail").status_code == 200
    assert held.ask(f"{at(US)}/thumbnail?viewport=32,32").status_code == 200


def test_many_pictures_are_parts(held: Provided) -> None:
    answer = held.ask(f"{at(US, 1)}/rendered", 'multipart/related; type="image/jpeg"')
    assert len(parts(answer)) == 4
    assert len(parts(held.ask(f"/studies/{STUDY}/rendered", "multipart/related; type=image/png"))) == 4 + 4 + 1 + THIN
    assert held.ask(f"{at(US, 1)}/frames/2/rendered", "image/jpeg").status_code == 200


def test_a_document_is_rendered_as_itself(held: Provided) -> None:
    answer = held.ask(f"{at(DOC, 1)}/rendered", "application/pdf, image/jpeg")
    assert (answer.status_code, answer.data) == (200, PDF)


def test_what_a_picture_cannot_be_is_said(held: Provided) -> None:
    for query in (
        "window=1",
        "window=1,0,linear",
        "window=a,b,c",
        "viewport=0,0",
        "viewport=x",
        "quality=0",
        "colour=1",
    ):
        assert held.ask(f"{at(CT, 1)}/rendered?{query}").status_code == 400, query
    assert held.ask(f"{at(CT, 1)}/rendered?viewport=9,9,400,400,9,9").status_code == 406
    warned = held.ask(f"{at(CT, 1)}/rendered?annotation=patient,%C5%BB%0A&quality=50")
    assert warned.status_code == 200
    assert "annotation values are not supported" in warned.headers["Warning"]


# -- audit


def test_everything_read_is_in_the_audit_with_its_patient(held: Provided) -> None:
    before = {action: len(held.audited(action)) for action in ("dicomweb.search", "dicomweb.metadata")}
    for path in ("/studies", f"/studies/{STUDY}/metadata", f"{at(CT)}/metadata"):
        held.ask(path, who="chair")
    searched = held.audited("dicomweb.search")[before["dicomweb.search"] :]
    read = held.audited("dicomweb.metadata")[before["dicomweb.metadata"] :]
    maria, chair = held.seeded.patients["maria"], held.seeded.people["chair"]
    assert [(one.actor_id, one.detail["patients"]) for one in searched] == [(chair, [maria])]
    assert [(one.actor_id, one.patient_id) for one in read] == [(chair, maria)] * 2
    for number in (1, 2, 3):
        held.ask(f"{at(CT, number)}/frames/1", who="presenter")
    frames = [one for one in held.audited("dicomweb.frames") if one.actor_id == held.seeded.people["presenter"]]
    assert [(one.patient_id, one.detail["token"]) for one in frames] == [(maria, None)]
    assert any(one.detail["token"] == held.made["token"] for one in held.audited("dicomweb.frames"))
