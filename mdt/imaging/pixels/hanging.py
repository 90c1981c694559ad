"""In which order the objects of a series are looked at. Pure; positions and orientations in patient millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_SAME_PLACE = 0.01  # mm
_SAME_DIRECTION = 0.001  # of each component of the orientation


@dataclass(frozen=True)
class Hung:
    """One object: what it is called, and where it lies when it is a single frame that says so."""

    sop_uid: str
    number: int | None
    position: tuple[float, ...] | None = None
    orientation: tuple[float, ...] | None = None


def hung(sop_uid: str, number: int | None, header: dict[str, Any]) -> Hung:
    """From an instance and its header."""
    frames = header.get("frames") or []
    place = frames[0] if len(frames) == 1 else {}
    position, orientation = place.get("position"), place.get("orientation")
    return Hung(sop_uid, number, position and tuple(position), orientation and tuple(orientation))


def in_order(objects: Sequence[Hung]) -> list[Hung]:
    """A stack of parallel slices by position, running the way its instance numbers run; anything else by number."""
    by_number = sorted(objects, key=_by_number)
    places = _places(by_number)
    if places is None:
        return by_number
    order = sorted(range(len(by_number)), key=lambda k: places[k])
    if all(one.number is not None for one in objects) and _runs_backwards(order):
        order.reverse()
    return [by_number[k] for k in order]


def _by_number(one: Hung) -> tuple[bool, int, str]:
    return (one.number is None, one.number or 0, one.sop_uid)


def _places(objects: Sequence[Hung]) -> list[float] | None:
    """How far along the common normal each lies; None unless all say so, look the same way, and differ in place."""
    if len(objects) < 2 or objects[0].orientation is None:
        return None
    first = objects[0].orientation
    a, b, c, d, e, f = first
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    places = []
    for one in objects:
        if one.position is None or one.orientation is None:
            return None
        if any(abs(x - y) > _SAME_DIRECTION for x, y in zip(first, one.orientation, strict=True)):
            return None
        places.append(sum(p * n for p, n in zip(one.position, normal, strict=True)))
    ordered = sorted(places)
    distinct = all(after - before > _SAME_PLACE for before, after in pairwise(ordered))
    return places if distinct else None


def _runs_backwards(order: list[int]) -> bool:
    """Whether the order by place mostly goes against the order by number it started from."""
    middle = (len(order) - 1) / 2
    return sum((place - middle) * k for place, k in enumerate(order)) < 0
