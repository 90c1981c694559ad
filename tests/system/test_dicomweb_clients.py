"""Real clients on the real server: dicomweb-client, DCMTK's tools, and the OHIF viewer in Chromium."""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from playwright.sync_api import Browser, Page
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLosslessSV1
from requests import HTTPError

from tests.peers.ohif import Ohif, ohif
from tests.system.product import Product
from tests.unit.objects import an_object, ramp, save
from tests.unit.provided import CR, CT, DOC, OBJECTS, STUDY, THIN, THORAX, US, Provided, provided

pytestmark = pytest.mark.system

NEW = "1.2.826.0.1.3680043.10.999.89"


@dataclass
class Served:
    """The product on Maria's imaging, a viewer of another origin, and what was sent in."""

    product: Product
    held: Provided
    viewer: Ohif | None
    folder: Path

    def client(self, token: str | None = None) -> DICOMwebClient:
        headers = {"Authorization": f"Bearer {token or self.held.token}"}
        return DICOMwebClient(f"{self.product.url}/dicomweb", headers=headers)

    def file(self, series: str, number: int) -> Path:
        return self.held.files[f"{series}.{number}"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("clients")
    with provided(folder) as held, ohif(folder / "ohif") as viewer, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MDT_DICOMWEB_ORIGINS", viewer.url)
        product = Product(folder / "house")
        try:
            product.start()
            viewer.point(f"{product.url}/dicomweb")
            yield Served(product, held, viewer, folder)
        finally:
            product.stop()


def tool(*command: str | Path) -> str:
    """Run one of DCMTK's or dicom3tools' programs; without it skip with a reason (with CI=true, fail)."""
    if shutil.which(str(command[0])) is None:
        reason = f"{command[0]} is not installed (Debian packages dcmtk and dicom3tools)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    done = subprocess.run(list(map(str, command)), capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, (
        f"{command}: {done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}"
    )
    return done.stdout.decode(errors="replace")


def test_dicomweb_client_finds_and_brings_what_was_gathered(served: Served) -> None:
    client = served.client()
    studies = client.search_for_studies(search_filters={"PatientID": "9990000018", "StudyDate": "20260101-"}, limit=1)
    assert [one["0020000D"]["Value"] for one in studies] == [[STUDY]]
    series = client.search_for_series(STUDY, fields=["BodyPartExamined"])
    assert [one["0020000E"]["Value"][0] for one in series] == [CT, US, CR, DOC, THORAX]
    assert len(client.search_for_instances(STUDY)) == OBJECTS
    every = client.retrieve_study(STUDY)
    assert {str(one.SOPInstanceUID) for one in every} == set(served.held.files)
    for one in client.retrieve_series(STUDY, THORAX):
        was = dcmread(served.held.files[one.SOPInstanceUID])
        assert (one.file_meta.TransferSyntaxUID, one) == (was.file_meta.TransferSyntaxUID, was)


def test_dicomweb_client_reads_headers_frames_and_pictures(served: Served) -> None:
    client = served.client()
    for metadata in client.retrieve_series_metadata(STUDY, CT):
        read, was = (
            Dataset.from_json(metadata, lambda uri: bytes(client.retrieve_bulkdata(uri)[0])),
            dcmread(served.held.files[_uid(metadata)]),
        )
        assert read.PatientName == was.PatientName
        assert read.get("ReferencedImageSequence") == was.get("ReferencedImageSequence")
        assert read.get((0x0029, 0x0011)) == was.get((0x0029, 0x0011)) or was.file_meta.TransferSyntaxUID.is_implicit_VR
    loop = dcmread(served.file(US, 1)).pixel_array
    frames = client.retrieve_instance_frames(STUDY, US, f"{US}.1", [2, 4])
    assert [np.frombuffer(one, "u1").reshape(loop.shape[1:]).tolist() for one in frames] == [
        loop[1].tolist(),
        loop[3].tolist(),
    ]
    jpeg = client.retrieve_instance_frames(
        STUDY, US, f"{US}.1", [1], media_types=(("image/jpeg", "1.2.840.10008.1.2.4.50"),)
    )
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(jpeg[0]))), loop[0])
    picture = client.retrieve_instance_rendered(STUDY, THORAX, f"{THORAX}.1", media_types=("image/png",))
    assert np.asarray(Image.open(io.BytesIO(picture))).shape == (128, 128)


def _uid(metadata: dict[str, Any]) -> str:
    return str(metadata["00080018"]["Value"][0])


def test_dicomweb_client_sends_as_a_trust_and_only_as_one(served: Served) -> None:
    dataset = an_object(ramp("int16"), PatientName="KOWALSKI^Maria", StudyInstanceUID=NEW, SeriesInstanceUID=f"{NEW}.1")
    dataset.SOPInstanceUID = f"{NEW}.1.1"
    sent = dcmread(save(dataset, served.folder / "sent.dcm"))
    answer = served.client(served.held.sending).store_instances([sent])
    assert [str(one.ReferencedSOPInstanceUID) for one in answer.ReferencedSOPSequence] == [f"{NEW}.1.1"]
    assert served.client().retrieve_instance(NEW, f"{NEW}.1", f"{NEW}.1.1") == sent
    with pytest.raises(HTTPError, match="403"):
        served.client().store_instances([sent])


def test_dcmtk_takes_what_we_send_and_agrees_with_our_headers(served: Served) -> None:
    client, at = served.client(), served.folder
    for series, number in ((CT, 1), (CT, 2), (CT, 3), (CR, 1), (DOC, 1), (THORAX, THIN)):
        uid, file = f"{series}.{number}", at / "object.dcm"
        client.retrieve_instance(STUDY, series, uid).save_as(file)
        assert uid in tool("dcmdump", "+P", "SOPInstanceUID", file)
        tool("dcmconv", "+te", file, at / "plain.dcm")
        theirs = json.loads(tool("dcm2json", at / "plain.dcm"))
        ours = client.retrieve_instance_metadata(STUDY, series, uid)
        assert _comparable(ours, private=number != 2) == _comparable(theirs, private=number != 2), uid
    plain = client.retrieve_instance(STUDY, CT, f"{CT}.4", media_types=(("application/dicom", "1.2.840.10008.1.2.1"),))
    assert dcmread(served.file(CT, 4)).file_meta.TransferSyntaxUID == JPEGLosslessSV1
    plain.save_as(at / "ours.dcm")
    tool("dcmdjpeg", served.file(CT, 4), at / "theirs.dcm")
    assert np.array_equal(dcmread(at / "theirs.dcm").pixel_array, dcmread(at / "ours.dcm").pixel_array)
    assert "Error" not in tool("dcmdump", "-q", at / "ours.dcm")


def _comparable(model: dict[str, Any], *, private: bool) -> dict[str, Any]:
    """Without what may be written in two ways: numbers, binary values, group lengths, the character set."""
    found = {}
    for tag, element in model.items():
        if tag in ("00080005",) or tag[4:] == "0000" or (not private and int(tag[:4], 16) % 2):
            continue
        if "InlineBinary" in element or "BulkDataURI" in element:
            found[tag] = [element["vr"], "binary"]
        elif element["vr"] == "SQ":
            found[tag] = ["SQ", *(_comparable(item, private=private) for item in element.get("Value", []))]
        else:
            found[tag] = [element["vr"], *map(_plain, element.get("Value", []))]
    return found


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) else value


def test_ohif_opens_the_study_from_another_origin_and_paints_its_pixels(served: Served, browser: Browser) -> None:
    assert served.viewer is not None
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    refused: list[str] = []
    token = served.held.token
    page.on("response", lambda one: refused.append(f"{one.status} {one.url}") if one.status >= 400 else None)
    page.goto(f"{served.viewer.url}/viewer?StudyInstanceUIDs={STUDY}&SeriesInstanceUIDs={THORAX}&token={token}")
    page.get_by_text("Skip all").click(timeout=60_000)
    shown = _wait_for_picture(page, served)
    page.screenshot(path=served.folder / "ohif.png")
    context.close()
    scale, middle = shown.shape[0] / 128, shown.shape[1] // 2
    places = [(64, 64), (60, 50), (64, 100), (2, 2)]
    theirs = [int(shown[int((row + 0.5) * scale), middle + int((column + 0.5 - 64) * scale)]) for row, column in places]
    ours = [[int(slice_[place]) for place in places] for slice_ in _rendered(served)]
    assert min(max(abs(a - b) for a, b in zip(theirs, one, strict=True)) for one in ours) <= 2, (theirs, ours)
    assert refused == []


def _rendered(served: Served) -> list[np.ndarray]:
    """Each thin slice as we render it; the viewer begins with one of them."""
    client, media = served.client(), ("image/png",)
    pictures = [
        client.retrieve_instance_rendered(STUDY, THORAX, f"{THORAX}.{number}", media_types=media)
        for number in range(1, THIN + 1)
    ]
    return [np.asarray(Image.open(io.BytesIO(picture))) for picture in pictures]


def _wait_for_picture(page: Page, served: Served) -> np.ndarray:
    """The middle of the viewport, once the thin slices are in it: their nodule stands out, left of the middle."""
    canvas = page.locator(".cornerstone-canvas").first
    for _ in range(120):
        page.wait_for_timeout(250)
        shown = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("L"), dtype=int)
        scale = shown.shape[0] / 128
        middle = shown.shape[1] // 2
        nodule = shown[int(60.5 * scale), middle - int(13.5 * scale)]
        if (
            nodule > shown[int(64.5 * scale), middle + int(scale / 2)] + 20 > 100
            and shown[4, middle - int(60 * scale)] < 5
        ):
            return shown
    page.screenshot(path=served.folder / "ohif-failed.png")
    raise AssertionError(f"OHIF did not paint the series: {served.folder / 'ohif-failed.png'}")
