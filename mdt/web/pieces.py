"""Packs on their way to a browser: their indexes, kept at hand, and frames as one stream in the order wanted."""

import gzip
import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from mdt.imaging.keeping.store import Store
from mdt.imaging.pixels.outward import Piece, Places
from mdt.imaging.pixels.packing import INDEX, PIECE
from mdt.web.spans import Span, Spans

_AT_HAND = 64  # indexes: a meeting's worth


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


def introduced(contents: Contents) -> bytes:
    """The index as the first part of a stream, so that a series is opened with one question."""
    return PIECE.pack(INDEX, 0, len(contents.compressed)) + contents.compressed


def spans_of(pack: BinaryIO, places: Places, pieces: Iterable[Piece], first: bytes = b"") -> Spans:
    """`first`, then each piece's head and bytes."""
    parts: list[bytes | Span] = [first] if first else []
    for piece in pieces:
        parts.append(PIECE.pack(piece.frame, piece.start, piece.length))
        parts.append(Span(places.offsets[piece.frame] + piece.start, piece.length))
    return Spans(pack, parts)
