"""multipart/related read as a stream (RFC 2046, PS3.18 section 8.6.1.2): memory stays flat whatever the parts hold."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

_MOST_HEADERS = 16 << 10
_BOUNDARY = re.compile(r"""boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))""", re.IGNORECASE)

Piece = tuple[Literal["begin"], dict[str, str]] | tuple[Literal["data"], bytes] | tuple[Literal["end"], None]


class Malformed(ValueError):
    """It does not follow the form."""


class Truncated(Malformed):
    """It stopped before its closing delimiter."""


def boundary_of(content_type: str) -> str:
    """The boundary parameter of a multipart Content-Type."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().lstrip().startswith("multipart/") or found is None:
        raise Malformed(f"expected a multipart answer, got {content_type[:80]!r}")
    return found[1] or found[2]


def pieces(chunks: Iterable[bytes], boundary: str) -> Iterator[Piece]:
    """`("begin", headers)`, any number of `("data", bytes)`, `("end", None)` for each part in turn."""
    reader = _Reader(chunks)
    delimiter = b"\r\n--" + boundary.encode("latin-1")
    reader.buffer += b"\r\n"  # the first delimiter may come without the line break before it
    for _preamble in reader.until(delimiter):
        pass
    while not reader.closes():
        yield "begin", _headers(reader.line_block())
        for data in reader.until(delimiter):
            yield "data", data
        yield "end", None


class _Reader:
    """A window on the stream, never much longer than one chunk."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks = iter(chunks)
        self.buffer = bytearray()

    def more(self) -> None:
        chunk = next(self.chunks, None)
        if chunk is None:
            raise Truncated("the answer stopped in the middle")
        self.buffer += chunk

    def until(self, delimiter: bytes) -> Iterator[bytes]:
        """What comes before the delimiter, which is taken away with it."""
        while True:
            at = self.buffer.find(delimiter)
            if at >= 0:
                if at:
                    yield bytes(self.buffer[:at])
                del self.buffer[: at + len(delimiter)]
                return
            safe = len(self.buffer) - len(delimiter) + 1
            if safe > 0:
                yield bytes(self.buffer[:safe])
                del self.buffer[:safe]
            self.more()

    def closes(self) -> bool:
        """Right after a delimiter: is it the last one (followed by two hyphens)?"""
        while len(self.buffer) < 2:
            self.more()
        return self.buffer[:2] == b"--"

    def line_block(self) -> bytes:
        """The rest of the delimiter's line and the headers, up to the empty line."""
        while (at := self.buffer.find(b"\r\n\r\n")) < 0:
            if len(self.buffer) > _MOST_HEADERS:
                raise Malformed("a part has no end of headers")
            self.more()
        block = bytes(self.buffer[:at])
        del self.buffer[: at + 4]
        return block


def _headers(block: bytes) -> dict[str, str]:
    lines = block.decode("latin-1").split("\r\n")[1:]  # the first is what is left of the delimiter's own line
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
