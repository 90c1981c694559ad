"""Images of every transfer syntax, photometric interpretation and window, each beside what NumPy says it looks like.

What is expected is computed from what was put in (`reference.py`), not from what comes out of any codec.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image
from pydicom.dataset import Dataset

from tests.system.reference import Values, from_ybr, grey, looked_up, to_ybr, windowed
from tests.unit.objects import an_object, item

SIDE, BLOCKS = 64, 8
STEP = SIDE // BLOCKS
STUDY = "1.2.7"


@dataclass(frozen=True)
class Look:
    """An object, the syntax it is written in, and the colours its squares must have on the screen, 8 x 8 x RGB."""

    name: str
    syntax: str
    dataset: Dataset
    expected: Values
    within: int = 2  # greys; more where what was put in has been through a lossy codec


# --- what is put in --------------------------------------------------------------------------------------------------


def squares(low: float, high: float, dtype: str) -> Values:
    return np.linspace(low, high, BLOCKS * BLOCKS).round().astype(dtype).reshape(BLOCKS, BLOCKS)


def whole(small: Values) -> Values:
    """Each square as large as it is in the image."""
    return small.repeat(STEP, axis=0).repeat(STEP, axis=1)


BYTES = squares(0, 255, "uint8")
TWELVE = squares(0, 4095, "uint16")
SIXTEEN = squares(0, 65535, "uint16")
SIGNED = squares(-1024, 3071, "int16")
COLOUR = np.stack([BYTES, BYTES[::-1, ::-1], BYTES.T], axis=-1)
# Codecs that think of pictures change hue slowly.
SOFT = np.stack([squares(40, 215, "uint8"), squares(200, 60, "uint8"), squares(90, 160, "uint8").T], axis=-1)

Coder = Callable[[Values], bytes]


def _bits(pixels: Values) -> Values:
    """Codecs that know no sign keep the bits."""
    return pixels.view(f"u{pixels.dtype.itemsize}")


def _progressive(pixels: Values) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", progressive=True, quality=98)
    return file.getvalue()


def _rle(pixels: Values) -> bytes:
    """PS3.5 annex G: a segment for each byte of a sample, the highest first; here of literal runs only."""
    samples = pixels.reshape(*pixels.shape[:2], -1)
    planes = [
        samples[..., sample].astype(samples.dtype.newbyteorder(">")).tobytes()[byte :: samples.dtype.itemsize]
        for sample in range(samples.shape[-1])
        for byte in range(samples.dtype.itemsize)
    ]
    runs = []
    for plane in planes:
        rows = [plane[at : at + SIDE] for at in range(0, len(plane), SIDE)]
        runs.append(b"".join(bytes([len(row) - 1]) + row for row in rows))
        runs[-1] += b"\0" * (len(runs[-1]) % 2)
    starts = 64 + np.concatenate([[0], np.cumsum([len(run) for run in runs])[:-1]])
    head = np.zeros(16, "<u4")
    head[0], head[1 : 1 + len(runs)] = len(runs), starts
    return head.tobytes() + b"".join(runs)


LOSSLESS: dict[str, tuple[str, Coder | None]] = {
    "implicit VR little endian": ("1.2.840.10008.1.2", None),
    "explicit VR little endian": ("1.2.840.10008.1.2.1", None),
    "explicit VR big endian": ("1.2.840.10008.1.2.2", None),
    "deflated explicit VR": ("1.2.840.10008.1.2.1.99", None),
    "encapsulated uncompressed": ("1.2.840.10008.1.2.1.98", lambda p: p.tobytes()),
    "deflated frames": ("1.2.840.10008.1.2.8.1", lambda p: zlib.compress(p.tobytes(), wbits=-15)),
    "RLE lossless": ("1.2.840.10008.1.2.5", _rle),
    "JPEG lossless, process 14": (
        "1.2.840.10008.1.2.4.57",
        lambda p: bytes(imagecodecs.ljpeg_encode(_bits(p), bitspersample=16 if p.dtype.itemsize == 2 else 8)),
    ),
    "JPEG lossless, selection value 1": (
        "1.2.840.10008.1.2.4.70",
        lambda p: bytes(imagecodecs.ljpeg_encode(_bits(p), bitspersample=16 if p.dtype.itemsize == 2 else 8)),
    ),
    "JPEG-LS lossless": ("1.2.840.10008.1.2.4.80", lambda p: bytes(imagecodecs.jpegls_encode(_bits(p)))),
    "JPEG 2000 lossless": (
        "1.2.840.10008.1.2.4.90",
        lambda p: bytes(imagecodecs.jpeg2k_encode(p, reversible=True, codecformat="j2k")),
    ),
    "HTJ2K lossless": ("1.2.840.10008.1.2.4.201", lambda p: bytes(imagecodecs.htj2k_encode(p, reversible=True))),
    "HTJ2K lossless, RPCL": ("1.2.840.10008.1.2.4.202", lambda p: bytes(imagecodecs.htj2k_encode(p, reversible=True))),
    "JPEG XL lossless": (
        "1.2.840.10008.1.2.4.110",
        lambda p: bytes(imagecodecs.jpegxl_encode(_bits(p), lossless=True)),
    ),
}

# Where it loses something: how much, in greys of 255.
LOSSY_GREY: dict[str, tuple[str, Coder, Values, int]] = {
    "JPEG baseline": ("1.2.840.10008.1.2.4.50", lambda p: bytes(imagecodecs.jpeg8_encode(p, level=98)), BYTES, 3),
    "JPEG extended, 12 bits": (
        "1.2.840.10008.1.2.4.51",
        lambda p: bytes(imagecodecs.jpeg8_encode(p, level=98, bitspersample=12)),
        TWELVE,
        3,
    ),
    "JPEG progressive": ("1.2.840.10008.1.2.4.55", _progressive, BYTES, 3),
    "JPEG-LS near-lossless": (
        "1.2.840.10008.1.2.4.81",
        lambda p: bytes(imagecodecs.jpegls_encode(p, level=2)),
        BYTES,
        4,
    ),
    "JPEG 2000": (
        "1.2.840.10008.1.2.4.91",
        lambda p: bytes(imagecodecs.jpeg2k_encode(p, level=50, codecformat="j2k")),
        BYTES,
        4,
    ),
    "HTJ2K": (
        "1.2.840.10008.1.2.4.203",
        lambda p: bytes(imagecodecs.htj2k_encode(p, level=0.001, reversible=False)),
        BYTES,
        4,
    ),
    "JPEG XL": (
        "1.2.840.10008.1.2.4.112",
        lambda p: bytes(imagecodecs.jpegxl_encode(p, distance=0.5, lossless=False)),
        BYTES,
        4,
    ),
}


def _encoded(pixels: Values, syntax: str, coder: Coder | None, **header: Any) -> Dataset:
    """Pixels in the object as the syntax has them."""
    if coder is not None:
        return an_object(pixels, payloads=[coder(pixels)], **header)
    dataset = an_object(pixels, **header)
    if syntax == "1.2.840.10008.1.2.2":
        dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    return dataset


def grey_by_syntax() -> Iterator[Look]:
    """Every syntax carries 8 bits; those without loss also 12 of MONOCHROME1, and signed numbers with a rescale."""
    for name, (syntax, coder) in LOSSLESS.items():
        header: dict[str, Any] = {"WindowCenter": 128, "WindowWidth": 256}
        dataset = _encoded(whole(BYTES), syntax, coder, **header)
        yield Look(f"{name} | MONOCHROME2 | 8 bits", syntax, dataset, grey(windowed(BYTES, 128, 256)))
        header = {"WindowCenter": 1500, "WindowWidth": 3000, "BitsStored": 12}
        header |= {"PhotometricInterpretation": "MONOCHROME1"}
        expected = grey(windowed(TWELVE, 1500, 3000), "MONOCHROME1")
        dataset = _encoded(whole(TWELVE), syntax, coder, **header)
        yield Look(f"{name} | MONOCHROME1 | 12 bits", syntax, dataset, expected)
        header = {"WindowCenter": 900, "WindowWidth": 4000, "RescaleSlope": 2, "RescaleIntercept": -100}
        expected = grey(windowed(SIGNED * 2.0 - 100, 900, 4000))
        dataset = _encoded(whole(SIGNED), syntax, coder, **header)
        yield Look(f"{name} | MONOCHROME2 | 16 bits signed, rescaled", syntax, dataset, expected)
    for name, (syntax, coder, values, within) in LOSSY_GREY.items():
        bits = 8 if values.dtype.itemsize == 1 else 12
        centre, width = 2 ** (bits - 1), 2**bits
        dataset = _encoded(whole(values), syntax, coder, WindowCenter=centre, WindowWidth=width, BitsStored=bits)
        yield Look(
            f"{name} | MONOCHROME2 | {bits} bits", syntax, dataset, grey(windowed(values, centre, width)), within
        )


# --- windows ---------------------------------------------------------------------------------------------------------


def _table(first: int, entries: Values, bits: int) -> Dataset:
    made = item(LUTDescriptor=[len(entries), first, bits], LUTExplanation="made by hand")
    made.LUTData = entries.astype("<u2").tobytes()
    made["LUTDescriptor"].VR = "SS" if first < 0 else "US"
    made["LUTData"].VR = "OW"
    return made


def windows() -> Iterator[Look]:
    """What stands between stored values and brightness, each by itself and in company."""

    def look(name: str, values: Values, expected: Values, **header: Any) -> Look:
        dataset = an_object(whole(values), **header)
        syntax = "1.2.840.10008.1.2.1"
        return Look(
            f"explicit VR little endian | {dataset.PhotometricInterpretation} | {name}", syntax, dataset, expected
        )

    for function in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        about: dict[str, Any] = {"WindowCenter": 800, "WindowWidth": 1200, "VOILUTFunction": function}
        expected = windowed(SIGNED, 800, 1200, function)
        yield look(f"{function}", SIGNED, grey(expected), **about)
        about["PhotometricInterpretation"] = "MONOCHROME1"
        yield look(f"{function}", SIGNED, grey(expected, "MONOCHROME1"), **about)
    yield look("LINEAR, width 1", BYTES, grey(windowed(BYTES, 100.5, 1)), WindowCenter=100.5, WindowWidth=1)
    yield look(
        "LINEAR_EXACT, narrow", BYTES, grey(windowed(BYTES, 100, 0.5, "LINEAR_EXACT")),
        WindowCenter=100, WindowWidth=0.5, VOILUTFunction="LINEAR_EXACT",
    )  # fmt: skip
    yield look("16 bits", SIXTEEN, grey(windowed(SIXTEEN, 32768, 65536)), WindowCenter=32768, WindowWidth=65536)
    low = squares(-128, 127, "int8")
    yield look("8 bits signed", low, grey(windowed(low, 0, 256)), WindowCenter=0, WindowWidth=256)
    shifted = (TWELVE << 4) | 5
    yield look(
        "12 bits at the top of 16", shifted, grey(windowed(TWELVE, 2048, 4096)),
        WindowCenter=2048, WindowWidth=4096, BitsStored=12, HighBit=15,
    )  # fmt: skip
    for slope, intercept in ((0.25, 3.5), (-1, 4000)):
        expected = grey(windowed(TWELVE * float(slope) + intercept, 500, 1000))
        about = {"RescaleSlope": slope, "RescaleIntercept": intercept, "WindowCenter": 500, "WindowWidth": 1000}
        yield look(f"rescale slope {slope}", TWELVE, expected, **about)

    # Tables: a curve that no line comes near, of 12 and of 8 bits, from a negative value, and one of few entries.
    curve = (np.linspace(0, 1, 4096) ** 2.2 * 4095).round()
    voi = grey(looked_up(TWELVE, 0, curve) / 4095)
    yield look("VOI LUT", TWELVE, voi, VOILUTSequence=[_table(0, curve, 12)], BitsStored=12)
    expected = grey(looked_up(TWELVE, 0, curve) / 4095, "MONOCHROME1")
    about = {"PhotometricInterpretation": "MONOCHROME1", "BitsStored": 12}
    yield look("VOI LUT", TWELVE, expected, VOILUTSequence=[_table(0, curve, 12)], **about)
    bent = (255 * np.sqrt(np.linspace(0, 1, 2000))).round()
    expected = grey(looked_up(SIGNED, -500, bent) / 255)
    yield look("VOI LUT from -500", SIGNED, expected, VOILUTSequence=[_table(-500, bent, 8)])
    expected = grey(looked_up(TWELVE - 1024.0, -500, bent) / 255)
    about = {"RescaleSlope": 1, "RescaleIntercept": -1024, "VOILUTSequence": [_table(-500, bent, 8)], "BitsStored": 12}
    yield look("rescale and VOI LUT", TWELVE, expected, **about)
    few = np.array([0, 60, 200, 90, 255])
    expected = grey(looked_up(BYTES, 60, few) / 255)
    yield look("VOI LUT of five entries", BYTES, expected, VOILUTSequence=[_table(60, few, 8)])
    modality = (np.linspace(0, 1, 4096) ** 0.5 * 2000).round()
    expected = grey(windowed(looked_up(TWELVE, 0, modality), 1000, 2000))
    table = _table(0, modality, 16)
    table.ModalityLUTType = "US"
    about = {"WindowCenter": 1000, "WindowWidth": 2000, "BitsStored": 12}
    yield look("Modality LUT and window", TWELVE, expected, ModalityLUTSequence=[table], **about)
    expected = grey(looked_up(looked_up(TWELVE, 0, modality), 0, bent) / 255)
    about = {"ModalityLUTSequence": [table], "VOILUTSequence": [_table(0, bent, 8)], "BitsStored": 12}
    yield look("Modality LUT and VOI LUT", TWELVE, expected, **about)


# --- colour ----------------------------------------------------------------------------------------------------------


def _planes(pixels: Values) -> bytes:
    return pixels.transpose(2, 0, 1).tobytes()


def _halved(ybr: Values) -> bytes:
    """YBR_FULL_422 uncompressed: two of Y, then one of Cb and one of Cr (PS3.3 C.7.6.3.1.2)."""
    pairs = ybr.reshape(SIDE, SIDE // 2, 2, 3)
    return np.stack([pairs[..., 0, 0], pairs[..., 1, 0], pairs[..., 0, 1], pairs[..., 0, 2]], axis=-1).tobytes()


def _ycc(pixels: Values, subsampling: str = "444") -> bytes:
    return bytes(imagecodecs.jpeg8_encode(pixels, level=98, subsampling=subsampling))


COLOURED: tuple[tuple[str, str, str, dict[str, Any], Coder, int], ...] = (
    ("JPEG baseline", "1.2.840.10008.1.2.4.50", "YBR_FULL_422", {}, lambda p: _ycc(p, "422"), 4),
    ("JPEG baseline", "1.2.840.10008.1.2.4.50", "YBR_FULL", {}, _ycc, 4),
    (
        "JPEG baseline", "1.2.840.10008.1.2.4.50", "RGB", {},
        lambda p: bytes(imagecodecs.jpeg8_encode(p, level=98, colorspace="RGB", outcolorspace="RGB")), 4,
    ),
    ("JPEG progressive", "1.2.840.10008.1.2.4.55", "YBR_FULL_422", {}, _progressive, 4),
    (
        "JPEG lossless, selection value 1", "1.2.840.10008.1.2.4.70", "RGB", {},
        lambda p: bytes(imagecodecs.jpeg8_encode(p, lossless=True, colorspace="RGB", outcolorspace="RGB")), 2,
    ),
    ("JPEG-LS lossless", "1.2.840.10008.1.2.4.80", "RGB", {}, lambda p: bytes(imagecodecs.jpegls_encode(p)), 2),
    (
        "JPEG-LS near-lossless", "1.2.840.10008.1.2.4.81", "RGB", {},
        lambda p: bytes(imagecodecs.jpegls_encode(p, level=2)), 4,
    ),
    (
        "JPEG 2000 lossless", "1.2.840.10008.1.2.4.90", "YBR_RCT", {},
        lambda p: bytes(imagecodecs.jpeg2k_encode(p, reversible=True, mct=True, codecformat="j2k")), 2,
    ),
    (
        "JPEG 2000 lossless", "1.2.840.10008.1.2.4.90", "RGB", {},
        lambda p: bytes(imagecodecs.jpeg2k_encode(p, reversible=True, mct=False, codecformat="j2k")), 2,
    ),
    (
        "JPEG 2000", "1.2.840.10008.1.2.4.91", "YBR_ICT", {},
        lambda p: bytes(imagecodecs.jpeg2k_encode(p, level=50, mct=True, codecformat="j2k")), 4,
    ),
    (
        "HTJ2K lossless", "1.2.840.10008.1.2.4.201", "YBR_RCT", {},
        lambda p: bytes(imagecodecs.htj2k_encode(p, reversible=True)), 2,
    ),
    (
        "HTJ2K", "1.2.840.10008.1.2.4.203", "YBR_ICT", {},
        lambda p: bytes(imagecodecs.htj2k_encode(p, level=0.001, reversible=False)), 4,
    ),
    (
        "JPEG XL lossless", "1.2.840.10008.1.2.4.110", "RGB", {},
        lambda p: bytes(imagecodecs.jpegxl_encode(p, lossless=True)), 2,
    ),
    (
        "JPEG XL", "1.2.840.10008.1.2.4.112", "XYB", {},
        lambda p: bytes(imagecodecs.jpegxl_encode(p, distance=0.5, lossless=False)), 4,
    ),
    ("RLE lossless", "1.2.840.10008.1.2.5", "RGB", {"PlanarConfiguration": 1}, _rle, 2),
)  # fmt: skip


def colours() -> Iterator[Look]:
    """RGB and YBR in each layout, compressed and not, and palettes of either width."""
    for name in (
        "implicit VR little endian",
        "explicit VR little endian",
        "explicit VR big endian",
        "deflated explicit VR",
    ):
        syntax = LOSSLESS[name][0]
        dataset = an_object(whole(COLOUR))
        yield Look(f"{name} | RGB | by pixel", syntax, dataset, COLOUR)
        dataset = an_object(whole(COLOUR), PlanarConfiguration=1)
        dataset.PixelData = _planes(whole(COLOUR))
        yield Look(f"{name} | RGB | by plane", syntax, dataset, COLOUR)
    plain, stored = "1.2.840.10008.1.2.1", to_ybr(COLOUR)
    expected = from_ybr(stored)
    about: dict[str, Any] = {"PhotometricInterpretation": "YBR_FULL"}
    yield Look("explicit VR little endian | YBR_FULL | by pixel", plain, an_object(whole(stored), **about), expected)
    dataset = an_object(whole(stored), PlanarConfiguration=1, **about)
    dataset.PixelData = _planes(whole(stored))
    yield Look("explicit VR little endian | YBR_FULL | by plane", plain, dataset, expected)
    dataset = an_object(whole(stored), PhotometricInterpretation="YBR_FULL_422")
    dataset.PixelData = _halved(whole(stored))
    yield Look("explicit VR little endian | YBR_FULL_422 | by pixel", plain, dataset, expected)
    dataset = an_object(whole(stored), payloads=[_rle(whole(stored))], PlanarConfiguration=1, **about)
    yield Look("RLE lossless | YBR_FULL | by plane", "1.2.840.10008.1.2.5", dataset, expected)
    for name, syntax, photometric, header, coder, within in COLOURED:
        put = COLOUR if within == 2 else SOFT
        pixels = whole(put)
        dataset = an_object(pixels, payloads=[coder(pixels)], PhotometricInterpretation=photometric, **header)
        yield Look(f"{name} | {photometric} | 8 bits", syntax, dataset, put, within)
    yield from _palettes()


def _palettes() -> Iterator[Look]:
    ramp = np.linspace(0, 1, 200)
    curves = {"Red": ramp**2, "Green": 1 - ramp, "Blue": np.abs(2 * ramp - 1)}
    for bits in (8, 16):
        top = 2**bits - 1
        entries = {colour: (curve * top).round().astype(f"<u{bits // 8}") for colour, curve in curves.items()}
        about: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
        for colour, values in entries.items():
            about[f"{colour}PaletteColorLookupTableDescriptor"] = [200, 20, bits]
            about[f"{colour}PaletteColorLookupTableData"] = values.tobytes()
        expected = np.stack([looked_up(BYTES, 20, values) / top * 255 for values in entries.values()], axis=-1)
        for name in ("explicit VR little endian", "RLE lossless", "JPEG-LS lossless"):
            syntax, coder = LOSSLESS[name]
            dataset = _encoded(whole(BYTES), syntax, coder, **about)
            yield Look(f"{name} | PALETTE COLOR | {bits} bits", syntax, dataset, expected)
    straight = np.array([0, 1, 0, 1, 199, 0xFF00], "<u2")  # from 0 in a straight line to FF00 (PS3.3 C.7.9.2)
    about = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        about[f"{colour}PaletteColorLookupTableDescriptor"] = [200, 20, 16]
        about[f"Segmented{colour}PaletteColorLookupTableData"] = straight.tobytes()
    line = np.linspace(0, 0xFF00, 200) / 0xFFFF
    expected = np.repeat(looked_up(BYTES, 20, line)[..., None] * 255, 3, axis=-1)
    dataset = an_object(whole(BYTES), **about)
    yield Look("explicit VR little endian | PALETTE COLOR | in segments", "1.2.840.10008.1.2.1", dataset, expected)


SERIES: dict[str, list[Look]] = {
    "looks in grey": list(grey_by_syntax()),
    "looks by window": list(windows()),
    "looks in hues": list(colours()),
}


# What was compared, and by how much it differed at most: the table at the end of the run.
COMPARED: list[tuple[Look, int]] = []


def table() -> Iterator[str]:
    """Transfer syntax, photometric interpretation, what of it; how far off at most, and how far it may be, in greys."""
    yield f"{'transfer syntax':<33} {'photometric':<15} {'values':<32} off  may"
    for look, worst in COMPARED:
        syntax, photometric, values = look.name.split(" | ")
        differs = "" if worst <= look.within else "  DIFFERS"
        yield f"{syntax:<33} {photometric:<15} {values:<32} {worst:>3}  {look.within:>3}{differs}"


def objects() -> Iterator[tuple[Dataset, str]]:
    """All of them as three series of a study of their own, with the syntax each is written in."""
    for series, (name, looks) in enumerate(SERIES.items(), 1):
        for number, look in enumerate(looks, 1):
            dataset = look.dataset
            dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY, f"{STUDY}.{series}"
            dataset.SOPInstanceUID, dataset.InstanceNumber = f"{STUDY}.{series}.{number}", number
            dataset.StudyDate, dataset.Modality = "20260201", "OT"
            dataset.SeriesDescription, dataset.StudyDescription = name, "Reference looks"
            yield dataset, look.syntax
