"""A multipart body as it comes in: each part to a file of its own, in batches, so that memory and disk stay free."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mdt.trusts import multipart

BATCH = 25


@dataclass(frozen=True)
class Came:
    """One part: its file, or why it was not written to the end. `largest` bytes are taken of each."""

    path: Path
    type: str
    refused: str | None = None


@dataclass(frozen=True)
class Room:
    """What there is room for: bytes of one object, and bytes of disk that stay free."""

    largest: int
    reserve: int

    def is_left(self, folder: Path) -> bool:
        return shutil.disk_usage(folder).free > self.reserve


def batches(chunks: Iterable[bytes], boundary: str, folder: Path, room: Room) -> Iterator[list[Came]]:
    """Files of a batch go before the next one comes. Raises multipart.Malformed, also for what breaks off."""
    batch: list[Came] = []
    for came in _parts(chunks, boundary, folder, room):
        batch.append(came)
        if len(batch) == BATCH:
            yield from _then_gone(batch)
            batch = []
    if batch:
        yield from _then_gone(batch)


def _then_gone(batch: list[Came]) -> Iterator[list[Came]]:
    try:
        yield batch
    finally:
        for came in batch:
            came.path.unlink(missing_ok=True)


def _parts(chunks: Iterable[bytes], boundary: str, folder: Path, room: Room) -> Iterator[Came]:
    pieces = multipart.pieces(chunks, boundary)
    for number, (_, headers) in enumerate(pieces):
        assert isinstance(headers, dict)  # what is between a part's headers and its end is taken by `_write`
        path = folder / f"{number}"
        refused = _write(pieces, path, room)
        yield Came(path, headers.get("content-type", "application/dicom").split(";")[0].strip().lower(), refused)


def _write(pieces: Iterator[multipart.Piece], path: Path, room: Room) -> str | None:
    """One part to its end, of which no more is kept once there is a reason not to."""
    written, refused = 0, None
    with path.open("xb") as out:
        for _, value in pieces:
            if not isinstance(value, bytes):
                break
            written += len(value)
            if refused is None and written > room.largest:
                refused = f"It is larger than the {room.largest >> 20} MB of one object that are taken here."
            if refused is None and not room.is_left(path.parent):
                refused = NO_ROOM
            if refused is None:
                out.write(value)
    return refused


NO_ROOM = "There is no room for it on this service's disk."
