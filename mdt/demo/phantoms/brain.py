"""A head for magnetic resonance: scalp, skull, folded cortex, deep nuclei, ventricles, and a ring-enhancing lesion.

First, how much of each voxel each tissue fills; a sequence then gives each tissue its brightness.
"""

from dataclasses import dataclass

import numpy as np

from mdt.demo.phantoms.canvas import Array, Canvas, Point, cover
from mdt.demo.phantoms.texture import blur, smooth_noise

# Brightness of each tissue by sequence: T1 after gadolinium, and FLAIR (12 bits).
BRIGHTNESS = {
    "T1": {
        "fat": 1150, "muscle": 430, "bone": 70, "marrow": 420, "csf": 150, "grey": 480, "white": 690, "deep": 520,
        "blood": 1240, "rim": 1270, "core": 235, "oedema": 540, "dura": 820, "eye": 190,
    },
    "FLAIR": {
        "fat": 760, "muscle": 300, "bone": 50, "marrow": 300, "csf": 70, "grey": 570, "white": 410, "deep": 520,
        "blood": 120, "rim": 690, "core": 470, "oedema": 1050, "dura": 350, "eye": 90,
    },
}  # fmt: skip


SIDES = (-1, 1)


@dataclass(frozen=True)
class Lesion:
    """A metastasis: `diameter` of the enhancing rim in mm, `oedema` how far the swelling reaches beyond it."""

    centre: Point
    diameter: float
    oedema: float


@dataclass(frozen=True)
class Head:
    """The same `seed` is the same person."""

    seed: int
    lesions: tuple[Lesion, ...] = ()


class _Grid:
    """The canvas as three axes ready to broadcast, with the shapes a head is made of."""

    def __init__(self, canvas: Canvas, rng: np.random.Generator) -> None:
        self.x, self.y, self.z = canvas.x[None, None, :], canvas.y[None, :, None], canvas.z[:, None, None]
        self.edge = canvas.spacing[0] * 1.2
        self._shape, self._spacing, self._rng = canvas.values.shape, canvas.spacing, rng

    def egg(self, radii: Point, centre: Point = (0, 0, 0), *, power: float = 2.3) -> Array:
        """Signed distance, roughly, to a (super)ellipsoid; positive inside."""
        parts = zip((self.x, self.y, self.z), centre, radii, strict=True)
        f = sum(np.abs((axis - c) / r) ** power for axis, c, r in parts) ** (1 / power)
        return ((1 - f) * min(radii)).astype(np.float32)

    def noise(self, grain: float) -> Array:
        """Blobs of about `grain` mm, deviation 1."""
        dx, dy, dz = self._spacing
        return smooth_noise(self._rng, self._shape, (grain / dz, grain / dy, grain / dx))

    def distance_to_zero(self, field: Array) -> Array:
        """How far, in mm and near enough, the nearest zero of a field is."""
        dx, dy, dz = self._spacing
        slope = np.sqrt(sum(g * g for g in np.gradient(field, dz, dy, dx))) + 0.03
        return np.abs(field) / slope

    def cover(self, sd: Array) -> Array:
        return cover(sd, self.edge)


def tissues(canvas: Canvas, head: Head) -> dict[str, Array]:
    """How much of each voxel each tissue fills; later entries lie over earlier ones. Digits only tell them apart."""
    rng = np.random.default_rng(head.seed)
    grid = _Grid(canvas, rng)
    wobble = 1.6 * grid.noise(21)
    inside = grid.egg((68, 86, 74), (0, 0, 2), power=2.2) + wobble * 0.5  # inner table of the skull
    brain = inside - 3.0 - 0.5 * np.abs(wobble)
    hind = np.maximum(
        grid.egg((60, 43, 31), (0, 44, -47)), grid.egg((14, 16, 44), (0, 14, -50), power=2)
    )  # cerebellum and brainstem
    hind = np.minimum(brain - 1, hind)
    out = _outside(grid, inside, wobble)
    white = _cerebrum(grid, out, brain, np.minimum(brain, -hind - 2.2))
    _deep_nuclei(grid, out, brain)
    _hindbrain(grid, out, hind, wobble)
    out |= _ventricles(canvas)
    _vessels(grid, out, inside)
    for n, lesion in enumerate(head.lesions):
        spared = 1 - np.clip(sum(out[name] for name in out if name.startswith("deep")) + out["csf4"], 0, 1)
        out |= _lesion(grid, lesion, grid.cover(np.minimum(white, brain - 2)) * spared, n)
    return out


def _outside(grid: _Grid, inside: Array, wobble: Array) -> dict[str, Array]:
    """Scalp, face, skull with its marrow and sinuses, eyes; and the water around the brain."""
    head, face = grid.egg((82, 101, 94), power=2.15), grid.egg((58, 62, 130), (0, -34, -70), power=2.4)
    skin = np.maximum(head, face) + wobble * 0.4
    flesh = np.minimum(skin - 7, np.minimum(-inside - 9, -grid.z - 12 - 0.1 * grid.y))
    sinuses = np.maximum(grid.egg((17, 7, 11), (0, -89, -26)), grid.egg((26, 17, 17), (0, -62, -58)))
    out = {
        "muscle": grid.cover(skin),
        "fat": grid.cover(np.minimum(skin - 1.2, -(inside + 8.5))),
        "muscle2": cover(np.minimum(flesh, grid.noise(9) * 6 + 2), 2.0),
        "bone": grid.cover(np.minimum(inside + 7.5, -inside)),
        "marrow": grid.cover(np.minimum(inside + 5.4, -inside - 2.2)),
        "bone2": grid.cover(sinuses),
    }
    for side in SIDES:
        out[f"fat{side}"] = grid.cover(grid.egg((19, 27, 17), (side * 31, -70, -44)))
        out[f"eye{side}"] = grid.cover(grid.egg((12.2, 12.6, 12.2), (side * 33, -78, -44), power=2))
    out["csf"] = grid.cover(inside)
    out["dura"] = grid.cover(np.minimum(inside, 1.3 - inside))
    return out


def _cerebrum(grid: _Grid, out: dict[str, Array], brain: Array, cerebrum: Array) -> Array:
    """A cortex of even thickness along folds that follow the zeros of slow noise; returns the depth of white matter."""
    to_groove = grid.distance_to_zero(grid.noise(12) + 0.45 * grid.noise(7.3))
    falx = np.abs(grid.x + 0.6 * np.sin(grid.y / 20)) + 0 * grid.z
    joined = grid.egg((40, 46, 26), (0, 0, 6))  # corpus callosum and deep nuclei: no cleft between the halves here
    halves = np.minimum(cerebrum, np.maximum(falx - 0.9, joined))
    groove = np.minimum(0.85 - to_groove, np.minimum(20 - brain, -joined))
    matter = np.minimum(halves, -groove)
    off_middle = np.minimum(brain - 3.0, np.maximum(falx - 3.2, joined))
    off_groove = np.maximum(to_groove - 3.6, np.maximum(brain - 22, joined))
    white = np.minimum(matter - 1.0, np.minimum(off_middle, off_groove))
    out["grey"], out["white"] = grid.cover(matter), grid.cover(white)
    return white


def _deep_nuclei(grid: _Grid, out: dict[str, Array], brain: Array) -> None:
    """Putamen, head of the caudate, thalamus."""
    for n, (radii, (cx, cy, cz)) in enumerate(
        (((7, 16, 10), (24, -4, 4)), ((5.5, 11, 12), (14, -24, 14)), ((10, 14, 9.5), (11, 12, 6)))
    ):
        for side in SIDES:
            out[f"deep{side}{n}"] = grid.cover(grid.egg(radii, (side * cx, cy, cz), power=2)) * grid.cover(brain)


def _hindbrain(grid: _Grid, out: dict[str, Array], hind: Array, wobble: Array) -> None:
    """The leaves of the cerebellum, the brainstem, the fourth ventricle."""
    leaves = np.sqrt(grid.y**2 + (grid.z * 1.6) ** 2 + 0.2 * grid.x**2) + 1.2 * wobble
    out["grey2"] = grid.cover(hind)
    out["white2"] = cover(np.minimum(hind - 4, np.abs(np.sin(0.75 * leaves)) * 6 - 3.4), 1.6) * np.float32(0.85)
    out["white3"] = grid.cover(grid.egg((12.5, 14, 38), (0, 14, -44), power=2))
    out["csf3"] = grid.cover(grid.egg((9, 6, 9), (0, 33, -38), power=2))


def _vessels(grid: _Grid, out: dict[str, Array], inside: Array) -> None:
    """The sagittal sinus and the middle cerebral arteries, bright after gadolinium."""
    sinus = np.minimum(4.2 - np.hypot(grid.x, inside - 2.6), grid.y + 30)
    out["blood"] = grid.cover(sinus) * (inside > -3)
    artery = 1.9 - np.hypot(grid.y + 16 + 2.5 * np.sin(grid.x / 6), grid.z + 18 + 0.12 * np.abs(grid.x))
    out["blood3"] = grid.cover(artery) * (np.abs(grid.x) > 4) * (np.abs(grid.x) < 48)


def _ventricles(canvas: Canvas) -> dict[str, Array]:
    painted = Canvas(canvas.x, canvas.y, canvas.z, np.zeros_like(canvas.values))
    for side in SIDES:
        body = [(side * 11, -40, 8), (side * 8, -24, 20), (side * 9, 4, 24), (side * 16, 28, 20), (side * 25, 40, 6)]
        painted.path(body, [4.5, 6.5, 6, 7, 5.5], 1.0)
        painted.path([(side * 25, 40, 6), (side * 27, 58, 8)], [5, 2.5], 1.0)
        painted.path([(side * 25, 40, 6), (side * 34, 18, -12), (side * 31, -2, -18)], [5, 3, 2.2], 1.0)
    painted.path([(0, -8, 2), (0, 16, 4)], 2.6, 1.0)
    painted.path([(0, -8, -8), (0, 12, -4)], 2.2, 1.0)
    plexus = Canvas(canvas.x, canvas.y, canvas.z, np.zeros_like(canvas.values))
    for side in SIDES:
        plexus.path([(side * 17, 28, 17), (side * 25, 38, 5)], 2.2, 1.0)
    return {"csf4": painted.values, "blood2": plexus.values}


def _lesion(grid: _Grid, lesion: Lesion, white: Array, n: int) -> dict[str, Array]:
    """Swelling spreads along white matter; an uneven rim around a core that takes no contrast."""
    cx, cy, cz = lesion.centre
    lumps = grid.noise(9)
    r = np.sqrt((grid.x - cx) ** 2 + (grid.y - cy) ** 2 + ((grid.z - cz) * 1.05) ** 2)
    outer = lesion.diameter / 2 + 1.3 * lumps
    swelling = cover(outer + lesion.oedema * (0.62 + 0.3 * grid.noise(13)) - r, 3.0) * white
    return {
        f"oedema{n}": swelling,
        f"rim{n}": grid.cover(outer - r),
        f"core{n}": grid.cover(outer - 3.0 - 0.9 * np.abs(lumps) - r),
    }


def scan(canvas: Canvas, parts: dict[str, Array], sequence: str, seed: int) -> Array:
    """One sequence: brightness by tissue, coil shading, texture and Rician noise. Returns values 0 to 4095."""
    rng = np.random.default_rng(seed)
    shape, (dx, _, dz) = canvas.values.shape, canvas.spacing
    bright = BRIGHTNESS[sequence]
    out = np.zeros(shape, np.float32)
    for name, alpha in parts.items():
        tissue = name.rstrip("-0123456789")
        out += alpha * (bright[tissue] - out)
    out *= 1 + 0.025 * smooth_noise(rng, shape, (6 / dz, 5 / dx, 5 / dx))
    out = blur(out, (0.3, 0.45, 0.45))
    out *= 1 + 0.07 * smooth_noise(rng, shape, (70 / dz, 90 / dx, 90 / dx))
    sigma = 15.0
    real = out + sigma * rng.standard_normal(shape, dtype=np.float32)
    return np.clip(np.hypot(real, sigma * rng.standard_normal(shape, dtype=np.float32)), 0, 4095).astype(np.float32)
