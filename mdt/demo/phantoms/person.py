"""Whose chest it is, and on which day."""

from dataclasses import dataclass

from mdt.demo.phantoms.canvas import Point


@dataclass(frozen=True)
class Nodule:
    """A lesion in the lung: `diameter` in mm, `spicules` how many strands leave it."""

    centre: Point
    diameter: float
    spicules: int = 26
    hu: float = 38.0


@dataclass(frozen=True)
class Chest:
    """One person's chest on one day. The same `seed` is the same person; `shift` is how they lay on the table."""

    seed: int
    female: bool = True
    size: float = 1.0
    contrast: float = 1.0  # 1 is a well-timed contrast study, 0 none
    emphysema: float = 0.5
    nodules: tuple[Nodule, ...] = ()
    nodes: tuple[tuple[Point, float], ...] = ()  # enlarged lymph nodes: centre, short axis in mm
    effusion: float = 0.0  # depth of a left pleural effusion in mm
    shift: Point = (0.0, 0.0, 0.0)
    arms_down: bool = False
    table: bool = True

    def enhanced(self, plain: float, rise: float) -> float:
        return plain + rise * self.contrast
