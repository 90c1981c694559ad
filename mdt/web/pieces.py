"""Packs on their way to a browser: their indexes, kept at hand, and frames as one stream in the order wanted."""

import gzip
import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mdt.imaging.outward import Piece, Places
from mdt.imaging.packing import INDEX, PIECE
from mdt.imaging.store import Store

_AT_HAND = 64  # indexes: a meeting's worth
_TOGETHER = 1 << 18  # bytes that go out in one write


@dataclass(frozen=True)
class Contents:
    """A pack's index: as it is sent, compressed, and where its frames lie."""

    compressed: bytes
    places: Places


class Indexes:
    """The indexes asked for last. Fifty people open a series at the same moment: it is read and compressed once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str], Contents] = OrderedDict()

    def of(self, series_id: str, version: str) -> Contents:
        """Raises FileNotFoundError when there is no such pack."""
        name = (series_id, version)
        if name not in self._kept:
            file, _ = self._store.open_pack(series_id, version, "index.json")
            with file:
                content = file.read()
            self._kept[name] = Contents(gzip.compress(content, 6, mtime=0), Places.of(json.loads(content)))
            while len(self._kept) > _AT_HAND:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return self._kept[name]


def length_of(pieces: Iterable[Piece]) -> int:
    return sum(PIECE.size + piece.length for piece in pieces)


def introduced(contents: Contents) -> bytes:
    """The index as the first part of a stream, so that a series is opened with one question."""
    return PIECE.pack(INDEX, 0, len(contents.compressed)) + contents.compressed


def streamed(pack: BinaryIO, places: Places, pieces: Iterable[Piece], first: bytes = b"") -> Iterator[bytes]:
    """`first`, then each piece's head and bytes, several small ones in one write. The file is closed at the end."""
    with pack:
        waiting: list[bytes] = [first] if first else []
        together = 0
        for piece in pieces:
            waiting.append(PIECE.pack(piece.frame, piece.start, piece.length))
            pack.seek(places.offsets[piece.frame] + piece.start)
            left = piece.length
            while left:
                chunk = pack.read(min(left, _TOGETHER))
                if not chunk:
                    raise EOFError("A pack is shorter than its index says.")
                left -= len(chunk)
                waiting.append(chunk)
                together += len(chunk)
                if together >= _TOGETHER:
                    yield b"".join(waiting)
                    waiting, together = [], 0
        if waiting:
            yield b"".join(waiting)
