"""Answers that are parts of a file: sent by the kernel where the server can (`mdt/server.py`), else read here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import UnsupportedOperation
from typing import BinaryIO

_CHUNK = 1 << 18


@dataclass(frozen=True)
class Span:
    """`length` bytes of the file, from `offset` on."""

    offset: int
    length: int


class Spans:
    """What a WSGI server sends: bytes, and parts of one open file, which is closed with the answer."""

    def __init__(self, file: BinaryIO, parts: Sequence[bytes | Span]) -> None:
        self.parts = parts
        self._file = file

    @property
    def length(self) -> int:
        return sum(len(part) if isinstance(part, bytes) else part.length for part in self.parts)

    @property
    def descriptor(self) -> int | None:
        """The file's number in this process; None where it is not a file of this machine."""
        try:
            return self._file.fileno()
        except (AttributeError, UnsupportedOperation):
            return None

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
                continue
            self._file.seek(part.offset)
            left = part.length
            while left:
                chunk = self._file.read(min(left, _CHUNK))
                if not chunk:
                    raise EOFError("A file is shorter than it was when its answer began.")
                left -= len(chunk)
                yield chunk

    def close(self) -> None:
        self._file.close()
