"""Pixels out of the file, one frame at a time: pydicom's decoders first, then imagecodecs for what those refuse."""

import zlib
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, get_decoder
from pydicom.uid import UID

from mdt.core.errors import MdtError
from mdt.imaging.files.fragments import fragmented
from mdt.imaging.files.opening import Opened, Pixels
from mdt.imaging.files.raster import Raster
from mdt.imaging.files.syntaxes import DEFLATED_FRAMES, NOT_IN_PYDICOM, PLAIN_FRAMES, is_encapsulated

Frame = npt.NDArray[Any]
Decode = Callable[[bytes], Frame]

_EXPLICIT = UID("1.2.840.10008.1.2.1")
_EXPLICIT_BIG = UID("1.2.840.10008.1.2.2")
_RLE = UID("1.2.840.10008.1.2.5")

_JPEG = (imagecodecs.jpeg8_decode, imagecodecs.ljpeg_decode, imagecodecs.jpegsof3_decode)
_SECOND_OPINION: dict[str, tuple[Decode, ...]] = {
    "1.2.840.10008.1.2.4.50": _JPEG,
    "1.2.840.10008.1.2.4.51": _JPEG,  # 12 bits, which pydicom's plug-ins refuse
    "1.2.840.10008.1.2.4.53": _JPEG[:1],
    "1.2.840.10008.1.2.4.55": _JPEG[:1],
    "1.2.840.10008.1.2.4.57": _JPEG,
    "1.2.840.10008.1.2.4.70": _JPEG,
    "1.2.840.10008.1.2.4.80": (imagecodecs.jpegls_decode,),
    "1.2.840.10008.1.2.4.81": (imagecodecs.jpegls_decode,),
    "1.2.840.10008.1.2.4.90": (imagecodecs.jpeg2k_decode,),
    "1.2.840.10008.1.2.4.91": (imagecodecs.jpeg2k_decode,),
    "1.2.840.10008.1.2.4.110": (imagecodecs.jpegxl_decode,),
    "1.2.840.10008.1.2.4.111": (imagecodecs.jpegxl_decode,),
    "1.2.840.10008.1.2.4.112": (imagecodecs.jpegxl_decode,),
    "1.2.840.10008.1.2.4.201": (imagecodecs.htj2k_decode,),
    "1.2.840.10008.1.2.4.202": (imagecodecs.htj2k_decode,),
    "1.2.840.10008.1.2.4.203": (imagecodecs.htj2k_decode,),
}


class Undecodable(MdtError):
    """One frame that could not be decoded, and why; the frames after it may still be."""


def decoded(file: Opened, raster: Raster) -> Iterator[Frame | Undecodable]:
    """Every frame in order: (rows, columns) grey as stored, or (rows, columns, 3) RGB of 8 bits."""
    return some_decoded(file, raster, range(raster.frames))


def some_decoded(
    file: Opened, raster: Raster, wanted: Collection[int], *, as_stored: bool = False
) -> Iterator[Frame | Undecodable]:
    """The `wanted` frames, counted from 0, in order. `as_stored` keeps palette indices and every bit depth."""
    decode = _decoder(file, raster)
    for source in sources(file, raster, wanted):
        try:
            frame = decode(source)
            yield frame if as_stored else _as_looked_at(frame, file, raster)
        except MemoryError:
            raise
        except Exception as error:  # what broken input does to a codec is a sentence about one frame
            yield Undecodable(f"{type(error).__name__}: {error}".splitlines()[0][:200])


def sources(file: Opened, raster: Raster, wanted: Collection[int]) -> Iterator[bytes]:
    """The bytes of the `wanted` frames as they are in the file, compressed ones whole, others from a whole byte."""
    if not is_encapsulated(file.transfer_syntax):
        return _plain(file, raster, wanted)
    upto = islice(enumerate(fragmented(file, raster.frames)), max(wanted, default=-1) + 1)
    return (frame for index, frame in upto if index in wanted)


def _decoder(file: Opened, raster: Raster) -> Decode:
    """The way from one frame's bytes, as they are in the file, to an array."""
    syntax = file.transfer_syntax
    if not is_encapsulated(syntax):
        return lambda source: _native(source, raster, file)
    if syntax == PLAIN_FRAMES:
        return lambda source: _native(source, raster, file)
    if syntax == DEFLATED_FRAMES:
        return lambda source: _native(_inflated(source, raster), raster, file)
    if syntax == _RLE and raster.allocated == 1:
        return lambda source: _bits(bytes(imagecodecs.dicomrle_decode(source, "u1")), raster)
    return lambda source: _compressed(source, raster, file)


def _plain(file: Opened, raster: Raster, wanted: Collection[int]) -> Iterator[bytes]:
    """Frames of uncompressed pixel data, each from a whole byte."""
    assert file.pixels is not None
    in_words = not file.little_endian and raster.allocated <= 8 and file.pixels.vr != "OB"
    for k in sorted(wanted):
        start, end = k * raster.frame_bits, (k + 1) * raster.frame_bits
        first, last = start // 8, -(-end // 8)
        source = _words(file.pixels, first, last) if in_words else _read(file.pixels, first, last)
        yield _shifted(source, start % 8) if start % 8 else source


def _read(pixels: Pixels, first: int, last: int) -> bytes:
    pixels.file.seek(pixels.offset + first)
    return pixels.file.read(last - first)


def _words(pixels: Pixels, first: int, last: int) -> bytes:
    """Bytes that were written two at a time as big endian words (PS3.5 8.1.1), back in their order."""
    even = first - first % 2
    read = _read(pixels, even, last + last % 2)
    words = np.frombuffer(read + b"\0" * (len(read) % 2), "u2").byteswap().tobytes()
    return words[first - even : last - even]


def _shifted(source: bytes, bits: int) -> bytes:
    """Single bits run on from frame to frame without padding: bring the first one to the front."""
    unpacked = np.unpackbits(np.frombuffer(source, "u1"), bitorder="little")
    return np.packbits(unpacked[bits:], bitorder="little").tobytes()


def _native(source: bytes, raster: Raster, file: Opened) -> Frame:
    if raster.allocated == 1:
        return _bits(source, raster)
    options = _options(raster, file) | {"correct_unused_bits": False}
    if options["pixel_keyword"] == "PixelData":
        options["pixel_vr"] = "OB" if raster.allocated == 8 else "OW"
    frame, _ = get_decoder(_EXPLICIT if file.little_endian else _EXPLICIT_BIG).as_array(source, index=0, **options)
    return _significant(frame, raster)


def _compressed(source: bytes, raster: Raster, file: Opened) -> Frame:
    if file.transfer_syntax in NOT_IN_PYDICOM:
        broken = Undecodable(f"no codec made {raster.columns} × {raster.rows} pixels of it")
        return _second_opinion(source, raster, file.transfer_syntax, broken)
    decoder, options = get_decoder(file.transfer_syntax), _options(raster, file)
    try:
        frame, _ = decoder.as_array(encapsulate([source], has_bot=False), index=0, **options)
    except MemoryError:
        raise
    except Exception as refused:  # plug-ins raise whatever they like
        return _second_opinion(source, raster, file.transfer_syntax, refused)
    return frame


def _second_opinion(source: bytes, raster: Raster, syntax: UID, refused: Exception) -> Frame:
    shape = (raster.rows, raster.columns) + ((3,) if raster.samples == 3 else ())
    for decode in _SECOND_OPINION.get(syntax, ()):
        try:
            frame = np.asarray(decode(source))
        except Exception:  # noqa: S112 - the first refusal is the one to tell
            continue
        if frame.shape == shape and frame.dtype.itemsize * 8 <= raster.allocated:
            kind = "i" if raster.signed else "u"
            return _significant(frame.astype(f"{kind}{raster.allocated // 8}"), raster)
    raise refused


def _options(raster: Raster, file: Opened) -> dict[str, Any]:
    """What pydicom's decoders ask to be told, for one frame by itself."""
    options: dict[str, Any] = {
        "rows": raster.rows,
        "columns": raster.columns,
        "number_of_frames": 1,
        "samples_per_pixel": raster.samples,
        "photometric_interpretation": raster.photometric,
        "bits_allocated": raster.allocated,
        "pixel_keyword": file.pixels.keyword if file.pixels else "PixelData",
    }
    if options["pixel_keyword"] == "PixelData":
        options |= {"bits_stored": raster.stored, "pixel_representation": int(raster.signed)}
    if raster.samples > 1:
        options["planar_configuration"] = raster.planar
    return options


def _bits(source: bytes, raster: Raster) -> Frame:
    """Single bits, the first pixel lowest (PS3.5 8.1.1), as 0 and 1."""
    packed = np.frombuffer(source, "u1")
    count = raster.rows * raster.columns
    return np.unpackbits(packed, count=count, bitorder="little").reshape(raster.rows, raster.columns)


def _inflated(source: bytes, raster: Raster) -> bytes:
    length = -(-raster.frame_bits // 8)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(source, length)


def _significant(frame: Frame, raster: Raster) -> Frame:
    """Only the bits that are stored (PS3.5 8.1.1): above them may lie an old overlay, below them nothing is meant."""
    if frame.dtype.kind == "f" or (raster.stored == raster.allocated):
        return frame
    up, down = raster.allocated - 1 - raster.high, raster.allocated - raster.stored
    return (frame << up) >> down


def _as_looked_at(frame: Frame, file: Opened, raster: Raster) -> Frame:
    """Colour becomes RGB of 8 bits, as screens show it; grey stays as it is stored."""
    if raster.photometric == "PALETTE COLOR":
        return _eight_bits(apply_color_lut(frame, file.dataset), _palette_bits(file))
    if raster.samples == 3:
        return _eight_bits(frame, raster.stored)
    if frame.dtype == np.int8:
        frame = frame.astype(np.int16)
    elif frame.dtype.kind == "f":
        frame = frame.astype(np.float32)
    return np.ascontiguousarray(frame, dtype=frame.dtype.newbyteorder("="))


def _palette_bits(file: Opened) -> int:
    return int(file.dataset.RedPaletteColorLookupTableDescriptor[2])


def _eight_bits(frame: Frame, stored: int) -> Frame:
    return np.ascontiguousarray(frame >> (stored - 8) if stored > 8 else frame, dtype=np.uint8)
