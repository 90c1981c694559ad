"""A breast for the mammogram (craniocaudal and mediolateral oblique) and for the ultrasound probe."""

from dataclasses import dataclass

import numpy as np

from mdt.demo.phantoms.canvas import Array
from mdt.demo.phantoms.texture import blur, smooth_noise

MG_PIXEL = 0.1  # mm
MG_SIZE = (1280, 1920)  # columns, rows
# Down the film (from the armpit to the fold below, or from the outer to the inner side): heights in mm, and how far the
# skin lies from the chest wall there.
OUTLINE = {
    "MLO": ((0, 22, 48, 76, 100, 122, 146, 164, 176, 192), (27, 32, 50, 75, 87, 86, 70, 44, 18, 11)),
    "CC": ((0, 14, 26, 44, 68, 96, 124, 148, 166, 178, 192), (0, 8, 34, 60, 78, 84, 77, 58, 32, 8, 0)),
}
NIPPLE = {"MLO": 110, "CC": 97}


@dataclass(frozen=True)
class Mass:
    """A spiculated mass with a cluster of calcifications; `at` is from the chest wall and from the top, in mm."""

    at: tuple[float, float]
    diameter: float
    specks: int = 18


def mammogram(seed: int, laterality: str, mass: Mass | None, view: str = "MLO") -> Array:
    """Attenuation 0 to 4095. Chest wall at the left edge for a left breast, at the right edge for a right one.

    `view` is MLO or CC; a craniocaudal film has no muscle on it.
    """
    rng = np.random.default_rng(seed)
    columns, rows = MG_SIZE
    x = (np.arange(columns, dtype=np.float32) * MG_PIXEL)[None, :]  # mm from the chest wall
    y = (np.arange(rows, dtype=np.float32) * MG_PIXEL)[:, None]
    bulge = np.interp(y, *OUTLINE[view]).astype(np.float32)
    bulge = blur(bulge, (45, 0))
    nipple = 6.5 * np.exp(-(((y - NIPPLE[view]) / 4.2) ** 2))
    depth = bulge + nipple - x  # mm inside the skin line
    thick = 52 * np.sqrt(np.clip(depth / 26, 0, 1)) * np.clip(1.2 - x / 300, 0, 1)  # compressed in the middle
    texture = _parenchyma(rng, rows, columns)
    place = np.exp(-(((x - 50) / 26) ** 2) - ((y - 102) / 40) ** 2)
    dense = 1 / (1 + np.exp(-1.9 * (0.75 * texture + 2.6 * place - 1.5)))
    film = thick * (0.50 + 0.17 * dense + 0.020 * texture)
    film += np.clip(1 - np.abs(depth - 1.0) / 1.2, 0, 1) * 2.6  # skin
    film += _ligaments(rng, rows, columns) * np.clip(depth / 10, 0, 1) * 1.2
    if view == "MLO":
        muscle = 54 * (1 - (np.maximum(y, 0) / 122) ** 1.15) - x
        film += np.clip(muscle / 2.5, 0, 1) * (6.5 + 0.6 * smooth_noise(rng, (rows, columns), (90, 25)))
    if mass is not None:
        film += _mass(rng, x, y, mass)
    film = blur(np.where(depth > 0, film, 0).astype(np.float32), (0.8, 0.8))
    film += 0.16 * blur(rng.standard_normal(film.shape, dtype=np.float32), (0.5, 0.5))
    out = np.clip(film / 46 * 3500 + 120, 0, 4095)
    return (out if laterality == "L" else out[:, ::-1]).astype(np.float32)


def _parenchyma(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Breast tissue looks alike at every scale: noise whose amplitude falls with frequency to the power 1.55."""
    size = 2048
    field = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :]
    field *= 1 / (np.hypot(fy, fx) + 2 / size) ** 1.55
    noise = np.fft.irfft2(field)[:rows, :columns]
    return ((noise - noise.mean()) / noise.std()).astype(np.float32)


def _ligaments(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Fine curved strands: the zero lines of slow noise."""
    total = np.zeros((rows, columns), np.float32)
    for grain in (150, 90):
        field = smooth_noise(rng, (rows, columns), (grain, grain * 1.7))
        slope = np.hypot(*np.gradient(field)) + 1e-3
        total += np.exp(-((field / slope / 3.2) ** 2)) * (0.5 + 0.5 * smooth_noise(rng, (rows, columns), (200, 200)))
    return total


def _mass(rng: np.random.Generator, x: Array, y: Array, mass: Mass) -> Array:
    dx, dy = x - mass.at[0], y - mass.at[1]
    r, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    edge = (
        mass.diameter
        / 2
        * (1 + sum(rng.uniform(0.02, 0.07) * np.sin(n * angle + rng.uniform(0, 6)) for n in (3, 5, 8)))
    )
    film = 9.5 / (1 + np.exp(np.clip((r - edge) / 0.7, -30, 30)))
    for _ in range(30):
        at, long, wide = rng.uniform(-np.pi, np.pi), mass.diameter * rng.uniform(0.6, 1.5), rng.uniform(0.18, 0.4)
        off = angle - at - rng.uniform(-0.015, 0.015) * r
        off = np.abs((off + np.pi) % (2 * np.pi) - np.pi) * r
        film += 2.0 * np.exp(-((off / wide) ** 2)) * np.clip(1 - r / long, 0, 1) * (r > edge * 0.8)
    for _ in range(mass.specks):
        px, py = mass.at + rng.normal(0, mass.diameter * 0.42, 2)
        a, b, turn = rng.uniform(0.14, 0.34), rng.uniform(0.12, 0.24), rng.uniform(0, 3)
        u = (x - px) * np.cos(turn) + (y - py) * np.sin(turn)
        v = (y - py) * np.cos(turn) - (x - px) * np.sin(turn)
        film += 9.0 * np.exp(-((u / a) ** 2) - (v / b) ** 2)
    return film.astype(np.float32)


US_SIZE = (640, 480)  # columns, rows
US_PIXEL = 0.1  # mm


def ultrasound(seed: int, frames: int, diameter: float) -> list[Array]:
    """A linear probe sweeping over an irregular, taller-than-wide, shadowing lump. Grey values 0 to 255."""
    rng = np.random.default_rng(seed)
    columns, rows = US_SIZE
    x = ((np.arange(columns) - columns / 2) * US_PIXEL).astype(np.float32)[None, :]
    y = (np.arange(rows) * US_PIXEL).astype(np.float32)[:, None]
    path = rows + 40
    speckle = _speckle(rng, rows, columns, frames)
    lobules = smooth_noise(rng, (path, columns + 4 * frames), (38, 85))
    strands = smooth_noise(rng, (path, columns + 4 * frames), (16, 120))
    out = []
    for n in range(frames):
        sweep = (n - frames / 2) / (frames / 2)
        at = 2 * n
        lob, strand = lobules[:rows, at : at + columns], strands[:rows, at : at + columns]
        echo = 0.42 + 0.16 * lob
        fascia = np.exp(-((strand / 0.16) ** 2))
        echo += 0.30 * fascia * (y > 4) * (y < 36)
        echo = np.where(y < 2.0, 0.72, echo)  # skin
        gland = np.exp(-(((y - 17) / 9) ** 2))
        echo += 0.17 * gland
        muscle = y - 33 - 0.8 * np.sin(x / 8)
        echo = np.where(muscle > 0, 0.34 + 0.2 * np.exp(-(((muscle % 3.1) / 0.45) ** 2)), echo)
        echo = np.where((muscle > 0) & (muscle < 0.7), 0.85, echo)
        r = diameter / 2 * np.sqrt(max(1 - 0.85 * sweep**2, 0.02))
        dx, dy = (x - 3 - 1.5 * sweep) / (r * 0.85), (y - 18) / (r * 1.15)
        angle = np.arctan2(dy, dx)
        f = np.hypot(dx, dy) / (1 + 0.10 * np.sin(5 * angle + 1) + 0.07 * np.sin(9 * angle + 2 + sweep))
        inside = 1 / (1 + np.exp(np.clip((f - 1) * 14, -30, 30)))
        halo = np.exp(-(((f - 1.12) / 0.13) ** 2))
        echo = echo * (1 - inside) + 0.13 * inside + 0.16 * halo
        shade = np.clip(1 - np.abs((x - 3 - 1.5 * sweep) / (r * 0.9)) ** 3, 0, 1) * np.clip((y - 18) / (r * 1.2), 0, 1)
        echo *= 1 - 0.62 * shade
        echo *= np.clip(1.08 - y / 95, 0.3, 1)
        image = np.clip(echo, 0, 1) ** 1.15 * (0.55 + 0.45 * speckle[n]) * 235
        out.append(np.clip(image, 0, 255).astype(np.float32))
    return out


def _speckle(rng: np.random.Generator, rows: int, columns: int, frames: int) -> list[Array]:
    """Fully developed speckle: the envelope of complex noise, wider across the beam than along it; it drifts."""
    wide = columns + 3 * frames
    parts = [blur(rng.standard_normal((rows, wide), dtype=np.float32), (0.9, 2.0)) for _ in range(4)]
    out = []
    for n in range(frames):
        turn = 0.16 * n
        real = parts[0] * np.cos(turn) + parts[2] * np.sin(turn)
        other = parts[1] * np.cos(turn) + parts[3] * np.sin(turn)
        envelope = np.hypot(real, other)[:, 2 * n : 2 * n + columns]
        out.append((envelope / envelope.mean()).astype(np.float32))
    return out
