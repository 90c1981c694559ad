"""One object's leaf: its whole header as DICOM JSON and where its frames lie, made once in the sandbox and kept.

A leaf is a line of JSON about the object and, after it, its model. Whoever answers a request reads leaves only.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pydicom.filereader import read_dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from mdt.core.errors import MdtError
from mdt.imaging.files import attributes
from mdt.imaging.files.opening import Opened, opened
from mdt.imaging.files.raster import CannotShow, raster_of
from mdt.imaging.files.syntaxes import is_encapsulated
from mdt.imaging.provider import model
from mdt.imaging.provider.places import Piece, places

MAKER = 1  # grows when leaves are made differently, so that older ones are made again

_TAGS = {"FloatPixelData": 0x7FE00008, "DoubleFloatPixelData": 0x7FE00009, "PixelData": 0x7FE00010}


@dataclass(frozen=True)
class Leaf:
    """What there is to know for sending an object's frames; `problem` says why there are none to decode.

    `places` are the pieces of each frame in the file, or None where its bytes must be made by decoding; `value` is all
    of uncompressed pixel data, where it lies in the file as it is sent.
    """

    syntax: str
    frames: int = 0
    rows: int = 0
    columns: int = 0
    samples: int = 0
    allocated: int = 0
    signed: bool = False
    photometric: str = ""
    has_table: bool = False
    compressed: bool = False
    problem: str | None = None
    places: list[list[Piece]] | None = field(default=None, repr=False)
    value: Piece | None = None

    @property
    def is_image(self) -> bool:
        return self.frames > 0


def write_all(paths: list[Path], to: list[Path]) -> list[str | None]:
    """A leaf of each object; instead of one, the sentence that says why there is none."""
    return [_written(path, leaf) for path, leaf in zip(paths, to, strict=True)]


def read(file: BinaryIO) -> tuple[Leaf, int]:
    """The line about the object, and where its model begins."""
    line = file.readline()
    about = json.loads(line)
    held, value = about.pop("places"), about.pop("value")
    places = held and [[tuple(piece) for piece in pieces] for pieces in held]
    return Leaf(**about, places=places, value=value and tuple(value)), len(line)


def bulk(path: Path, element: str, to: Path) -> bool:
    """Write the value of a binary element; False where there is none."""
    with opened(path) as file:
        value = model.value_at(file.dataset, element, little_endian=_is_little_endian(file))
    if value is None:
        return False
    to.write_bytes(value)
    return True


def _written(path: Path, to: Path) -> str | None:
    try:
        with opened(path) as file:
            about, header = _about(file), _model(file)
        with to.open("wb") as leaf:
            leaf.write(json.dumps(about, separators=(",", ":")).encode() + b"\n")
            leaf.write(header)
    except MdtError as error:
        return str(error)
    except MemoryError:
        raise
    except Exception as error:  # whatever a broken file does to a parser, the others must be read
        return f"It cannot be read ({type(error).__name__}: {error})."[:400]
    return None


def _about(file: Opened) -> dict[str, Any]:
    about: dict[str, Any] = {"syntax": str(file.transfer_syntax), "places": None, "value": None}
    about["compressed"] = is_encapsulated(file.transfer_syntax)
    try:
        raster = raster_of(file)
    except CannotShow as error:
        return about | {"problem": str(error)}
    inflated = file.transfer_syntax == DeflatedExplicitVRLittleEndian
    if file.pixels is not None and file.pixels.length and file.little_endian and not inflated:
        about["value"] = (file.pixels.offset, min(file.pixels.length, file.pixels.there))
    return about | {
        "frames": raster.frames,
        "rows": raster.rows,
        "columns": raster.columns,
        "samples": raster.samples,
        "allocated": raster.allocated,
        "signed": raster.signed,
        "photometric": raster.photometric,
        "has_table": attributes.first(file.dataset, "ModalityLUTSequence") is not None,
        "places": places(file, raster, inflated=inflated),
    }


def _model(file: Opened) -> bytes:
    pixels = None
    if file.pixels is not None:
        wide = attributes.integer(file.dataset, "BitsAllocated") or 16
        vr = file.pixels.vr if file.pixels.vr in ("OB", "OW", "OF", "OD") else None
        fallback = {"FloatPixelData": "OF", "DoubleFloatPixelData": "OD"}.get(file.pixels.keyword)
        pixels = _TAGS[file.pixels.keyword], fallback or vr or ("OW" if wide > 8 or file.pixels.length else "OB")
        _add_what_follows(file)
    return model.as_bytes(file.dataset, pixels, little_endian=_is_little_endian(file))


def _add_what_follows(file: Opened) -> None:
    """Elements may come after the pixel data: signatures, padding. Those of compressed pixels are not looked for."""
    pixels = file.pixels
    if pixels is None or pixels.length is None or pixels.length >= pixels.there:
        return
    pixels.file.seek(pixels.offset + pixels.length)
    with suppress(Exception):  # what lies behind the pixels of a broken file is no reason to lose what lies before them
        more = read_dataset(pixels.file, file.transfer_syntax == ImplicitVRLittleEndian, _is_little_endian(file))
        for tag in list(more.keys()):
            if tag.group >= 0x7FE0 and tag not in file.dataset:
                file.dataset[tag] = more.get_item(tag)


def _is_little_endian(file: Opened) -> bool:
    """Of the header; the pixels may differ."""
    return file.transfer_syntax != ExplicitVRBigEndian
