"""Vessel trees: every point of a lung is reached by the shortest sensible way from the hilum."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mdt.demo.phantoms.canvas import Array, Point


class Piece(NamedTuple):
    """A straight piece of vessel from a to b with its radii there, in mm."""

    a: Array
    b: Array
    ra: float
    rb: float


@dataclass(frozen=True)
class Tree:
    """Nodes with their parent (the root has -1) and the number of tips each one feeds."""

    nodes: Array
    parents: list[int]
    tips: Array

    def pieces(self, tip_radius: float = 0.55, power: float = 0.37) -> Iterator[Piece]:
        """Every piece with its radii in mm; Murray's law: what a vessel feeds says how wide it is."""
        radius = tip_radius * self.tips**power
        for n, parent in enumerate(self.parents):
            if parent >= 0:
                wide = float(min(radius[parent], radius[n] * 1.25))
                yield Piece(self.nodes[parent], self.nodes[n], wide, float(radius[n]))


def grow(rng: np.random.Generator, root: Point, targets: Array, pull: float = 0.42, step: float = 9.0) -> Tree:
    """Attach each target, nearest to the root first, where distance plus a share of the way already gone is least."""
    capacity = 1 + len(targets) * 16
    nodes = np.zeros((capacity, 3), np.float32)
    gone = np.zeros(capacity, np.float32)
    nodes[0] = root
    parents, count = [-1], 1
    order = np.argsort(np.linalg.norm(targets - nodes[0], axis=1) * rng.uniform(0.8, 1.2, len(targets)))
    for target in targets[order]:
        distance = np.linalg.norm(nodes[:count] - target, axis=1)
        at = int(np.argmin(distance + pull * gone[:count]))
        pieces = min(15, max(1, round(float(distance[at]) / step)))
        start = nodes[at].copy()
        for n in range(1, pieces + 1):
            wobble = rng.standard_normal(3) * (0.9 if n < pieces else 0.0)
            nodes[count] = start + (target - start) * (n / pieces) + wobble
            gone[count] = gone[at] + np.linalg.norm(nodes[count] - nodes[at])
            parents.append(at)
            at, count = count, count + 1
    tips = np.zeros(count, np.float32)
    tips[np.setdiff1d(np.arange(count), parents)] = 1
    for n in range(count - 1, 0, -1):
        tips[parents[n]] += tips[n]
    return Tree(nodes[:count], parents, tips)
