"""A volume in patient millimetres (LPS: x to the left, y to the back, z to the head) and brushes to paint it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Point = tuple[float, float, float]


@dataclass
class Canvas:
    """`values[k, j, i]` lies at (x[i], y[j], z[k]); all axes are ascending and evenly spaced."""

    x: Array
    y: Array
    z: Array
    values: Array

    @property
    def spacing(self) -> Point:
        return tuple(float(a[1] - a[0]) for a in (self.x, self.y, self.z))  # type: ignore[return-value]

    def plane(self) -> tuple[Array, Array]:
        """The in-plane coordinates of one slice: x as a row, y as a column, ready to broadcast."""
        return self.x[None, :], self.y[:, None]

    def box(self, low: Sequence[float], high: Sequence[float]) -> tuple[slice, slice, slice] | None:
        """The index ranges that cover a region; None when it lies outside."""
        ranges = []
        for axis, a, b in ((self.z, low[2], high[2]), (self.y, low[1], high[1]), (self.x, low[0], high[0])):
            start, stop = np.searchsorted(axis, (a, b))
            if start == stop:
                return None
            ranges.append(slice(int(start), int(stop)))
        return ranges[0], ranges[1], ranges[2]

    def blend(self, where: tuple[slice, slice, slice], alpha: Array, value: float | Array) -> None:
        """Cover with `value` as far as `alpha` (0 to 1) says: half-covered voxels get the partial-volume value."""
        region = self.values[where]
        region += alpha * (value - region)

    def tube(self, a: Any, b: Any, ra: float, rb: float, value: float, within: Array | None = None) -> None:
        """A straight piece from `a` to `b` with radius going from `ra` to `rb`."""
        a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
        edge = self._edge(min(ra, rb))
        reach = max(ra, rb) + edge
        where = self.box(np.minimum(a, b) - reach, np.maximum(a, b) + reach)
        if where is None:
            return
        along = b - a
        length2 = float(along @ along) or 1.0
        dx, dy, dz = self.x[where[2]] - a[0], self.y[where[1]] - a[1], self.z[where[0]] - a[2]
        t = (dx * along[0])[None, None, :] + (dy * along[1])[None, :, None] + (dz * along[2])[:, None, None]
        t = np.clip(t / length2, 0, 1)
        distance2 = (dx * dx)[None, None, :] + (dy * dy)[None, :, None] + (dz * dz)[:, None, None]
        # |p - a - t(b - a)|^2 with t clipped, without building three more arrays
        dot = (dx * along[0])[None, None, :] + (dy * along[1])[None, :, None] + (dz * along[2])[:, None, None]
        distance = np.sqrt(np.maximum(distance2 - 2 * t * dot + t * t * length2, 0))
        alpha = np.clip((ra + (rb - ra) * t - distance) / edge + 0.5, 0, 1)
        # A vessel thinner than a voxel fills only its share of it.
        thin = min(1.0, (2 * max(ra, rb) / edge) ** 2)
        if within is not None:
            alpha = alpha * within[where]
        self.blend(where, (alpha * thin).astype(np.float32), value)

    def path(self, points: Sequence[Any], radii: Sequence[float] | float, value: float) -> None:
        """A bent tube through `points`."""
        r = [radii] * len(points) if isinstance(radii, int | float) else list(radii)
        for k in range(len(points) - 1):
            self.tube(points[k], points[k + 1], r[k], r[k + 1], value)

    def ellipsoid(
        self,
        centre: Point,
        radii: Point,
        value: float,
        *,
        turn: NDArray[Any] | None = None,
        within: Array | None = None,
    ) -> None:
        """An ellipsoid; `turn` rotates patient axes into its own."""
        reach = max(radii) + 3.0
        c = np.asarray(centre, np.float32)
        where = self.box(c - reach, c + reach)
        if where is None:
            return
        d = np.meshgrid(
            self.z[where[0]] - c[2], self.y[where[1]] - c[1], self.x[where[2]] - c[0], indexing="ij", sparse=True
        )[::-1]
        own = d if turn is None else [sum(turn[k, n] * d[n] for n in range(3)) for k in range(3)]
        f = np.sqrt(sum((own[k] / radii[k]) ** 2 for k in range(3)))
        alpha = np.clip((1 - f) * min(radii) / self._edge(min(radii)) + 0.5, 0, 1).astype(np.float32)
        self.blend(where, alpha if within is None else alpha * within[where], value)

    def _edge(self, _radius: float) -> float:
        return max(self.spacing[0], self.spacing[1], 0.6 * self.spacing[2])


def blank(size: tuple[int, int, int], spacing: Point, first: Point, value: float) -> Canvas:
    """`size` is (columns, rows, slices), `first` the centre of the first voxel."""
    axes = [(first[k] + spacing[k] * np.arange(size[k])).astype(np.float32) for k in range(3)]
    return Canvas(*axes, np.full((size[2], size[1], size[0]), value, np.float32))


def cover(sd: Array, edge: float = 1.0) -> Array:
    """Signed distance (mm, positive inside) to how much of a voxel is covered."""
    return np.clip(sd / edge + 0.5, 0, 1)


def ellipse(x: Array, y: Array, cx: Any, cy: Any, a: Any, b: Any, power: float = 2.0) -> Array:
    """Signed distance, roughly, to a (super)ellipse; positive inside."""
    u, v = np.abs(x - cx) / a, np.abs(y - cy) / b
    f = np.sqrt(u * u + v * v) if power == 2.0 else (u**power + v**power) ** (1 / power)
    return ((1 - f) * np.minimum(a, b)).astype(np.float32)


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
