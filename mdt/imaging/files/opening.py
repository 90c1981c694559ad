"""Opening a file from an archive, whatever is wrong with its wrapping. Runs in the sandbox.

Real archives hold files without preamble or meta header, with a wrong transfer syntax, cut short, or deflated. The
header is read up to the pixel data, which stays in the file.
"""

import io
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.valuerep import VR

from mdt.core.errors import Invalid
from mdt.imaging.files import attributes

LARGEST_INFLATED = 512 << 20

_PIXELS = {0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData", 0x7FE00010: "PixelData"}
_GE_PRIVATE = UID("1.2.840.113619.5.2")  # implicit VR little endian with big endian pixels
_UNDEFINED = 0xFFFFFFFF
_VRS = frozenset(vr.value.encode() for vr in VR if len(vr.value) == 2)


@dataclass(frozen=True)
class Pixels:
    """Where the pixel data is: its value begins at `offset` of `file`; `length` is None when it is encapsulated."""

    file: BinaryIO
    keyword: str
    vr: str | None
    offset: int
    length: int | None
    there: int  # bytes of the file from `offset` on


@dataclass(frozen=True)
class Opened:
    """A header and, where there are any, its pixels, which are `little_endian` or not."""

    meta: Dataset
    dataset: Dataset
    transfer_syntax: UID
    little_endian: bool
    pixels: Pixels | None


class _Bounded(io.BufferedReader):
    """A file that never makes room for more than it holds: lengths in broken headers are lies."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._end = os.fstat(self.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self._end - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Read the header; raises Invalid with a sentence when this is no DICOM dataset."""
    with _Bounded(path) as file:
        has_preamble = read_preamble(file, force=True) is not None
        meta = read_dataset(file, False, True, stop_when=_after_meta)
        stated = attributes.uid(meta, "TransferSyntaxUID")
        syntax = UID(stated) if stated else None
        body: BinaryIO = file
        if syntax == DeflatedExplicitVRLittleEndian:
            body = _inflated(file)
        start = body.tell()
        peek = body.read(6)
        body.seek(start)
        if not has_preamble and not meta and not _looks_like_a_dataset(peek):
            raise Invalid("It is not a DICOM file.")
        syntax = syntax or _guessed(peek)
        little = syntax != ExplicitVRBigEndian
        dataset = read_dataset(body, _is_implicit(syntax), little, stop_when=_at_pixels)
        yield Opened(meta, dataset, syntax, little and syntax != _GE_PRIVATE, _pixels(body, little))


def _after_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag >> 16 != 0x0002


def _at_pixels(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag in _PIXELS


def _is_implicit(syntax: UID) -> bool:
    """Every other syntax, known to us or not, is explicit (PS3.5 A.4)."""
    return syntax in (ImplicitVRLittleEndian, _GE_PRIVATE)


def _looks_like_a_dataset(peek: bytes) -> bool:
    """Whether these could be the first bytes of a dataset without wrapping: a low, even group."""
    if len(peek) < 6:
        return False
    groups = {struct.unpack("<H", peek[:2])[0], struct.unpack(">H", peek[:2])[0]}
    return bool(groups & {0x0000, 0x0002, 0x0004, 0x0008, 0x0010})


def _guessed(peek: bytes) -> UID:
    """What a dataset without meta header is encoded as: explicit where a VR stands after the first tag."""
    if peek[4:6] not in _VRS:
        return ImplicitVRLittleEndian
    big = struct.unpack("<H", peek[:2])[0] >= 0x0400  # 0008 read the wrong way round is 0800
    return ExplicitVRBigEndian if big else ExplicitVRLittleEndian


def _inflated(file: BinaryIO) -> BinaryIO:
    """The deflated rest of the file (PS3.5 A.5), up to a ceiling: a few kilobytes can hold gigabytes of zeros."""
    inflate, whole = zlib.decompressobj(-zlib.MAX_WBITS), io.BytesIO()
    while chunk := file.read(64 << 10):
        while chunk and not inflate.eof:
            whole.write(inflate.decompress(chunk, 8 << 20))
            chunk = inflate.unconsumed_tail
            if whole.tell() > LARGEST_INFLATED:
                raise Invalid(f"It inflates to more than {LARGEST_INFLATED >> 20} MB and was not read further.")
    whole.seek(0)
    return whole


def _pixels(file: BinaryIO, little_endian: bool) -> Pixels | None:
    """The element that reading stopped at, or None at the end of the file."""
    order = "<" if little_endian else ">"
    start, head = file.tell(), file.read(12)
    if len(head) < 8:
        return None
    group, element = struct.unpack(f"{order}HH", head[:4])
    keyword = _PIXELS.get(group << 16 | element)
    if keyword is None:
        return None
    # Some writers switch to explicit or implicit VR against their own transfer syntax; the element shows which.
    vr = head[4:6].decode() if head[4:6] in (b"OB", b"OW", b"OF", b"OD", b"UN") else None
    length = struct.unpack(f"{order}L", head[8:12] if vr else head[4:8])[0]
    offset = start + (12 if vr else 8)
    there = file.seek(0, io.SEEK_END) - offset
    return Pixels(file, keyword, vr, offset, None if length == _UNDEFINED else length, there)
