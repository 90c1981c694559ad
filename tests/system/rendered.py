"""A volume as NumPy renders it, one ray at a time: what the browser's picture is compared with."""

from typing import Any

import numpy as np
import numpy.typing as npt

from tests.system.volumes import Block

Values = npt.NDArray[Any]
FINENESS = 0.75  # of the finest spacing is a step at rest
AMBIENT, DIFFUSE, SHINE, SHINE_POWER = 0.25, 0.75, 30.0, 16
DARK = 0.02  # light that is left: what is behind is not looked for
# Hounsfield units, opacity of a millimetre, colour.
BONE = np.array(
    [[150, 0, 150, 80, 50], [300, 0.25, 215, 170, 120], [700, 0.7, 255, 240, 215], [1500, 0.9, 255, 255, 250]]
)


def directions(around: float, up: float) -> tuple[Values, Values, Values]:
    """To the right, downwards and away from a reader who stands around the patient and above them (degrees)."""
    a, e = np.deg2rad(around), np.deg2rad(up)
    level = np.array([-np.sin(a), np.cos(a), 0])
    right = np.array([np.cos(a), np.sin(a), 0])
    into = np.cos(e) * level + np.sin(e) * np.array([0, 0, -1])
    return right, np.cross(into, right), into


def between(block: Block, index: Values) -> Values:
    """Values at places in voxels [.., (i, j, k)], interpolated; beyond the edge those at the edge."""
    last = np.array(block.values.shape[::-1]) - 1
    place = np.clip(index, 0, last)
    low = np.floor(place).astype(int)
    share = place - low
    total = np.zeros(place.shape[:-1])
    for corner in np.ndindex(2, 2, 2):
        at = np.minimum(low + corner, last)
        weight = np.prod(np.where(corner, share, 1 - share), axis=-1)
        total += weight * block.values[at[..., 2], at[..., 1], at[..., 0]]
    return total


def _samples(block: Block, point: Values, into: Values) -> Values:
    """Along the ray through a point of the plane of the picture's middle, in voxels; those within the block."""
    step = FINENESS * block.spacing.min()
    steps = np.arange(-400, 401)[:, None] * step * into
    index = (point + steps - block.origin) @ block.axes.T / block.spacing
    last = np.array(block.values.shape[::-1]) - 1
    return index[((index >= -1e-9) & (index <= last + 1e-9)).all(axis=-1)]


def bone(block: Block, point: Values, around: float, up: float) -> Values:
    """Red, green and blue from front to back, lit from where the reader is."""
    _, _, into = directions(around, up)
    index = _samples(block, point, into)
    values = between(block, index).round()
    points = [np.interp(values, BONE[:, 0], BONE[:, n]) for n in range(1, 5)]
    opacity = 1 - (1 - points[0]) ** (FINENESS * block.spacing.min())
    slope = np.stack([between(block, index + way) - between(block, index - way) for way in np.eye(3)], axis=-1)
    slope = slope / block.spacing
    steep = np.linalg.norm(slope, axis=-1)
    facing = np.abs(slope @ (block.axes @ into)) / np.maximum(steep, 1e-9)
    facing[steep < 1e-9] = 1
    seen, left = np.zeros(3), 1.0
    for n, alpha in enumerate(opacity):
        colour = np.array([channel[n] for channel in points[1:]])
        seen += left * alpha * (colour * (AMBIENT + DIFFUSE * facing[n]) + SHINE * facing[n] ** SHINE_POWER)
        left *= 1 - alpha
        if left < DARK:
            break
    return np.minimum(seen, 255)


def most(block: Block, point: Values, around: float, up: float) -> float:
    """The largest value along the ray."""
    index = _samples(block, point, directions(around, up)[2])
    return float(between(block, index).max()) if len(index) else 0.0
