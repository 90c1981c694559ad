"""What a screen shows of stored values, by the standard's formulas alone.

Windows by PS3.3 C.11.2.1.2 and C.11.2.1.3, tables by C.11.1.1 and C.11.2.1.1, colour by C.7.6.3.1.2. Nothing of the
product, and no lookup of pydicom's, takes part in it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]


def windowed(values: Values, centre: float, width: float, function: str = "LINEAR") -> Values:
    """0 to 1, by PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.2 (LINEAR_EXACT) and C.11.2.1.3.1 (SIGMOID)."""
    values = values.astype(float)
    if function == "SIGMOID":
        return 1 / (1 + np.exp(-4 * (values - centre) / width))
    if function == "LINEAR_EXACT":
        return np.clip((values - centre) / width + 0.5, 0, 1)
    if width == 1:
        return np.where(values <= centre - 0.5, 0.0, 1.0)
    return np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def looked_up(values: Values, first: int, entries: Values) -> Values:
    """A table (PS3.3 C.11.2.1.1): what lies below has the first entry, what lies above the last."""
    return entries[np.clip(values.astype(int) - first, 0, len(entries) - 1)]


def grey(brightness: Values, photometric: str = "MONOCHROME2") -> Values:
    """0 to 1 as RGB of 0 to 255; MONOCHROME1 is shown with its least value white (PS3.3 C.7.6.3.1.2)."""
    shown = 1 - brightness if photometric == "MONOCHROME1" else brightness
    return np.repeat((shown * 255).round()[..., None], 3, axis=-1)


def to_ybr(rgb: Values) -> Values:
    """YBR_FULL as it is stored (PS3.3 C.7.6.3.1.2)."""
    red, green, blue = (rgb[..., n].astype(float) for n in range(3))
    parts = [0.2990 * red + 0.5870 * green + 0.1140 * blue]
    parts += [-0.1687 * red - 0.3313 * green + 0.5000 * blue + 128, 0.5 * red - 0.4187 * green - 0.0813 * blue + 128]
    return np.clip(np.stack(parts, axis=-1).round(), 0, 255).astype("uint8")


def from_ybr(ybr: Values) -> Values:
    """The same equations solved for red, green and blue."""
    matrix = np.array([[0.2990, 0.5870, 0.1140], [-0.1687, -0.3313, 0.5000], [0.5000, -0.4187, -0.0813]])
    return np.clip(((ybr.astype(float) - [0, 128, 128]) @ np.linalg.inv(matrix).T).round(), 0, 255)
