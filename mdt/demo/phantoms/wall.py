"""Skin, fat, breasts and the muscles outside the ribs, slice by slice."""

from collections.abc import Mapping

import numpy as np

from mdt.demo.phantoms.canvas import Array, Plane, cover
from mdt.demo.phantoms.person import Chest
from mdt.demo.phantoms.surfaces import SPINE_Y, cavity, outline

FAT, MUSCLE = -98.0, 52.0
SIDES = (-1, 1)


def paint(at: Plane, chest: Chest, texture: Mapping[str, Array]) -> None:
    """Everything outside the ribs at this height."""
    if chest.table and not chest.arms_down:
        table(at)
    skin, breast = _skin(at, chest)
    at.lay(skin, 28.0)
    at.lay(skin - 1.8, FAT + 5 * texture["flesh"])
    if breast is not None:
        at.lay(np.minimum(breast - 9, texture["glands"] * 3.5 - 0.6), 22.0, edge=3.0)
    _chest_wall(at, chest, texture["flesh"])
    if chest.arms_down:
        for side in SIDES:
            at.lay(at.ellipse(side * _arm(at.z), 8, 38 * _shoulder(at.z), 35 * _shoulder(at.z)), MUSCLE)
    for side in SIDES:
        _muscles(at, side, skin, texture["flesh"])
    a, b = outline(at.z, chest.size)
    if a < 110:  # the neck
        at.lay(at.ellipse(0, 8, a - 10, b - 8), MUSCLE - 12 + 10 * texture["flesh"])


def table(at: Plane) -> None:
    """The curved table top of a scanner, and its mattress."""
    sag = 0.0011 * at.x * at.x
    at.lay(np.minimum(1.2 - np.abs(at.y - (128 - sag)), 205 - np.abs(at.x)), -560.0)
    at.lay(np.minimum(np.minimum(at.y - (116 - sag), 126 - sag - at.y), 200 - np.abs(at.x)), -930.0)


def _skin(at: Plane, chest: Chest) -> tuple[Array, Array | None]:
    a, b = outline(at.z, chest.size)
    skin, breast = at.ellipse(0, 2, a, b, power=2.45), None
    if chest.female and -95 < at.z < 65:
        fall = max(1 - ((at.z + 15) / 80) ** 2, 0) ** 0.5
        both = [at.ellipse(side * 88, -92 * chest.size, 66 * fall + 1, 42 * fall + 1) for side in SIDES]
        breast = np.maximum(*both)
        skin = np.maximum(skin, breast)
    if chest.arms_down:
        for side in SIDES:
            arm = at.ellipse(side * _arm(at.z), 8, 50 * _shoulder(at.z), 46 * _shoulder(at.z))
            skin = np.maximum(skin, arm)
    return skin, breast


def _chest_wall(at: Plane, chest: Chest, flesh: Array) -> None:
    """Muscle over the ribs, with planes of fat in it."""
    a, b = outline(at.z, chest.size)
    ca, cb, cy = cavity(at.z)
    width, depth = min(a - 17.0 * chest.size, ca + 27), min(b - 9 * chest.size, cb + 17)
    if width > 20:
        planes = cover(np.abs(flesh) * 5 - 0.45, 1.6)
        at.lay(at.ellipse(0, cy * 0.6 + 3, width, depth, power=2.3), FAT + (MUSCLE - FAT) * (0.12 + 0.88 * planes))


def _muscles(at: Plane, side: int, skin: Array, flesh: Array) -> None:
    _, cb, cy = cavity(at.z)
    at.lay(at.ellipse(side * 30, SPINE_Y + 32, 27, 17), MUSCLE + 4 * flesh)  # erector spinae
    if at.z > -10:  # subscapularis and infraspinatus on either side of the shoulder blade, latissimus behind
        rise = float(np.clip((at.z + 10) / 60, 0.1, 1))
        at.lay(at.ellipse(side * 112, 52, 30 * rise, 34 * rise), MUSCLE + 5 * flesh, within=cover(skin - 8, 2))
        at.lay(at.ellipse(side * 78, 88, 52 * rise, 13 * rise), MUSCLE, within=cover(skin - 7, 2))
    if at.z > -20:  # pectorals
        at.lay(at.ellipse(side * 72, cy * 0.6 - cb - 8, 62, 11), MUSCLE, within=cover(skin - 5, 2))


def _arm(z: float) -> float:
    """How far from the middle the arm is: hands on hips, elbows out, as for a chest film."""
    return 152.0 + 0.42 * (118 - z)


def _shoulder(z: float) -> float:
    return float(np.clip((165 - z) / 30, 0.02, 1))
