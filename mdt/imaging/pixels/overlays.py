"""Overlay planes (PS3.3 C.9.2, groups 60xx): single bits drawn over an image, as its frame's entry has them."""

import base64
import zlib
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from mdt.core.errors import MdtError

MOST_CHARACTERS = 64 << 10  # of one frame's plane: text and outlines take far less, noise takes more

_GROUPS = range(0x6000, 0x6020, 2)
_ROWS, _COLUMNS, _FRAMES, _DESCRIPTION, _TYPE, _ORIGIN = 0x10, 0x11, 0x15, 0x22, 0x40, 0x50
_FIRST_FRAME, _ALLOCATED, _DATA, _LABEL = 0x51, 0x100, 0x3000, 0x1500
_LARGEST = 16_384  # rows or columns


class _CannotDraw(MdtError):
    """A plane that is malformed, or of a kind that is not drawn; the sentence says so."""


def overlays(dataset: Dataset, index: int) -> list[dict[str, Any]]:
    """The planes of frame `index` (from 0): `name`, `roi`, `rows`, `columns`, `origin` [row, column] from 1, `bits`.

    `bits` is base64 of zlib of the plane's bits, row by row, the first pixel in the lowest bit of its byte. It is None
    for a plane that cannot be drawn, and `why` is the sentence. A plane without a single bit set is not there.
    """
    found = []
    for group in _GROUPS:
        rows, columns = _number(dataset, group, _ROWS), _number(dataset, group, _COLUMNS)
        if rows is None and columns is None:
            continue
        origin = [_number(dataset, group, _ORIGIN, 0), _number(dataset, group, _ORIGIN, 1)]
        about = {
            "name": (_text(dataset, group, _LABEL) or _text(dataset, group, _DESCRIPTION))[:64],
            "roi": _text(dataset, group, _TYPE) == "R",
            "rows": rows or 0,
            "columns": columns or 0,
            "origin": [1 if part is None else part for part in origin],
        }
        try:
            bits, why = _bits(dataset, group, rows or 0, columns or 0, index), None
        except _CannotDraw as error:
            bits, why = None, str(error)
        if bits != "":
            found.append(about | {"bits": bits, "why": why})
    return found


def _bits(dataset: Dataset, group: int, rows: int, columns: int, index: int) -> str:
    """Empty where nothing of the plane is on this frame. Raises _CannotDraw."""
    if not (0 < rows <= _LARGEST and 0 < columns <= _LARGEST):
        raise _CannotDraw("An overlay plane has no size that can be drawn.")
    data = _value(dataset, group, _DATA)
    if not isinstance(data, bytes) or _number(dataset, group, _ALLOCATED) not in (1, None):
        raise _CannotDraw("An overlay plane is kept in unused bits of the pixels, a retired way that is not drawn.")
    at = index - (_number(dataset, group, _FIRST_FRAME) or 1) + 1
    if not 0 <= at < (_number(dataset, group, _FRAMES) or 1):
        return ""
    size = rows * columns
    first, last = at * size, (at + 1) * size
    if len(data) * 8 < last:
        raise _CannotDraw("An overlay plane holds fewer bits than its rows and columns need.")
    octets = np.frombuffer(data[first // 8 : (last + 7) // 8], np.uint8)
    plane = np.unpackbits(octets, bitorder="little")[first % 8 :][:size]
    if not plane.any():
        return ""
    packed = zlib.compress(np.packbits(plane, bitorder="little").tobytes(), 6)
    if len(packed) * 4 > MOST_CHARACTERS * 3:
        raise _CannotDraw("An overlay plane holds more than can be drawn.")
    return base64.b64encode(packed).decode()


def _value(dataset: Dataset, group: int, element: int) -> Any:
    """By its tag: keywords name the first group only. None for what is absent or malformed."""
    try:
        return dataset[group, element].value
    except Exception:  # as in `attributes.value`
        return None


def _number(dataset: Dataset, group: int, element: int, place: int = 0) -> int | None:
    found = _value(dataset, group, element)
    said = list(found) if isinstance(found, MultiValue | list) else [found]
    try:
        return int(said[place]) if place < len(said) and abs(int(said[place])) < 2**31 else None
    except (TypeError, ValueError):
        return None


def _text(dataset: Dataset, group: int, element: int) -> str:
    found = _value(dataset, group, element)
    return found.replace("\0", "").strip() if isinstance(found, str) else ""
