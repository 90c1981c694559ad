"""Tissue as a microscope shows it: a core biopsy in haematoxylin and eosin, painted at 0.5 micrometres a pixel.

Two amounts of dye are painted, a byte each, and looked up as the colour they leave of white light: so a slide of
sixteen million pixels is there in a second.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdt.demo.phantoms.texture import smooth_noise

COARSE = 8  # pixels between the points at which the larger shapes are worked out
_STAMP = 28  # pixels of the square a nucleus is drawn in
_PATCH = 512  # pixels of the fibres' pattern, which repeats

Bytes = npt.NDArray[np.uint8]
Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Biopsy:
    """A slide of `width` x `height` pixels with cores of tissue; `tumour` (0 to 1) is how much of them is glands."""

    seed: int
    width: int = 5120
    height: int = 3072
    cores: int = 2
    tumour: float = 0.6


def paint(what: Biopsy) -> Bytes:
    """The whole slide, (rows, columns, 3), RGB."""
    rng = np.random.default_rng(what.seed)
    tissue, lumen, gland = _shapes(what, rng)
    eosin = _eosin(what, rng, tissue, lumen, gland)
    haematoxylin = np.zeros((what.height, what.width), np.uint8)
    _nuclei(rng, haematoxylin, tissue, lumen, gland)
    picture = np.empty((what.height, what.width, 3), np.uint8)
    colours = _colours()
    for top in range(0, what.height, _PATCH):
        strip = np.s_[top : top + _PATCH]
        both = eosin[strip].astype(np.intp) << 6 | haematoxylin[strip] >> 2
        picture[strip] = colours.take(both).view(np.uint8).reshape(*both.shape, 4)[..., :3]
    return picture


def _shapes(what: Biopsy, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """How much tissue, empty gland and gland wall there is at each coarse point, 0 to 1."""
    rows, columns = what.height // COARSE, what.width // COARSE
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    tissue = np.zeros((rows, columns), np.float32)
    band = rows / (what.cores + 0.6)
    for core in range(what.cores):
        middle = band * (core + 0.8) + 0.16 * band * np.sin(x / columns * 5 + 2.1 * core)
        half = 0.3 * band * (1 + 0.18 * smooth_noise(rng, (columns,), (columns / 9,)))[None, :]
        start, stop = columns * (0.05 + 0.05 * core), columns * (0.95 - 0.12 * core)
        ends = np.minimum((x - start), (stop - x)) / 3
        inside = np.minimum(half - np.abs(y - middle), ends) + 2.2 * smooth_noise(rng, (rows, columns), (14, 14))
        tissue = np.maximum(tissue, np.clip(inside / 2 + 0.5, 0, 1))
    lumen, gland = np.zeros_like(tissue), np.zeros_like(tissue)
    edge = 1.3 * smooth_noise(rng, (rows, columns), (5, 5))
    for _ in range(int(what.tumour * rows * columns / 420)):
        cx, cy = rng.uniform(0.04, what.tumour) * columns, rng.uniform(0, rows)
        r = float(rng.lognormal(2.35, 0.35))
        left, right = max(0, int(cx - r - 6)), min(columns, int(cx + r + 7))
        top, bottom = max(0, int(cy - r - 6)), min(rows, int(cy + r + 7))
        if left >= right or top >= bottom or gland[int(cy) % rows, int(cx) % columns] > 0.2:
            continue
        part = np.s_[top:bottom, left:right]
        turn = rng.uniform(0, np.pi)
        u, v = x[part] - cx, y[part] - cy
        a, b = u * np.cos(turn) + v * np.sin(turn), (v * np.cos(turn) - u * np.sin(turn)) * rng.uniform(1.0, 1.7)
        away = r - np.hypot(a, b) + edge[part]
        gland[part] = np.maximum(gland[part], np.clip(away / 1.5, 0, 1))
        lumen[part] = np.maximum(lumen[part], np.clip((away - max(4.0, 0.45 * r)) / 1.2, 0, 1))
    return tissue, lumen, gland * tissue


def _eosin(what: Biopsy, rng: np.random.Generator, tissue: Array, lumen: Array, gland: Array) -> Bytes:
    """Pink: collagen in fibres between the glands, paler cytoplasm in them, nothing on glass."""
    fibres = smooth_noise(rng, (_PATCH, _PATCH), (26, 3.2)) + 0.8 * smooth_noise(rng, (_PATCH, _PATCH), (3, 3))
    fibres = _seamless(fibres)
    pattern = np.clip(fibres * 15, -60, 60).astype(np.int16)
    stroma = 104 + 16 * smooth_noise(rng, tissue.shape, (40, 60))
    amount = (tissue * (1 - lumen)) * (stroma * (1 - gland) + 74 * gland)
    out = np.empty((what.height, what.width), np.uint8)
    for top in range(0, what.height, _PATCH):
        rows = min(_PATCH, what.height - top)
        level = _finer(amount, top, rows, what.width)
        strip = np.tile(pattern[:rows], (1, -(-what.width // _PATCH)))[:, : what.width]
        out[top : top + rows] = np.clip(level + strip * (level > 24), 0, 255)
    return out


def _seamless(pattern: Array) -> Array:
    """A pattern whose edges meet: each pixel is blended with the one half a pattern away."""
    ramp = np.abs(np.linspace(-1, 1, len(pattern), dtype=np.float32))
    weight = np.maximum(ramp[:, None], ramp[None, :])
    blended: Array = pattern * (1 - weight) + np.roll(pattern, (_PATCH // 2, _PATCH // 2), (0, 1)) * weight
    return blended


def _finer(amount: Array, top: int, rows: int, width: int) -> npt.NDArray[np.int16]:
    """Some rows of a coarse field at full resolution, between its points in a straight line."""
    y = np.clip(np.arange(top, top + rows) / COARSE - 0.5, 0, amount.shape[0] - 1.001)
    x = np.clip(np.arange(width) / COARSE - 0.5, 0, amount.shape[1] - 1.001)
    i, j = y.astype(int), x.astype(int)
    t, s = (y - i).astype(np.float32)[:, None], (x - j).astype(np.float32)[None, :]
    down = amount[i] * (1 - t) + amount[i + 1] * t
    return (down[:, j] * (1 - s) + down[:, j + 1] * s).astype(np.int16)


def _nuclei(rng: np.random.Generator, out: Bytes, tissue: Array, lumen: Array, gland: Array) -> None:
    """Blue: large and crowded in the glands' walls, thin and scattered between them."""
    round_ones = [_stamp(rng, rng.uniform(6.5, 10.0), rng.uniform(0.7, 1.0)) for _ in range(40)]
    thin = [_stamp(rng, rng.uniform(7.0, 9.5), rng.uniform(0.22, 0.4)) for _ in range(30)]
    lymphocytes = [_stamp(rng, rng.uniform(4.4, 5.4), rng.uniform(0.9, 1.0), dark=235) for _ in range(12)]
    inflamed = smooth_noise(rng, tissue.shape, (30, 30))
    step = 17
    rows, columns = out.shape[0] // step, out.shape[1] // step
    grid = np.indices((rows, columns)).reshape(2, -1).T * step
    places = grid + rng.integers(0, step, grid.shape)
    places = places[(places < np.array(out.shape) - _STAMP).all(1)]
    i, j = (places[:, 0] + _STAMP // 2) // COARSE, (places[:, 1] + _STAMP // 2) // COARSE
    is_gland, is_tissue, is_empty = gland[i, j] > 0.4, tissue[i, j] > 0.6, lumen[i, j] > 0.15
    chance = np.where(is_gland, 0.62, np.where(inflamed[i, j] > 1.1, 0.5, 0.13)) * is_tissue * ~is_empty
    chosen = rng.random(len(places)) < chance
    kinds = rng.integers(0, 1 << 30, len(places))
    for k in np.flatnonzero(chosen):
        top, left = places[k]
        which = round_ones if is_gland[k] else lymphocytes if inflamed[i[k], j[k]] > 1.1 else thin
        part = out[top : top + _STAMP, left : left + _STAMP]
        np.maximum(part, which[kinds[k] % len(which)], out=part)


def _stamp(rng: np.random.Generator, radius: float, narrow: float, *, dark: int = 205) -> Bytes:
    """One nucleus: an ellipse with a rim, chromatin in clumps and perhaps a nucleolus."""
    y, x = np.mgrid[0:_STAMP, 0:_STAMP] - (_STAMP - 1) / 2
    turn = rng.uniform(0, np.pi)
    a, b = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    away = radius * (1 - np.hypot(a / radius, b / (radius * narrow))) * narrow**0.5
    inside = np.clip(away + 0.5, 0, 1)
    clumps = smooth_noise(rng, (_STAMP, _STAMP), (3, 3)) * 22
    rim = 35 * np.exp(-((away - 1) ** 2))
    spot = 60 * np.exp(-((x - rng.uniform(-2, 2)) ** 2 + (y - rng.uniform(-2, 2)) ** 2) / 2.5) * (narrow > 0.6)
    return np.clip(inside * (dark - 45 + clumps + rim + spot), 0, 255).astype(np.uint8)


def _colours() -> npt.NDArray[np.uint32]:
    """RGB, four bytes each, of each amount of eosin (256) and haematoxylin (64): what they leave of white light."""
    e = np.arange(256, dtype=np.float32)[:, None, None] / 255
    h = np.arange(64, dtype=np.float32)[None, :, None] / 63
    absorbed = e * np.array([0.13, 0.95, 0.48], np.float32) + h * np.array([1.15, 1.2, 0.5], np.float32)
    glass = np.array([244, 243, 246], np.float32)
    rgb = np.rint(glass * np.exp(-absorbed)).astype(np.uint8).reshape(-1, 3)
    return np.pad(rgb, ((0, 0), (0, 1))).view(np.uint32).ravel()
