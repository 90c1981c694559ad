"""Vertex to thigh for a PET/CT: the chest of `chest.py` with a head above and a belly below."""

import numpy as np

from mdt.demo.phantoms import bones
from mdt.demo.phantoms import chest as thorax
from mdt.demo.phantoms.canvas import Array, Canvas, Plane
from mdt.demo.phantoms.person import Chest
from mdt.demo.phantoms.texture import smooth_noise
from mdt.demo.phantoms.wall import FAT, MUSCLE, SIDES, table


def paint(canvas: Canvas, chest: Chest) -> None:
    """Hounsfield units of the whole canvas, without contrast."""
    low, high = (int(k) for k in np.searchsorted(canvas.z, (-149.0, 158.0)))
    thorax.paint(canvas.part(low, high), chest)
    rng = np.random.default_rng(chest.seed + 7)
    rows, columns = canvas.values.shape[1:]
    grain = 1 / canvas.spacing[0]
    flesh = smooth_noise(rng, (rows, columns), (5 * grain, 9 * grain))
    loops = smooth_noise(rng, canvas.values.shape, (max(1, 34 / canvas.spacing[2]), 24 * grain, 24 * grain))
    for k in range(low):
        _trunk(canvas.plane(k), flesh, loops[k])
    for k in range(high, len(canvas.z)):
        _head_and_arms(canvas.plane(k), flesh)
    below, above = canvas.part(0, low), canvas.part(high, len(canvas.z))
    _pelvis(below)
    for level in np.arange(-196.0 - 24.5 * 6, -190, 24.5):
        bones.vertebra(below, float(level))
    for level in np.arange(171.5, 250, 17.0):
        above.ellipsoid((0, 24, level), (9, 9, 8), 420)
        above.ellipsoid((0, 44, level), (7, 9, 6), 330)
    above.path([(0, -2, 150), (0, -6, 210), (0, -22, 262)], [8, 8, 9], -990)


def _trunk(at: Plane, flesh: Array, loops: Array) -> None:
    """Below the chest: belly, hips, thighs."""
    table(at)
    if at.z < -505:
        _thighs(at, flesh)
        return
    hips = float(np.clip((-at.z - 330) / 120, 0, 1))
    a, b = 160.0 + 16 * hips, 112.0 - 2 * hips
    skin = at.ellipse(0, 4, a, b, power=2.4)
    at.lay(skin, 25.0)
    at.lay(skin - 2, FAT + 5 * flesh)
    at.lay(at.ellipse(0, 8, a - 22, b - 17, power=2.3), MUSCLE + 4 * flesh)
    inside = at.ellipse(0, -2, a - 34 - 26 * hips, b - 30 - 14 * hips, power=2.2)
    at.lay(inside, FAT)
    for side in SIDES:
        at.lay(at.ellipse(side * 32, 92, 30, 20), MUSCLE)
        at.lay(at.ellipse(side * 40, 58, 17, 19), MUSCLE)  # psoas
        if at.z < -330:
            at.lay(np.minimum(at.ellipse(side * 84, 62, 66, 46), skin - 14), MUSCLE + 5 * flesh)  # gluteals
    _solid_organs(at, inside, flesh)
    bowel = np.minimum(np.minimum(inside - 5, 44 - at.y), np.minimum(np.abs(loops) * 16 - 4, -190 - at.z))
    at.lay(bowel, 34.0)
    at.lay(np.minimum(np.minimum(bowel - 7, loops * 10 - 9), -8 - at.y - 12 * flesh), -700.0)  # gas
    at.lay(at.ellipse(2, 36, 10, 10), 44.0)  # aorta, cava
    at.lay(at.ellipse(-22, 36, 12, 9), 42.0)
    if at.z < -420:  # bladder and rectum
        fall = max(1 - ((at.z + 462) / 42) ** 2, 0) ** 0.5
        at.lay(at.ellipse(0, -26, 46 * fall + 0.1, 34 * fall + 0.1), 6.0)
        at.lay(at.ellipse(0, 44, 20, 18), 36.0)


def _solid_organs(at: Plane, inside: Array, flesh: Array) -> None:
    if at.z > -255:  # liver
        size = float(np.clip((at.z + 255) / 90, 0.05, 1))
        at.lay(np.minimum(inside - 2, at.ellipse(-62, -8, 72 * size, 76 * size)), 58 + 3 * flesh)
    if at.z > -215:  # spleen
        at.lay(np.minimum(inside - 2, at.ellipse(96, 36, 30, 36)), 48.0)
    for side in SIDES:  # kidneys, the right one lower
        fall = 1 - ((at.z + 222 + 8 * side) / 56) ** 2
        if fall > 0:
            f = fall**0.5
            at.lay(at.ellipse(side * 58, 46, 26 * f, 31 * f), 34.0)
            at.lay(at.ellipse(side * 50, 42, 9 * f, 14 * f), -60.0)


def _thighs(at: Plane, flesh: Array) -> None:
    lower = float(np.clip((-505 - at.z) / 60, 0, 1))
    for side in SIDES:
        cx = side * (82 + 8 * lower)
        at.lay(at.ellipse(cx, 16, 88 - 14 * lower, 98 - 18 * lower), FAT)
        at.lay(at.ellipse(cx, 16, 66 - 8 * lower, 72 - 8 * lower), MUSCLE + 5 * flesh)


def _pelvis(canvas: Canvas) -> None:
    """Hip bones, thigh bones and sacrum."""
    for side in SIDES:
        for t in np.linspace(0, 1, 26):
            outer = np.array([side * (122 - 26 * t), -6 + 14 * t, -340 - 96 * t])
            inner = np.array([side * (46 + 26 * t), 84 - 46 * t, -352 - 88 * t])
            canvas.tube(outer, inner, 5.5, 7.0, 420)
        canvas.ellipsoid((side * 92.0, 14.0, -462.0), (31, 30, 31), 380)
        canvas.ellipsoid((side * 92.0, 14.0, -464.0), (25, 25, 25), 300)
        canvas.path([(side * 96, 14, -470), (side * 134, 18, -494)], 16, 330)
        canvas.path([(side * 132, 18, -490), (side * 118, 12, -620)], [19, 14], 900)
        canvas.path([(side * 132, 18, -490), (side * 118, 12, -620)], [13, 7], 60)
        canvas.path([(side * 66, 0, -470), (side * 8, -52, -478)], 8, 400)
        canvas.path([(side * 72, 40, -478), (side * 52, 52, -515)], 12, 400)
        for n in range(9):
            z = -348.0 - 9 * n
            canvas.tube(
                (0, 62 + 2.2 * n, z), (side * max(46 - 3.6 * n, 8), 74 + 1.6 * n, z), 13 - 0.8 * n, 9 - 0.5 * n, 260
            )


def _head_and_arms(at: Plane, flesh: Array) -> None:
    """Above the chest: neck and head, with the arms raised on either side."""
    table(at)
    narrow = float(np.clip((at.z - 150) / 52, 0, 1))
    for side in SIDES:
        cx = side * (112 + 18 * narrow)
        at.lay(at.ellipse(cx, 12, 54 - 12 * narrow, 58 - 16 * narrow), FAT)
        at.lay(at.ellipse(cx, 12, 42 - 10 * narrow, 46 - 14 * narrow), MUSCLE)
        at.lay(at.ellipse(side * (122 + 8 * narrow), 12, 12, 12), 760.0)
    if at.z < 250:
        neck = at.ellipse(0, 10, 150 - 90 * narrow**0.6, 84 - 24 * narrow)
        at.lay(neck, FAT + 5 * flesh)
        at.lay(neck - 9, MUSCLE - 8 + 12 * flesh)
    fall = 1 - ((at.z - 300) / 96) ** 2
    if fall > 0:
        _head(at, fall**0.5, flesh)


def _head(at: Plane, f: float, flesh: Array) -> None:
    at.lay(at.ellipse(0, -2, 79 * f, 98 * f), 30.0)
    if at.z > 256:
        skull = at.ellipse(0, 2, 73 * f, 92 * f)
        at.lay(skull, 880.0)
        at.lay(skull - 6.5, 34 + 4 * flesh)
        at.lay(np.minimum(1.2 - np.abs(at.x), skull - 7), 55.0)  # falx
        return
    jaw = np.minimum(at.ellipse(0, -36, 54 * f, 52 * f), 5 - np.abs(at.ellipse(0, -36, 48 * f, 46 * f)))
    at.lay(jaw, 620.0)
    at.lay(at.ellipse(0, -46, 17 * f, 15 * f), -960.0)  # airway
    at.lay(np.minimum(at.ellipse(0, 44, 46 * f, 34 * f), at.ellipse(0, 46, 60, 40)), 520.0)  # skull base
