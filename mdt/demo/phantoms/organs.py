"""What lies within the ribs, slice by slice: lungs, heart, and the top of the belly."""

from collections.abc import Mapping

import numpy as np

from mdt.demo.phantoms.canvas import Array, Plane, cover
from mdt.demo.phantoms.person import Chest
from mdt.demo.phantoms.surfaces import cavity, diaphragm, fissures, mediastinum
from mdt.demo.phantoms.wall import FAT, MUSCLE

LUNG = -862.0


def paint(at: Plane, chest: Chest, texture: Mapping[str, Array]) -> Array:
    """Returns how much of each pixel is lung (0 to 1)."""
    ca, cb, cy = cavity(at.z)
    inside = at.ellipse(0, cy, ca, cb, power=2.15)
    at.lay(inside + 3.5, MUSCLE - 6)  # intercostal muscle
    at.lay(inside + 0.6, FAT)
    dome = diaphragm(at.x, at.y, at.z)
    depth = np.minimum(inside, dome)
    if depth.max() > -at.edge:
        _belly(at, depth, chest, texture["flesh"])
    middle = mediastinum(at.x, at.y, at.z)
    air = np.minimum(np.minimum(inside, -dome), -middle)
    lung = cover(air, at.edge)
    if chest.effusion:
        lung = lung * (1 - _effusion(at, air, chest.effusion))
    tissue = LUNG + 34 * np.clip((at.y - cy) / max(cb, 1), -1, 1) + 13 * _drift(texture["lung"], at.z, 9.0)
    if chest.emphysema:
        upper = float(np.clip((at.z + 30) / 110, 0, 1))
        holes = cover(_drift(texture["bullae"], at.z, 4.0) - 1.0, 0.5)
        tissue = tissue - 75 * chest.emphysema * upper * holes
    at.cover_with(lung, tissue + fissures(at.x, at.y, at.z))
    _heart(at, chest)
    return lung


def _drift(pair: Array, z: float, reach: float) -> Array:
    """A texture that changes over `reach` mm of height: two fields turning into each other, deviation kept."""
    return pair[0] * np.float32(np.cos(z / reach)) + pair[1] * np.float32(np.sin(z / reach))


def _effusion(at: Plane, air: Array, deep: float) -> Array:
    """Fluid on the left lies at the back and climbs towards the base."""
    level = 84.0 - deep + 0.1 * at.z
    water = cover(np.minimum(np.minimum(air, at.y - level), at.x), at.edge)
    at.cover_with(water, 8.0)
    return water


def _heart(at: Plane, chest: Chest) -> None:
    """Chambers as ellipsoids cut at this height; fat lies around them and in the grooves."""
    muscle = chest.enhanced(42, 58)
    for (cx, cy, cz), (a, b, c), value in (
        ((36, -30, -72), (50, 39, 46), muscle),
        ((-4, -42, -70), (42, 33, 42), chest.enhanced(40, 60)),
        ((-30, -20, -66), (21, 27, 36), chest.enhanced(40, 120)),  # right atrium
        ((4, 6, -42), (33, 19, 24), chest.enhanced(40, 150)),  # left atrium
        ((-4, -45, -68), (36, 26, 37), chest.enhanced(40, 135)),  # right ventricle
        ((40, -24, -74), (36, 32, 41), muscle),
        ((42, -24, -74), (27, 22, 35), chest.enhanced(40, 145)),  # left ventricle
        ((34, -14, -78), (5, 6, 9), muscle),  # papillary muscles
        ((52, -30, -80), (5, 5, 10), muscle),
    ):
        fall = 1 - ((at.z - cz) / c) ** 2
        if fall > 0:
            at.lay(at.ellipse(cx, cy, a * fall**0.5, b * fall**0.5), value)


def _belly(at: Plane, depth: Array, chest: Chest, flesh: Array) -> None:
    """Liver on the right, stomach and spleen on the left; `depth` is how far below the diaphragm, in mm."""
    at.lay(depth, 40.0)  # the diaphragm itself
    at.lay(np.minimum(depth - 2.0, at.x - 6), FAT)
    liver = np.minimum(depth - 1.0, 14 - at.x + 0.25 * (at.y + 20) + 0.12 * (at.z + 150))
    at.lay(liver, chest.enhanced(56, 46) + 3 * flesh)
    for cx, cy, tilt in ((-52, 2, 0.5), (-38, -34, -0.4), (-84, 14, 0.1)):  # hepatic veins run down to the cava
        vein = at.ellipse(cx + tilt * (at.z + 110), cy + 0.3 * (at.z + 110), 4.2, 6.0)
        at.lay(np.minimum(vein, liver), chest.enhanced(48, 82))
    at.lay(np.minimum(depth - 4, at.ellipse(96, 40, 36, 42)), chest.enhanced(48, 74))  # spleen
    stomach = np.minimum(depth - 6, at.ellipse(58, -22, 44, 46))
    at.lay(stomach, chest.enhanced(40, 24))
    at.lay(stomach - 5, 16.0)
    at.lay(np.minimum(stomach - 5, -14 - at.y), -985.0)  # gas rises to the front
