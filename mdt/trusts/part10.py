"""The little of a Part 10 file that can be read without trusting it: a bounded walk over its file meta information.

PS3.10 section 7.1: 128 bytes, "DICM", then group 0002 in Explicit VR Little Endian.
"""

import struct
from pathlib import Path

_LONG = frozenset({b"OB", b"OW", b"UN", b"SQ", b"UT", b"OF"})
_MOST = 16 << 10


def media_sop_instance_uid(path: Path) -> str | None:
    """(0002,0003) Media Storage SOP Instance UID; None where there is no such element or no file meta information."""
    with path.open("rb") as file:
        head = file.read(_MOST)
    if head[128:132] != b"DICM":
        return None
    at = 132
    while at + 12 <= len(head):
        group, element, vr = struct.unpack_from("<HH2s", head, at)
        if group != 0x0002:
            return None
        if vr in _LONG:
            (length,), value_at = struct.unpack_from("<I", head, at + 8), at + 12
        else:
            (length,), value_at = struct.unpack_from("<H", head, at + 6), at + 8
        if element == 0x0003:
            return head[value_at : value_at + min(length, 64)].decode("ascii", "replace").strip(" \0") or None
        at = value_at + length
    return None
