"""The order a chair would put an agenda into, and for each place the reason, in words. Pure rules.

First whoever needs somebody that leaves early, then whoever breaches soon or has, then the rest by what they have in
common (the specialties they need, else their kind), the most pressing of each first and of those the
most ready; what triage says is not ready comes last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

SOON = 14  # days to the breach date within which a case goes before its like
NEVER = 10_000


@dataclass(frozen=True)
class Facts:
    """What the order goes by. `left`: days to the breach date, None where no clock runs; `leaver`: who, and what.

    `missing` is what makes it not ready by triage; `lacks` what else is not ready, in words.
    """

    case: str
    left: int | None = None
    clock: str = ""
    leaves: time | None = None
    leaver: str = ""
    ready: bool = True
    missing: str = ""
    lacks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    kind: str = ""
    kind_said: str = ""

    @property
    def days(self) -> int:
        return NEVER if self.left is None else self.left

    @property
    def group(self) -> tuple[str, ...]:
        """What makes it like others."""
        return tuple(sorted(one.casefold() for one in self.needs)) or ((self.kind,) if self.kind else ())


@dataclass(frozen=True)
class Place:
    """A case and why it stands where it does."""

    case: str
    why: tuple[str, ...] = field(default_factory=tuple)


def suggested(cases: Sequence[Facts]) -> list[Place]:
    """The order for `cases`, which are given in the order they have: what is alike in all keeps it."""
    leaving = sorted((one for one in cases if one.ready and one.leaves), key=lambda one: (one.leaves, one.days))
    rest = [one for one in cases if one.ready and not one.leaves]
    soon = sorted((one for one in rest if one.days <= SOON), key=lambda one: one.days)
    later = [one for one in rest if one.days > SOON]
    groups: dict[tuple[str, ...], list[Facts]] = {}
    for number, one in enumerate(later):
        groups.setdefault(one.group or (f"only {number}",), []).append(one)
    together = sorted((sorted(group, key=_press) for group in groups.values()), key=lambda group: _press(group[0]))
    unready = sorted((one for one in cases if not one.ready), key=lambda one: one.days)
    ordered = [*leaving, *soon, *(one for group in together for one in group), *unready]
    alike = {one.case: len(group) - 1 for group in groups.values() for one in group}
    return [Place(one.case, _why(one, alike.get(one.case, 0))) for one in ordered]


def _press(one: Facts) -> tuple[int, int]:
    return (one.days, len(one.lacks))


def _why(one: Facts, alike: int) -> tuple[str, ...]:
    if not one.ready:
        return (f"last, because it is not ready: {one.missing}",)
    said = [f"early, because {one.leaver} leaves at {one.leaves:%H:%M}"] if one.leaves else []
    if one.left is not None:
        said.append(one.clock)
    if alike and not one.leaves:
        common = f"also for {' and '.join(one.needs)}" if one.needs else f"of the same kind ({one.kind_said.lower()})"
        said.append(f"beside {alike} other{'' if alike == 1 else 's'} {common}")
    if one.lacks:
        said.append(f"not ready yet: {', '.join(one.lacks)}")
    return tuple(said or ["as it was listed"])
