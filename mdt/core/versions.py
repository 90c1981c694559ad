"""What holds from a day on, in versions that are added and never changed. Pure rules.

What was set last holds from its day on: a version planned for a later day and overtaken before it never holds.
Versions are given last set first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar


class FromADay(Protocol):
    """What has a first day."""

    @property
    def starts(self) -> date: ...


V = TypeVar("V", bound=FromADay)


@dataclass(frozen=True)
class Span(Generic[V]):
    """A version with its last day: None while nothing ends it, before its first where it never holds."""

    version: V
    ends: date | None

    @property
    def never(self) -> bool:
        return self.ends is not None and self.ends < self.version.starts


def in_force(kept: Iterable[V], day: date) -> V | None:
    """The version that holds on a day."""
    return next((one for one in kept if one.starts <= day), None)


def spans(kept: Sequence[V]) -> list[Span[V]]:
    """Every version with its last day, in the order they are given in."""
    found, next_starts = [], None
    for one in kept:
        found.append(Span(one, next_starts - timedelta(days=1) if next_starts else None))
        next_starts = min(one.starts, next_starts or one.starts)
    return found
