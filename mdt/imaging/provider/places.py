"""Where each frame's bytes lie in the file, so that they can be sent without opening it as DICOM again."""

import struct
from itertools import pairwise
from typing import Any

from mdt.imaging.files.opening import Opened, Pixels
from mdt.imaging.files.raster import Raster
from mdt.imaging.files.syntaxes import is_encapsulated

_ITEM, _END = 0xE000FFFE, 0xE0DDFFFE

Piece = tuple[int, int]


def places(file: Opened, raster: Raster, *, inflated: bool) -> list[list[Piece]] | None:
    """For each frame its pieces, offset and length in the file; None where its bytes must be made by decoding.

    Uncompressed frames are there when they are little endian and begin at whole bytes.
    """
    pixels = file.pixels
    if pixels is None or inflated:
        return None
    if is_encapsulated(file.transfer_syntax):
        return _fragments(file, pixels, raster.frames)
    if not file.little_endian or raster.frame_bits % 8:
        return None
    size = raster.frame_bits // 8
    return [[(pixels.offset + number * size, size)] for number in range(raster.frames)]


def _fragments(file: Opened, pixels: Pixels, frames: int) -> list[list[Piece]] | None:
    items = _items(pixels)
    if not items:
        return None
    (table_at, table_length), fragments = items[0], items[1:]
    if frames == 1 and fragments:
        return [fragments]
    if len(fragments) == frames:
        return [[fragment] for fragment in fragments]
    pixels.file.seek(table_at)
    table = pixels.file.read(table_length)
    starts: Any = struct.unpack(f"<{len(table) // 4}L", table[: len(table) // 4 * 4])
    if len(starts) != frames or starts[0] != 0:
        return None
    first = fragments[0][0] - 8
    bounds = [*(first + start for start in starts), fragments[-1][0] + fragments[-1][1]]
    grouped = [[piece for piece in fragments if begin <= piece[0] - 8 < end] for begin, end in pairwise(bounds)]
    return grouped if all(grouped) and sum(map(len, grouped)) == len(fragments) else None


def _items(pixels: Pixels) -> list[Piece] | None:
    """The value of every item (PS3.5 A.4), the offset table first; None where their chain breaks."""
    found: list[Piece] = []
    at, end = pixels.offset, pixels.offset + pixels.there
    while at + 8 <= end:
        pixels.file.seek(at)
        tag, length = struct.unpack("<LL", pixels.file.read(8))
        if tag == _END:
            return found
        if tag != _ITEM or at + 8 + length > end:
            return None
        found.append((at + 8, length))
        at += 8 + length
    return None
