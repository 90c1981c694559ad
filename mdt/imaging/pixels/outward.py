"""Which bytes of a pack a viewer asks for, and in which order: from where somebody looks, outward. Pure."""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mdt.core.errors import Invalid

_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


@dataclass(frozen=True)
class Places:
    """Where each frame of a pack lies: offsets, lengths, and where its coarser pictures end, by their factor."""

    offsets: Sequence[int]
    lengths: Sequence[int]
    coarse: Sequence[dict[int, int]]

    @classmethod
    def of(cls, index: dict[str, Any]) -> "Places":
        frames = index.get("frames", ())
        return cls(
            array("Q", (entry["offset"] for entry in frames)),
            array("Q", (entry["length"] for entry in frames)),
            [dict(entry.get("coarse", ())) for entry in frames],
        )

    def end(self, frame: int, factor: int) -> int:
        """How many bytes of a frame's payload show it `factor` times coarser; all of them where nothing less does."""
        return self.coarse[frame].get(factor, self.lengths[frame]) if factor > 1 else self.lengths[frame]


@dataclass(frozen=True)
class Piece:
    """`length` bytes of one frame's payload, beginning `start` bytes into it."""

    frame: int
    start: int
    length: int


def frames_asked(text: str, count: int) -> list[int]:
    """`0-9,12,20-29` as frame numbers; raises Invalid when it says anything else, or frames that are not there."""
    found: list[int] = []
    for part in text.split(","):
        matched = _RANGE.fullmatch(part)
        if matched is None:
            raise Invalid("The frames asked for are not a list of ranges.")
        first, last = int(matched[1]), int(matched[2] or matched[1])
        if last >= count or first > last or (found and first <= found[-1]):
            raise Invalid("The frames asked for are not in order, or not all there.")
        found.extend(range(first, last + 1))
    return found


def outward(frames: Iterable[int], at: int) -> list[int]:
    """Nearest first; of two as near, the one further on: a reader goes on more often than back."""
    return sorted(frames, key=lambda frame: (abs(frame - at), frame < at))


def pieces(places: Places, frames: Iterable[int], *, have: int | None, to: int) -> Iterator[Piece]:
    """What is to be sent of each frame: up to `to` times coarser, and without what `have` says is there already."""
    for frame in frames:
        start = 0 if have is None else places.end(frame, have)
        length = places.end(frame, to) - start
        if length > 0:
            yield Piece(frame, start, length)
