"""Where the tracer of an FDG PET goes: brain, heart, liver, kidneys, bladder, bowel, and what is looked for."""

from dataclasses import dataclass

import numpy as np

from mdt.demo.phantoms.canvas import Array, Canvas, Point, cover, ellipse
from mdt.demo.phantoms.surfaces import diaphragm
from mdt.demo.phantoms.texture import blur, smooth_noise
from mdt.demo.phantoms.wall import SIDES


@dataclass(frozen=True)
class Focus:
    """Something that takes up tracer: SUVmax near `suv` for what is larger than the scanner's blur."""

    centre: Point
    diameter: float
    suv: float


def paint(ct: Canvas, pet: Canvas, foci: tuple[Focus, ...], seed: int) -> Array:
    """Standardised uptake values on the PET grid, with the scanner's blur and counting noise."""
    rng = np.random.default_rng(seed)
    _background(ct, pet, rng)
    _heart(pet)
    _liver(pet)
    _urine(pet)
    _bowel(pet, rng)
    _brain(pet, rng)
    for focus in foci:
        r = focus.diameter / 2 + 1.5
        lost = 1.15 + 60 / focus.diameter**2  # the scanner's blur takes more from what is small
        pet.ellipsoid(focus.centre, (r, r, r), focus.suv * lost)
    dx, dy, dz = pet.spacing
    seen = blur(pet.values, (2.6 / dz, 2.6 / dy, 2.6 / dx))
    grain = blur(rng.standard_normal(seen.shape, dtype=np.float32), (0.5, 0.8, 0.8))
    grain /= grain.std()
    return np.maximum(seen + 0.11 * np.sqrt(np.maximum(seen, 0.02)) * grain, 0).astype(np.float32)


def _background(ct: Canvas, pet: Canvas, rng: np.random.Generator) -> None:
    """By tissue: air, lung, fat, muscle, marrow, bone."""
    hu = _at(ct, pet)
    of_tissue = [hu < -850, hu < -300, hu < -40, hu < 90, hu < 260]
    pet.values[:] = np.select(of_tissue, [0.03, 0.42, 0.28, 0.62, 1.1], default=0.85)
    pet.values[:] *= 1 + 0.10 * smooth_noise(rng, pet.values.shape, (3, 3, 3))


def _heart(pet: Canvas) -> None:
    """Blood in the aorta and the chambers; the muscle of the left ventricle burns sugar."""
    pet.path([(6, -22, -34), (-8, -28, 20), (8, 8, 62), (25, 47, 30), (22, 46, -150)], 12, 1.75)
    pet.ellipsoid((0, -32, -66), (40, 36, 38), 1.6)
    pet.ellipsoid((36, -30, -72), (44, 36, 42), 5.2)
    pet.ellipsoid((40, -26, -72), (29, 23, 33), 1.7)


def _liver(pet: Canvas) -> None:
    x, y, z = _axes(pet)
    size = np.clip((z + 255) / 90, 0.05, 1)
    lobe = (1 - np.hypot((x + 62) / (74 * size), (y + 8) / (78 * size))) * 70
    liver = cover(np.minimum(np.minimum(lobe, _within_the_wall(pet)), diaphragm(x, y, z)), 4) * (z > -255)
    pet.values += liver * (2.35 - pet.values)
    pet.ellipsoid((96, 38, -165), (24, 28, 46), 1.9)  # spleen


def _urine(pet: Canvas) -> None:
    for side in SIDES:
        pet.ellipsoid((side * 60, 46, -222 - 8 * side), (24, 28, 52), 3.4)
        pet.ellipsoid((side * 50, 42, -222 - 8 * side), (9, 12, 26), 13.0)
        ureter = [(side * 44, 44, -260), (side * 34, 48, -330), (side * 26, 40, -420), (side * 12, 0, -458)]
        pet.path(ureter, 2.4, 5.0)
    pet.ellipsoid((0, -26, -462), (40, 30, 36), 24.0)


def _bowel(pet: Canvas, rng: np.random.Generator) -> None:
    _, y, z = _axes(pet)
    loops = cover(np.abs(smooth_noise(rng, pet.values.shape, (7, 5, 5))) * 5 - 5.6, 2)
    pet.values += loops * (z < -190) * (z > -420) * (y < 40) * cover(_within_the_wall(pet) - 8, 4) * np.float32(1.2)


def _brain(pet: Canvas, rng: np.random.Generator) -> None:
    """Grey matter is hot, white matter less so."""
    x, y, z = _axes(pet)
    depth = np.sqrt((x / 66) ** 2 + ((y - 2) / 84) ** 2 + ((z - 301) / 84) ** 2)
    brain = cover((1 - depth) * 66, 4) * (z > 254)
    folds = smooth_noise(rng, pet.values.shape, (2.2, 2.4, 2.4))
    white = (depth < 0.62) & (depth > 0.3)
    pet.values += (brain * (8.2 + 1.6 * folds - 2.6 * white - pet.values)).astype(np.float32)
    for side in SIDES:  # tonsils
        pet.ellipsoid((side * 24, -46, 236), (9, 8, 10), 3.1)


def _within_the_wall(pet: Canvas) -> Array:
    x, y, _ = _axes(pet)
    return ellipse(x, y, (0, -2), (123, 84), power=2.2)


def _axes(pet: Canvas) -> tuple[Array, Array, Array]:
    return pet.x[None, None, :], pet.y[None, :, None], pet.z[:, None, None]


def _at(ct: Canvas, pet: Canvas) -> Array:
    """The nearest CT value to each PET voxel."""
    k, j, i = (
        np.clip(np.rint((to - of[0]) / (of[1] - of[0])).astype(int), 0, len(of) - 1)
        for to, of in ((pet.z, ct.z), (pet.y, ct.y), (pet.x, ct.x))
    )
    return ct.values[np.ix_(k, j, i)]
