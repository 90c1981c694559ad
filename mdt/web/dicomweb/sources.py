"""Where the bytes of frames come from: stretches of a file that is opened once, when the first is asked for."""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from mdt.imaging.provider import plainly
from mdt.imaging.provider.catalogue import Object
from mdt.imaging.provider.leaf import Leaf
from mdt.imaging.provider.places import Piece
from mdt.imaging.provider.ready import Ready
from mdt.web.dicomweb.leaves import Reader

_CHUNK = 1 << 20


class Source:
    """Frames by number, each in one or more pieces of one file. Close it when the answer has ended."""

    def __init__(
        self, opening: Callable[[], BinaryIO], places: dict[int, list[Piece]], end: Callable[[], None] = lambda: None
    ) -> None:
        self._opening, self._places, self._end = opening, places, end
        self._file: BinaryIO | None = None

    def length(self, number: int) -> int:
        return sum(length for _, length in self._places[number])

    def body(self, number: int) -> Iterator[bytes]:
        return self.stretch(number, 0, self.length(number))

    def stretch(self, number: int, start: int, stop: int) -> Iterator[bytes]:
        """Bytes `start` to `stop` of a frame, in large pieces."""
        at = 0
        for offset, length in self._places[number]:
            first, last = max(start - at, 0), min(stop - at, length)
            at += length
            if first < last:
                yield from self._read(offset + first, last - first)

    def joined(self) -> "Source":
        """All frames in order as one, number 1; closing it closes this one."""
        every = [piece for number in sorted(self._places) for piece in self._places[number]]
        return Source(self._opening, {1: every}, self.close)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._end()

    def _read(self, offset: int, left: int) -> Iterator[bytes]:
        if self._file is None:
            self._file = self._opening()
        self._file.seek(offset)
        while left > 0 and (piece := self._file.read(min(left, _CHUNK))):
            left -= len(piece)
            yield piece


def as_received(reader: Reader, one: Object, leaf: Leaf, numbers: Sequence[int]) -> Source:
    """Bytes as they are in the object: straight from its file where their places are known."""
    if leaf.places is not None:
        places = {number: leaf.places[number - 1] for number in numbers}
        return Source(lambda: reader.store.open(one.sha256), places)
    return _made(reader, one, numbers, plainly.as_they_are)


def uncompressed(reader: Reader, one: Object, leaf: Leaf, numbers: Sequence[int]) -> Source:
    """Little endian, as in Explicit VR Little Endian; raises SandboxError where decoding fails."""
    if not leaf.compressed and leaf.places is not None:
        return as_received(reader, one, leaf, numbers)
    return _made(reader, one, numbers, plainly.frames)


def packed(reader: Reader, one: Object, found: Ready, numbers: Sequence[int]) -> Source:
    """HTJ2K codestreams of our own."""
    places = {number: [found.places[one.sop_uid, number]] for number in numbers}
    return Source(lambda: reader.store.open_pack(found.series_id, found.version, "frames")[0], places)


def _made(
    reader: Reader, one: Object, numbers: Sequence[int], making: Callable[[Path, Sequence[int], Path], list[int]]
) -> Source:
    """Frames that must be made first, by the sandbox, into a file that goes with the answer."""
    each = sorted(set(numbers))
    folder = reader.store.scratch()
    path = Path(folder.name) / "frames"
    try:
        with reader.store.as_file(one.sha256) as whole:
            lengths = reader.sandboxes.call(making, whole, [number - 1 for number in each], path)
    except BaseException:
        folder.cleanup()
        raise
    starts = accumulate(lengths, initial=0)
    places = {number: [(start, length)] for number, start, length in zip(each, starts, lengths, strict=False)}
    return Source(lambda: path.open("rb"), places, folder.cleanup)
