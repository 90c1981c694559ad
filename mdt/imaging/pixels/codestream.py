"""Where in an HTJ2K codestream each coarser picture ends (PS3.5 A.4.4, ISO/IEC 15444-1 annex A). Pure.

Our frames are written resolution by resolution, each in a tile-part of its own, so that a beginning of the bytes
decodes to the whole picture at a half, a quarter and so on of its rows and columns.
"""

_SOC, _SOT, _EOC = 0xFF4F, 0xFF90, 0xFFD9
_SMALLEST = 96  # rows and columns: below that nothing is to be recognised


def coarse(codestream: bytes, rows: int, columns: int) -> list[list[int]]:
    """`[factor, bytes]` of each coarser picture worth showing, the coarsest first: its first `bytes` bytes give it."""
    ends = _ends(codestream)
    found = [[2 ** (len(ends) - 1 - part), end] for part, end in enumerate(ends[:-1])]
    return [[factor, end] for factor, end in found if min(rows, columns) // factor >= _SMALLEST]


def _ends(codestream: bytes) -> list[int]:
    """Where each tile-part ends."""
    at = _first_tile_part(codestream)
    ends: list[int] = []
    while _two(codestream, at) == _SOT:
        length = int.from_bytes(codestream[at + 6 : at + 10], "big")
        if length == 0:  # the last one, to the end of the codestream
            return [*ends, len(codestream)]
        at += length
        ends.append(at)
    return ends


def _first_tile_part(codestream: bytes) -> int:
    if _two(codestream, 0) != _SOC:
        raise ValueError("This is not a JPEG 2000 codestream.")
    at = 2
    while (marker := _two(codestream, at)) not in (_SOT, _EOC, 0):
        at += 2 + _two(codestream, at + 2)
    return at if marker == _SOT else len(codestream)


def _two(codestream: bytes, at: int) -> int:
    return int.from_bytes(codestream[at : at + 2], "big")
