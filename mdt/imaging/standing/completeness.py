"""Is a series whole? Its count against what its holders say they have, and its slices against their own spacing.

A count that agrees proves little: a holder that lost slices itself counts what is left. So an interior gap in evenly
spaced slices makes a series incomplete whatever the count.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import median

Vector = tuple[float, float, float]

FEWEST_SLICES = 4  # below that nobody can say what the spacing is
EVEN_ENOUGH = 0.6  # the share of steps that must equal the spacing before a longer one is a gap
SAME_PLACE = 0.01  # mm, slices closer than this are the same place twice (echoes, phases, a slice sent again)
SAME_DIRECTION = 0.999  # cosine; localisers hold several stacks in one series


@dataclass(frozen=True)
class Slice:
    """One single-frame image: InstanceNumber, ImagePositionPatient and ImageOrientationPatient (mm, patient)."""

    number: int | None
    position: Vector
    orientation: tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Unreadable:
    """An object that was sent and cannot be seen: its name (SOP Instance UID or file), and why, in words."""

    name: str
    why: str


@dataclass(frozen=True)
class Wholeness:
    """How much of a series is here: what was expected (None: nobody says) and received, and in sentences what is wrong.

    `gaps` are slices missing between others; `duplicates` images that are here more than once; `unreadable` what was
    refused or cannot be shown. Only what is missing makes a series incomplete.
    """

    expected: int | None
    received: int
    gaps: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def complete(self) -> bool:
        return self.received > 0 and self.received >= (self.expected or 0) and not self.gaps

    @property
    def lacking(self) -> int:
        """How many are known to be missing by count; gaps may mean more."""
        return max(0, (self.expected or 1) - self.received)

    @property
    def missing(self) -> tuple[str, ...]:
        """In words, what makes it incomplete."""
        count = (f"{self.received} of {self.expected or 'an unknown number'} received",) if self.lacking else ()
        return (*count, *self.gaps)

    @property
    def oddities(self) -> tuple[str, ...]:
        """In words, what a reader should know though nothing is missing."""
        cannot = len(self.unreadable)
        shown = f"{cannot} object{'' if cannot == 1 else 's'} cannot be shown"
        return (*self.duplicates, *((shown,) if cannot else ()))


def wholeness(
    expected: int | None,
    received: int,
    slices: Iterable[Slice],
    unplaced: Collection[int] = (),
    duplicates: Iterable[str] = (),
) -> Wholeness:
    """Judge one series. `expected` is the largest count any holder gives; `unplaced` as in `gaps`."""
    return Wholeness(expected, received, tuple(gaps(slices, unplaced)), tuple(duplicates))


def gaps(slices: Iterable[Slice], unplaced: Collection[int] = ()) -> list[str]:
    """A sentence for each place where slices are missing from an evenly spaced stack, in order of instance number.

    `unplaced` are the numbers of instances that are here but do not say where they lie.
    """
    found: list[tuple[int, str]] = []
    for normal, stack in _stacks(slices):
        found += _gaps_of_stack(normal, stack, frozenset(unplaced))
    return [sentence for _, sentence in sorted(found, key=lambda one: one[0])]


def _stacks(slices: Iterable[Slice]) -> list[tuple[Vector, list[Slice]]]:
    """Slices that look the same way, together, with the way they look."""
    stacks: list[tuple[Vector, Vector, list[Slice]]] = []
    for one in slices:
        row, normal = one.orientation[:3], _normal(one.orientation)
        if normal is None:
            continue
        for other_normal, other_row, stack in stacks:
            if _dot(normal, other_normal) > SAME_DIRECTION and _dot(row, other_row) > SAME_DIRECTION:
                stack.append(one)
                break
        else:
            stacks.append((normal, row, [one]))
    return [(normal, stack) for normal, _, stack in stacks]


def _gaps_of_stack(normal: Vector, stack: Sequence[Slice], unplaced: frozenset[int]) -> list[tuple[int, str]]:
    places = _places(normal, stack)
    if len(places) < FEWEST_SLICES:
        return []
    steps = [after[0] - before[0] for before, after in pairwise(places)]
    spacing = median(steps)
    if sum(abs(step - spacing) <= 0.1 * spacing for step in steps) < EVEN_ENOUGH * len(steps):
        return []
    found = []
    for (_, before), (_, after), step in zip(places, places[1:], steps, strict=False):
        times = step / spacing
        missing = round(times) - 1
        # A step that is no multiple of the spacing is where one stack ends and another begins.
        if missing < 1 or abs(times - round(times)) > max(0.2, 0.02 * times):
            continue
        first, last = sorted((before.number or 0, after.number or 0))
        if unplaced and unplaced >= set(range(first + 1, last)):
            continue
        if (sentence := _sentence(before.number, after.number, missing)) is not None:
            found.append((first, sentence))
    return found


def _places(normal: Vector, stack: Sequence[Slice]) -> list[tuple[float, Slice]]:
    """One slice for each place along the normal, in order."""
    ordered = sorted(((_dot(normal, one.position), one) for one in stack), key=lambda pair: pair[0])
    places = ordered[:1]
    for place, one in ordered[1:]:
        if place - places[-1][0] > SAME_PLACE:
            places.append((place, one))
    return places


def _sentence(before: int | None, after: int | None, missing: int) -> str | None:
    """None where the instance numbers on both sides follow each other: nothing was lost, nothing was taken there."""
    slices = "1 slice is" if missing == 1 else f"{missing} slices are"
    if before is None or after is None:
        return f"{slices} missing from the middle"
    first, last = sorted((before, after))
    if last - first == 1:
        return None
    if last - first - 1 != missing:
        return f"{slices} missing between instances {first} and {last}"
    if missing == 1:
        return f"instance {first + 1} is missing"
    return f"instances {first + 1} {'and' if missing == 2 else 'to'} {last - 1} are missing"


def _normal(orientation: Sequence[float]) -> Vector | None:
    (a, b, c), (d, e, f) = orientation[:3], orientation[3:]
    x, y, z = b * f - c * e, c * d - a * f, a * e - b * d
    length = sqrt(x * x + y * y + z * z)
    return (x / length, y / length, z / length) if length > 1e-6 else None


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
