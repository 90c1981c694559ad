"""What a slide's index says to a browser (`docs/wire.md` section 1): levels, scale, specimen, what is left out."""

from collections.abc import Sequence
from typing import Any

from mdt.imaging.slides.pyramid import Level, Pyramid
from mdt.imaging.slides.survey import Surveyed

_AT_ONE = 0.01  # mm a pixel at a magnification of one: a scan with an objective of 40 has 0.25 micrometres


def about_slide(objects: Sequence[Surveyed], found: Pyramid, levels: Sequence[Level]) -> dict[str, Any]:
    """`spacing` is between rows and between columns, in mm; each level's follows from the finest one's."""
    base = objects[found.levels[0].parts[0]]
    first = 0
    said = []
    for level in levels:
        said.append(_level(level, objects, base, first))
        first += level.grid[0] * level.grid[1]
    tissue = [objects[k] for level in found.levels for k in level.parts]
    return {
        "sop": base.sop,
        "width": base.width,
        "height": base.height,
        "spacing": base.spacing,
        "origin": base.origin,
        "orientation": base.orientation,
        "objective": _objective(base),
        "levels": said,
        "container": base.container,
        "specimens": base.specimens,
        "optical_paths": base.optical_paths,
        "lossy": any(one.lossy for one in tissue),
        "lossy_ratio": base.lossy_ratio,
        "left_out": found.left_out,
    }


def _level(level: Level, objects: Sequence[Surveyed], base: Surveyed, first: int) -> dict[str, Any]:
    spacing = base.spacing and [
        base.spacing[0] * base.height / level.height,
        base.spacing[1] * base.width / level.width,
    ]
    return {
        "width": level.width,
        "height": level.height,
        "tile": level.tile,
        "grid": level.grid,
        "spacing": spacing,
        "first": first,
        "made": level.made,
        "sop": objects[level.parts[0]].sop if level.parts else None,
    }


def _objective(base: Surveyed) -> float | None:
    """The magnification the scan supports: by its pixels, or by what the scanner says where those have no size."""
    if base.spacing:
        return float(f"{_AT_ONE / base.spacing[1]:.3g}")
    return next((path["objective"] for path in base.optical_paths if path["objective"]), None)
