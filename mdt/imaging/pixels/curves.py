"""Tables between values and brightness (VOI LUT, PS3.3 C.11.2.1.1; Presentation LUT, C.11.6.1) as curves for a viewer.

A curve is `{"first", "last", "points"}`: the values its ends stand for, and the brightness (0 to 1) of points that lie
evenly between them. What lies below `first` or above `last` is as bright as that end.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from mdt.imaging.files import attributes

MOST_POINTS = 1024  # a screen has 256 greys; the graphics of a browser interpolate between these


def curve_of(table: Dataset | None, *, signed: bool) -> dict[str, Any] | None:
    """The curve of a LUT item; None where it is not whole. `signed` is whether what goes in may be below zero."""
    descriptor = attributes.numbers(table, "LUTDescriptor", 3) if table is not None else None
    if table is None or descriptor is None:
        return None
    count, first, bits = int(descriptor[0]) or 65536, descriptor[1], int(descriptor[2])
    if signed and first >= 32768:
        first -= 65536  # written as US in an object whose pixels are signed
    entries = _entries(table, count, bits)
    if entries is None:
        return None
    at = np.linspace(0, count - 1, min(count, MOST_POINTS))
    points = np.interp(at, np.arange(count), entries / float(2**bits - 1))
    return {
        "first": first,
        "last": first + count - 1,
        "points": [round(float(part), 4) for part in np.clip(points, 0, 1)],
    }


def _entries(table: Dataset, count: int, bits: int) -> npt.NDArray[np.float64] | None:
    """As many as there must be, of 16 bits, or two of 8 in each word where the data is no longer than that."""
    if not 1 <= bits <= 16 or count < 2:
        return None
    data = attributes.value(table, "LUTData")
    if isinstance(data, bytes):
        wide = len(data) >= 2 * count
        found = np.frombuffer(data[: len(data) - len(data) % 2], "<u2") if wide else np.frombuffer(data, "u1")
    else:
        said = attributes.numbers(table, "LUTData")
        if said is None:
            return None
        found = np.array(said).astype(np.int64).astype(np.uint16)  # SS where the writer took it for signed
        if len(found) < count <= 2 * len(found) and bits == 8:
            found = found.astype("<u2").view("u1")
    return found[:count].astype(np.float64) if len(found) >= count else None
