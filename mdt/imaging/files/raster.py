"""The shape of an object's pixels (PS3.3 C.7.6.3), checked against what is really there before anything is decoded."""

import math
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.pixels import get_decoder
from pydicom.uid import UID

from mdt.core.errors import MdtError
from mdt.imaging.files import attributes
from mdt.imaging.files.opening import Opened, Pixels
from mdt.imaging.files.syntaxes import DEFLATED_FRAMES, NOT_IN_PYDICOM, PLAIN_FRAMES, is_encapsulated, is_video
from mdt.imaging.slides.kinds import MOST_TILES, WHOLE_SLIDE

LARGEST_FRAME = 256 << 20  # bytes decoded; a mammogram of 3062 x 2394 has 15 MB
MOST_FRAMES = 20_000

_GREY = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_COLOUR = frozenset(
    {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB"}
)
_FLOATS = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}


class CannotShow(MdtError):
    """The object is kept, but there is no picture to be made of it; the sentence says why."""


@dataclass(frozen=True)
class Raster:
    """Pixels as they are declared; `frames` is how many are really there and `problem` says so if some are not."""

    rows: int
    columns: int
    samples: int
    frames: int
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str
    planar: int
    problem: str | None = None

    @property
    def frame_bits(self) -> int:
        """Bits of one frame without compression; YBR_FULL_422 leaves out every second pair of colour samples."""
        bits = self.rows * self.columns * self.samples * self.allocated
        return bits * 2 // 3 if self.photometric == "YBR_FULL_422" else bits


def raster_of(file: Opened) -> Raster:
    """The raster of an opened object; raises CannotShow for what cannot be decoded or must not be tried."""
    dataset, pixels = file.dataset, file.pixels
    if pixels is None:
        raise CannotShow("It has no pixel data (7FE0,0010), only a header.")
    declared = _declared(dataset, pixels)
    _check_ceiling(declared, MOST_TILES if attributes.uid(dataset, "SOPClassUID") == WHOLE_SLIDE else MOST_FRAMES)
    _check_syntax(file.transfer_syntax)
    if is_encapsulated(file.transfer_syntax):
        return _check_encapsulated(declared, pixels, file.transfer_syntax)
    return _check_native(declared, pixels)


def _declared(dataset: Dataset, pixels: Pixels) -> Raster:
    rows, columns = _count(dataset, "Rows"), _count(dataset, "Columns")
    if rows is None or columns is None:
        raise CannotShow("Its number of rows or columns (0028,0010, 0028,0011) is missing or malformed.")
    samples = attributes.integer(dataset, "SamplesPerPixel") or 1
    photometric = attributes.text(dataset, "PhotometricInterpretation").upper()
    photometric = photometric or ("RGB" if samples == 3 else "MONOCHROME2")
    if photometric not in (_GREY if samples == 1 else _COLOUR if samples == 3 else ()):
        raise CannotShow(f"Its {samples} samples per pixel as {photometric[:20]} are not a picture that can be shown.")
    allocated = _FLOATS.get(pixels.keyword) or attributes.integer(dataset, "BitsAllocated")
    if allocated not in (1, 8, 16, 32, 64) or (allocated == 64 and pixels.keyword not in _FLOATS):
        raise CannotShow(f"Its pixels have {allocated or 'no'} bits allocated (0028,0100), which cannot be shown.")
    stored = attributes.integer(dataset, "BitsStored") or allocated
    stored = stored if 0 < stored <= allocated else allocated
    high = attributes.integer(dataset, "HighBit")
    return Raster(
        rows=rows,
        columns=columns,
        samples=samples,
        frames=max(1, attributes.integer(dataset, "NumberOfFrames") or 1),
        allocated=allocated,
        stored=stored,
        high=high if high is not None and stored <= high + 1 <= allocated else stored - 1,
        signed=attributes.integer(dataset, "PixelRepresentation") == 1,
        photometric=photometric,
        planar=1 if samples > 1 and attributes.integer(dataset, "PlanarConfiguration") == 1 else 0,
    )


def _count(dataset: Dataset, keyword: str) -> int | None:
    """One whole number above zero; a header with two is broken."""
    found = attributes.numbers(dataset, keyword, 1)
    return int(found[0]) if found and 0 < found[0] <= 0xFFFF and found[0] == int(found[0]) else None


def _check_ceiling(raster: Raster, most: int) -> None:
    size = raster.rows * raster.columns * raster.samples * math.ceil(raster.allocated / 8)
    if size > LARGEST_FRAME:
        raise CannotShow(
            f"A frame of {raster.columns} × {raster.rows} would take {size >> 20} MB, "
            f"more than the {LARGEST_FRAME >> 20} MB that are decoded here."
        )
    if raster.frames > most:
        raise CannotShow(f"It declares {raster.frames} frames, more than the {most} that are decoded here.")


def _check_syntax(syntax: UID) -> None:
    if is_video(syntax):
        raise CannotShow(f"It is video ({syntax.name}), which has no frames of its own.")
    if not is_encapsulated(syntax) or syntax in (DEFLATED_FRAMES, PLAIN_FRAMES) or syntax in NOT_IN_PYDICOM:
        return
    try:
        get_decoder(syntax)
    except NotImplementedError:
        raise CannotShow(f"Its transfer syntax ({syntax.name}) is not one that can be decoded here.") from None


def _check_encapsulated(raster: Raster, pixels: Pixels, syntax: UID) -> Raster:
    if pixels.length is not None:
        raise CannotShow(f"Its transfer syntax ({syntax.name}) is compressed, but its pixel data is not in fragments.")
    return raster


def _check_native(raster: Raster, pixels: Pixels) -> Raster:
    if pixels.length is None:
        raise CannotShow("Its transfer syntax is uncompressed, but its pixel data is in compressed fragments.")
    there = min(pixels.length, pixels.there)
    whole = there * 8 // raster.frame_bits
    if whole == 0:
        expected = math.ceil(raster.frame_bits * raster.frames / 8)
        raise CannotShow(f"Its pixel data ends after {there} of {expected} bytes.")
    if whole < raster.frames:
        problem = f"Its pixel data ends early: {whole} of {raster.frames} frames are there."
        return Raster(**{**vars(raster), "frames": whole, "problem": problem})
    return raster
