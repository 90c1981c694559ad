"""The head of a request: its header fields, read strictly and quickly (RFC 9112 5).

Whatever two programs could read in two ways, so that one hides a request from the other, is refused: a folded line, a
space before the colon, a length said twice, a body both measured and in chunks.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

LONGEST, MOST = 65_536, 100  # of one line, and how many

_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*?)[ \t]*\r?\n")
_ONCE = frozenset({"content-length", "transfer-encoding", "host"})


class Head:
    """The fields by their names in lower case. `status` says in a word why it cannot be read; "" when it can.

    It has the methods that gevent's handler asks of a message.
    """

    def __init__(self, file: BinaryIO, *_: object) -> None:
        self.fields: dict[str, str] = {}
        self.status = self._read(file)

    def get(self, name: str, default: str | None = None) -> str | None:
        return self.fields.get(name.lower(), default)

    getheader = get

    def __delitem__(self, name: str) -> None:
        del self.fields[name]

    @property
    def typeheader(self) -> str | None:
        return self.fields.get("content-type")

    def for_environ(self) -> Iterator[tuple[str, str]]:
        """As WSGI names them. A name with an underscore would pass for another with a hyphen, and is left out."""
        for name, value in self.fields.items():
            if "_" not in name and name not in ("content-type", "content-length"):
                yield "HTTP_" + name.replace("-", "_").upper(), value

    def _read(self, file: BinaryIO) -> str:
        fields = self.fields
        for _ in range(MOST + 1):
            line = file.readline(LONGEST + 1)
            if line in (b"\r\n", b"\n"):
                return self._contradiction()
            found = _LINE.fullmatch(line)
            if found is None:
                return "cut short" if not line else "too long" if len(line) > LONGEST else "malformed"
            name, value = found[1].decode("latin-1").lower(), found[2].decode("latin-1")
            if name not in fields:
                fields[name] = value
            elif name in _ONCE:
                return f"{name} twice"
            else:
                fields[name] += ("; " if name == "cookie" else ",") + value
        return "too many"

    def _contradiction(self) -> str:
        """What makes it unclear where the body ends."""
        length, coding = self.fields.get("content-length"), self.fields.get("transfer-encoding")
        if length is not None and coding is not None:
            return "measured twice"
        if length is not None and not (length.isascii() and length.isdigit()):
            return "of no length"
        return "" if coding is None or coding.lower() == "chunked" else "of unknown coding"
