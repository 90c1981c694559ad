"""A chest radiograph as the sum of rays through the painted chest, processed as a digital detector would show it."""

from dataclasses import replace

import numpy as np

from mdt.demo.phantoms import chest as thorax
from mdt.demo.phantoms.canvas import Array, blank
from mdt.demo.phantoms.person import Chest
from mdt.demo.phantoms.texture import blur

PIXEL = 0.35  # mm in the patient
SIZE = (1068, 1116)  # columns, rows


def frontal(chest: Chest, seed: int, fine: int = 2) -> Array:
    """An erect PA film: attenuation by row (from the head down) and column (from the patient's right), 0 to 4095.

    The volume is sampled every `fine` detector pixels, which is near what the eye makes out.
    """
    columns, rows = SIZE[0] // fine, SIZE[1] // fine
    step = PIXEL * fine
    volume = blank((columns, 110, rows), (step, 2.4, step), (-step * (columns - 1) / 2, -138, -186), thorax.AIR)
    thorax.paint(volume, replace(chest, contrast=0.0, arms_down=True, table=False, shift=(0.0, 0.0, 0.0)))
    density = np.clip(volume.values + 1000, 0, None) / 1000
    density += 0.35 * np.clip(volume.values - 130, 0, None) / 1000  # bone takes more of a soft beam than of a CT's
    film = (density.sum(axis=1) * 2.4)[::-1]  # mm of water, head first
    film = blur(film.repeat(fine, 0).repeat(fine, 1), (0.45 * fine, 0.45 * fine))
    film = np.log1p(film / 45.0)  # the detector's curve
    coarse = blur(film, (30, 30))
    film = coarse * 0.80 + (film - coarse) * 1.45  # multi-frequency processing evens out lung and mediastinum
    rng = np.random.default_rng(seed)
    noise = blur(rng.standard_normal(film.shape, dtype=np.float32), (0.6, 0.6))
    film += 0.012 * noise
    low, high = np.percentile(film[SIZE[1] // 3 : SIZE[1] - 120], (10, 99.6))
    return np.clip((film - low) / (high - low) * 3900 + 60, 0, 4095).astype(np.float32)
