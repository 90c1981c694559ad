"""A slide put together from its objects: the levels of one pyramid, the label and overview beside it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from mdt.imaging.slides.kinds import BESIDE, TISSUE
from mdt.imaging.slides.survey import Surveyed

_SHAPE = 0.01  # by how much a level's shape, or what its scale makes of it, may differ from the finest one's
_STEP = 4.4  # levels further apart than this would need too many tiles between them
_SMALL = 1024  # pixels of the coarsest level's longer side: a screenful
MADE_TILE = 512


@dataclass(frozen=True)
class Level:
    """One resolution. `parts` are the objects that hold its tiles, by their place in what was given; none when made."""

    width: int
    height: int
    tile: tuple[int, int]
    parts: tuple[int, ...] = ()

    @property
    def grid(self) -> tuple[int, int]:
        return math.ceil(self.width / self.tile[0]), math.ceil(self.height / self.tile[1])

    @property
    def made(self) -> bool:
        return not self.parts

    def halved(self) -> "Level":
        return Level(math.ceil(self.width / 2), math.ceil(self.height / 2), (MADE_TILE, MADE_TILE))


@dataclass(frozen=True)
class Pyramid:
    """Levels from the finest to the coarsest; label and overview by their object; what is not shown, in sentences."""

    levels: tuple[Level, ...]
    label: int | None = None
    overview: int | None = None
    left_out: list[str] = field(default_factory=list)


def pyramid(objects: Sequence[Surveyed]) -> Pyramid | None:
    """The slide in these objects; None when there is no tissue among them."""
    left_out: list[str] = []
    tissue = [k for k, one in enumerate(objects) if one.kind in TISSUE]
    if not tissue:
        return None
    finest = max(tissue, key=lambda k: (objects[k].width, -objects[k].number))
    mine = [k for k in tissue if objects[k].pyramid == objects[finest].pyramid]
    if len(mine) < len(tissue):
        left_out.append(f"{len(tissue) - len(mine)} of its images belong to another pyramid and are not shown.")
    levels: list[Level] = []
    for parts in _resolutions(objects, mine, left_out):
        one, base = objects[parts[0]], objects[finest]
        if finest not in parts and (why := _why_not(one, base)):
            left_out.append(f"The level of {one.width} × {one.height} pixels is left out: {why}.")
            continue
        levels.append(Level(one.width, one.height, one.tile, tuple(parts)))
    for k in mine:
        left_out += [sentence for sentence in objects[k].remarks if sentence not in left_out]
    beside = {kind: _first(objects, kind) for kind in BESIDE}
    return Pyramid(tuple(levels), beside["LABEL"], beside["OVERVIEW"], left_out)


def with_coarser(levels: Sequence[Level]) -> list[Level]:
    """The same with levels to be made wherever the next one is too far, down to one that fits a screen."""
    found: list[Level] = []
    for level, after in zip(levels, [*levels[1:], None], strict=True):
        found.append(level)
        while _too_far(found[-1], after):
            found.append(found[-1].halved())
    return found


def _too_far(level: Level, after: Level | None) -> bool:
    if after is None:
        return max(level.width, level.height) > _SMALL
    return level.width > after.width * _STEP


def _resolutions(objects: Sequence[Surveyed], mine: list[int], left_out: list[str]) -> list[list[int]]:
    """The objects of each resolution, the finest first: one, or the parts of one concatenation in their order."""
    sizes: dict[tuple[int, int], list[int]] = {}
    for k in sorted(mine, key=lambda k: (-objects[k].width, objects[k].kind != "VOLUME", objects[k].number)):
        sizes.setdefault((objects[k].width, objects[k].height), []).append(k)
    found = []
    for (width, height), same in sizes.items():
        first = objects[same[0]]
        parts = [k for k in same if first.concatenation and objects[k].concatenation == first.concatenation]
        parts = sorted(parts, key=lambda k: objects[k].first) or same[:1]
        if len(parts) < len(same):
            left_out.append(
                f"{len(same) - len(parts)} more of {width} × {height} pixels (other focal planes or optical paths) "
                "are not shown."
            )
        if first.concatenation:
            _check_parts(objects, parts, left_out)
        found.append([k for k in parts if objects[k].tile == first.tile])
    return found


def _check_parts(objects: Sequence[Surveyed], parts: list[int], left_out: list[str]) -> None:
    """What of a concatenation (PS3.3 C.7.6.16.2.2.4) is not here."""
    one = objects[parts[0]]
    columns, rows = one.grid
    there = sum(objects[k].frames for k in parts)
    if there < columns * rows:
        left_out.append(
            f"The level of {one.width} × {one.height} pixels is sent in parts, of which "
            f"{columns * rows - there} of {columns * rows} tiles are missing."
        )


def _why_not(one: Surveyed, base: Surveyed) -> str | None:
    """Why an image is no level of the pyramid whose finest is `base`; a label among the tissue would be one such."""
    if one.has_label and not base.has_label:
        return "it shows the slide's label"
    expected = base.height * one.width / base.width
    if abs(one.height - expected) > max(2.0, _SHAPE * one.height):
        return "it has another shape than the finest one"
    if one.spacing and base.spacing and abs(one.spacing[1] * one.width / (base.spacing[1] * base.width) - 1) > 0.05:
        return "its scale says that it shows another part of the slide"
    return None


def _first(objects: Sequence[Surveyed], kind: str) -> int | None:
    found = [k for k, one in enumerate(objects) if one.kind == kind and one.frames == 1]
    return min(found, key=lambda k: objects[k].number, default=None)
