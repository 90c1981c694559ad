"""multipart/related as it is sent (RFC 2387, PS3.18 8.6.1.2), one part after the other, its length known before."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """The body comes in pieces when it is its turn; `length` is None when nobody knows it before."""

    content_type: str
    body: Iterable[bytes]
    length: int | None
    location: str | None = None

    def head(self, boundary: str) -> bytes:
        lines = [f"--{boundary}", f"Content-Type: {self.content_type}"]
        if self.length is not None:
            lines.append(f"Content-Length: {self.length}")
        if self.location is not None:
            lines.append(f"Content-Location: {self.location}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass(frozen=True)
class Multipart:
    """A whole body of one type of parts."""

    type: str
    boundary: str = field(default_factory=lambda: f"mdt-{secrets.token_hex(16)}")

    @property
    def content_type(self) -> str:
        return f'multipart/related; type="{self.type}"; boundary={self.boundary}'

    def stream(self, parts: Iterable[Part]) -> Iterator[bytes]:
        """Small parts leave in one piece, their heads and tails with them."""
        before = b""
        for part in parts:
            waiting = bytearray(before + part.head(self.boundary))
            for piece in part.body:
                waiting += piece
                if len(waiting) >= _CHUNK:
                    yield bytes(waiting)
                    waiting.clear()
            yield bytes(waiting)
            before = b"\r\n"
        yield before + self._end

    def around(self, part: Part) -> tuple[bytes, bytes, str]:
        """What comes before and after the body of the only part, and the type of it all."""
        return part.head(self.boundary), b"\r\n" + self._end, self.content_type

    def length(self, parts: Sequence[Part]) -> int | None:
        """Bytes of the whole body; None when a part's own is not known."""
        total = len(self._end) + 2 * len(parts)
        for part in parts:
            if part.length is None:
                return None
            total += len(part.head(self.boundary)) + part.length
        return total

    @property
    def _end(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()
