"""Video objects (PS3.5 8.2.5 to 8.2.9): the stream as it came, without decoding, where it lies in a file browsers play.

A browser plays the MP4 container. The standard allows others (MPEG transport and program streams, bare streams); those
are named, and not shown: to put them into another container would be to write a new file.
"""

import struct
from pathlib import Path
from typing import Any, BinaryIO

from mdt.imaging.files import attributes
from mdt.imaging.files.opening import Opened, Pixels
from mdt.imaging.files.raster import CannotShow
from mdt.imaging.files.syntaxes import lossiness

MP4 = "video/mp4"

_ITEM, _END = 0xFFFEE000, 0xFFFEE0DD
_CHUNK = 1 << 20
_PACKET = 188  # bytes of a transport stream


def extract(file: Opened, to: Path) -> dict[str, Any]:
    """Write the stream to `to` and say what it is; raises CannotShow for one that no browser plays."""
    if file.pixels is None or file.pixels.length is not None:
        raise CannotShow("It is video, but its stream is not in fragments.")
    with to.open("wb") as stream:
        length = _copy(file.pixels, stream)
    with to.open("rb") as stream:
        kind = container(stream.read(_PACKET * 3))
    if kind != "MP4":
        raise CannotShow(
            f"It is video ({file.transfer_syntax.name}) in {_WORDS[kind]}, which browsers do not play; "
            "its stream is kept as it came."
        )
    title = attributes.text(file.dataset, "SeriesDescription") or file.transfer_syntax.name
    return {"title": title, "type": MP4, "bytes": length, **lossiness(file.dataset, file.transfer_syntax)}


_WORDS = {
    "TS": "an MPEG transport stream",
    "PS": "an MPEG program stream",
    "MPEG-2": "a bare MPEG-2 stream",
    "bare": "a bare stream without a container",
    "unknown": "a container that is not known",
}


def container(start: bytes) -> str:
    """Which container a stream is in, by its first bytes: MP4, or a key of the table above."""
    if start[4:8] == b"ftyp":
        return "MP4"
    if len(start) >= _PACKET * 2 + 1 and start[0] == start[_PACKET] == start[_PACKET * 2] == 0x47:
        return "TS"
    if start[:4] == b"\0\0\1\xba":
        return "PS"
    if start[:4] == b"\0\0\1\xb3":
        return "MPEG-2"
    return "bare" if start[:3] == b"\0\0\1" or start[:4] == b"\0\0\0\1" else "unknown"


def _copy(pixels: Pixels, to: BinaryIO) -> int:
    """The fragments after the offset table, one after the other, in pieces: a video may be larger than memory."""
    at, end, copied = pixels.offset, pixels.offset + pixels.there, 0
    first = True
    while at + 8 <= end:
        pixels.file.seek(at)
        group, element, length = struct.unpack("<HHL", pixels.file.read(8))
        tag = group << 16 | element
        if tag == _END:
            break
        if tag != _ITEM or at + 8 + length > end:
            raise CannotShow("It is video, but its stream is cut short.")
        left = 0 if first else length
        while left:
            chunk = pixels.file.read(min(left, _CHUNK))
            to.write(chunk)
            left, copied = left - len(chunk), copied + len(chunk)
        at, first = at + 8 + length, False
    return copied
