"""A head for magnetic resonance: scalp, skull, folded cortex, deep grey matter, ventricles, and a ring-enhancing lesion.

The canvas holds tissue classes first as how much of each voxel each tissue fills; a sequence is then one brightness each.
"""

from dataclasses import dataclass

import numpy as np

from mdt.demo.phantoms.canvas import Array, Canvas, Point, blur, cover, smooth_noise

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


def tissues(canvas: Canvas, head: Head) -> dict[str, Array]:
    """How much of each voxel each tissue fills; later entries lie over earlier ones."""
    rng = np.random.default_rng(head.seed)
    shape, (dx, dy, dz) = canvas.values.shape, canvas.spacing
    z, y, x = canvas.z[:, None, None], canvas.y[None, :, None], canvas.x[None, None, :]

    def egg(a: float, b: float, c: float, cx: float = 0, cy: float = 0, cz: float = 0, power: float = 2.3) -> Array:
        f = (np.abs((x - cx) / a) ** power + np.abs((y - cy) / b) ** power + np.abs((z - cz) / c) ** power) ** (
            1 / power
        )
        return ((1 - f) * min(a, b, c)).astype(np.float32)

    edge = dx * 1.2
    wobble = 1.6 * smooth_noise(rng, shape, (20 / dz, 22 / dy, 22 / dx))
    skin = np.maximum(egg(82, 101, 94, power=2.15), egg(58, 62, 130, cy=-34, cz=-70, power=2.4)) + wobble * 0.4
    inside = egg(68, 86, 74, cz=2, power=2.2) + wobble * 0.5  # inner table of the skull
    brain = inside - 3.0 - 0.5 * np.abs(wobble)
    out: dict[str, Array] = {"muscle": cover(skin, edge), "fat": cover(np.minimum(skin - 1.2, -(inside + 8.5)), edge)}
    face = np.minimum(skin - 7, np.minimum(-inside - 9, -z - 12 - 0.1 * y))
    out["flesh"] = cover(np.minimum(face, smooth_noise(rng, shape, (8 / dz, 9 / dy, 9 / dx)) * 6 + 2), 2.0)
    out["bone"] = cover(np.minimum(inside + 7.5, -inside), edge)
    out["marrow"] = cover(np.minimum(inside + 5.4, -inside - 2.2), edge)
    sinus = np.maximum(egg(17, 7, 11, cy=-89, cz=-26), egg(26, 17, 17, cx=0, cy=-62, cz=-58))
    out["bone2"] = cover(sinus, edge)
    for side in (-1, 1):
        eye = egg(12.2, 12.6, 12.2, cx=side * 33, cy=-78, cz=-44, power=2)
        out[f"fat{side}"] = cover(egg(19, 27, 17, cx=side * 31, cy=-70, cz=-44), edge)
        out[f"eye{side}"] = cover(eye, edge)
    out["csf"] = cover(inside, edge)
    out["dura"] = cover(np.minimum(inside, 1.3 - inside), edge)

    fold = smooth_noise(rng, shape, (13 / dz, 12 / dy, 11 / dx)) + 0.45 * smooth_noise(
        rng, shape, (8 / dz, 7 / dy, 7 / dx)
    )
    slope = np.sqrt(sum(g * g for g in np.gradient(fold, dz, dy, dx))) + 0.03
    to_groove = np.abs(fold) / slope  # mm to the nearest sulcus, near enough
    falx = np.abs(x + 0.6 * np.sin(y / 20)) + 0 * y + 0 * z
    hind = np.minimum(brain - 1, np.maximum(egg(60, 43, 31, cy=44, cz=-47), egg(14, 16, 44, cy=14, cz=-50, power=2)))
    cerebrum = np.minimum(brain, -hind - 2.2)
    joined = egg(40, 46, 26, cz=6)  # corpus callosum and deep nuclei: no cleft between the halves here
    halves = np.minimum(cerebrum, np.maximum(falx - 0.9, joined))
    groove = np.minimum(0.85 - to_groove, np.minimum(20 - brain, -joined))
    matter = np.minimum(halves, -groove)
    out["grey"] = cover(matter, edge)
    midline = np.maximum(falx - 3.2, joined)
    ribbon = np.minimum(np.minimum(brain - 3.0, midline), np.maximum(to_groove - 3.6, np.maximum(brain - 22, joined)))
    white = np.minimum(matter - 1.0, ribbon)
    out["white"] = cover(white, edge)

    for side in (-1, 1):
        for a, b, c, cx, cy, cz in ((7, 16, 10, 24, -4, 4), (5.5, 11, 12, 14, -24, 14), (10, 14, 9.5, 11, 12, 6)):
            out[f"deep{side}{cx}"] = cover(egg(a, b, c, cx=side * cx, cy=cy, cz=cz, power=2), edge) * cover(brain, edge)
    folia = np.abs(np.sin(0.75 * np.sqrt(y * y + (z * 1.6) ** 2 + 0.2 * x * x) + 0.9 * wobble))
    out["grey2"] = cover(hind, edge)
    out["white2"] = cover(np.minimum(hind - 4, folia * 6 - 3.4), 1.6) * np.float32(0.85)
    out["white3"] = cover(egg(12.5, 14, 38, cy=14, cz=-44, power=2), edge)
    out["csf3"] = cover(egg(9, 6, 9, cy=33, cz=-38, power=2), edge)
    out |= _ventricles(canvas)
    out["blood"] = cover(np.minimum(4.2 - np.hypot(x, (inside - 2.6)), y + 30), edge) * (inside > -3)
    for side in (-1, 1):
        out[f"blood{side}"] = cover(1.9 - np.hypot(y + 16 + 2.5 * np.sin(x / 6), z + 18 + 0.12 * np.abs(x)), edge) * (
            (side * x > 4) & (side * x < 48)
        )
    for n, lesion in enumerate(head.lesions):
        spared = 1 - np.clip(sum(out[name] for name in out if name.startswith("deep")) + out["csf4"], 0, 1)
        out |= _lesion(canvas, lesion, cover(np.minimum(white, brain - 2), edge) * spared, rng, n)
    return out


def _ventricles(canvas: Canvas) -> dict[str, Array]:
    painted = Canvas(canvas.x, canvas.y, canvas.z, np.zeros_like(canvas.values))
    for side in (-1, 1):
        body = [(side * 11, -40, 8), (side * 8, -24, 20), (side * 9, 4, 24), (side * 16, 28, 20), (side * 25, 40, 6)]
        painted.path(body, [4.5, 6.5, 6, 7, 5.5], 1.0)
        painted.path([(side * 25, 40, 6), (side * 27, 58, 8)], [5, 2.5], 1.0)
        painted.path([(side * 25, 40, 6), (side * 34, 18, -12), (side * 31, -2, -18)], [5, 3, 2.2], 1.0)
    painted.path([(0, -8, 2), (0, 16, 4)], 2.6, 1.0)
    painted.path([(0, -8, -8), (0, 12, -4)], 2.2, 1.0)
    plexus = Canvas(canvas.x, canvas.y, canvas.z, np.zeros_like(canvas.values))
    for side in (-1, 1):
        plexus.path([(side * 17, 28, 17), (side * 25, 38, 5)], 2.2, 1.0)
    return {"csf4": painted.values, "blood2": plexus.values}


def _lesion(canvas: Canvas, lesion: Lesion, white: Array, rng: np.random.Generator, n: int) -> dict[str, Array]:
    z, y, x = canvas.z[:, None, None], canvas.y[None, :, None], canvas.x[None, None, :]
    dx, dy, dz = canvas.spacing
    shape, c = canvas.values.shape, lesion.centre
    lumps = smooth_noise(rng, shape, (9 / dz, 9 / dy, 9 / dx))
    reach = smooth_noise(rng, shape, (13 / dz, 13 / dy, 13 / dx))
    r = np.sqrt((x - c[0]) ** 2 + (y - c[1]) ** 2 + ((z - c[2]) * 1.05) ** 2)
    outer = lesion.diameter / 2 + 1.3 * lumps
    swelling = cover(outer + lesion.oedema * (0.62 + 0.3 * reach) - r, 3.0) * white
    return {
        f"oedema{n}": swelling.astype(np.float32),
        f"rim{n}": cover((outer - r).astype(np.float32), dx),
        f"core{n}": cover((outer - 3.0 - 0.9 * np.abs(lumps) - r).astype(np.float32), dx),
    }


def scan(canvas: Canvas, parts: dict[str, Array], sequence: str, seed: int) -> Array:
    """One sequence: brightness by tissue, coil shading, texture and Rician noise. Returns values 0 to 4095."""
    rng = np.random.default_rng(seed)
    shape, (dx, _, dz) = canvas.values.shape, canvas.spacing
    bright = BRIGHTNESS[sequence]
    out = np.zeros(shape, np.float32)
    for name, alpha in parts.items():
        tissue = name.rstrip("-0123456789")
        out += alpha * (bright["muscle" if tissue == "flesh" else tissue] - out)
    out *= 1 + 0.025 * smooth_noise(rng, shape, (6 / dz, 5 / dx, 5 / dx))
    out = blur(out, (0.3, 0.45, 0.45))
    out *= 1 + 0.07 * smooth_noise(rng, shape, (70 / dz, 90 / dx, 90 / dx))
    sigma = 15.0
    real = out + sigma * rng.standard_normal(shape, dtype=np.float32)
    return np.clip(np.hypot(real, sigma * rng.standard_normal(shape, dtype=np.float32)), 0, 4095).astype(np.float32)
