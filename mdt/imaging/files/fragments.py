"""Compressed frames out of their fragments (PS3.5 A.4), those of writers who count an odd fragment wrongly included."""

import io
import struct
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, cast

from pydicom.encaps import generate_frames

from mdt.imaging.files.opening import Opened, Pixels

_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


def fragmented(file: Opened, frames: int) -> Iterator[bytes]:
    """The bytes of each frame in order; raises ValueError where the fragments are broken."""
    assert file.pixels is not None
    offsets = file.dataset.get("ExtendedOffsetTable"), file.dataset.get("ExtendedOffsetTableLengths")
    found = generate_frames(
        _evened(file.pixels),
        number_of_frames=frames,
        extended_offsets=cast(tuple[bytes, bytes], offsets) if all(offsets) else None,
    )
    return islice(found, frames)


def _evened(pixels: Pixels) -> BinaryIO:
    """The fragments as they are, or, where an odd length hides the pad byte that follows it, with that byte counted."""
    file, end = pixels.file, pixels.offset + pixels.there
    at, wrong = pixels.offset, []
    while at + 8 <= end:
        file.seek(at)
        head = file.read(9)
        if head[:4] != _ITEM:
            break
        length = struct.unpack("<L", head[4:8])[0]
        file.seek(at + 8 + length)
        after = file.read(5)
        if length % 2 and after[:4] not in (_ITEM, _END) and after[1:] in (_ITEM, _END):
            wrong.append((at + 4 - pixels.offset, length + 1))
            length += 1
        at += 8 + length
    file.seek(pixels.offset)
    if not wrong:
        return file
    whole = bytearray(file.read(pixels.there))
    for place, length in wrong:
        whole[place : place + 4] = struct.pack("<L", length)
    return io.BytesIO(whole)
