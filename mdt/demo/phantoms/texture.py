"""Textures: noise of a given grain, and smoothing."""

from collections.abc import Sequence

import numpy as np

from mdt.demo.phantoms.canvas import Array


def smooth_noise(rng: np.random.Generator, shape: Sequence[int], grain: Sequence[float]) -> Array:
    """Noise of mean 0 and deviation 1 whose blobs are about `grain` samples across, by interpolating a coarse grid."""
    coarse = [max(4, int(np.ceil(n / g)) + 3) for n, g in zip(shape, grain, strict=True)]
    field = rng.standard_normal(coarse).astype(np.float32)
    for axis, (n, g) in enumerate(zip(shape, grain, strict=True)):
        at = np.arange(n) / g + 1
        k = np.minimum(at.astype(int), coarse[axis] - 2)
        t = (at - k).astype(np.float32)
        t = (t * t * (3 - 2 * t)).reshape([-1 if a == axis else 1 for a in range(len(coarse))])
        field = np.take(field, k, axis) * (1 - t) + np.take(field, k + 1, axis) * t
    return (field / (field.std() or 1)).astype(np.float32)


def blur(values: Array, sigma: Sequence[float]) -> Array:
    """Gaussian smoothing, `sigma` in samples for each axis. A wide one is three running means, as good and quicker."""
    out = values
    for axis, s in enumerate(sigma):
        if s > 6:
            for _ in range(3):
                out = _running_mean(out, axis, max(1, round((np.sqrt(4 * s * s + 1) - 1) / 2)))
        elif s > 0:
            reach = int(np.ceil(3 * s))
            weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / s) ** 2).astype(np.float32)
            out = _weighted(out, axis, weights / weights.sum())
    return out


def _weighted(values: Array, axis: int, weights: Array) -> Array:
    reach = len(weights) // 2
    padded = _padded(values, axis, reach)
    total = np.zeros_like(values)
    for k, weight in enumerate(weights):
        total += weight * padded[_along(values.ndim, axis, slice(k, k + values.shape[axis]))]
    return total


def _running_mean(values: Array, axis: int, reach: int) -> Array:
    width = 2 * reach + 1
    sums = np.cumsum(_padded(values, axis, reach + 1).astype(np.float64), axis)
    n = values.shape[axis]
    high, low = sums[_along(values.ndim, axis, slice(width, width + n))], sums[_along(values.ndim, axis, slice(0, n))]
    return ((high - low) / width).astype(np.float32)


def _padded(values: Array, axis: int, reach: int) -> Array:
    return np.pad(values, [(reach, reach) if a == axis else (0, 0) for a in range(values.ndim)], mode="edge")


def _along(dimensions: int, axis: int, part: slice) -> tuple[slice, ...]:
    return tuple(part if a == axis else slice(None) for a in range(dimensions))
