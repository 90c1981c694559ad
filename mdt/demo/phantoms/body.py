"""Skull to thigh for a PET/CT: the chest of `chest.py` with a head above and a belly below, and where the tracer goes."""

from dataclasses import dataclass

import numpy as np

from mdt.demo.phantoms import chest as thorax
from mdt.demo.phantoms.canvas import Array, Canvas, Point, blur, cover, ellipse, smooth_noise

AIR, FAT, MUSCLE = thorax.AIR, thorax.FAT, thorax.MUSCLE


@dataclass(frozen=True)
class Focus:
    """Something that takes up tracer: SUVmax near `suv` for what is larger than the scanner's blur."""

    centre: Point
    diameter: float
    suv: float


def paint(canvas: Canvas, chest: thorax.Chest) -> None:
    """Hounsfield units of the whole canvas, without contrast."""
    low, high = (int(k) for k in np.searchsorted(canvas.z, (-149.0, 158.0)))
    middle = Canvas(canvas.x, canvas.y, canvas.z[low:high], canvas.values[low:high])
    thorax.paint(middle, chest)
    rng = np.random.default_rng(chest.seed + 7)
    rows, columns = canvas.values.shape[1:]
    grain = 1 / canvas.spacing[0]
    flesh = smooth_noise(rng, (rows, columns), (5 * grain, 9 * grain))
    loops = smooth_noise(rng, canvas.values.shape, (max(1, 34 / canvas.spacing[2]), 24 * grain, 24 * grain))
    for k, z in enumerate(canvas.z):
        if k < low:
            _belly(canvas, k, float(z), flesh, loops[k])
        elif k >= high:
            _head(canvas, k, float(z), flesh)
    below = Canvas(canvas.x, canvas.y, canvas.z[:low], canvas.values[:low])
    _pelvis(below)
    for level in np.arange(-196.0 - 24.5 * 6, -190, 24.5):
        thorax.vertebra(below, float(level))
    above = Canvas(canvas.x, canvas.y, canvas.z[high:], canvas.values[high:])
    for level in np.arange(171.5, 250, 17.0):
        above.ellipsoid((0, 24, level), (9, 9, 8), 420)
        above.ellipsoid((0, 44, level), (7, 9, 6), 330)
    above.path([(0, -2, 150), (0, -6, 210), (0, -22, 262)], [8, 8, 9], -990)


def _belly(canvas: Canvas, k: int, z: float, flesh: Array, loops: Array) -> None:
    x, y = canvas.plane()
    out, edge = canvas.values[k], canvas.spacing[0]

    def lay(sd: Array, value: float | Array) -> None:
        nonlocal out
        out += cover(sd, edge) * (value - out)

    couch = np.abs(y - (128 - 0.0011 * x * x)) - 1.5
    lay(np.minimum(-couch, 205 - np.abs(x)), -560.0)
    if z < -505:  # thighs
        part = np.clip((-505 - z) / 60, 0, 1)
        for side in (-1, 1):
            cx = side * (82 + 8 * part)
            lay(ellipse(x, y, cx, 16, 88 - 14 * part, 98 - 18 * part), FAT)
            lay(ellipse(x, y, cx, 16, 66 - 8 * part, 72 - 8 * part), MUSCLE + 5 * flesh)
        return
    hips = np.clip((-z - 330) / 120, 0, 1)
    a, b = 160.0 + 16 * hips, 112.0 - 2 * hips
    skin = ellipse(x, y, 0, 4, a, b, 2.4)
    lay(skin, 25.0)
    lay(skin - 2, FAT + 5 * flesh)
    wall = ellipse(x, y, 0, 8, a - 22, b - 17, 2.3)
    lay(wall, MUSCLE + 4 * flesh)
    inside = ellipse(x, y, 0, -2, a - 34 - 26 * hips, b - 30 - 14 * hips, 2.2)
    lay(inside, FAT)
    for side in (-1, 1):
        lay(ellipse(x, y, side * 32, 92, 30, 20), MUSCLE)
        lay(ellipse(x, y, side * 40, 58, 17, 19), MUSCLE)  # psoas
        if z < -330:
            lay(np.minimum(ellipse(x, y, side * 84, 62, 66, 46), skin - 14), MUSCLE + 5 * flesh)  # gluteals
    if z > -255:
        size = np.clip((z + 255) / 90, 0.05, 1)
        lay(np.minimum(inside - 2, ellipse(x, y, -62, -8, 72 * size, 76 * size)), 58 + 3 * flesh)
    if z > -215:
        lay(np.minimum(inside - 2, ellipse(x, y, 96, 36, 30, 36)), 48.0)
    for side in (-1, 1):
        fall = 1 - ((z + 222 + 8 * side) / 56) ** 2
        if fall > 0:
            lay(ellipse(x, y, side * 58, 46, 26 * fall**0.5, 31 * fall**0.5), 34.0)
            lay(ellipse(x, y, side * 50, 42, 9 * fall**0.5, 14 * fall**0.5), -60.0)
    bowel = np.minimum(np.minimum(inside - 5, 44 - y), np.minimum(np.abs(loops) * 16 - 4, z * 0 - (z + 190) + 0 * x))
    lay(bowel, 34.0)
    lay(np.minimum(np.minimum(bowel - 7, loops * 10 - 9), -8 - y - 12 * flesh), -700.0)
    lay(ellipse(x, y, 2, 36, 10, 10), 44.0)
    lay(ellipse(x, y, -22, 36, 12, 9), 42.0)
    if z < -420:
        fall = max(1 - ((z + 462) / 42) ** 2, 0)
        lay(ellipse(x, y, 0, -26, 46 * fall**0.5 + 0.1, 34 * fall**0.5 + 0.1), 6.0)
        lay(ellipse(x, y, 0, 44, 20, 18), 36.0)


def _pelvis(canvas: Canvas) -> None:
    for side in (-1, 1):
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


def _head(canvas: Canvas, k: int, z: float, flesh: Array) -> None:
    x, y = canvas.plane()
    out, edge = canvas.values[k], canvas.spacing[0]

    def lay(sd: Array, value: float | Array) -> None:
        nonlocal out
        out += cover(sd, edge) * (value - out)

    couch = np.abs(y - (128 - 0.0011 * x * x)) - 1.5
    lay(np.minimum(-couch, 205 - np.abs(x)), -560.0)
    narrow = float(np.clip((z - 150) / 52, 0, 1))
    for side in (-1, 1):  # arms above the head
        lay(ellipse(x, y, side * (112 + 18 * narrow), 12, 54 - 12 * narrow, 58 - 16 * narrow), FAT)
        lay(ellipse(x, y, side * (112 + 18 * narrow), 12, 42 - 10 * narrow, 46 - 14 * narrow), MUSCLE)
        lay(ellipse(x, y, side * (122 + 8 * narrow), 12, 12, 12), 760.0)
    if z < 250:
        neck = ellipse(x, y, 0, 10, 150 - 90 * narrow**0.6, 84 - 24 * narrow)
        lay(neck, FAT + 5 * flesh)
        lay(neck - 9, MUSCLE - 8 + 12 * flesh)
    fall = 1 - ((z - 300) / 96) ** 2
    if fall > 0:
        f = fall**0.5
        lay(ellipse(x, y, 0, -2, 79 * f, 98 * f), 30.0)
        if z > 256:
            skull = ellipse(x, y, 0, 2, 73 * f, 92 * f)
            lay(skull, 880.0)
            lay(skull - 6.5, 34 + 4 * flesh)
            lay(np.minimum(1.2 - np.abs(x), skull - 7), 55.0)
        else:
            lay(
                np.minimum(ellipse(x, y, 0, -36, 54 * f, 52 * f), 5 - np.abs(ellipse(x, y, 0, -36, 48 * f, 46 * f))),
                620.0,
            )
            lay(ellipse(x, y, 0, -46, 17 * f, 15 * f), -960.0)
            lay(np.minimum(ellipse(x, y, 0, 44, 46 * f, 34 * f), ellipse(x, y, 0, 46, 60, 40)), 520.0)


def uptake(ct: Canvas, pet: Canvas, chest: thorax.Chest, foci: tuple[Focus, ...], seed: int) -> Array:
    """Standardised uptake values on the PET grid, with the scanner's blur and counting noise."""
    rng = np.random.default_rng(seed)
    hu = _at(ct, pet)
    pet.values[:] = np.select(
        [hu < -850, hu < -300, hu < -40, hu < 90, hu < 260], [0.03, 0.42, 0.28, 0.62, 1.1], default=0.85
    )
    pet.values[:] *= 1 + 0.10 * smooth_noise(rng, pet.values.shape, (3, 3, 3))
    z, y, x = pet.z[:, None, None], pet.y[None, :, None], pet.x[None, None, :]
    turn_on = _sx(chest.shift)
    pet.path([turn_on(p) for p in [(6, -22, -34), (-8, -28, 20), (8, 8, 62), (25, 47, 30), (22, 46, -150)]], 12, 1.75)
    pet.ellipsoid(turn_on((0, -32, -66)), (40, 36, 38), 1.6)
    pet.ellipsoid(turn_on((36, -30, -72)), (44, 36, 42), 5.2)
    pet.ellipsoid(turn_on((40, -26, -72)), (29, 23, 33), 1.7)
    belly = ellipse(x, y, 0, -2, 123, 84, 2.2)
    size = np.clip((z + 255) / 90, 0.05, 1)
    lobe = np.minimum(((1 - np.hypot((x + 62) / (74 * size), (y + 8) / (78 * size))) * 70), belly)
    liver = cover(np.minimum(lobe, thorax.diaphragm(x, y, z)), 4) * (z > -255)
    pet.values += liver * (2.35 - pet.values)
    pet.ellipsoid((96, 38, -165), (24, 28, 46), 1.9)
    for side in (-1, 1):
        pet.ellipsoid((side * 60, 46, -222 - 8 * side), (24, 28, 52), 3.4)
        pet.ellipsoid((side * 50, 42, -222 - 8 * side), (9, 12, 26), 13.0)
        pet.path([(side * 44, 44, -260), (side * 34, 48, -330), (side * 26, 40, -420), (side * 12, 0, -458)], 2.4, 5.0)
    pet.ellipsoid((0, -26, -462), (40, 30, 36), 24.0)
    cortex = smooth_noise(rng, pet.values.shape, (2.2, 2.4, 2.4))
    skull = np.sqrt((x / 66) ** 2 + ((y - 2) / 84) ** 2 + ((z - 301) / 84) ** 2)
    brain = cover((1 - skull) * 66, 4) * (z > 254)
    pet.values += brain * (8.2 + 1.6 * cortex - 2.6 * (skull < 0.62) * (skull > 0.3) - pet.values)
    gut = cover(np.abs(smooth_noise(rng, pet.values.shape, (7, 5, 5))) * 5 - 5.6, 2)
    pet.values += gut * (z < -190) * (z > -420) * (y < 40) * cover(belly - 8, 4) * 1.2
    pet.ellipsoid((-24, -46, 236), (9, 8, 10), 3.1)
    pet.ellipsoid((24, -46, 236), (9, 8, 10), 3.1)
    for focus in foci:
        r = focus.diameter / 2 + 1.5
        lost = 1.15 + 60 / focus.diameter**2  # the scanner's blur takes more from what is small
        pet.ellipsoid(turn_on(focus.centre), (r, r, r), focus.suv * lost)
    sigma = [2.6 / s for s in (pet.spacing[2], pet.spacing[1], pet.spacing[0])]
    seen = blur(pet.values, sigma)
    grain = blur(rng.standard_normal(seen.shape, dtype=np.float32), [0.5, 0.8, 0.8])
    grain /= grain.std()
    return np.maximum(seen + 0.11 * np.sqrt(np.maximum(seen, 0.02)) * grain, 0).astype(np.float32)


def _sx(shift: Point):  # type: ignore[no-untyped-def]
    def moved(p: Point) -> Point:
        return (p[0] + shift[0], p[1] + shift[1], p[2] + shift[2])

    return moved


def _at(ct: Canvas, pet: Canvas) -> Array:
    """The nearest CT value to each PET voxel."""
    k, j, i = (
        np.clip(np.rint((to - of[0]) / (of[1] - of[0])).astype(int), 0, len(of) - 1)
        for to, of in ((pet.z, ct.z), (pet.y, ct.y), (pet.x, ct.x))
    )
    return ct.values[np.ix_(k, j, i)]
