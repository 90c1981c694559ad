"""The file beside a slide's index: payloads that were made here, and a table of where each tile lies.

`MDTSLIDE`, payloads, then for each tile of each level, row by row from the finest level on, an `ENTRY`.
"""

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

from mdt.core.errors import NotFound

MAGIC = b"MDTSLIDE"
ENTRY = struct.Struct("<QLL")  # offset, length, source: 0 this file, else the object of that number, from 1

NO_SUCH_TILE = "There is no such tile in this slide."


@dataclass(frozen=True)
class Tile:
    """`length` bytes from `offset` on in `source`: an object by its name in the store, or None for the slide's file."""

    source: str | None
    offset: int
    length: int


@dataclass(frozen=True)
class Places:
    """What finding a tile needs of a slide's index."""

    table: int
    objects: tuple[str, ...]
    levels: tuple[tuple[int, int, int], ...]  # first entry, columns, rows
    pictures: dict[str, tuple[int, int, int]]

    @classmethod
    def of(cls, index: dict[str, Any]) -> "Places":
        levels = tuple((one["first"], *one["grid"]) for one in index["levels"])
        pictures = {name: tuple(one["place"]) for name, one in index["pictures"].items() if one}
        return cls(index["table"], tuple(index["objects"]), levels, pictures)

    def entry(self, level: int, column: int, row: int) -> int:
        """Where in the file a tile's entry begins; raises NotFound for one that is not in the grid."""
        if not 0 <= level < len(self.levels):
            raise NotFound(NO_SUCH_TILE)
        first, columns, rows = self.levels[level]
        if not (0 <= column < columns and 0 <= row < rows):
            raise NotFound(NO_SUCH_TILE)
        return self.table + ENTRY.size * (first + row * columns + column)

    def tile(self, file: BinaryIO, level: int, column: int, row: int) -> Tile | None:
        """Where a tile lies; None for glass."""
        file.seek(self.entry(level, column, row))
        return self._tile(*ENTRY.unpack(file.read(ENTRY.size)))

    def picture(self, name: str) -> Tile:
        """The label, the overview or the thumbnail; raises NotFound."""
        place = self.pictures.get(name)
        found = self._tile(*place) if place else None
        if found is None:
            raise NotFound("This slide has no such picture.")
        return found

    def _tile(self, offset: int, length: int, source: int) -> Tile | None:
        return Tile(self.objects[source - 1] if source else None, offset, length) if length else None


def media_type(start: bytes) -> str:
    """Of a tile, by its first bytes."""
    return "image/webp" if start[:4] == b"RIFF" else "image/jpeg"
