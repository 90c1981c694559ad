"""Great vessels, windpipe and gullet; the vessel and airway trees of the lungs; a nodule among them."""

import numpy as np

from mdt.demo.phantoms.canvas import Array, Canvas
from mdt.demo.phantoms.person import Chest, Nodule
from mdt.demo.phantoms.surfaces import cavity, diaphragm, mediastinum
from mdt.demo.phantoms.tree import Piece, grow


def great_vessels(canvas: Canvas, chest: Chest) -> None:
    """With contrast as far as the study had any."""
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


def trees(canvas: Canvas, chest: Chest, lung: Array, rng: np.random.Generator) -> None:
    """Arteries and veins of each lung, and a bronchus beside each artery that is wide enough."""
    value = chest.enhanced(40, 120)
    for side in (-1, 1):
        for root, count in (((side * 42.0, 8.0, 6.0), 760), ((side * 40.0, 6.0, -30.0), 600)):
            tree = grow(rng, root, _targets(rng, side, count))
            airway = root[2] > 0
            for piece in tree.pieces():
                canvas.tube(*piece, value, within=lung)
                if airway and 1.3 < piece.ra < 4.5:
                    _airway(canvas, piece, lung)


def _airway(canvas: Canvas, artery: Piece, lung: Array) -> None:
    """Thin wall, dark lumen."""
    a, b, ra, rb = artery
    beside = np.cross(b - a, (0.3, -0.2, 1.0))
    beside = beside / (np.linalg.norm(beside) or 1)
    p, q = a + beside * ra * 2.1, b + beside * rb * 2.1
    canvas.tube(p, q, ra * 1.05, rb * 1.05, -260, within=lung)
    canvas.tube(p, q, ra * 0.72, rb * 0.72, -960, within=lung)


def _targets(rng: np.random.Generator, side: int, count: int) -> Array:
    """Points spread through one lung, some millimetres clear of the pleura."""
    p = rng.uniform((4, -100, -150), (132, 100, 152), (9 * count, 3)).astype(np.float32)
    p[:, 0] *= side
    x, y, z = p.T
    a, b, cy = cavity(z)
    clear = (x / np.maximum(a - 4, 1)) ** 2 + ((y - cy) / np.maximum(b - 4, 1)) ** 2 < 1
    clear &= (a > 12) & (diaphragm(x, y, z) < -5) & (mediastinum(x, y, z) < -4)
    return p[clear][:count]


def nodule_in(canvas: Canvas, nodule: Nodule, lung: Array, rng: np.random.Generator) -> None:
    """A lobulated core; strands run out of it into the lung, one as far as the pleura."""
    centre, r = np.asarray(nodule.centre, np.float32), nodule.diameter / 2
    for _ in range(nodule.spicules):
        way = rng.standard_normal(3)
        way /= np.linalg.norm(way)
        bend = rng.standard_normal(3) * 0.18
        middle = centre + way * r * 1.15
        end = middle + (way + bend) * r * rng.uniform(0.35, 1.0)
        canvas.tube(centre + way * r * 0.6, middle, r * 0.2, r * 0.11, nodule.hu - 20, within=lung)
        canvas.tube(middle, end, r * 0.11, 0.35, nodule.hu - 60, within=lung)
    tag = centre + np.array([np.sign(centre[0]) * r * 1.9, r * 0.5, r * 0.2])
    canvas.tube(centre, tag, r * 0.13, 0.5, nodule.hu - 60, within=lung)
    for _ in range(9):
        way = rng.standard_normal(3)
        way /= np.linalg.norm(way)
        size = r * rng.uniform(0.48, 0.62)
        at = centre + way * (r - size) * 0.96
        canvas.ellipsoid(tuple(at), (size, size * 0.95, size), nodule.hu + rng.uniform(-8, 8), within=lung)
    canvas.ellipsoid(tuple(centre), (r * 0.78, r * 0.74, r * 0.76), nodule.hu, within=lung)
