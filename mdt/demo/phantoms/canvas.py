"""A volume in patient millimetres (LPS: x to the left, y to the back, z to the head) and brushes to paint it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Point = tuple[float, float, float]
Box = tuple[slice, slice, slice]


@dataclass
class Plane:
    """One axial plane to paint on: x as a row and y as a column, ready to broadcast; `edge` is how soft borders are."""

    x: Array
    y: Array
    z: float
    values: Array
    edge: float

    def lay(self, sd: Array, value: float | Array, *, edge: float | None = None, within: Array | None = None) -> None:
        """Cover with `value` where the signed distance `sd` (mm) is positive."""
        alpha = cover(sd, edge or self.edge)
        self.cover_with(alpha if within is None else alpha * within, value)

    def cover_with(self, alpha: Array, value: float | Array) -> None:
        """Cover with `value` as far as `alpha` (0 to 1) says."""
        self.values += alpha * (value - self.values)

    def ellipse(self, cx: float, cy: float, a: float, b: float, *, power: float = 2.0) -> Array:
        """Signed distance to a (super)ellipse."""
        return ellipse(self.x, self.y, (cx, cy), (a, b), power=power)

    def cut(self, rows: slice, columns: slice) -> "Plane":
        """A part of it; what is painted there is painted here."""
        return Plane(self.x[:, columns], self.y[rows], self.z, self.values[rows, columns], self.edge)


@dataclass
class Canvas:
    """`values[k, j, i]` lies at (x[i], y[j], z[k]); all axes are ascending and evenly spaced."""

    x: Array
    y: Array
    z: Array
    values: Array

    @property
    def spacing(self) -> Point:
        dx, dy, dz = (float(axis[1] - axis[0]) for axis in (self.x, self.y, self.z))
        return dx, dy, dz

    def plane(self, k: int, softness: float = 1.0) -> Plane:
        """The k-th axial plane; `softness` is the width of borders in pixels."""
        edge = self.spacing[0] * softness
        return Plane(self.x[None, :], self.y[:, None], float(self.z[k]), self.values[k], edge)

    def part(self, low: int, high: int) -> "Canvas":
        """The planes from `low` up to `high`; what is painted there is painted here."""
        return Canvas(self.x, self.y, self.z[low:high], self.values[low:high])

    def around(self, half_width: float, front: float, back: float) -> tuple[slice, slice]:
        """The rows and columns of a part of each plane."""
        left, right = np.searchsorted(self.x, (-half_width, half_width))
        top, bottom = np.searchsorted(self.y, (front, back))
        return slice(int(top), int(bottom)), slice(int(left), int(right))

    def box(self, low: Any, high: Any) -> Box | None:
        """The index ranges that cover a region; None when it lies outside."""
        ranges = []
        for axis, a, b in ((self.z, low[2], high[2]), (self.y, low[1], high[1]), (self.x, low[0], high[0])):
            start, stop = np.searchsorted(axis, (a, b))
            if start == stop:
                return None
            ranges.append(slice(int(start), int(stop)))
        return ranges[0], ranges[1], ranges[2]

    def blend(self, where: Box, alpha: Array, value: float) -> None:
        """Cover with `value` as far as `alpha` (0 to 1) says: half-covered voxels get the partial-volume value."""
        region = self.values[where]
        region += alpha * (value - region)

    def tube(self, a: Any, b: Any, ra: float, rb: float, value: float, *, within: Array | None = None) -> None:
        """A straight piece from `a` to `b` with radius going from `ra` to `rb`."""
        a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
        edge = self._edge
        reach = max(ra, rb) + edge
        where = self.box(np.minimum(a, b) - reach, np.maximum(a, b) + reach)
        if where is None:
            return
        along = b - a
        length2 = float(along @ along) or 1.0
        dx, dy, dz = self.x[where[2]] - a[0], self.y[where[1]] - a[1], self.z[where[0]] - a[2]
        dot = (dx * along[0])[None, None, :] + (dy * along[1])[None, :, None] + (dz * along[2])[:, None, None]
        t = np.clip(dot / length2, 0, 1)
        # |p - a - t(b - a)|^2 without building three more arrays
        distance2 = (dx * dx)[None, None, :] + (dy * dy)[None, :, None] + (dz * dz)[:, None, None]
        distance = np.sqrt(np.maximum(distance2 - 2 * t * dot + t * t * length2, 0))
        # A vessel thinner than a voxel fills only its share of it.
        thin = min(1.0, (2 * max(ra, rb) / edge) ** 2)
        alpha = cover(ra + (rb - ra) * t - distance, edge) * np.float32(thin)
        self.blend(where, alpha if within is None else alpha * within[where], value)

    def path(self, points: Sequence[Any], radii: Sequence[float] | float, value: float) -> None:
        """A bent tube through `points`."""
        r = [radii] * len(points) if isinstance(radii, int | float) else list(radii)
        for k in range(len(points) - 1):
            self.tube(points[k], points[k + 1], r[k], r[k + 1], value)

    def ellipsoid(self, centre: Any, radii: Point, value: float, *, within: Array | None = None) -> None:
        c, reach = np.asarray(centre, np.float32), np.asarray(radii, np.float32) + 3.0
        where = self.box(c - reach, c + reach)
        if where is None:
            return
        u = ((self.x[where[2]] - c[0]) / radii[0]) ** 2
        v = ((self.y[where[1]] - c[1]) / radii[1]) ** 2
        w = ((self.z[where[0]] - c[2]) / radii[2]) ** 2
        f = np.sqrt(u[None, None, :] + v[None, :, None] + w[:, None, None])
        alpha = cover((1 - f) * min(radii), self._edge).astype(np.float32)
        self.blend(where, alpha if within is None else alpha * within[where], value)

    @property
    def _edge(self) -> float:
        dx, dy, dz = self.spacing
        return max(dx, dy, 0.6 * dz)


def blank(size: tuple[int, int, int], spacing: Point, first: Point, value: float) -> Canvas:
    """`size` is (columns, rows, slices), `first` the centre of the first voxel."""
    x, y, z = ((first[k] + spacing[k] * np.arange(size[k])).astype(np.float32) for k in range(3))
    return Canvas(x, y, z, np.full((size[2], size[1], size[0]), value, np.float32))


def cover(sd: Array, edge: float = 1.0) -> Array:
    """Signed distance (mm, positive inside) to how much of a voxel is covered."""
    return np.clip(sd / edge + 0.5, 0, 1)


def ellipse(x: Array, y: Array, centre: tuple[Any, Any], radii: tuple[Any, Any], *, power: float = 2.0) -> Array:
    """Signed distance, roughly, to a (super)ellipse; positive inside."""
    u, v = np.abs(x - centre[0]) / radii[0], np.abs(y - centre[1]) / radii[1]
    f = np.sqrt(u * u + v * v) if power == 2.0 else (u**power + v**power) ** (1 / power)
    return ((1 - f) * np.minimum(*radii)).astype(np.float32)
