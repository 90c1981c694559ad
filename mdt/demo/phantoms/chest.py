"""A chest to talk about: wall, ribs, spine, heart and great vessels, lungs with their trees, and a nodule."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from mdt.demo.phantoms import bones, organs, vessels, wall
from mdt.demo.phantoms.canvas import Array, Canvas, Point
from mdt.demo.phantoms.person import Chest
from mdt.demo.phantoms.surfaces import cavity
from mdt.demo.phantoms.texture import smooth_noise

AIR = -1000.0


def paint(canvas: Canvas, chest: Chest) -> None:
    """Paint the whole chest in Hounsfield units."""
    with _lying(canvas, chest.shift):
        texture = _textures(np.random.default_rng(chest.seed), canvas)
        lung = np.zeros(canvas.values.shape, np.float32)
        for k in range(len(canvas.z)):
            at = canvas.plane(k, 1.2)
            wall.paint(at, chest, texture)
            ca, cb, cy = cavity(at.z)
            if ca > 8:
                rows, columns = canvas.around(ca + 7, cy - cb - 7, cy + cb + 7)
                near = {name: field[..., rows, columns] for name, field in texture.items()}
                lung[k, rows, columns] = organs.paint(at.cut(rows, columns), chest, near)
        bones.paint(canvas, arms_down=chest.arms_down)
        vessels.great_vessels(canvas, chest)
        vessels.trees(canvas, chest, lung, np.random.default_rng(chest.seed + 1))
        for n, nodule in enumerate(chest.nodules):
            vessels.nodule_in(canvas, nodule, lung, np.random.default_rng(chest.seed + 50 + n))
        for centre, short in chest.nodes:
            canvas.ellipsoid(centre, (short * 0.75, short * 0.5, short * 0.7), chest.enhanced(42, 38))


@contextmanager
def _lying(canvas: Canvas, shift: Point) -> Iterator[None]:
    """Coordinates of the person rather than the table, while painting."""
    axes = (canvas.x, canvas.y, canvas.z)
    for axis, by in zip(axes, shift, strict=True):
        np.subtract(axis, np.float32(by), out=axis)
    yield
    for axis, by in zip(axes, shift, strict=True):
        np.add(axis, np.float32(by), out=axis)


def _textures(rng: np.random.Generator, canvas: Canvas) -> dict[str, Array]:
    rows, columns = canvas.values.shape[1:]
    per_mm = 1 / canvas.spacing[0]
    return {
        "flesh": smooth_noise(rng, (rows, columns), (5 * per_mm, 9 * per_mm)),
        "glands": smooth_noise(rng, (rows, columns), (6 * per_mm, 5 * per_mm)),
        "lung": smooth_noise(rng, (2, rows, columns), (0.5, 16 * per_mm, 16 * per_mm)),
        "bullae": smooth_noise(rng, (2, rows, columns), (0.5, 5 * per_mm, 5 * per_mm)),
    }
