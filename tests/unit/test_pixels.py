"""Every transfer syntax: what is shown are the pixels pydicom decodes from the same file, bit for bit."""

import io
import subprocess
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.pixels import apply_color_lut, convert_color_space
from pydicom.uid import UID, RLELossless

from tests.unit.objects import SHARED, Pixels, an_object, frames_of, ramp, save, smooth

BUNDLED = (
    "MR_small_implicit.dcm",
    "CT_small.dcm",
    "MR_small_bigendian.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
    "rtdose_expb.dcm",
    "image_dfl.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "SC_jpeg_no_color_transform.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "JPEGLSNearLossless_08.dcm",
    "JPEGLSNearLossless_16.dcm",
    "SC_rgb_jls_lossy_line.dcm",
    "MR_small_jp2klossless.dcm",
    "J2K_pixelrep_mismatch.dcm",
    "JPEG2000.dcm",
    "693_J2KI.dcm",
    "SC_rgb_gdcm_KY.dcm",
    "MR_small_RLE.dcm",
    "SC_rgb_rle_16bit_2frame.dcm",
    "SC_rgb_rle_32bit.dcm",
    "rtdose_rle.dcm",
    "rtdose.dcm",
    "SC_ybr_full_422_uncompressed.dcm",
    "examples_palette.dcm",
    "examples_ybr_color.dcm",
    "liver_1frame.dcm",
    "liver_expb_1frame.dcm",
)
# pydicom cannot decode these itself; each has a test of its own below.
BEYOND_PYDICOM = {"003-nema-nm1_jply.dcm", "021-nema-mr1_jply.dcm", "211-liver_nonbyte_aligned_rle.dcm"}
BEYOND_PYDICOM |= {"217-liver_deflate.dcm"}

ODD = sorted(path for path in (SHARED / "odd").glob("*") if path.suffix != ".md") if SHARED.is_dir() else []
REGION = sorted((SHARED / "region").glob("*/*/*.dcm")) if SHARED.is_dir() else []
EACH = 12  # of a long series' slices, spread over it; they differ in nothing but their content


def _by_syntax() -> dict[str, list[Path]]:
    """Every odd file, and some of each study of the region, by the name of what it is encoded in."""
    found: dict[str, list[Path]] = {}
    studies: dict[Path, list[Path]] = {}
    for path in REGION:
        studies.setdefault(path.parent, []).append(path)
    some = [path for paths in studies.values() for path in paths[:: max(1, len(paths) // EACH)]]
    for path in [path for path in ODD if path.name not in BEYOND_PYDICOM] + some:
        found.setdefault(_syntax_of(path), []).append(path)
    return found


def _syntax_of(path: Path) -> str:
    try:
        stated = read_file_meta_info(path).get("TransferSyntaxUID")
    except InvalidDicomError:
        stated = None
    return UID(stated).name if stated else "no meta header"


def test_every_bundled_file(tmp_path: Path) -> None:
    for name in BUNDLED:
        path = get_testdata_file(name, download=False)
        assert path is not None, name
        _same_as_pydicom(Path(str(path)), tmp_path)


SHARED_BY_SYNTAX = _by_syntax()
# What each must show at least, so that a test that compares nothing does not pass.
AT_LEAST = {
    "Implicit VR Little Endian": 30,
    "Explicit VR Little Endian": 60,
    "Explicit VR Big Endian": 3,
    "Deflated Explicit VR Little Endian": 1,
    "RLE Lossless": 10,
    "JPEG Baseline (Process 1)": 15,
    "JPEG Extended (Process 2 and 4)": 2,
    "JPEG Lossless, Non-Hierarchical (Process 14)": 1,
    "JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])": 15,
    "JPEG-LS Lossless Image Compression": 6,
    "JPEG-LS Lossy (Near-Lossless) Image Compression": 3,
    "JPEG 2000 Image Compression (Lossless Only)": 8,
    "JPEG 2000 Image Compression": 20,
    "High-Throughput JPEG 2000 Image Compression (Lossless Only)": 1,
    "no meta header": 3,
}


@pytest.mark.skipif(not ODD, reason="../shared/data is not on this machine")
@pytest.mark.parametrize("syntax", AT_LEAST)
def test_every_shared_file_of_a_syntax(tmp_path: Path, syntax: str) -> None:
    compared = sum(_same_as_pydicom(path, tmp_path) for path in SHARED_BY_SYNTAX[syntax])
    assert compared >= AT_LEAST[syntax]


@pytest.mark.skipif(not ODD, reason="../shared/data is not on this machine")
def test_no_syntax_is_forgotten() -> None:
    assert set(SHARED_BY_SYNTAX) == set(AT_LEAST)


GREY = {
    "unsigned 8": ramp("uint8"),
    "unsigned 16": ramp("uint16"),
    "signed 16": ramp("int16"),
    "one pixel": np.array([[41]], "uint16"),
    "colour": ramp("uint8", samples=3),
}


def _rle(pixels: Pixels) -> bytes:
    dataset = an_object(pixels)
    dataset.compress(RLELossless, pixels, encoding_plugin="pydicom", generate_instance_uid=False)
    return next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))


def _jpegls(pixels: Pixels) -> bytes:
    """JPEG-LS knows no signs: the bits are the same."""
    return bytes(imagecodecs.jpegls_encode(pixels.view(f"u{pixels.dtype.itemsize}")))


def _htj2k(pixels: Pixels) -> bytes:
    return bytes(imagecodecs.htj2k_encode(pixels, reversible=True))


def _jpegxl(pixels: Pixels) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(pixels.view(f"u{pixels.dtype.itemsize}"), lossless=True))


def _jpeg2000(pixels: Pixels) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(pixels, reversible=True, codecformat="j2k"))


SYNTAXES: dict[str, tuple[str, Callable[[Pixels], bytes] | None]] = {
    "implicit little endian": ("1.2.840.10008.1.2", None),
    "explicit little endian": ("1.2.840.10008.1.2.1", None),
    "explicit big endian": ("1.2.840.10008.1.2.2", None),
    "deflated": ("1.2.840.10008.1.2.1.99", None),
    "deflated frames": ("1.2.840.10008.1.2.8.1", lambda p: zlib.compress(p.tobytes(), wbits=-15)),
    "RLE": ("1.2.840.10008.1.2.5", _rle),
    "JPEG-LS": ("1.2.840.10008.1.2.4.80", _jpegls),
    "JPEG 2000": ("1.2.840.10008.1.2.4.90", _jpeg2000),
    "HTJ2K": ("1.2.840.10008.1.2.4.201", _htj2k),
    "HTJ2K with RPCL": ("1.2.840.10008.1.2.4.202", _htj2k),
    "JPEG XL": ("1.2.840.10008.1.2.4.110", _jpegxl),
    "each frame plain": ("1.2.840.10008.1.2.1.98", lambda p: p.tobytes()),
}


@pytest.mark.parametrize("picture", GREY)
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_depth_in_every_syntax_without_loss(tmp_path: Path, syntax: str, picture: str) -> None:
    uid, compress = SYNTAXES[syntax]
    pixels = GREY[picture]
    if uid.endswith("1.2.2"):
        dataset = an_object(pixels)
        dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes() + b"\0" * (pixels.nbytes % 2)
    else:
        dataset = an_object(pixels, payloads=[compress(pixels)] if compress else None)
    entries, frames = frames_of(save(dataset, tmp_path / "a.dcm", uid), tmp_path)
    assert [entry["lossy"] for entry in entries] == [False]
    assert np.array_equal(frames[0], pixels)
    assert entries[0]["bits"] == pixels.dtype.itemsize * 8
    assert entries[0]["signed"] == (pixels.dtype.kind == "i")


@pytest.mark.parametrize("high_bit", [11, 13, 15])
@pytest.mark.parametrize("signed", [False, True])
def test_only_the_bits_that_are_stored_count(tmp_path: Path, high_bit: int, signed: bool) -> None:
    """Twelve bits anywhere in sixteen, with an old overlay in the others."""
    pixels = ramp("int16", low=-2048, high=2047) if signed else ramp("uint16", low=0, high=4095)
    shift = high_bit - 11
    stored = (pixels.astype("uint16") & 0x0FFF) << shift
    overlay = ramp("uint16") & (0xFFFF ^ (0x0FFF << shift))
    dataset = an_object(stored | overlay, BitsStored=12, HighBit=high_bit, PixelRepresentation=int(signed))
    _, frames = frames_of(save(dataset, tmp_path / "a.dcm"), tmp_path)
    assert np.array_equal(frames[0], pixels)


def test_single_bits_run_on_from_frame_to_frame(tmp_path: Path) -> None:
    """Fifteen pixels a frame: the second frame begins in the middle of a byte."""
    frames = (ramp("uint8", 27, 5) > 90).astype("uint8").reshape(9, 3, 5)
    dataset = an_object(frames, BitsAllocated=1, BitsStored=1)
    dataset.PixelData = np.packbits(frames.ravel(), bitorder="little").tobytes() + b"\0"
    entries, shown = frames_of(save(dataset, tmp_path / "a.dcm"), tmp_path)
    assert np.array_equal(np.stack(shown), frames)
    assert (entries[0]["bits"], entries[0]["centre"], entries[0]["width"]) == (8, [1.0], [2.0])


def test_colour_by_plane(tmp_path: Path) -> None:
    pixels = ramp("uint8", samples=3)
    dataset = an_object(pixels, PlanarConfiguration=1)
    dataset.PixelData = pixels.transpose(2, 0, 1).tobytes() + b"\0" * (pixels.nbytes % 2)
    _, shown = frames_of(save(dataset, tmp_path / "a.dcm"), tmp_path)
    assert np.array_equal(shown[0], pixels)


def _table(values: list[int], *, bits: int) -> bytes:
    return np.array(values, "<u2" if bits == 16 else "u1").tobytes()


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_palettes_of_either_width(tmp_path: Path, bits: int, depth: str) -> None:
    """The first entry is for 3: what lies below has its colour, what lies above the table that of the last."""
    pixels = np.array([[0, 3, 4], [5, 6, 200]], depth)
    top = (1 << bits) - 1
    tables = {"Red": [top, 0, 0, 0], "Green": [0, top // 2, 0, 0], "Blue": [0, 0, top, top // 4]}
    dataset = an_object(pixels, PhotometricInterpretation="PALETTE COLOR")
    for colour, values in tables.items():
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [4, 3, bits])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", _table(values, bits=bits))
    _, shown = frames_of(save(dataset, tmp_path / "a.dcm"), tmp_path)
    half, quarter = (top // 2) >> (bits - 8), (top // 4) >> (bits - 8)
    assert shown[0].tolist() == [
        [[255, 0, 0], [255, 0, 0], [0, half, 0]],
        [[0, 0, 255], [0, 0, quarter], [0, 0, quarter]],
    ]


def test_a_palette_in_segments(tmp_path: Path) -> None:
    """PS3.3 C.7.9.2: a discrete start, a straight line to the top, and the same line once more for the next colour."""
    pixels = np.array([[0, 1, 2, 3, 4]], "uint8")
    segmented = [0, 1, 0, 1, 4, 0xFF00]  # one value, 0; then four more on the way to FF00
    dataset = an_object(pixels, PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [5, 0, 16])
        setattr(dataset, f"Segmented{colour}PaletteColorLookupTableData", _table(segmented, bits=16))
    _, shown = frames_of(save(dataset, tmp_path / "a.dcm"), tmp_path)
    assert shown[0][0, :, 0].tolist() == [0, 63, 127, 191, 255]


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"])
def test_colour_however_it_is_laid_out(tmp_path: Path, photometric: str, planar: int, syntax: str) -> None:
    pixels = ramp("uint8", 20, 24, samples=3)
    dataset = an_object(pixels, PhotometricInterpretation=photometric, PlanarConfiguration=planar)
    if syntax.endswith(".5"):
        dataset.compress(RLELossless, pixels, encoding_plugin="pydicom", generate_instance_uid=False)
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = photometric, planar
    elif planar:
        dataset.PixelData = pixels.transpose(2, 0, 1).tobytes()
    _, shown = frames_of(save(dataset, tmp_path / "a.dcm", syntax), tmp_path)
    expected = convert_color_space(pixels, "YBR_FULL", "RGB") if photometric == "YBR_FULL" else pixels
    assert np.array_equal(shown[0], expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_real_numbers(tmp_path: Path, dtype: str) -> None:
    pixels = (ramp("int16") / 7).astype(dtype)
    dataset = an_object(ramp("int16"), BitsAllocated=32 if dtype == "float32" else 64)
    del dataset.PixelData, dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit
    setattr(dataset, "FloatPixelData" if dtype == "float32" else "DoubleFloatPixelData", pixels.tobytes())
    entries, shown = frames_of(save(dataset, tmp_path / "a.dcm"), tmp_path)
    assert np.array_equal(shown[0], pixels.astype("float32"))
    assert (entries[0]["encoding"], entries[0]["float"], entries[0]["bits"]) == ("raw", True, 32)


def test_jpeg_of_twelve_bits(tmp_path: Path) -> None:
    """Process 4, which pydicom's plug-ins refuse."""
    pixels = smooth("uint16", 4095)
    payload = bytes(imagecodecs.jpeg8_encode(pixels, level=100, bitspersample=12))
    dataset = an_object(pixels, payloads=[payload], BitsStored=12)
    entries, shown = frames_of(save(dataset, tmp_path / "a.dcm", "1.2.840.10008.1.2.4.51"), tmp_path)
    assert np.abs(shown[0].astype(int) - pixels).max() <= 4
    assert entries[0]["lossy"]


@pytest.mark.skipif(not ODD, reason="../shared/data/odd is not on this machine")
@pytest.mark.skipif(which("dcmdjpeg") is None, reason="DCMTK is not installed")
@pytest.mark.parametrize("name", ["003-nema-nm1_jply.dcm", "021-nema-mr1_jply.dcm"])
def test_jpeg_of_twelve_bits_as_dcmtk_decodes_it(tmp_path: Path, name: str) -> None:
    subprocess.run(["dcmdjpeg", str(SHARED / "odd" / name), str(tmp_path / "plain.dcm")], check=True)
    expected = pydicom.dcmread(tmp_path / "plain.dcm").pixel_array
    _, shown = frames_of(SHARED / "odd" / name, tmp_path)
    assert np.abs(shown[0].astype(int) - expected).max() <= 1  # two ways to round the same cosines


def _baseline(pixels: Pixels, **options: Any) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(pixels, level=95, **options))


def _progressive(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", progressive=True, quality=95)
    return file.getvalue()


# The last is how to decode what pydicom cannot.
LOSSY: dict[str, tuple[str, Callable[[Pixels], bytes], Callable[[bytes], Any] | None]] = {
    "JPEG baseline": ("1.2.840.10008.1.2.4.50", _baseline, None),
    "JPEG progressive": ("1.2.840.10008.1.2.4.55", _progressive, imagecodecs.jpeg8_decode),
    "JPEG-LS near-lossless": (
        "1.2.840.10008.1.2.4.81",
        lambda p: bytes(imagecodecs.jpegls_encode(p, level=3)),
        None,
    ),
    "JPEG 2000": (
        "1.2.840.10008.1.2.4.91",
        lambda p: bytes(imagecodecs.jpeg2k_encode(p, level=45, codecformat="j2k")),
        None,
    ),
    "HTJ2K": (
        "1.2.840.10008.1.2.4.203",
        lambda p: bytes(imagecodecs.htj2k_encode(p, level=0.002, reversible=False)),
        None,
    ),
    "JPEG XL": (
        "1.2.840.10008.1.2.4.112",
        lambda p: bytes(imagecodecs.jpegxl_encode(p, distance=1.0, lossless=False)),
        imagecodecs.jpegxl_decode,
    ),
}


@pytest.mark.parametrize("name", LOSSY)
def test_what_was_lost_before_stays_as_it_came_and_is_said(tmp_path: Path, name: str) -> None:
    """The pixels are exactly those of the lossy codestream, no further loss, with the mark and how much it shrank."""
    syntax, compress, decompress = LOSSY[name]
    pixels = smooth("uint8", 255, 160, 192)
    payload = compress(pixels)
    path = save(an_object(pixels, payloads=[payload]), tmp_path / "a.dcm", syntax)
    entries, shown = frames_of(path, tmp_path)
    expected = np.asarray(decompress(payload)) if decompress else pydicom.dcmread(path).pixel_array
    assert np.array_equal(shown[0], expected)
    assert np.abs(shown[0].astype(int) - pixels).max() < 30
    assert entries[0]["lossy"]
    assert entries[0]["lossy_ratio"] == pytest.approx(pixels.nbytes / len(payload), rel=0.15)
    assert entries[0]["encoding"] == "htj2k", "what is packed is made without loss from it"


def test_a_fragment_whose_length_leaves_out_its_pad_byte(tmp_path: Path) -> None:
    frames = np.stack([smooth("uint8", 250), smooth("uint8", 90)])
    payloads = [_jpeg2000(frame) + b"\0" * (1 - len(_jpeg2000(frame)) % 2) for frame in frames]
    path = save(an_object(frames, payloads=payloads), tmp_path / "a.dcm", "1.2.840.10008.1.2.4.90")
    content = path.read_bytes()
    for payload in payloads:
        assert len(payload) % 2 == 1
        padded = (len(payload) + 1).to_bytes(4, "little") + payload
        content = content.replace(padded, len(payload).to_bytes(4, "little") + payload)
    path.write_bytes(content)
    _, shown = frames_of(path, tmp_path)
    assert np.array_equal(np.stack(shown), frames)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"])
def test_lossless_jpeg(tmp_path: Path, syntax: str) -> None:
    pixels = ramp("uint16", 40, 48, low=0, high=4095)
    payload = bytes(imagecodecs.ljpeg_encode(pixels, bitspersample=16))
    entries, shown = frames_of(save(an_object(pixels, payloads=[payload]), tmp_path / "a.dcm", syntax), tmp_path)
    assert np.array_equal(shown[0], pixels)
    assert not entries[0]["lossy"]


@pytest.mark.skipif(not ODD, reason="../shared/data/odd is not on this machine")
def test_single_bits_compressed_by_frame(tmp_path: Path) -> None:
    """The same liver three ways: plain, deflated frame by frame, and run-length encoded with two rows cut off."""
    plain = pydicom.dcmread(str(get_testdata_file("liver_1frame.dcm", download=False))).pixel_array
    _, deflated = frames_of(SHARED / "odd" / "217-liver_deflate.dcm", tmp_path)
    _, encoded = frames_of(SHARED / "odd" / "211-liver_nonbyte_aligned_rle.dcm", tmp_path)
    assert np.array_equal(deflated[0], plain)
    assert all(np.array_equal(one[:510, :510], other) for one, other in zip(deflated, encoded, strict=True))


def _same_as_pydicom(path: Path, folder: Path) -> bool:
    """Compare all frames; False when the file has no pixels that pydicom can make sense of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path, force=True)
        if not getattr(dataset, "file_meta", None) or "TransferSyntaxUID" not in dataset.file_meta:
            dataset.file_meta = pydicom.dataset.FileMetaDataset()
            dataset.file_meta.TransferSyntaxUID = UID(_encoding(dataset))
        if "Rows" not in dataset or not {"PixelData", "FloatPixelData", "DoubleFloatPixelData"} & set(dir(dataset)):
            return False
        if isinstance(dataset.Rows, list | pydicom.multival.MultiValue):
            return False
        expected = _as_looked_at(dataset)
        entries, shown = frames_of(path, folder)
    assert len(shown) == len(expected), path.name
    for number, (one, other) in enumerate(zip(shown, expected, strict=True)):
        assert np.array_equal(one, other), f"frame {number} of {path.name}"
        assert entries[number]["smallest"] == other.min(), path.name
        assert entries[number]["largest"] == other.max(), path.name
    return True


def _encoding(dataset: pydicom.Dataset) -> str:
    implicit, little = dataset.original_encoding
    return "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2"


def _as_looked_at(dataset: pydicom.Dataset) -> list[Any]:
    """pydicom's own decode; colour in 8 bits, as screens show it."""
    pixels = dataset.pixel_array
    frames = list(pixels) if int(dataset.get("NumberOfFrames") or 1) > 1 else [pixels]
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        bits = dataset.RedPaletteColorLookupTableDescriptor[2]
        return [(apply_color_lut(frame, dataset) >> (bits - 8)).astype("uint8") for frame in frames]
    if dataset.SamplesPerPixel == 3:
        return [(frame >> (dataset.BitsStored - 8)).astype("uint8") for frame in frames]
    return frames
