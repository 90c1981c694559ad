"""What the provider reads out of objects, the strangest included, beside what DCMTK and pydicom read out of them."""

import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import pixel_array
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from mdt.core.errors import MdtError
from mdt.imaging.files.opening import opened
from mdt.imaging.files.raster import raster_of
from mdt.imaging.provider import leaf, plainly
from mdt.imaging.provider.leaf import Leaf
from tests.unit.objects import SHARED, an_object, item, ramp, save

ODD = sorted((SHARED / "odd").iterdir()) if (SHARED / "odd").is_dir() else []


def read(path: Path, folder: Path) -> tuple[Leaf, dict[str, Any]]:
    """An object's leaf; its model with addresses that begin with @."""
    assert leaf.write_all([path], [folder / "leaf"]) == [None]
    with (folder / "leaf").open("rb") as file:
        about, at = leaf.read(file)
        file.seek(at)
        return about, json.loads(file.read().replace(b"\0", b"@"))


def comparable(model: dict[str, Any]) -> dict[str, Any]:
    """Without what may be written in two ways: numbers, binary values, group lengths, the character set, privacy."""
    found: dict[str, Any] = {}
    for tag, element in model.items():
        if tag == "00080005" or tag[4:] == "0000" or tag[:4] == "0002" or int(tag[:4], 16) % 2:
            continue
        values = element.get("Value", [])
        if "InlineBinary" in element or "BulkDataURI" in element:
            found[tag] = [element["vr"], "binary"]
        elif element["vr"] == "SQ":
            found[tag] = ["SQ", *map(comparable, values)]
        else:
            plain = [_plain(value, element["vr"]) for value in values]
            found[tag] = [element["vr"], *(plain if any(one is not None for one in plain) else [])]
    return found


def _plain(value: Any, vr: str) -> Any:
    if isinstance(value, dict):
        return {group: text.rstrip("^ ") for group, text in value.items()}
    if isinstance(value, str):
        value = value.strip(" \0") or None
        return float(value) if value is not None and vr in ("DS", "IS") and _is_number(value) else value
    return float(f"{value:.7g}") if isinstance(value, int | float) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_headers_agree_with_dcmtks(tmp_path: Path) -> None:
    if not ODD or shutil.which("dcm2json") is None:
        missing = "dcm2json (Debian package dcmtk)" if ODD else "the shared sample files"
        (pytest.fail if ODD and os.environ.get("CI") == "true" else pytest.skip)(f"{missing} is not here")
    compared = 0
    for path in (one for one in ODD if one.stat().st_size < 300_000):
        told = subprocess.run(["dcm2json", "-ee", str(path)], capture_output=True, check=False, timeout=60).stdout
        try:
            theirs = comparable(json.loads(told))
        except ValueError:
            continue  # compressed pixels and some character sets are beyond it
        if leaf.write_all([path], [tmp_path / "leaf"]) != [None]:
            continue
        _, ours = read(path, tmp_path)
        assert comparable(ours) == theirs, path.name
        compared += 1
    assert compared >= 40, compared


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_frames_and_whole_objects_without_compression_are_pydicoms_pixels(tmp_path: Path) -> None:
    if not ODD:
        pytest.skip("the shared sample files are not here")
    compared: dict[str, int] = {}
    for path in ODD:
        try:
            with opened(path) as file:
                raster, syntax, channels = raster_of(file), file.transfer_syntax, raster_of(file).samples
        except MdtError:
            continue
        try:
            theirs = pixel_array(path, raw=not syntax.is_compressed or channels == 1)
        except Exception:
            continue  # what pydicom cannot decode is compared elsewhere
        if raster.allocated == 1 or raster.photometric == "YBR_FULL_422" or syntax.is_deflated:
            continue
        stored = dcmread(path, force=True)
        plain = not syntax.is_compressed
        mask = stored.BitsStored != stored.BitsAllocated if "BitsStored" in stored else False
        lengths = plainly.frames(path, range(raster.frames), tmp_path / "frames")
        got = np.frombuffer((tmp_path / "frames").read_bytes(), theirs.dtype.newbyteorder("<"))
        assert sum(lengths) == got.nbytes
        if not (plain and (mask or raster.planar)):  # bits above those stored, or colour by planes, come as they are
            assert np.array_equal(got, theirs.reshape(-1)), path.name
        try:
            plainly.whole(path, tmp_path / "whole.dcm")
        except (AttributeError, NotImplementedError, ValueError):
            continue  # it says not what it is, or holds what cannot be written
        again = dcmread(tmp_path / "whole.dcm")
        assert again.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
        assert np.array_equal(pixel_array(again, raw=plain or channels == 1), theirs), path.name
        compared[str(syntax)] = compared.get(str(syntax), 0) + 1
    assert len(compared) >= 10, compared


def test_the_places_of_frames_are_where_pydicom_finds_them(tmp_path: Path) -> None:
    payloads = [bytes([number]) * 10 for number in range(1, 4)]
    for offsets in (True, False):
        for parts in (1, 2):
            path = tmp_path / f"{offsets}-{parts}.dcm"
            dataset = an_object(ramp("uint8", 4, 6)[None].repeat(3, 0), payloads=payloads)
            dataset.PixelData = encapsulate(payloads, fragments_per_frame=parts, has_bot=offsets)
            save(dataset, path, "1.2.840.10008.1.2.4.50")
            about, model = read(path, tmp_path)
            assert model["7FE00010"] == {"vr": "OB", "BulkDataURI": "@7FE00010"}
            content = path.read_bytes()
            expected = (
                list(generate_frames(dcmread(path).PixelData, number_of_frames=3)) if offsets or parts == 1 else None
            )
            told = None
            if about.places is not None:
                told = [b"".join(content[at : at + length] for at, length in pieces) for pieces in about.places]
            assert told == expected, (offsets, parts)


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_frames_that_do_not_lie_in_the_file_as_they_are_sent_have_no_place(tmp_path: Path, syntax: str) -> None:
    path = save(an_object(ramp("uint16")), tmp_path / "object.dcm", syntax)
    about, _ = read(path, tmp_path)
    assert (about.places, about.value, about.frames) == (None, None, 1)


def test_single_bits_run_on_from_frame_to_frame_and_come_out_apart(tmp_path: Path) -> None:
    bits = (np.arange(3 * 5 * 7).reshape(3, 5, 7) % 3 == 0).astype("uint8")
    dataset = an_object(bits)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    packed = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    path = save(dataset, tmp_path / "bits.dcm")
    about, _ = read(path, tmp_path)
    assert (about.places, about.value) == (None, (path.stat().st_size - 14, 14))
    assert plainly.frames(path, [0, 2], tmp_path / "frames") == [5, 5]
    apart = np.frombuffer((tmp_path / "frames").read_bytes(), "u1").reshape(2, 5)
    unpacked = np.unpackbits(apart, axis=1, count=35, bitorder="little").reshape(2, 5, 7)
    assert np.array_equal(unpacked, bits[[0, 2]])
    plainly.whole(path, tmp_path / "whole.dcm")
    assert dcmread(tmp_path / "whole.dcm").PixelData == dataset.PixelData


def test_values_that_are_no_values_do_not_cost_the_header(tmp_path: Path) -> None:
    dataset = an_object(ramp("uint8"), PatientComments="fine", ImageComments='quote " backslash \\ \0 end')
    dataset.PatientName = "Müller^Jörg=山田^太郎=やまだ^たろう"
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    dataset.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    dataset.DiffusionBValue = float("nan")
    dataset.ReferencedStudySequence = []
    dataset.ReferencedSeriesSequence = [item(SeriesInstanceUID="1.2.3"), Dataset()]
    dataset.FrameIncrementPointer = [0x00181063]
    path = save(dataset, tmp_path / "object.dcm")
    content = path.read_bytes().replace(b"19510314", b"yesterda")
    content = content.replace(b"IS\x02\x001 ", b"IS\x02\x00??")
    path.write_bytes(content)
    _, model = read(path, tmp_path)
    assert model["00100030"]["Value"] == ["yesterda"]
    assert model["00200013"] == {"vr": "UN", "InlineBinary": "Pz8="}
    assert model["00100010"]["Value"] == [
        {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
    ]
    assert model["00189087"]["Value"] == ["NaN"]
    assert model["00081110"] == {"vr": "SQ"}
    assert model["00081115"]["Value"] == [{"0020000E": {"vr": "UI", "Value": ["1.2.3"]}}, {}]
    assert model["00204000"]["Value"] == ['quote " backslash \\ \0 end']
    assert model["00280009"]["Value"] == ["00181063"]


def test_values_in_sequences_have_addresses_of_their_own(tmp_path: Path) -> None:
    block = bytes(range(256)) * 5
    inner = item(ReferencedSOPInstanceUID="1.2")
    inner.private_block(0x0029, "MDT", create=True).add_new(1, "OW", block)
    path = save(
        an_object(ramp("uint8"), ReferencedImageSequence=[item(), inner]), tmp_path / "o.dcm", ExplicitVRBigEndian
    )
    _, model = read(path, tmp_path)
    address = model["00081140"]["Value"][1]["00291001"]["BulkDataURI"]
    assert address == "@00081140/2/00291001"
    assert leaf.bulk(path, address[1:], tmp_path / "value")
    assert (tmp_path / "value").read_bytes() == np.frombuffer(block, ">u2").astype("<u2").tobytes()
    assert not leaf.bulk(path, "00081140/3/00291001", tmp_path / "value")
    assert not leaf.bulk(path, "00081150", tmp_path / "value")
    assert io.BytesIO(path.read_bytes()).read(132)[-4:] == b"DICM"
