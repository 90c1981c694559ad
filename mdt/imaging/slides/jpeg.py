"""What a browser would make of a JPEG: which colours it takes it to hold, by the rules every decoder follows."""

import struct

_SOI, _APP0, _APP14, _SOS, _EOI = 0xD8, 0xE0, 0xEE, 0xDA, 0xD9
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # sequential and progressive DCT; browsers know no other
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})

# Says that three components are red, green and blue (Adobe's marker with transform 0).
RGB_MARKER = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"


def colours(data: bytes, columns: int, rows: int) -> str | None:
    """`GREY`, `YBR` or `RGB` as a browser takes it; None for what it does not decode, or of another size."""
    jfif, transform, at = False, None, 2
    if data[:2] != b"\xff\xd8":
        return None
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        segment = data[at + 4 : at + 2 + length]
        if marker == _APP0 and segment[:5] == b"JFIF\0":
            jfif = True
        elif marker == _APP14 and segment[:5] == b"Adobe" and len(segment) >= 12:
            transform = segment[11]
        elif marker in _FRAMES and len(segment) >= 6:
            return _of_frame(segment, columns, rows, jfif=jfif, transform=transform)
        elif marker in (_SOS, _EOI) or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            return None
        at += 2 + length
    return None


def _of_frame(segment: bytes, columns: int, rows: int, *, jfif: bool, transform: int | None) -> str | None:
    precision, height, width, components = struct.unpack(">BHHB", segment[:6])
    if precision != 8 or (width, height) != (columns, rows):
        return None
    if components == 1:
        return "GREY"
    if components != 3 or len(segment) < 15:
        return None
    if not jfif and (transform == 0 or (transform is None and segment[6:15:3] == b"RGB")):
        return "RGB"
    return "YBR"


def marked_as_rgb(data: bytes) -> bytes:
    """The same picture, its three components called red, green and blue."""
    return data[:2] + RGB_MARKER + data[2:]


def has_jfif(data: bytes) -> bool:
    """Whether it begins as a JFIF file, which always holds luminance and colour differences."""
    return data[6:11] == b"JFIF\0"
