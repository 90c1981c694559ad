"""The surfaces of a chest, in mm: ribs, skin, diaphragm, what lies between the lungs.

Heights: apex of the lungs near z = 150, carina 28, right dome of the diaphragm -75, costophrenic angles near -150.
"""

from typing import Any

import numpy as np

from mdt.demo.phantoms.canvas import Array, ellipse

SPINE_Y = 60.0

Height = Any  # one height in mm, or an array of them


def cavity(z: Height) -> tuple[Height, Height, Height]:
    """Half-width, half-depth and centre (y) of the inside of the ribs at height z."""
    up = np.maximum(z + 40.0, 0.0) / 197.0
    round_off = np.maximum(1.0 - up * up, 0.0)
    down = np.maximum(-z - 40.0, 0.0) / 400.0
    a = 131.0 * round_off**0.55 * (1 - down * down)
    b = 90.0 * round_off**0.48 * (1 - down * down)
    return tuple(np.float32(v) for v in (a, b, -6.0 + 26.0 * up * up))  # type: ignore[return-value]


def outline(z: float, size: float) -> tuple[float, float]:
    """Half-width and half-depth of the skin at height z."""
    shoulder = np.clip((z - 95.0) / 70.0, 0.0, 1.0)
    neck = np.clip((z - 150.0) / 45.0, 0.0, 1.0)
    a = 163.0 + 6.0 * shoulder - 100.0 * neck**1.5
    b = 112.0 - 22.0 * shoulder - 26.0 * neck
    return float(a * size), float(b * size)


def diaphragm(x: Array, y: Array, z: Height) -> Array:
    """Positive below the diaphragm (in mm)."""
    right = -74.0 - ((x + 66) / 88) ** 2 * 62 - ((y + 8) / 86) ** 2 * 68
    left = -90.0 - ((x - 72) / 86) ** 2 * 58 - ((y + 2) / 86) ** 2 * 66
    side = 1 / (1 + np.exp(np.clip((x - 4) / 9, -30, 30)))
    return (right * side + left * (1 - side) - z).astype(np.float32)


def mediastinum(x: Array, y: Array, z: Height) -> Array:
    """Positive between the lungs."""
    front = np.float32(np.clip((z - 20) / 80, 0, 1))
    core = ellipse(x, y, (1, 4), (27 + 10 * front, 66 - 14 * front))
    spine = ellipse(x, y, (2, SPINE_Y + 6), (25, 24))
    right, left, heart = _bump(z, 5, 34), _bump(z, 12, 32), _bump(z, -70, 66)
    return np.maximum.reduce(
        [
            core,
            spine,
            ellipse(x, y, (-30, 6), (19 * right, 17 * right)),
            ellipse(x, y, (33, 10), (18 * left, 16 * left)),
            ellipse(x, y, (30, -33), (62 * heart, 49 * heart)),
            ellipse(x, y, (-14, -26), (41 * heart, 46 * heart)),
        ]
    )


def _bump(z: Height, at: float, reach: float) -> Height:
    """How wide a round thing centred at `at` is at height z; never quite 0, so that it can divide."""
    return np.float32(np.sqrt(np.maximum(1 - ((z - at) / reach) ** 2, 1e-5)))


def fissures(x: Array, y: Array, z: float) -> Array:
    """The oblique and horizontal fissures: hair lines of slightly denser lung."""
    left = np.abs((y - 6) * 0.86 + (z - 12) * 0.72 + 0.02 * (x - 70) ** 2 / 10 - 4) * (x > 10)
    right = np.abs((y - 10) * 0.88 + (z - 4) * 0.66 + 0.015 * (x + 70) ** 2 / 10 - 4) * (x < -10)
    line = np.where(x > 10, np.exp(-((left / 1.0) ** 2)), 0) + np.where(x < -10, np.exp(-((right / 1.0) ** 2)), 0)
    return (130 * line).astype(np.float32)
