"""The pack's file: `MDTPACK1`, then for each frame its index and length (little-endian uint32) and its payload."""

import hashlib
import json
import struct
from typing import Any, BinaryIO

MAGIC = b"MDTPACK1"
HEAD = struct.Struct("<II")
PIECE = struct.Struct(
    "<III"
)  # before a part of a frame in a stream of them: its index, where the part begins, its length

INDEX = 0xFFFFFFFF  # the frame a stream names when what follows is the index itself, compressed by gzip

_CHUNK = 1 << 20


class Writer:
    """Writes a pack as a stream; `finish` gives its index. The version is a hash of all that both of them say."""

    def __init__(self, file: BinaryIO) -> None:
        self.entries: list[dict[str, Any]] = []
        self.length = 0
        self._file = file
        self._digest = hashlib.sha256()
        self._write(MAGIC)

    def add(self, entry: dict[str, Any], payloads: BinaryIO) -> None:
        """Append one frame, whose payload is in `payloads` where its entry says."""
        payloads.seek(entry["offset"])
        left = entry["length"]
        self._write(HEAD.pack(len(self.entries), left))
        self.entries.append({**entry, "offset": self.length})
        while left:
            chunk = payloads.read(min(left, _CHUNK))
            if not chunk:
                raise EOFError("A frame's payload is shorter than its entry says.")
            self._write(chunk)
            left -= len(chunk)

    def finish(self, about: dict[str, Any]) -> dict[str, Any]:
        """The whole index: what `about` says of the series, the version, and the frames."""
        index = {**about, "frames": self.entries}
        self._digest.update(as_json(index))
        return {**about, "version": self._digest.hexdigest(), "frames": self.entries}

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.length += len(data)


def as_json(index: dict[str, Any]) -> bytes:
    return json.dumps(index, separators=(",", ":"), allow_nan=False).encode()
