"""A chest to talk about: wall, ribs, spine, heart and great vessels, lungs with their trees, and a nodule.

Heights: apex of the lungs near z = 150 mm, carina 28, right dome of the diaphragm -75, costophrenic angles near -150.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdt.demo.phantoms.canvas import Array, Canvas, Point, cover, ellipse, smooth_noise
from mdt.demo.phantoms.tree import grow

AIR, FAT, MUSCLE, LUNG = -1000.0, -98.0, 52.0, -862.0
SPINE_Y = 60.0

Height = Any  # one height in mm, or an array of them


@dataclass(frozen=True)
class Nodule:
    """A lesion in the lung: `diameter` in mm, `spicules` how many strands leave it."""

    centre: Point
    diameter: float
    spicules: int = 26
    hu: float = 38.0


@dataclass(frozen=True)
class Chest:
    """One person's chest on one day. The same `seed` is the same person; `shift` is how they lay on the table."""

    seed: int
    female: bool = True
    size: float = 1.0
    contrast: float = 1.0  # 1 is a well-timed contrast study, 0 none
    emphysema: float = 0.5
    nodules: tuple[Nodule, ...] = ()
    nodes: tuple[tuple[Point, float], ...] = ()  # enlarged lymph nodes: centre, short axis in mm
    effusion: float = 0.0  # depth of a left pleural effusion in mm
    shift: Point = (0.0, 0.0, 0.0)
    arms_down: bool = False
    table: bool = True

    def enhanced(self, plain: float, rise: float) -> float:
        return plain + rise * self.contrast


def cavity(z: Height) -> tuple[Height, Height, Height]:
    """Half-width, half-depth and centre (y) of the inside of the ribs at height z."""
    up = np.maximum(z + 40.0, 0.0) / 197.0
    round_off = np.maximum(1.0 - up * up, 0.0)
    down = np.maximum(-z - 40.0, 0.0) / 400.0
    a = 131.0 * round_off**0.55 * (1 - down * down)
    b = 90.0 * round_off**0.48 * (1 - down * down)
    return tuple(np.float32(v) for v in (a, b, -6.0 + 26.0 * up * up))  # type: ignore[return-value]


def outline(z: float, chest: Chest) -> tuple[float, float]:
    """Half-width and half-depth of the skin at height z."""
    shoulder = np.clip((z - 95.0) / 70.0, 0.0, 1.0)
    neck = np.clip((z - 150.0) / 45.0, 0.0, 1.0)
    a = 163.0 + 6.0 * shoulder - 100.0 * neck**1.5
    b = 112.0 - 22.0 * shoulder - 26.0 * neck
    return float(a * chest.size), float(b * chest.size)


def paint(canvas: Canvas, chest: Chest) -> Array:
    """Paint the whole chest; returns how much of each voxel is lung (0 to 1)."""
    rng = np.random.default_rng(chest.seed)
    for axis, by in zip((canvas.x, canvas.y, canvas.z), chest.shift, strict=True):
        axis -= np.float32(by)
    texture = _textures(rng, canvas)
    lung = np.zeros(canvas.values.shape, np.float32)
    for k, z in enumerate(canvas.z):
        _slice(canvas, k, float(z), chest, texture, lung)
    _bones(canvas, chest)
    _great_vessels(canvas, chest)
    _trees(canvas, chest, lung, np.random.default_rng(chest.seed + 1))
    for n, nodule in enumerate(chest.nodules):
        _nodule(canvas, nodule, lung, np.random.default_rng(chest.seed + 50 + n))
    for centre, short in chest.nodes:
        canvas.ellipsoid(centre, (short * 0.75, short * 0.5, short * 0.7), chest.enhanced(42, 38))
    for axis, by in zip((canvas.x, canvas.y, canvas.z), chest.shift, strict=True):
        axis += np.float32(by)
    return lung


def _textures(rng: np.random.Generator, canvas: Canvas) -> dict[str, Array]:
    rows, columns = canvas.values.shape[1:]
    per_mm = 1 / canvas.spacing[0]
    return {
        "flesh": smooth_noise(rng, (rows, columns), (5 * per_mm, 9 * per_mm)),
        "glands": smooth_noise(rng, (rows, columns), (6 * per_mm, 5 * per_mm)),
        "lung": smooth_noise(rng, (2, rows, columns), (0.5, 16 * per_mm, 16 * per_mm)),
        "bullae": smooth_noise(rng, (2, rows, columns), (0.5, 5 * per_mm, 5 * per_mm)),
    }


def _drift(pair: Array, z: float, reach: float) -> Array:
    """A texture that changes over `reach` mm of height: two fields turning into each other, deviation kept."""
    return (pair[0] * np.float32(np.cos(z / reach)) + pair[1] * np.float32(np.sin(z / reach))).astype(np.float32)


def _slice(canvas: Canvas, k: int, z: float, chest: Chest, texture: dict[str, Array], lung: Array) -> None:
    x, y = canvas.plane()
    out = canvas.values[k]
    edge = canvas.spacing[0] * 1.2

    def lay(alpha: Array, value: float | Array) -> None:
        nonlocal out
        out += alpha * (value - out)

    a, b = outline(z, chest)
    skin = ellipse(x, y, 0, 2, a, b, 2.45)
    breast = None
    if chest.female and -95 < z < 65:
        fall = max(1 - ((z + 15) / 80) ** 2, 0) ** 0.5
        breast = np.maximum(
            ellipse(x, y, -88, -92 * chest.size, 66 * fall + 1, 42 * fall + 1),
            ellipse(x, y, 88, -92 * chest.size, 66 * fall + 1, 42 * fall + 1),
        )
        skin = np.maximum(skin, breast)
    arm, drop = 152.0 + 0.42 * (118 - z), float(np.clip((165 - z) / 30, 0.02, 1))  # hands on hips, elbows out
    if chest.arms_down:
        for side in (-1, 1):
            skin = np.maximum(skin, ellipse(x, y, side * arm, 8, 50 * drop, 46 * drop))
    if chest.table and not chest.arms_down:
        couch = np.abs(y - (128 - 0.0011 * x * x)) - 1.2
        lay(cover(-couch, edge) * (np.abs(x) < 205), -560.0)
        lay(cover(np.minimum(y - (116 - 0.0011 * x * x), 126 - 0.0011 * x * x - y), edge) * (np.abs(x) < 200), -930.0)

    lay(cover(skin, edge), 28.0)
    lay(cover(skin - 1.8, edge), FAT + 5 * texture["flesh"])
    if breast is not None:
        glandular = cover(np.minimum(breast - 9, texture["glands"] * 3.5 - 0.6), 3.0)
        lay(glandular, 22.0)

    ca, cb, cy = cavity(z)
    thick = 17.0 * chest.size
    if a - thick > 20:
        wall = ellipse(x, y, 0, cy * 0.6 + 3, min(a - thick, ca + 27), min(b - 9 * chest.size, cb + 17), 2.3)
        planes = cover(np.abs(texture["flesh"]) * 5 - 0.45, 1.6)
        lay(cover(wall, edge), FAT + (MUSCLE - FAT) * (0.12 + 0.88 * planes))
    if chest.arms_down:
        for side in (-1, 1):
            lay(cover(ellipse(x, y, side * arm, 8, 38 * drop, 35 * drop), edge), MUSCLE)
    for side in (-1, 1):  # erector spinae; then pectorals on the upper chest, latissimus below
        lay(cover(ellipse(x, y, side * 30, SPINE_Y + 32, 27, 17), edge), MUSCLE + 4 * texture["flesh"])
        if z > -10:  # subscapularis and infraspinatus on either side of the shoulder blade, latissimus behind
            rise = float(np.clip((z + 10) / 60, 0.1, 1))
            lay(
                cover(ellipse(x, y, side * 112, 52, 30 * rise, 34 * rise), edge) * cover(skin - 8, 2),
                MUSCLE + 5 * texture["flesh"],
            )
            lay(cover(ellipse(x, y, side * 78, 88, 52 * rise, 13 * rise), edge) * cover(skin - 7, 2), MUSCLE)
        if z > -20:
            lay(cover(ellipse(x, y, side * 72, cy * 0.6 - cb - 8, 62, 11), edge) * cover(skin - 5, 2), MUSCLE)
    if a < 110:  # the neck
        lay(cover(ellipse(x, y, 0, 8, a - 10, b - 8), edge), MUSCLE - 12 + 10 * texture["flesh"])
    if ca < 8:
        return

    rows, columns = _around(canvas, ca + 7, cy - cb - 7, cy + cb + 7)  # what follows lies within the ribs
    x, y, out = x[:, columns], y[rows], out[rows, columns]
    texture = {name: field[..., rows, columns] for name, field in texture.items()}
    inside = ellipse(x, y, 0, cy, ca, cb, 2.15)
    lay(cover(inside + 3.5, edge), MUSCLE - 6)  # intercostal muscle
    lay(cover(inside + 0.6, edge), FAT)
    dome = diaphragm(x, y, z)
    belly = cover(np.minimum(inside, dome), edge)
    if belly.any():
        _abdomen(lay, x, y, z, chest, inside, dome, edge, texture)
    middle = _mediastinum(x, y, z)
    air = np.minimum(np.minimum(inside, -dome), -middle)
    water = None
    if chest.effusion:
        level = 84.0 - chest.effusion
        water = cover(np.minimum(np.minimum(air, y - level - 0.1 * z), x * np.float32(1.0) + 0 * y), edge)
        lay(water, 8.0)
    alpha = cover(air, edge)
    if water is not None:
        alpha = alpha * (1 - water)
    gravity = np.clip((y - cy) / max(cb, 1), -1, 1)
    parenchyma = LUNG + 34 * gravity + 13 * _drift(texture["lung"], z, 9.0)
    if chest.emphysema:
        upper = float(np.clip((z + 30) / 110, 0, 1))
        parenchyma = parenchyma - 75 * chest.emphysema * upper * cover(_drift(texture["bullae"], z, 4.0) - 1.0, 0.5)
    parenchyma = parenchyma + _fissures(x, y, z)
    lay(alpha, parenchyma.astype(np.float32))
    lung[k, rows, columns] = alpha
    if middle.max() > 0:
        _heart(lay, x, y, z, chest, edge)


def _around(canvas: Canvas, half_width: float, front: float, back: float) -> tuple[slice, slice]:
    left, right = np.searchsorted(canvas.x, (-half_width, half_width))
    top, bottom = np.searchsorted(canvas.y, (front, back))
    return slice(int(top), int(bottom)), slice(int(left), int(right))


def diaphragm(x: Array, y: Array, z: Height) -> Array:
    """Positive below the diaphragm (in mm)."""
    right = -74.0 - ((x + 66) / 88) ** 2 * 62 - ((y + 8) / 86) ** 2 * 68
    left = -90.0 - ((x - 72) / 86) ** 2 * 58 - ((y + 2) / 86) ** 2 * 66
    side = 1 / (1 + np.exp(np.clip((x - 4) / 9, -30, 30)))
    return (right * side + left * (1 - side) - z).astype(np.float32)


def _mediastinum(x: Array, y: Array, z: Height) -> Array:
    """Positive between the lungs."""
    front = np.float32(np.clip((z - 20) / 80, 0, 1))
    core = ellipse(x, y, 1, 4, 27 + 10 * front, 66 - 14 * front)
    spine = ellipse(x, y, 2, SPINE_Y + 6, 25, 24)
    right, left, heart = _bump(z, 5, 34), _bump(z, 12, 32), _bump(z, -70, 66)
    return np.maximum.reduce(
        [
            core,
            spine,
            ellipse(x, y, -30, 6, 19 * right, 17 * right),
            ellipse(x, y, 33, 10, 18 * left, 16 * left),
            ellipse(x, y, 30, -33, 62 * heart, 49 * heart),
            ellipse(x, y, -14, -26, 41 * heart, 46 * heart),
        ]
    )


def _bump(z: Height, at: float, reach: float) -> Height:
    """How wide a round thing centred at `at` is at height z; never quite 0, so that it can divide."""
    return np.float32(np.sqrt(np.maximum(1 - ((z - at) / reach) ** 2, 1e-5)))


def _heart(lay, x: Array, y: Array, z: float, chest: Chest, edge: float) -> None:  # type: ignore[no-untyped-def]
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
        fall = 1 - ((z - cz) / c) ** 2
        if fall > 0:
            f = fall**0.5
            lay(cover(ellipse(x, y, cx, cy, a * f, b * f), edge), value)


def _abdomen(lay, x, y, z, chest, inside, dome, edge, texture) -> None:  # type: ignore[no-untyped-def]
    """Liver on the right, stomach and spleen on the left, below the diaphragm."""
    depth = np.minimum(inside, dome)
    lay(cover(depth, edge), 40.0)  # the diaphragm itself
    lay(cover(np.minimum(depth - 2.0, x - 6), edge), FAT)
    liver = np.minimum(depth - 1.0, 14 - x + 0.25 * (y + 20) + 0.12 * (z + 150))
    lay(cover(liver, edge), chest.enhanced(56, 46) + 3 * texture["flesh"])
    for cx, cy, tilt in ((-52, 2, 0.5), (-38, -34, -0.4), (-84, 14, 0.1)):  # hepatic veins run down to the cava
        vein = ellipse(x, y, cx + tilt * (z + 110), cy + 0.3 * (z + 110), 4.2, 6.0)
        lay(cover(np.minimum(vein, liver), edge), chest.enhanced(48, 82))
    lay(cover(np.minimum(depth - 4, ellipse(x, y, 96, 40, 36, 42)), edge), chest.enhanced(48, 74))  # spleen
    stomach = np.minimum(depth - 6, ellipse(x, y, 58, -22, 44, 46))
    lay(cover(stomach, edge), chest.enhanced(40, 24))
    inner = stomach - 5
    lay(cover(inner, edge), 16.0)
    lay(cover(np.minimum(inner, -14 - y), edge), -985.0)  # gas rises to the front


def _fissures(x: Array, y: Array, z: float) -> Array:
    """The oblique and horizontal fissures: hair lines of slightly denser lung."""
    left = np.abs((y - 6) * 0.86 + (z - 12) * 0.72 + 0.02 * (x - 70) ** 2 / 10 - 4) * (x > 10)
    right = np.abs((y - 10) * 0.88 + (z - 4) * 0.66 + 0.015 * (x + 70) ** 2 / 10 - 4) * (x < -10)
    line = np.where(x > 10, np.exp(-((left / 1.0) ** 2)), 0) + np.where(x < -10, np.exp(-((right / 1.0) ** 2)), 0)
    return (130 * line).astype(np.float32)


def _bones(canvas: Canvas, chest: Chest) -> None:
    for level in np.arange(-196.0, 215.0, 24.5):
        vertebra(canvas, float(level))
    for n in range(11):
        for side in (-1, 1):
            _rib(canvas, n, side)
    _plate(canvas, [(0, y, z) for y, z in ((-92, -66), (-97, -20), (-93, 30))], (15, 4.6))  # sternum
    _plate(canvas, [(0, -88, 40), (0, -72, 84)], (25, 5.5))  # manubrium
    for side in (-1, 1):
        canvas.path(
            [(side * 20, -68, 88), (side * 62, -60, 108), (side * 108, -22, 124), (side * 138, 6, 126)], 5.4, 620
        )
        canvas.path([(side * 20, -68, 88), (side * 62, -60, 108), (side * 108, -22, 124)], 3.2, 210)
        _scapula(canvas, side)
        if chest.arms_down:
            canvas.ellipsoid((side * 152.0, 8.0, 120.0), (22, 22, 24), 330)
            canvas.path([(side * 156, 8, 108), (side * 294, 10, -220)], 11, 780)
            canvas.path([(side * 156, 8, 108), (side * 294, 10, -220)], 6, 120)


def _plate(canvas: Canvas, points: list[Point], radii: tuple[float, float]) -> None:
    """A flat bone: tubes side by side, a shell over marrow."""
    wide, thin = radii
    offsets = np.arange(-wide + thin, wide - thin + 0.1, thin * 0.8)
    for radius, value in ((thin, 520.0), (thin * 0.62, 150.0)):
        for dx in offsets:
            canvas.path([(p[0] + dx, p[1] + abs(dx) * 0.12, p[2]) for p in points], radius, value)


def _scapula(canvas: Canvas, side: int) -> None:
    top, tip = np.array([side * 128, 40, 128.0]), np.array([side * 104, 84, 6.0])
    for t in np.linspace(0, 1, 34):
        outer = top + (tip - top) * t
        inner = outer + np.array([-side * (44 - 36 * t), 30 - 22 * t, -6.0 * (1 - t)])
        canvas.tube(outer, inner, 3.4 - 1.0 * t, 1.9, 430)
    canvas.path([(side * 86, 78, 112), (side * 118, 64, 122), (side * 142, 34, 132)], [3, 5, 6], 480)
    canvas.ellipsoid((side * 134.0, 30.0, 120.0), (13, 13, 17), 420)


def vertebra(canvas: Canvas, z: float) -> None:
    x, y = canvas.plane()
    edge = canvas.spacing[0] * 1.3
    low, high = np.searchsorted(canvas.z, (z - 12.25, z + 12.25))
    for k in range(int(low), int(high)):
        dz = abs(float(canvas.z[k]) - z)
        out = canvas.values[k]
        waist = 1 + 0.10 * (dz / 10) ** 2
        body = np.minimum(
            ellipse(x, y, 0, SPINE_Y - 2, 16.5 * waist, 13.5 * waist, 2.3), -ellipse(x, y, 0, SPINE_Y + 21, 11, 10)
        )
        if dz < 9.6:
            rim = 430.0 if dz > 8 else 175.0
            for depth, value in ((0.0, 470.0), (1.8, rim)):
                out += cover(body - depth, edge) * (value - out)
        else:
            out += cover(body - 0.5, edge) * (78.0 - out)
        arch = np.minimum(ellipse(x, y, 0, SPINE_Y + 21, 15.5, 14), -ellipse(x, y, 0, SPINE_Y + 21, 10, 8.6))
        if dz < 8.5:
            out += cover(arch, edge) * (430.0 - out)
        canal = ellipse(x, y, 0, SPINE_Y + 21, 9.6, 8.2)
        out += cover(canal, edge) * (12.0 - out)
        out += cover(ellipse(x, y, 0, SPINE_Y + 20, 5.4, 4.2), edge) * (42.0 - out)
    for radius, value in ((4.2, 430.0), (2.2, 190.0)):
        canvas.path([(0, SPINE_Y + 33, z + 1), (0, SPINE_Y + 52, z - 13)], [radius, radius * 0.8], value)
        for side in (-1, 1):
            canvas.path([(side * 12, SPINE_Y + 22, z + 3), (side * 33, SPINE_Y + 29, z + 5)], radius, value)


def _rib(canvas: Canvas, n: int, side: int) -> None:
    """From its joint at the spine round to the cartilage; each lies lower in front than behind."""
    head = 138.0 - 24.5 * n
    fall = 28.0 + 5.2 * n if n < 7 else 66.0
    reach = 1.0 if n < 7 else 1.0 - 0.13 * (n - 6)
    points, radii = [], []
    for t in np.linspace(0, reach, 44):
        angle = np.pi * (0.455 - 0.93 * t)  # from beside the spine (back) round the side to the breastbone
        z = head - fall * np.sin(t * np.pi / 2) ** 1.25
        a, b, cy = cavity(z)
        points.append(
            (side * (a + 5.5) * np.cos(angle) ** 0.9 if t < 0.99 else side * 16.0, cy + (b + 4.5) * np.sin(angle), z)
        )
        radii.append(5.2 - 0.6 * abs(t - 0.4))
    points[0] = (side * 19.0, SPINE_Y + 8, head)
    bone = max(2, int(len(points) * (0.80 if n < 7 else 1.0)))
    canvas.path(points[bone - 1 :], [4.4] * (len(points) - bone + 1), 118.0)  # cartilage
    canvas.path(points[:bone], radii[:bone], 640.0)
    canvas.path(points[:bone], [r * 0.58 for r in radii[:bone]], 205.0)


def _great_vessels(canvas: Canvas, chest: Chest) -> None:
    artery, lungs_artery, cava = chest.enhanced(42, 175), chest.enhanced(42, 160), chest.enhanced(42, 225)
    canvas.path([(-26, -18, 96), (-27, -20, 30), (-26, -16, -34)], [8, 9.5, 11], cava)
    canvas.path([(46, -46, 104), (14, -46, 84), (-24, -28, 74)], [6, 7, 8], cava)
    canvas.path([(-48, -44, 108), (-28, -26, 78)], [6, 8], cava)
    canvas.path([(-24, 8, -96), (-22, 14, -190)], [12, 12], chest.enhanced(42, 60))  # inferior cava
    canvas.path(
        [(-6, 48, -160), (-8, 47, 20), (-14, 36, 44), (-24, 6, 47), (-27, -14, 42)], 3.6, chest.enhanced(42, 120)
    )
    canvas.path([(12, -38, -30), (16, -36, 0), (17, -26, 16)], [14, 13.5, 13], lungs_artery)
    canvas.path(
        [(16, -28, 12), (2, -8, 14), (-20, 0, 10), (-38, 4, 4), (-46, 6, -14)], [12, 10.5, 10, 8.5, 6.5], lungs_artery
    )
    canvas.path([(17, -26, 16), (28, -4, 26), (40, 12, 20), (44, 16, -6)], [12, 10, 9, 6.5], lungs_artery)
    for side, y in ((-1, 0), (1, 2)):  # pulmonary veins into the left atrium
        canvas.path([(side * 18 + 4, y + 4, -36), (side * 42 + 2, y + 2, -22)], [7, 5], lungs_artery)
        canvas.path([(side * 18 + 4, y + 10, -48), (side * 44 + 2, y + 22, -58)], [7, 5], lungs_artery)
    arch = [
        (6, -22, -34),
        (-6, -30, -2),
        (-9, -26, 30),
        (-4, -14, 52),
        (8, 8, 62),
        (20, 32, 54),
        (25, 47, 30),
        (23, 46, -60),
        (14, 44, -170),
    ]
    canvas.path(arch, [15, 16.5, 16, 15, 13.5, 13, 12.5, 12, 11.5], artery)
    for points in (
        [(-4, -8, 60), (-14, -8, 96), (-24, -6, 160)],
        [(6, 4, 64), (13, 2, 100), (18, 2, 165)],
        [(13, 14, 62), (24, 14, 98), (52, 0, 120)],
    ):
        canvas.path(points, [6, 5, 4], artery)
    for x, y, z in ((20, 36, 66), (32, 40, 44), (12, 55, -20), (10, -2, 74)):  # an old smoker's aorta
        canvas.ellipsoid((x, y, z), (1.8, 2.6, 2.2), 640)
    canvas.path([(4, 34, 190), (6, 40, 40), (9, 34, -80), (18, 16, -120)], [7, 7.5, 8, 8], 46)
    canvas.path([(4, 34, 120), (6, 40, 50), (8, 37, -20)], 2.0, -420)
    windpipe = [(0, 0, 200), (0, 10, 120), (1, 20, 36)]
    for wall, value in ((2.0, 30.0), (0.0, -985.0)):
        canvas.path(windpipe, 9.0 + wall, value)
        canvas.path([(0, 20, 36), (-18, 20, 20), (-34, 16, 4)], [8 + wall, 7.4 + wall, 6 + wall], value)
        canvas.path([(1, 20, 36), (20, 24, 18), (38, 24, 0)], [7.6 + wall, 6.8 + wall, 5.6 + wall], value)
        canvas.path(
            [(-28, 17, 12), (-46, 10, 22), (-58, 6, 42)], [4.6 + wall * 0.7, 4 + wall * 0.6, 3 + wall * 0.6], value
        )
        canvas.path(
            [(-34, 16, 4), (-42, 16, -20), (-54, 26, -50)], [5 + wall * 0.8, 4.4 + wall * 0.7, 3 + wall * 0.6], value
        )
        canvas.path(
            [(38, 24, 0), (50, 12, 14), (60, 2, 34)], [4.4 + wall * 0.7, 3.8 + wall * 0.6, 2.8 + wall * 0.6], value
        )
        canvas.path(
            [(38, 24, 0), (48, 30, -24), (58, 38, -52)], [4.8 + wall * 0.8, 4.2 + wall * 0.7, 3 + wall * 0.6], value
        )
    canvas.ellipsoid((-14.0, -6.0, 112.0), (11, 9, 20), chest.enhanced(90, 70))  # thyroid, lower poles
    canvas.ellipsoid((16.0, -6.0, 112.0), (10, 9, 18), chest.enhanced(90, 70))


def _trees(canvas: Canvas, chest: Chest, lung: Array, rng: np.random.Generator) -> None:
    value = chest.enhanced(40, 120)
    for side in (-1, 1):
        for root, count in (((side * 42.0, 8.0, 6.0), 760), ((side * 40.0, 6.0, -30.0), 600)):
            tree = grow(rng, root, _targets(rng, side, count))
            airway = root[2] > 0
            for a, b, ra, rb in tree.pieces():
                canvas.tube(a, b, ra, rb, value, lung)
                if airway and 1.3 < ra < 4.5:
                    _airway(canvas, a, b, ra, rb, lung)


def _airway(canvas: Canvas, a: Array, b: Array, ra: float, rb: float, lung: Array) -> None:
    """Each artery has a bronchus beside it: thin wall, dark lumen."""
    beside = np.cross(b - a, (0.3, -0.2, 1.0))
    beside = beside / (np.linalg.norm(beside) or 1)
    p, q = a + beside * ra * 2.1, b + beside * rb * 2.1
    canvas.tube(p, q, ra * 1.05, rb * 1.05, -260, lung)
    canvas.tube(p, q, ra * 0.72, rb * 0.72, -960, lung)


def _targets(rng: np.random.Generator, side: int, count: int) -> Array:
    """Points spread through one lung, some millimetres clear of the pleura."""
    p = rng.uniform((4, -100, -150), (132, 100, 152), (9 * count, 3)).astype(np.float32)
    p[:, 0] *= side
    x, y, z = p.T
    a, b, cy = cavity(z)
    clear = (x / np.maximum(a - 4, 1)) ** 2 + ((y - cy) / np.maximum(b - 4, 1)) ** 2 < 1
    clear &= (a > 12) & (diaphragm(x, y, z) < -5) & (_mediastinum(x, y, z) < -4)
    return p[clear][:count]


def _nodule(canvas: Canvas, nodule: Nodule, lung: Array, rng: np.random.Generator) -> None:
    """A lobulated core; strands run out of it into the lung, one as far as the pleura."""
    centre, r = np.asarray(nodule.centre, np.float32), nodule.diameter / 2
    for _ in range(nodule.spicules):
        way = rng.standard_normal(3)
        way /= np.linalg.norm(way)
        bend = rng.standard_normal(3) * 0.18
        middle = centre + way * r * 1.15
        end = middle + (way + bend) * r * rng.uniform(0.35, 1.0)
        canvas.tube(centre + way * r * 0.6, middle, r * 0.2, r * 0.11, nodule.hu - 20, lung)
        canvas.tube(middle, end, r * 0.11, 0.35, nodule.hu - 60, lung)
    tag = centre + np.array([np.sign(centre[0]) * r * 1.9, r * 0.5, r * 0.2])
    canvas.tube(centre, tag, r * 0.13, 0.5, nodule.hu - 60, lung)
    for _ in range(9):
        way = rng.standard_normal(3)
        way /= np.linalg.norm(way)
        size = r * rng.uniform(0.48, 0.62)
        at = centre + way * (r - size) * 0.96
        canvas.ellipsoid(tuple(at), (size, size * 0.95, size), nodule.hu + rng.uniform(-8, 8), within=lung)
    canvas.ellipsoid(tuple(centre), (r * 0.78, r * 0.74, r * 0.76), nodule.hu, within=lung)
