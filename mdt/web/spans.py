"""Answers that are parts of a file: sent by the kernel where the server can (`mdt/server.py`), else read here."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import UnsupportedOperation
from typing import BinaryIO, Protocol

_CHUNK = 1 << 18


@dataclass(frozen=True)
class Span:
    """`length` bytes of the file, from `offset` on."""

    offset: int
    length: int


class Readable(Protocol):
    """What spans are of."""

    def fileno(self) -> int: ...
    def seek(self, offset: int, /) -> int: ...
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class OnDisk:
    """A file of this machine, open for reading until it is closed or forgotten; raises OSError when there is none."""

    __slots__ = ("_at", "_number")

    def __init__(self, place: str) -> None:
        self._number = -1
        self._number = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        self._at = 0

    @property
    def size(self) -> int:
        return os.fstat(self._number).st_size

    def fileno(self) -> int:
        return self._number

    def seek(self, offset: int, /) -> int:
        self._at = offset
        return offset

    def read(self, size: int, /) -> bytes:
        found = os.pread(self._number, size, self._at)
        self._at += len(found)
        return found

    def close(self) -> None:
        number, self._number = self._number, -1
        if number >= 0:
            os.close(number)

    __del__ = close


class Spans:
    """What a WSGI server sends: bytes, and parts of one open file, which is closed with the answer."""

    def __init__(self, file: BinaryIO | Readable, parts: Sequence[bytes | Span]) -> None:
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
